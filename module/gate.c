/* gate.c - see gate.h. */
#include "gate.h"
#include "act.h"
#include "arrival.h"
#include "ask.h"
#include "cache.h"
#include "canary.h"
#include "foreign.h"
#include "leave.h"
#include "order.h"
#include "sentinel.h"

/* Seconds that a verdict is kept alive while the parent is silent. */
#define EXTENSION 60

static enum pbm_fate refused(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons reasons)
{
	pbm_refuse(qstate, id, pin, aspect, reasons);
	return PBM_REFUSED;
}

/* The parent is silent: the verdict goes on, for as long as its delegation is used. */
static void extend(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	enum pb_aspect aspect)
{
	struct pb_subject subject = pbm_subject(pin, aspect);
	char zone[PB_NAME_TEXT_MAX];

	if (pb_verdicts_extend(pbm_of(qstate->env, id)->verdicts, &subject,
		    pbm_now(qstate), EXTENSION) &&
		aspect == PB_ASPECT_CUT)
		log_info("pinbound: extended zone=\"%s\"",
			pb_name_to_text(&pin->name, zone));
}

/* Has the parent asked beside the query, so that the delegation in the cache stays
 * of use if there is no answer. */
static enum pbm_fate enter_stale(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_aspect aspect)
{
	uint16_t type = aspect == PB_ASPECT_DS ? LDNS_RR_TYPE_DS : LDNS_RR_TYPE_NS;

	if (aspect == PB_ASPECT_CUT && pbm_is_ds_of(qstate, name, pin))
		return PBM_GOES_ON;
	if (aspect == PB_ASPECT_CUT && !pbm_behind_forwarder(qstate, pin, name) &&
		!pbm_delegation_cached(qstate->env, &pin->name))
		return PBM_GOES_ON; /* then it asks the parent by itself */
	if (pbm_ask_beside(qstate, id, pin, type))
		return PBM_WAITS;
	if (pbm_asked(qstate, id, pin, type))
		extend(qstate, id, pin, aspect);
	return PBM_GOES_ON;
}

/* Nothing is known of the delegation: the query is to find out, or one beside it. */
static enum pbm_fate enter_unknown(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	if (pbm_behind_forwarder(qstate, pin, name) && !pbm_is_ds_of(qstate, name, pin))
		return pbm_ask_beside(qstate, id, pin, LDNS_RR_TYPE_NS)
			       ? PBM_WAITS
			       : pbm_unverified(qstate, id, pin, PB_ASPECT_CUT);
	return pbm_ask_parent(qstate, id, &pin->name, name)
		       ? PBM_GOES_ON
		       : refused(qstate, id, pin, PB_ASPECT_CUT, 0);
}

/* It is let through to the parent of another zone on the path already, and will meet
 * this one's on its way. Were it to wait for its turn here, it would never get there. */
static bool probes_another(
	const struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	return query != NULL && query->probes != 0 &&
	       !pb_name_equal(&query->probed, &pin->name);
}

/* Is it the very question that would be asked beside it about the zone's DS? */
static bool is_ds_question(const struct module_qstate *qstate, const struct pb_name *name,
	const struct pb_pin *pin)
{
	return pbm_is_ds_of(qstate, name, pin) && !qstate->is_valrec &&
	       (qstate->query_flags & BIT_CD) == 0;
}

/* Must another query ask about the deviation? No other question than that shows DS. One
 * to a forwarder shows neither the delegation nor the zone's servers. */
static bool must_ask_beside(const struct module_qstate *qstate,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_aspect aspect)
{
	switch (aspect) {
	case PB_ASPECT_DS:
		return !is_ds_question(qstate, name, pin);
	case PB_ASPECT_CUT:
	case PB_ASPECT_SERVER:
		return pbm_behind_forwarder(qstate, pin, name);
	default:
		return false;
	}
}

/* A question for the zone's DS shows nothing else. It has the parent asked for the
 * delegation, and with that the zone's servers, but does not wait for that. */
static enum pbm_fate enter_probe_by_ds(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons reasons)
{
	if (aspect == PB_ASPECT_CUT || aspect == PB_ASPECT_SERVER)
		pbm_ask_apart(qstate, id, pin, LDNS_RR_TYPE_NS);
	return refused(qstate, id, pin, aspect, reasons);
}

/* Lets one query ask about a deviation. */
static enum pbm_fate enter_probe(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_aspect aspect,
	pb_reasons reasons)
{
	uint16_t type = aspect == PB_ASPECT_DS ? LDNS_RR_TYPE_DS : LDNS_RR_TYPE_NS;
	bool may;

	if (pbm_is_ds_of(qstate, name, pin) && aspect != PB_ASPECT_DS)
		return enter_probe_by_ds(qstate, id, pin, aspect, reasons);
	if (must_ask_beside(qstate, name, pin, aspect))
		return pbm_ask_beside(qstate, id, pin, type)
			       ? PBM_WAITS
			       : refused(qstate, id, pin, aspect, reasons);
	may = probes_another(qstate, id, pin) ||
	      pbm_take_or_inherit_probe(qstate, id, pin, aspect);
	/* The parent is asked for DS whatever delegation is in the cache. */
	if (may && aspect != PB_ASPECT_DS)
		may = pbm_ask_parent(qstate, id, &pin->name, name);
	return may ? PBM_GOES_ON : refused(qstate, id, pin, aspect, reasons);
}

