/*
 * leave.c - see leave.h.
 *
 * A client's query, and a sub-query of the validator, came in through the gate. A
 * sub-query of the iterator did not: the module sees only its end, with ext_state
 * as it was made, and must not start it again.
 */
#include "leave.h"
#include "arrival.h"
#include "ask.h"
#include "cache.h"
#include "leaving.h"
#include "observation.h"
#include "order.h"
#include "read.h"

/* A query is started anew at most so often: one for each pin that turns up. */
#define RESTARTS_MAX 8

/* All that comes from now on is judged by the pins as they are now. */
static void renew(struct module_qstate *qstate, int id)
{
	struct pb_store_stat stat;
	struct pb_error error;

	if (pb_store_stat(pbm_of(qstate->env, id)->store, &stat, &error) == PB_OK)
		pbm_since(qstate, id, stat.generation);
}

/* Makes ready to start the modules behind this one anew, with what was dropped
 * forgotten. */
static bool restart(struct module_qstate *qstate, int id, const struct pb_name *zone,
	const struct pb_name *name)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query == NULL || !pbm_came_in_here(qstate, id) ||
		(qstate->query_flags & BIT_RD) == 0 || query->restarts == RESTARTS_MAX ||
		!pbm_ask_parent(qstate, id, zone, name))
		return false;
	/* It is in the cache by now, and must not be answered from there meanwhile. */
	pbm_forget_message(qstate);
	renew(qstate, id);
	query->restarts++;
	query->again = false;
	query->lacks_ds = false;
	pbm_arrival_restore(qstate, id);
	return true;
}

/* The same, once an answer about the zone is there. */
static bool restart_after(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, uint16_t type)
{
	if (!pbm_came_in_here(qstate, id) || !pbm_ask_beside(qstate, id, pin, type) ||
		!restart(qstate, id, &pin->name, name))
		return false;
	pbm_query_find(qstate, id)->resumes = true;
	return true;
}

/* Was it let through to the zone's parent for what it is a question about? */
static bool came_to_ask(
	const struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	struct pb_name name;

	return pbm_came_in_here(qstate, id) &&
	       pb_name_from_wire(&name, qstate->qinfo.qname, qstate->qinfo.qname_len) !=
		       0 &&
	       pb_name_at_or_below(&name, &pin->name);
}

/* It ends without a sight of the delegation. Others have to do with that if it came to
 * ask: an alias leads to whatever zone its owner likes, and can be the end of a query
 * before anybody is asked. */
static enum pbm_fate end_unseen(
	struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	pb_reasons reasons;

	if (came_to_ask(qstate, id, pin))
		return pbm_unverified(qstate, id, pin, PB_ASPECT_CUT);
	(void)pbm_standing(qstate, id, pin, PB_ASPECT_CUT, &reasons);
	return pbm_refuse_alone(qstate, id, pin, PB_ASPECT_CUT,
		reasons != 0 ? reasons : PB_REASON(PB_UNVERIFIED));
}

/*
 * Must another query ask for the delegation? This one is led past the parent by a
 * forward-zone, or, if it has set out for the parent before, by whatever else, such as
 * a stub-zone. And about a deviation only one query asks, which has the slot.
 */
static bool needs_another(const struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	pb_reasons reasons;

	return (query != NULL && query->fresh) ||
	       pbm_behind_forwarder(qstate, pin, name) ||
	       pbm_standing(qstate, id, pin, PB_ASPECT_CUT, &reasons) == PB_PROBE_DUE;
}

/* An answer for a zone that nobody has judged yet: from a cache, or dropped. */
static enum pbm_fate leave_unseen(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	struct pbm_query *query = pbm_query_find(qstate, id);

	/* Without RD it gets what the caches have: nobody has been asked. */
	if ((qstate->query_flags & BIT_RD) == 0)
		return pbm_refuse_alone(
			qstate, id, pin, PB_ASPECT_CUT, PB_REASON(PB_UNVERIFIED));
	if (needs_another(qstate, id, name, pin)) {
		if (query != NULL) /* the slot is for the other one */
			pbm_end_probes(qstate->env, id, query);
		if (restart_after(qstate, id, name, pin, LDNS_RR_TYPE_NS))
			return PBM_WAITS;
	} else if (restart(qstate, id, &pin->name, name)) {
		return PBM_RESTARTS;
	}
	return end_unseen(qstate, id, pin);
}

/* What the answer itself shows, and no observer has seen. Of what is so now, the cache of
 * a query that cannot ask tells nothing. */
