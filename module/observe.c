/* observe.c - see observe.h. */
#include "observe.h"
#include "act.h"
#include "additional.h"
#include "approved.h"
#include "ask.h"
#include "cache.h"
#include "foreign.h"
#include "observation.h"
#include "order.h"
#include "read.h"

/* Drops a response that came from a delegation which nobody has judged. */
static bool ask_again(struct module_qstate *qstate, int id, const struct pb_name *zone,
	const struct pb_name *name)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	pbm_forget_delegations(qstate->env, zone, name);
	if (query != NULL) {
		query->again = true;
		query->unseen = *zone;
	}
	return false;
}

/*
 * A deviation is due to be asked about: does this response come to tell, or can it? Where
 * an alias leads, and whom the iterator asks for its servers, the gate does not see: such
 * a response from one of the zone's servers is as good as the one that would be let
 * through there. About DS the parent is asked.
 */
static bool tells(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	enum pb_aspect aspect, const struct pb_observation *seen)
{
	struct pb_policy policy = pbm_policy(qstate, id, pin, aspect);

	if (pbm_prober(qstate, id, pin, aspect) != NULL)
		return true;
	if (aspect == PB_ASPECT_DS) {
		pbm_ask_apart(qstate, id, pin, LDNS_RR_TYPE_DS);
		return false;
	}
	return pb_judge_server(pin, seen, &policy, pbm_now(qstate)).scope ==
		       PB_SCOPE_SHOWN &&
	       pbm_take_probe(qstate, id, pin, aspect);
}

/* A deviation of the zone that this response does not come to ask about. */
static bool deviates_otherwise(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect,
	const struct pb_observation *seen)
{
	pb_reasons reasons;
	enum pb_standing standing = pbm_standing(qstate, id, pin, aspect, &reasons);

	if (standing != PB_IN_FORCE &&
		(standing != PB_PROBE_DUE || tells(qstate, id, pin, aspect, seen)))
		return false;
	pbm_refuse(qstate, id, pin, aspect, reasons);
	return true;
}

/* Are all the servers that may have been asked pinned? *known: one of them is, or is in
 * the NS RRset as it is cached now. */
static bool asked_pinned(
	const struct module_qstate *qstate, const struct pb_pin *pin, bool *known)
{
	const void *place = NULL;
	struct pb_name server;
	bool all = true;

	*known = false;
	while (pbm_next_server(qstate, &place, &server)) {
		struct pb_bytes name = {server.wire, server.size};
		bool pinned =
			pb_set_has(&pin->ns, name) || pb_set_has(&pin->child_ns, name);

		all = all && pinned;
		*known = *known || pinned ||
			 pbm_delegation_names(qstate->env, &pin->name, &server);
	}
	return all;
}

/*
 * Has the query come to the zone's servers by the delegation that was judged? It may
 * have been on its way since before that, when there was another pin, or none; or the
 * cache has got the delegation past the observer. The child may list servers that are
 * not pinned, and where their names are aliases, what they lead to is among them.
 */
static bool led_by_delegation(const struct module_qstate *qstate, int id,
	const struct pbm_step *step, const struct pb_pin *pin)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	bool known = true;

	if (step->forwarded || !pb_name_at_or_below(&step->asked, &pin->name))
		return true;
	if (pb_name_equal(&step->asked, &pin->name) && asked_pinned(qstate, pin, &known))
		return true;
	return known && pbm_delegation_approved(qstate->env, pb, &step->asked);
}

/* A stale verdict is good while its delegation is in use. Where a forward-zone or a
 * stub-zone leads past that, nobody asks the parent again, unless the gate has seen to
 * it. */
static void renew_unused(struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	if (!pbm_asked(qstate, id, pin, LDNS_RR_TYPE_NS) &&
		!pbm_delegation_cached(qstate->env, &pin->name))
		pbm_ask_apart(qstate, id, pin, LDNS_RR_TYPE_NS);
}