/* Judges a query without RD by one aspect of one pin. It gets what the caches have, and
 * neither asks nor has anybody asked. */
static enum pbm_fate enter_unasked(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	pb_reasons reasons;

	switch (pbm_standing(qstate, id, pin, aspect, &reasons)) {
	case PB_LIVE:
	case PB_STALE:
		break;
	case PB_UNKNOWN:
		if (aspect == PB_ASPECT_CUT)
			return pbm_refuse_alone(
				qstate, id, pin, PB_ASPECT_CUT, PB_REASON(PB_UNVERIFIED));
		break;
	case PB_PROBE_DUE:
	case PB_IN_FORCE:
		return refused(qstate, id, pin, aspect, reasons);
	}
	return PBM_GOES_ON;
}

/* Judges a query on its way in by one aspect of one pin. */
static enum pbm_fate enter_aspect(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_aspect aspect)
{
	pb_reasons reasons;

	if ((qstate->query_flags & BIT_RD) == 0)
		return enter_unasked(qstate, id, pin, aspect);
	switch (pbm_standing(qstate, id, pin, aspect, &reasons)) {
	case PB_LIVE:
		break;
	case PB_STALE:
		if (aspect == PB_ASPECT_CUT || aspect == PB_ASPECT_DS)
			return enter_stale(qstate, id, name, pin, aspect);
		break;
	case PB_UNKNOWN:
		if (aspect == PB_ASPECT_CUT)
			return enter_unknown(qstate, id, name, pin);
		break;
	case PB_PROBE_DUE:
		return enter_probe(qstate, id, name, pin, aspect, reasons);
	case PB_IN_FORCE: /* refuse_in_force() has seen to it */
		break;
	}
	return aspect == PB_ASPECT_SERVER && !pbm_act_on_addresses(qstate, id, pin)
		       ? PBM_REFUSED
		       : PBM_GOES_ON;
}

/* A deviation in force refuses, whatever else would have to be asked about. */
static enum pbm_fate refuse_in_force(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_aspect aspect)
{
	pb_reasons reasons;

	(void)name;
	return pbm_standing(qstate, id, pin, aspect, &reasons) == PB_IN_FORCE
		       ? refused(qstate, id, pin, aspect, reasons)
		       : PBM_GOES_ON;
}

typedef enum pbm_fate enter_step(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_aspect aspect);

/* Takes a step for each aspect that has a say in the query. */
static enum pbm_fate enter_each(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enter_step *step)
{
	enum pbm_fate fate = PBM_GOES_ON;

	for (unsigned i = 0; i < PB_ASPECTS && fate == PBM_GOES_ON; i++)
		if (pbm_concerns(pin, (enum pb_aspect)i, name, qstate->qinfo.qtype))
			fate = step(qstate, id, name, pin, (enum pb_aspect)i);
	return fate;
}

/* Judges a query on its way in by one pin. */
static enum pbm_fate enter_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	enum pbm_fate fate;
	bool *pinned = arg;

	*pinned = true;
	if (!pbm_in_order(qstate, id))
		return pbm_unverified(qstate, id, pin, PB_ASPECT_CUT);
	pbm_since(qstate, id, pin->generation);
	/* A denial in a cache may be of a zone above, from before or by mistake. */
	qstate->no_cache_lookup = 1;
	fate = enter_each(qstate, id, name, pin, refuse_in_force);
	return fate == PBM_GOES_ON ? enter_each(qstate, id, name, pin, enter_aspect)
				   : fate;
}

static void refuse_canary(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query != NULL) {
		query->refused = true;
		query->canary = true;
	}
	pbm_finish_refused(qstate, id);
}

/* The modules behind begin, or begin anew after a wait. */
static enum module_ext_state forward(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_find(qstate, id);

	if (query == NULL || !query->resumes)
		return module_wait_module;
	query->resumes = false;
	return module_restart_next;
}

/* Judges a query by the pins at and above its name, and counts it if there are any, but
 * not a second time when it goes on after a wait. */
static enum pbm_fate enter(
	struct module_qstate *qstate, int id, const struct pb_name *name)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	bool anew = query == NULL || query->asked == NULL, pinned = false;
	enum pbm_fate fate = pbm_enter_pins(qstate, id, name, enter_pin, &pinned);

	if (anew && (pinned || fate == PBM_REFUSED))
		pbm_count(&pbm_of(qstate->env, id)->tally.queries);
	return fate;
}

/* Notes which pins the caches are clean of. A pin that is newer when the query ends may
 * have come after its data. */
static void begin(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query == NULL || query->begun)
		return;
	query->begun = true;
	pbm_since(qstate, id,
		__atomic_load_n(&pbm_of(qstate->env, id)->enforced, __ATOMIC_ACQUIRE));
}