static enum pbm_fate leave_shown(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, enum pb_reason reason)
{
	const struct pb_observation none = {0};
	struct pb_policy policy = pbm_policy(qstate, id, pin, aspect);
	struct pb_verdict verdict = {
		.aspect = aspect, .scope = PB_SCOPE_SHOWN, .reasons = PB_REASON(reason)};

	if (!pbm_came_in_here(qstate, id) || (qstate->query_flags & BIT_RD) == 0)
		return pbm_refuse_alone(qstate, id, pin, aspect, verdict.reasons);
	verdict.action = pb_decide(pin, verdict.reasons, &policy, pbm_now(qstate));
	return pbm_act(qstate, id, pin, &verdict, 0, &none, NULL) ? PBM_GOES_ON
								  : PBM_REFUSED;
}

/* What came past the observer, out of a cache: it is looked for anew. */
static enum pbm_fate leave_from_above(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, enum pb_reason reason)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	if ((query == NULL || !query->fresh) && restart(qstate, id, &pin->name, name))
		return PBM_RESTARTS;
	return leave_shown(qstate, id, pin, PB_ASPECT_CUT, reason);
}

/* Does the query come to tell how it is about the zone's DS, as one of our own does? */
static bool asks_about_ds(
	const struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	return pbm_is_own(qstate, id) ||
	       pbm_prober(qstate, id, pin, PB_ASPECT_DS) != NULL;
}

/*
 * The answer to (zone, DS). What the validator asks for itself has not been
 * validated yet: should it deviate, the delegation is looked at anew.
 */
static enum pbm_fate leave_ds(
	struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	const struct reply_info *reply = qstate->return_msg->rep;
	struct pb_policy policy = pbm_policy(qstate, id, pin, PB_ASPECT_DS);
	struct pb_subject cut = pbm_subject(pin, PB_ASPECT_CUT);
	bool denied = FLAGS_GET_RCODE(reply->flags) != LDNS_RCODE_NOERROR;
	struct pb_observation seen;
	struct pb_verdict verdict;

	if (!pbm_observation_read_ds(&seen, qstate, reply, pin))
		return PBM_GOES_ON;
	if (reply->security == sec_status_bogus && asks_about_ds(qstate, id, pin))
		return pbm_unverified(qstate, id, pin, PB_ASPECT_DS);
	verdict = pb_judge_ds(pin, &seen, &policy, pbm_now(qstate));
	/* YXDOMAIN can have data beside it, which are good for nothing. */
	if (verdict.scope != PB_SCOPE_SHOWN || (denied && verdict.reasons == 0))
		return PBM_GOES_ON;
	/* It tells nothing of the zone, but who asks with CD would get it. */
	if (reply->security == sec_status_bogus)
		return pbm_refuse_alone(qstate, id, pin, PB_ASPECT_DS, verdict.reasons);
	if (qstate->is_valrec) {
		if (verdict.action == PB_ACTION_REFUSED)
			pb_verdicts_forget(pbm_of(qstate->env, id)->verdicts, &cut);
		return PBM_GOES_ON;
	}
	return pbm_act(qstate, id, pin, &verdict, (uint32_t)reply->ttl, &seen, NULL)
		       ? PBM_GOES_ON
		       : PBM_REFUSED;
}

/* May it have come before the pin did, and have waited since, for the validator perhaps?
 */
static bool may_be_older(
	const struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	return query == NULL || query->since < pin->generation;
}

/* Nobody has judged it by this pin: it is forgotten, and got anew. */
static enum pbm_fate leave_unjudged(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	pbm_forget_rrsets(qstate->env, qstate->return_msg, &pin->name);
	msg_cache_remove(qstate->env, qstate->qinfo.qname, qstate->qinfo.qname_len,
		qstate->qinfo.qtype, qstate->qinfo.qclass, qstate->query_flags);
	return restart(qstate, id, &pin->name, name)
		       ? PBM_RESTARTS
		       : pbm_refuse_alone(qstate, id, pin, PB_ASPECT_CUT,
				 PB_REASON(PB_UNVERIFIED));
}

/* Must the answer be got anew, although the zone is as it should be? What began elsewhere
 * than at the gate did not wait, and cannot be. */
static bool is_unjudged(struct module_qstate *qstate, int id,
	const struct pbm_leaving *leaving, const struct pb_name *name,
	const struct pb_pin *pin)
{
	return pbm_came_in_here(qstate, id) && !pbm_is_own(qstate, id) &&
	       pb_mode_in_force(pin, &pbm_of(qstate->env, id)->policy) ==
		       PB_MODE_REFUSE &&
	       (may_be_older(qstate, id, pin) ||
		       !pbm_was_observed(qstate, id, leaving, name));
}