/* The child's side is as good as the delegation that led there. */
static bool admit_child(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_name *name, const struct pbm_step *step,
	const struct pb_observation *seen)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons;
	enum pb_standing standing =
		pbm_standing(qstate, id, pin, PB_ASPECT_CUT, &reasons);

	switch (standing) {
	case PB_LIVE:
	case PB_STALE:
		if (!led_by_delegation(qstate, id, step, pin))
			break;
		if (standing == PB_STALE)
			renew_unused(qstate, id, pin);
		return !deviates_otherwise(qstate, id, pin, PB_ASPECT_DS, seen) &&
		       !deviates_otherwise(qstate, id, pin, PB_ASPECT_SERVER, seen);
	case PB_IN_FORCE:
		pbm_refuse(qstate, id, pin, PB_ASPECT_CUT, reasons);
		return false;
	case PB_PROBE_DUE:
	case PB_UNKNOWN:
		break;
	}
	if (pb_mode_in_force(pin, &pb->policy) == PB_MODE_LOG)
		return true;
	return ask_again(qstate, id, &pin->name, name);
}

/* The query cannot wait for the DS to be asked for: it is asked for beside. Good is
 * what the referral says meanwhile, or what was good the last time. */
static bool admit_unasked(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_observation *seen, enum pb_standing standing)
{
	pbm_ask_apart(qstate, id, pin, LDNS_RR_TYPE_DS);
	return seen->ds_seen != PB_DS_UNSEEN || standing == PB_STALE ||
	       pb_mode_in_force(pin, &pbm_of(qstate->env, id)->policy) == PB_MODE_LOG;
}

/*
 * A response that shows a pinned zone: is its DS set known from an answer that was
 * asked for, and validated? What the referral itself says of DS stands in only where
 * no such answer is to be had.
 */
static bool admit_ds(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_observation *seen)
{
	struct pbm_query *query;
	pb_reasons reasons;
	enum pb_standing standing = pbm_standing(qstate, id, pin, PB_ASPECT_DS, &reasons);

	switch (standing) {
	case PB_LIVE:
		return true;
	case PB_IN_FORCE:
		pbm_refuse(qstate, id, pin, PB_ASPECT_DS, reasons);
		return false;
	case PB_STALE: /* the gate has it asked for */
		if (seen->ds_seen != PB_DS_UNSEEN)
			return true;
		break;
	case PB_UNKNOWN:
	case PB_PROBE_DUE:
		break;
	}
	/* What was good the last time stays so, though it ran out while the referral was
	 * on its way. */
	if (pbm_asked(qstate, id, pin, LDNS_RR_TYPE_DS))
		return seen->ds_seen != PB_DS_UNSEEN || standing == PB_STALE ||
		       pbm_unverified(qstate, id, pin, PB_ASPECT_DS) == PBM_GOES_ON;
	query = pbm_query_get(qstate, id);
	if (query == NULL)
		return false;
	if (!pbm_came_in_here(qstate, id) &&
		admit_unasked(qstate, id, pin, seen, standing))
		return true;
	query->lacks_ds = true;
	query->unseen = pin->name;
	return false;
}

/* What is wrong with the DS set alone is said once: by the verdict on the DS set, if
 * there is one. */
static void leave_to_ds(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	struct pb_verdict *verdict)
{
	pb_reasons reasons;
	enum pb_standing standing = pbm_standing(qstate, id, pin, PB_ASPECT_DS, &reasons);

	if ((verdict->reasons & ~PB_DS_REASONS) == 0 &&
		(standing == PB_LIVE || standing == PB_STALE)) {
		verdict->reasons = 0;
		verdict->action = PB_ACTION_NONE;
	}
}

/* What else the step tells, the delegation being as it should. */
static bool observe_more(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_observation *seen, const struct pbm_step *step, uint32_t ttl)
{
	static const struct {
		enum pb_aspect aspect;
		pb_judge_aspect *judge;
	} more[] = {
		{PB_ASPECT_SERVER, pb_judge_server},
		{PB_ASPECT_CHILD_NS, pb_judge_child_ns},
		{PB_ASPECT_MX, pb_judge_mx},
	};

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		struct pb_policy policy = pbm_policy(qstate, id, pin, more[i].aspect);
		struct pb_verdict verdict =
			more[i].judge(pin, seen, &policy, pbm_now(qstate));

		if (verdict.scope == PB_SCOPE_SHOWN &&
			!pbm_act(qstate, id, pin, &verdict, ttl, seen, step))
			return false;
	}
	return true;
}

