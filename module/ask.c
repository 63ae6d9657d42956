/* ask.c - see ask.h. */
#include "ask.h"

struct question {
	struct query_info qinfo;
	uint16_t flags;
	int valrec;
};

static struct question question_of(struct pb_name *zone, uint16_t type)
{
	bool ns = type == LDNS_RR_TYPE_NS;

	/* The parent's NS set is not signed; its DS set is what is validated. */
	return (struct question){
		.qinfo = {.qname = zone->wire,
			.qname_len = zone->size,
			.qtype = type,
			.qclass = LDNS_RR_CLASS_IN},
		.flags = ns ? BIT_RD | BIT_CD : BIT_RD,
		.valrec = ns,
	};
}

/* A query that was made now is told that it is ours. False if there is no memory. */
static bool mark_own(struct module_qstate *sub, int id, uint16_t type)
{
	struct pbm_query *query = pbm_query_get(sub, id);

	if (query == NULL)
		return false;
	query->own = true;
	sub->no_cache_lookup = 1;
	/* So that it asks the parent, although the NS RRset is in the cache. */
	if (type == LDNS_RR_TYPE_NS)
		sub->prefetch_leeway = 1;
	return true;
}

/* The same. If a deviation is due to be asked about, this does, or ends if another query
 * does. */
static bool begin_own(
	struct module_qstate *sub, int id, const struct pb_pin *pin, uint16_t type)
{
	enum pb_aspect aspect = type == LDNS_RR_TYPE_DS ? PB_ASPECT_DS : PB_ASPECT_CUT;
	pb_reasons reasons;

	if (mark_own(sub, id, type) &&
		(pbm_standing(sub, id, pin, aspect, &reasons) != PB_PROBE_DUE ||
			pbm_take_probe(sub, id, pin, aspect)))
		return true;
	(*sub->env->kill_sub)(sub);
	return false;
}

static unsigned bit_of(uint16_t type)
{
	return type == LDNS_RR_TYPE_NS ? 1 : 2;
}

static struct pbm_asked *find_asked(
	const struct pbm_query *query, const struct pb_name *zone)
{
	struct pbm_asked *asked = query == NULL ? NULL : query->asked;

	while (asked != NULL && !pb_name_equal(&asked->zone, zone))
		asked = asked->next;
	return asked;
}

bool pbm_asked(const struct module_qstate *qstate, int id, const struct pb_pin *pin,
	uint16_t type)
{
	const struct pbm_asked *asked =
		find_asked(pbm_query_find(qstate, id), &pin->name);

	return asked != NULL && (asked->types & bit_of(type)) != 0;
}

bool pbm_is_ds_of(const struct module_qstate *qstate, const struct pb_name *name,
	const struct pb_pin *pin)
{
	return qstate->qinfo.qtype == LDNS_RR_TYPE_DS && pb_name_equal(name, &pin->name);
}

void pbm_asked_in_vain(
	struct module_qstate *qstate, int id, const struct query_info *question)
{
	unsigned bit = bit_of(question->qtype);
	struct pbm_asked *asked;
	struct pb_name zone;

	if ((question->qtype != LDNS_RR_TYPE_NS && question->qtype != LDNS_RR_TYPE_DS) ||
		pb_name_from_wire(&zone, question->qname, question->qname_len) == 0)
		return;
	asked = find_asked(pbm_query_find(qstate, id), &zone);
	if (asked == NULL || (asked->again & bit) != 0)
		return;
	asked->again |= bit;
	asked->types &= ~bit;
}

/* The note of what has been asked about the zone, made if there is none. NULL if there
 * is no memory. */
static struct pbm_asked *get_asked(
	struct module_qstate *qstate, struct pbm_query *query, const struct pb_name *zone)
{
	struct pbm_asked *asked = find_asked(query, zone);

	if (asked != NULL)
		return asked;
	asked = regional_alloc_zero(qstate->region, sizeof(*asked));
	if (asked == NULL)
		return NULL;
	asked->zone = *zone;
	asked->next = query->asked;
	query->asked = asked;
	return asked;
}