/* Judges an answer on its way out by the delegation of one pin. *tolerated gets the
 * reasons that are only logged. */
static enum pbm_fate leave_cut(struct module_qstate *qstate, int id,
	const struct pbm_leaving *leaving, const struct pb_name *name,
	const struct pb_pin *pin, pb_reasons *tolerated)
{
	pb_reasons reasons;

	switch (pbm_standing(qstate, id, pin, PB_ASPECT_CUT, &reasons)) {
	case PB_LIVE:
	case PB_STALE:
		if (is_unjudged(qstate, id, leaving, name, pin))
			return leave_unjudged(qstate, id, name, pin);
		if (pbm_denied_from_above(leaving, name, &pin->name)) {
			*tolerated |= PB_REASON(PB_DELEGATION_GONE);
			return leave_from_above(
				qstate, id, name, pin, PB_DELEGATION_GONE);
		}
		if (pbm_made_above(leaving, name, &pin->name)) {
			*tolerated |= PB_REASON(PB_ANSWERED_BY_PARENT);
			return leave_from_above(
				qstate, id, name, pin, PB_ANSWERED_BY_PARENT);
		}
		*tolerated |= reasons;
		return PBM_GOES_ON;
	case PB_UNKNOWN:
	case PB_PROBE_DUE:
		/* The parent has the say about DS, and shows no delegation with it. */
		if (pbm_is_ds_of(qstate, name, pin) &&
			!pbm_denied_from_above(leaving, name, &pin->name) &&
			!pbm_made_above(leaving, name, &pin->name))
			return PBM_GOES_ON;
		/* Unbound has made it, by a response policy for servers on the way: that
		 * is the operator's own word. (A local copy of a zone is observed.) */
		if (leaving->msg->rep->authoritative)
			return PBM_GOES_ON;
		return leave_unseen(qstate, id, name, pin);
	case PB_IN_FORCE:
		break;
	}
	pbm_refuse(qstate, id, pin, PB_ASPECT_CUT, reasons);
	return PBM_REFUSED;
}

/* The same by another aspect, which only a probe can have shown to be fine. */
static enum pbm_fate leave_aspect(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons *tolerated)
{
	pb_reasons reasons;

	switch (pbm_standing(qstate, id, pin, aspect, &reasons)) {
	case PB_LIVE:
	case PB_STALE:
	case PB_UNKNOWN:
		*tolerated |= reasons;
		return PBM_GOES_ON;
	case PB_IN_FORCE:
	case PB_PROBE_DUE:
		break;
	}
	pbm_refuse(qstate, id, pin, aspect, reasons);
	return PBM_REFUSED;
}

/* An alias in the place of the MX set. Unbound had it from a question for another type,
 * and went on from there without one for MX. */
static enum pbm_fate leave_mx(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, pb_reasons *tolerated)
{
	if (qstate->qinfo.qtype != LDNS_RR_TYPE_MX ||
		!pbm_concerns(pin, PB_ASPECT_MX, name, LDNS_RR_TYPE_MX) ||
		pbm_answer_rrset(qstate->return_msg->rep, name, LDNS_RR_TYPE_CNAME) ==
			NULL)
		return PBM_GOES_ON;
	*tolerated |= PB_REASON(PB_MX_UNEXPECTED);
	return leave_shown(qstate, id, pin, PB_ASPECT_MX, PB_MX_UNEXPECTED);
}

/* An answer goes out although there are reasons: counted once of each zone, and once in
 * all. */
static void count_tolerated(
	struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	struct pbm_query *query = pbm_query_get(qstate, id);
	struct pb_subject subject = pbm_subject(pin, PB_ASPECT_CUT);

	if (query == NULL || query->own || pb_name_equal(&query->tolerated, &pin->name))
		return;
	if (query->tolerated.size == 0)
		pbm_count(&pb->tally.logged);
	query->tolerated = pin->name;
	pb_verdicts_logged(pb->verdicts, &subject);
}

/* Judges an answer on its way out, which arg is, by one pin at or above one of its
 * names. */
static enum pbm_fate leave_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	enum pbm_fate fate;
	pb_reasons tolerated = 0;

	if (!pbm_in_order(qstate, id))
		return pbm_unverified(qstate, id, pin, PB_ASPECT_CUT);
	fate = leave_cut(qstate, id, arg, name, pin, &tolerated);
	if (fate == PBM_GOES_ON && pbm_is_ds_of(qstate, name, pin))
		fate = leave_ds(qstate, id, pin);
	for (unsigned i = PB_ASPECT_CUT + 1; i < PB_ASPECTS && fate == PBM_GOES_ON; i++)
		if (pbm_concerns(pin, (enum pb_aspect)i, name, qstate->qinfo.qtype))
			fate = leave_aspect(
				qstate, id, pin, (enum pb_aspect)i, &tolerated);
	if (fate == PBM_GOES_ON)
		fate = leave_mx(qstate, id, name, pin, &tolerated);
	if (fate == PBM_GOES_ON && tolerated != 0)
		count_tolerated(qstate, id, pin);
	return fate;
}