/*
 * What the parent answers about DS is judged at its end, when it has been validated; but
 * Unbound keeps it now, and does not always answer with what it keeps. What will deviate
 * is not to be in the cache, for those who ask with CD.
 */
static void keep_out_ds(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pbm_step *step)
{
	struct pb_policy policy = pbm_policy(qstate, id, pin, PB_ASPECT_DS);
	struct pb_observation seen;

	if (step->type == LDNS_RR_TYPE_DS && pb_name_equal(&step->question, &pin->name) &&
		pbm_observation_read_ds(&seen, qstate, step->reply, pin) &&
		pb_judge_ds(pin, &seen, &policy, pbm_now(qstate)).action ==
			PB_ACTION_REFUSED)
		qstate->no_cache_store = 1;
}

/* Judges the step, which arg is, by one pin. */
static enum pbm_fate observe_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	const struct pbm_step *step = arg;
	struct pb_policy policy = pbm_policy(qstate, id, pin, PB_ASPECT_CUT);
	struct pb_observation seen;
	struct pb_verdict verdict;
	uint32_t ttl;
	bool admitted = true;

	if (!pbm_in_order(qstate, id))
		return pbm_unverified(qstate, id, pin, PB_ASPECT_CUT);
	ttl = pbm_observation_read(&seen, qstate, step, name, pin);
	verdict = pb_judge(pin, &seen, &policy, pbm_now(qstate));

	switch (verdict.scope) {
	case PB_SCOPE_NOTHING:
		keep_out_ds(qstate, id, pin, step);
		return PBM_GOES_ON;
	case PB_SCOPE_CHILD:
		admitted = admit_child(qstate, id, pin, name, step, &seen);
		break;
	case PB_SCOPE_SHOWN:
		if (pb_pin_has_ds(pin) && verdict.action != PB_ACTION_REFUSED) {
			admitted = admit_ds(qstate, id, pin, &seen);
			leave_to_ds(qstate, id, pin, &verdict);
		}
		admitted =
			admitted && pbm_act(qstate, id, pin, &verdict, ttl, &seen, step);
		break;
	}
	admitted = admitted && observe_more(qstate, id, pin, &seen, step, ttl);
	return admitted ? PBM_GOES_ON : PBM_REFUSED;
}

/* Judges the step by every pin at and above the name. True if it may be used. */
static bool observe_name(struct module_qstate *qstate, int id, struct pbm_step *step,
	const struct pb_name *name)
{
	return pbm_visit_pins(qstate, id, name, observe_pin, step) == PBM_GOES_ON;
}

/* Data of other names may come along behind a CNAME. */
static bool observe_along(struct module_qstate *qstate, int id, struct pbm_step *step)
{
	struct pb_name name, last = step->chased;

	if (step->response != PB_POSITIVE)
		return true;
	for (size_t i = 0; i < step->reply->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = step->reply->rrsets[i];

		if (!pbm_read_owner(&name, rrset) || pb_name_equal(&name, &last) ||
			pb_name_equal(&name, &step->chased))
			continue;
		if (!observe_name(qstate, id, step, &name))
			return false;
		last = name;
	}
	return true;
}

static void admit(struct module_qstate *qstate, int id, struct pbm_step *step)
{
	pbm_drop_additional(qstate, id, step);
	if (pbm_approve(qstate, id, step) && step->response != PB_REFERRAL)
		pbm_note_stored(qstate, id, &step->question);
}

int pbm_observe(struct module_qstate *qstate, struct dns_msg *response, int id, void *arg)
{
	struct pbm_step step;

	(void)arg;
	pbm_mark_stored(qstate, id);
	if (response == NULL)
		return 1;
	(void)__atomic_add_fetch(&pbm_of(qstate->env, id)->rrsets_seen,
		response->rep->rrset_count, __ATOMIC_RELAXED);
	if (!pbm_step_read(&step, qstate, response))
		return 1;
	if (!observe_name(qstate, id, &step, &step.chased) ||
		!observe_along(qstate, id, &step))
		pbm_end_query(qstate);
	else
		admit(qstate, id, &step);
	return 1;
}