bool pbm_ask_beside(
	struct module_qstate *qstate, int id, const struct pb_pin *pin, uint16_t type)
{
	struct pb_name zone = pin->name;
	struct question question = question_of(&zone, type);
	struct pbm_query *query = pbm_query_get(qstate, id);
	struct pbm_asked *asked =
		query == NULL ? NULL : get_asked(qstate, query, &pin->name);
	struct module_qstate *sub = NULL;

	if (asked == NULL || (asked->types & bit_of(type)) != 0 ||
		(*qstate->env->detect_cycle)(
			qstate, &question.qinfo, question.flags, 0, question.valrec) ||
		!pbm_attach_sub(
			qstate, &question.qinfo, question.flags, question.valrec, &sub))
		return false;
	/* If there is none, another query has it asked already. */
	if (sub != NULL && !begin_own(sub, id, pin, type))
		return false;
	asked->types |= bit_of(type);
	return true;
}

bool pbm_behind_forwarder(const struct module_qstate *qstate, const struct pb_pin *pin,
	const struct pb_name *name)
{
	struct pb_name zone = pin->name, below = *name; /* Unbound takes no const */

	return pbm_has_forwarder(qstate->env, zone.wire) ||
	       pbm_has_forwarder(qstate->env, below.wire);
}

void pbm_ask_apart(
	struct module_qstate *qstate, int id, const struct pb_pin *pin, uint16_t type)
{
	struct pb_name zone = pin->name;
	struct question question = question_of(&zone, type);
	struct module_qstate *sub = NULL;

	if (pbm_add_sub(qstate, &question.qinfo, question.flags, question.valrec, &sub) &&
		sub != NULL)
		(void)begin_own(sub, id, pin, type);
}

/* A query has slots of one zone only. */
static bool may_probe(const struct pbm_query *query, const struct pb_pin *pin)
{
	return query != NULL &&
	       (query->probes == 0 || pb_name_equal(&query->probed, &pin->name));
}

static void note_probe(
	struct pbm_query *query, const struct pb_pin *pin, enum pb_aspect aspect)
{
	query->probes |= 1U << aspect;
	query->probed = pin->name;
}

bool pbm_take_probe(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	enum pb_aspect aspect)
{
	struct pbm_query *query = pbm_query_get(qstate, id);
	struct pb_subject subject = pbm_subject(pin, aspect);

	if (!may_probe(query, pin) ||
		!pb_verdicts_probe(pbm_of(qstate->env, id)->verdicts, &subject,
			pbm_now(qstate), query))
		return false;
	note_probe(query, pin, aspect);
	return true;
}

static bool has_probe(
	const struct pbm_query *query, const struct pb_pin *pin, enum pb_aspect aspect)
{
	return (query->probes & 1U << aspect) != 0 &&
	       pb_name_equal(&query->probed, &pin->name);
}

/* Of the queries that wait for this one, the one that has the slot. NULL if none has. */
static struct pbm_query *probing_super(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	void *place = NULL;
	struct pbm_query *super;

	do
		super = pbm_next_super(qstate, id, &place);
	while (super != NULL && !has_probe(super, pin, aspect));
	return super;
}

bool pbm_take_or_inherit_probe(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	struct pb_subject subject = pbm_subject(pin, aspect);
	struct pbm_query *query, *super;

	if (pbm_take_probe(qstate, id, pin, aspect))
		return true;
	query = pbm_query_get(qstate, id);
	super = probing_super(qstate, id, pin, aspect);
	if (!may_probe(query, pin) || super == NULL ||
		!pb_verdicts_probe_pass(pbm_of(qstate->env, id)->verdicts, &subject,
			pbm_now(qstate), super, query))
		return false;
	super->probes &= ~(1U << aspect);
	note_probe(query, pin, aspect);
	return true;
}

void pbm_end_probes(const struct module_env *env, int id, struct pbm_query *query)
{
	struct pb_subject subject = {.zone = &query->probed};

	if (query->probes == 0)
		return;
	for (unsigned i = 0; i < PB_ASPECTS; i++) {
		if ((query->probes & 1U << i) == 0)
			continue;
		subject.aspect = (enum pb_aspect)i;
		pb_verdicts_probe_end(pbm_of(env, id)->verdicts, &subject, query);
	}
	query->probes = 0;
}

const struct pbm_query *pbm_prober(const struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	return query != NULL && has_probe(query, pin, aspect) ? query : NULL;
}