static enum pbm_fate leave_name(struct module_qstate *qstate, int id,
	struct pbm_leaving *leaving, const struct pb_name *name)
{
	enum pbm_fate fate = pbm_visit_pins(qstate, id, name, leave_pin, leaving);
	const struct pbm_query *query = pbm_query_find(qstate, id);

	if (fate == PBM_REFUSED && query != NULL && qstate->return_msg != NULL)
		pbm_forget_rrsets(qstate->env, qstate->return_msg, &query->zone);
	return fate;
}

/* Judges the question and every RRset of the answer, and where it leads: CNAMEs lead
 * elsewhere. */
static enum pbm_fate leave_with_answer(struct module_qstate *qstate, int id)
{
	const struct reply_info *reply = qstate->return_msg->rep;
	struct pbm_leaving leaving;
	struct pb_name name, last;
	enum pbm_fate fate;

	if (pb_name_from_wire(&name, qstate->qinfo.qname, qstate->qinfo.qname_len) == 0)
		return PBM_GOES_ON;
	pbm_leaving_read(&leaving, qstate->return_msg, &name);
	fate = leave_name(qstate, id, &leaving, &name);
	last = name;
	for (size_t i = 0; fate == PBM_GOES_ON && i < reply->an_numrrsets; i++) {
		if (!pbm_read_owner(&name, reply->rrsets[i]) ||
			pb_name_equal(&name, &last))
			continue;
		fate = leave_name(qstate, id, &leaving, &name);
		last = name;
	}
	if (fate == PBM_GOES_ON && leaving.empty && !pb_name_equal(&leaving.end, &last))
		fate = leave_name(qstate, id, &leaving, &leaving.end);
	return fate;
}

/* No answer about DS. What that means for an answer that waits for it is decided
 * there; a deviation goes on. */
static enum pbm_fate fail_ds(
	struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	pb_reasons reasons;

	return pbm_standing(qstate, id, pin, PB_ASPECT_DS, &reasons) == PB_PROBE_DUE
		       ? pbm_unverified(qstate, id, pin, PB_ASPECT_DS)
		       : PBM_GOES_ON;
}

/* A zone on the way of a query that failed: if it has still not been judged, its
 * parent could not be reached. */
static enum pbm_fate fail_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	pb_reasons reasons;
	enum pb_standing standing;

	(void)arg;
	if (pbm_is_ds_of(qstate, name, pin) && asks_about_ds(qstate, id, pin))
		return fail_ds(qstate, id, pin);
	if (query != NULL && query->lacks_ds && pb_name_equal(&query->unseen, &pin->name))
		return restart_after(qstate, id, name, pin, LDNS_RR_TYPE_DS)
			       ? PBM_WAITS
			       : pbm_unverified(qstate, id, pin, PB_ASPECT_DS);
	standing = pbm_standing(qstate, id, pin, PB_ASPECT_CUT, &reasons);
	if (standing == PB_LIVE || standing == PB_STALE)
		return query != NULL && query->again &&
				       restart(qstate, id, &query->unseen, name)
			       ? PBM_RESTARTS
			       : PBM_GOES_ON;
	if (standing == PB_IN_FORCE) {
		pbm_refuse(qstate, id, pin, PB_ASPECT_CUT, reasons);
		return PBM_REFUSED;
	}
	if (query != NULL && query->again)
		return leave_unseen(qstate, id, name, pin);
	return end_unseen(qstate, id, pin);
}

enum pbm_fate pbm_leave(struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	struct pb_name name;

	if (query != NULL && query->refused)
		return PBM_REFUSED;
	if (qstate->qinfo.qclass != LDNS_RR_CLASS_IN)
		return PBM_GOES_ON;
	if (qstate->return_msg != NULL && qstate->return_rcode == LDNS_RCODE_NOERROR)
		return leave_with_answer(qstate, id);
	if (!pbm_came_in_here(qstate, id) || (qstate->query_flags & BIT_RD) == 0 ||
		!pbm_chased(qstate, &name))
		return PBM_GOES_ON;
	return pbm_visit_pins(qstate, id, &name, fail_pin, NULL);
}