/* Those that wait for a refused query fail for it, and their clients are to be told why.
 * One that waits for a query of our own decides by itself. */
static void tell_supers(struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	void *place = NULL;
	struct pbm_query *super;

	if (query == NULL || query->own)
		return;
	while ((super = pbm_next_super(qstate, id, &place)) != NULL) {
		if (super->refused)
			continue;
		super->zone = query->zone;
		super->reasons = query->reasons;
	}
}

/* A refused DS or DNSKEY lets the validator believe that the keys are bad. That must not
 * outlast the deviation. */
static void forget_keys(struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	struct pb_name name;

	if (query != NULL && query->zone.size > 0 && pbm_chased(qstate, &name))
		pbm_forget_keys(qstate->env, &query->zone, &name);
}

static bool has_waited(const struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	return query != NULL && query->asked != NULL;
}

static void on_start(struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	struct pb_name name;

	if (query != NULL && query->sentinel) {
		qstate->ext_state[id] = module_wait_reply;
		return;
	}
	pbm_sentinel_post(qstate, id);
	pbm_arrival_save(qstate, id);
	if (qstate->qinfo.qclass != LDNS_RR_CLASS_IN || pbm_is_own(qstate, id) ||
		pb_name_from_wire(&name, qstate->qinfo.qname, qstate->qinfo.qname_len) ==
			0) {
		qstate->ext_state[id] = forward(qstate, id);
		return;
	}
	if (pbm_is_canary(&qstate->qinfo)) {
		refuse_canary(qstate, id);
		return;
	}
	begin(qstate, id);
	switch (enter(qstate, id, &name)) {
	case PBM_GOES_ON:
	case PBM_RESTARTS: /* nobody says so here */
		qstate->ext_state[id] = forward(qstate, id);
		break;
	case PBM_WAITS:
		qstate->ext_state[id] = module_wait_subquery;
		break;
	case PBM_REFUSED:
		if (has_waited(qstate, id))
			forget_keys(qstate, id);
		tell_supers(qstate, id);
		pbm_finish_refused(qstate, id);
		break;
	}
}

/* What a query may leave in the RRset cache beside what responses have brought: aliases
 * made of DNAMEs, data made of wildcards, and that a server's address is not to be had.
 */
static void count_made(const struct module_qstate *qstate, int id)
{
	const struct dns_msg *msg = qstate->return_msg;

	(void)__atomic_add_fetch(&pbm_of(qstate->env, id)->rrsets_seen,
		1 + (msg == NULL ? 0 : msg->rep->an_numrrsets), __ATOMIC_RELAXED);
}

static void on_end(struct module_qstate *qstate, int id)
{
	enum pbm_fate fate;
	struct pbm_query *query;

	/* What the iterator has asked for its servers may still be on its way. It would
	 * wake this query if that waits here, and the next iterator would count it as
	 * one of its own. */
	(*qstate->env->detach_subs)(qstate);
	fate = pbm_leave(qstate, id);
	query = pbm_query_find(qstate, id);
	if (fate == PBM_WAITS || fate == PBM_RESTARTS) {
		qstate->ext_state[id] =
			fate == PBM_WAITS ? module_wait_subquery : module_restart_next;
		return;
	}
	count_made(qstate, id);
	pbm_mark_stored(qstate, id);
	if (query != NULL)
		pbm_end_probes(qstate->env, id, query);
	if (fate == PBM_REFUSED) {
		/* Also a SERVFAIL of Unbound's own, which would not say why. */
		pbm_forget_message(qstate);
		forget_keys(qstate, id);
		/* A sub-query of the iterator, for a host of some zone's NS: it does
		 * not come in through the gate, and would ask the parent each time. But
		 * that zone may have other hosts. */
		if (pbm_came_in_here(qstate, id))
			tell_supers(qstate, id);
		else
			pbm_store_servfail(qstate);
		pbm_finish_refused(qstate, id);
	} else {
		pbm_mark_message(qstate, id);
	}
	qstate->ext_state[id] = module_finished;
}

void pbm_operate(struct module_qstate *qstate, enum module_ev event, int id,
	struct outbound_entry *outbound)
{
	(void)outbound;
	switch (event) {
	case module_event_new:
	case module_event_pass:
		on_start(qstate, id);
		return;
	case module_event_moddone:
		on_end(qstate, id);
		return;
	case module_event_reply:
	case module_event_noreply:
	case module_event_capsfail:
	case module_event_error:
		break;
	}
	log_err("pinbound: unexpected event %s", strmodulevent(event));
	qstate->ext_state[id] = module_error;
}

void pbm_clear(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_find(qstate, id);

	/* It may be dropped before its end. */
	pbm_mark_stored(qstate, id);
	if (query != NULL)
		pbm_end_probes(qstate->env, id, query);
	if (query != NULL && query->sentinel)
		pbm_sentinel_gone();
	qstate->minfo[id] = NULL;
}
