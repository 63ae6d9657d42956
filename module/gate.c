/*
 * gate.c - see gate.h.
 *
 * A client's query, and a sub-query of the validator, come in through here. A
 * sub-query of the iterator does not: the module sees only its end, with
 * ext_state as it was made, and must not start it again.
 */
#include "gate.h"
#include "act.h"
#include "cache.h"
#include "canary.h"

/* A query is started anew at most so often: one for each pin that turns up. */
#define RESTARTS_MAX 8

/* Seconds that a verdict is kept alive while the parent is silent. */
#define EXTENSION 60

static bool came_in_here(const struct module_qstate *qstate, int id)
{
	return qstate->ext_state[id] != module_state_initial;
}

/* Passes the caches by, and makes the query ask the parent of zone. */
static bool ask_parent(struct module_qstate *qstate, int id, const struct pb_name *zone,
	const struct pb_name *name)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query == NULL)
		return false;
	pbm_forget_delegations(qstate->env, zone, name);
	query->fresh = true;
	qstate->no_cache_lookup = 1;
	return true;
}

/* One query only asks about a deviation again. Not one for DS: the parent
 * answers that, and shows no delegation. */
static bool take_probe(struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query == NULL || query->probes || qstate->qinfo.qtype == LDNS_RR_TYPE_DS ||
		!pb_verdicts_probe(pbm_of(qstate->env, id)->verdicts, &pin->name,
			pin->generation, pbm_now(qstate), query))
		return false;
	query->probes = true;
	query->probed = pin->name;
	return true;
}

static void end_probe(const struct module_env *env, int id, struct pbm_query *query)
{
	if (!query->probes)
		return;
	query->probes = false;
	pb_verdicts_probe_end(pbm_of(env, id)->verdicts, &query->probed, query);
}

/*
 * Has the parent asked beside a query, so that the delegation in the cache stays
 * of use if there is no answer. Returns true if the query is to wait.
 */
static bool start_renewal(struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	struct query_info question = {
		.qtype = LDNS_RR_TYPE_NS, .qclass = LDNS_RR_CLASS_IN};
	struct pb_name zone = pin->name;
	struct pbm_query *query = pbm_query_get(qstate, id), *of_sub;
	struct module_qstate *sub = NULL;

	question.qname = zone.wire;
	question.qname_len = zone.size;
	if (query == NULL || query->renewed ||
		(*qstate->env->detect_cycle)(qstate, &question, BIT_RD | BIT_CD, 0, 1) ||
		!pbm_attach_sub(qstate, &question, BIT_RD | BIT_CD, 1, &sub))
		return false;
	query->renewed = true;
	if (sub == NULL)
		return true; /* another query has it asked already */
	of_sub = pbm_query_get(sub, id);
	if (of_sub == NULL) {
		(*qstate->env->kill_sub)(sub);
		return false;
	}
	of_sub->is_renewal = true;
	/* So it asks the parent, although the NS RRset is in the cache. */
	sub->prefetch_leeway = 1;
	sub->no_cache_lookup = 1;
	return true;
}

/* What is to become of a query, as far as one pin is concerned. */
enum next { GO_ON, WAIT, REFUSE };

static enum next enter_stale(
	struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	const struct pbm *pb = pbm_of(qstate->env, id);

	if (!pbm_delegation_cached(qstate->env, &pin->name))
		return GO_ON; /* then it asks the parent by itself */
	if (start_renewal(qstate, id, pin))
		return WAIT;
	if (query != NULL && query->renewed &&
		pb_verdicts_extend(pb->verdicts, &pin->name, pin->generation,
			pbm_now(qstate), EXTENSION)) {
		char zone[PB_NAME_TEXT_MAX];

		log_info("pinbound: extended zone=\"%s\"",
			pb_name_to_text(&pin->name, zone));
	}
	return GO_ON;
}

static enum next enter_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons;

	/* A denial in a cache may be of a zone above, from before or by mistake. */
	qstate->no_cache_lookup = 1;
	switch (pb_verdicts_ask(
		pb->verdicts, &pin->name, pin->generation, pbm_now(qstate), &reasons)) {
	case PB_LIVE:
		return GO_ON;
	case PB_STALE:
		return enter_stale(qstate, id, pin);
	case PB_PROBE_DUE:
		if (!take_probe(qstate, id, pin))
			break;
		/* fall through */
	case PB_UNKNOWN:
		if (ask_parent(qstate, id, &pin->name, name))
			return GO_ON;
		break;
	case PB_IN_FORCE:
		break;
	}
	pbm_refuse(qstate, id, &pin->name, reasons);
	return REFUSE;
}

/* Judges a query on its way in by every pin at and above its name. */
static enum next enter(struct module_qstate *qstate, int id, const struct pb_name *name)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	struct pb_error error;
	struct pb_path path;
	struct pb_name zone;
	struct pb_pin pin;

	switch (pb_store_path(pb->store, name, &path, &error)) {
	case PB_NOT_FOUND:
		return GO_ON;
	case PB_FAILED:
		log_err("pinbound: %s", error.text);
		return pbm_act_unreadable(qstate, id, name) ? GO_ON : REFUSE;
	case PB_OK:
		break;
	}
	for (unsigned i = 0; i < path.count; i++) {
		enum next next = GO_ON;

		switch (pbm_load_pin(qstate, pb, name, path.labels[i], &pin)) {
		case PB_NOT_FOUND:
			break;
		case PB_FAILED:
			pb_name_ancestor(&zone, name, path.labels[i]);
			next = pbm_act_unreadable(qstate, id, &zone) ? GO_ON : REFUSE;
			break;
		case PB_OK:
			next = enter_pin(qstate, id, name, &pin);
			break;
		}
		if (next != GO_ON)
			return next;
	}
	return GO_ON;
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

static void on_start(struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	struct pb_name name;

	qstate->ext_state[id] = module_wait_module;
	if (qstate->qinfo.qclass != LDNS_RR_CLASS_IN ||
		(query != NULL && query->is_renewal) ||
		pb_name_from_wire(&name, qstate->qinfo.qname, qstate->qinfo.qname_len) ==
			0)
		return;
	if (pbm_is_canary(&qstate->qinfo)) {
		refuse_canary(qstate, id);
		return;
	}
	switch (enter(qstate, id, &name)) {
	case GO_ON:
		break;
	case WAIT:
		qstate->ext_state[id] = module_wait_subquery;
		break;
	case REFUSE:
		pbm_finish_refused(qstate, id);
		break;
	}
}

/* Starts the modules behind this one anew, with what was dropped forgotten. */
static bool restart(struct module_qstate *qstate, int id, const struct pb_name *zone,
	const struct pb_name *name)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query == NULL || !came_in_here(qstate, id) ||
		query->restarts == RESTARTS_MAX || !ask_parent(qstate, id, zone, name))
		return false;
	query->restarts++;
	query->again = false;
	qstate->return_msg = NULL;
	qstate->return_rcode = LDNS_RCODE_NOERROR;
	qstate->no_cache_store = 0;
	qstate->ext_state[id] = module_restart_next;
	return true;
}

/* What is to become of an answer. */
enum fate { LEAVES, REFUSED, RESTARTED };

/* An answer for a zone that nobody has judged yet: from a cache, or dropped. */
static enum fate leave_unseen(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	if (restart(qstate, id, &pin->name, name))
		return RESTARTED;
	return pbm_act_unverified(qstate, id, pin) ? LEAVES : REFUSED;
}

/* The answer denies name, or data there, in the name of a zone above zone. */
static bool denied_from_above(
	const struct dns_msg *msg, const struct pb_name *name, const struct pb_name *zone)
{
	struct pb_name owner;
	bool parent_side = msg->qinfo.qtype == LDNS_RR_TYPE_DS &&
			   FLAGS_GET_RCODE(msg->rep->flags) == LDNS_RCODE_NOERROR &&
			   pb_name_equal(name, zone);

	if (msg->rep->an_numrrsets > 0 || parent_side)
		return false;
	for (size_t i = 0; i < msg->rep->ns_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = msg->rep->rrsets[i];

		if (ntohs(rrset->rk.type) == LDNS_RR_TYPE_SOA &&
			pb_name_from_wire(&owner, rrset->rk.dname, rrset->rk.dname_len) !=
				0 &&
			pb_name_below(zone, &owner))
			return true;
	}
	return false;
}

/* A denial that came past the observer, out of a cache. */
static enum fate leave_denied(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	const struct pbm *pb = pbm_of(qstate->env, id);
	const struct pb_observation none = {0};
	struct pb_verdict verdict = {
		.scope = PB_SCOPE_CUT, .reasons = PB_REASON(PB_DELEGATION_GONE)};

	if ((query == NULL || !query->fresh) && restart(qstate, id, &pin->name, name))
		return RESTARTED;
	verdict.action = pb_decide(pin, verdict.reasons, &pb->policy, pbm_now(qstate));
	return pbm_act(qstate, id, pin, &verdict, 0, &none, NULL) ? LEAVES : REFUSED;
}

static enum fate leave_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons;

	switch (pb_verdicts_ask(
		pb->verdicts, &pin->name, pin->generation, pbm_now(qstate), &reasons)) {
	case PB_LIVE:
	case PB_STALE:
		if (denied_from_above(qstate->return_msg, name, &pin->name))
			return leave_denied(qstate, id, name, pin);
		return LEAVES;
	case PB_UNKNOWN:
	case PB_PROBE_DUE:
		/* The parent has the say about DS, and shows no delegation with it. */
		if (qstate->qinfo.qtype == LDNS_RR_TYPE_DS &&
			pb_name_equal(name, &pin->name))
			return LEAVES;
		return leave_unseen(qstate, id, name, pin);
	case PB_IN_FORCE:
		break;
	}
	pbm_refuse(qstate, id, &pin->name, reasons);
	return REFUSED;
}

/* Judges an answer on its way out by every pin at and above one of its names. */
static enum fate leave_name(
	struct module_qstate *qstate, int id, const struct pb_name *name)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	enum fate fate = LEAVES;
	struct pb_error error;
	struct pb_path path;
	struct pb_name zone;
	struct pb_pin pin;

	switch (pb_store_path(pb->store, name, &path, &error)) {
	case PB_NOT_FOUND:
		return LEAVES;
	case PB_FAILED:
		return pbm_act_unreadable(qstate, id, name) ? LEAVES : REFUSED;
	case PB_OK:
		break;
	}
	for (unsigned i = 0; i < path.count && fate == LEAVES; i++) {
		pb_name_ancestor(&zone, name, path.labels[i]);
		switch (pbm_load_pin(qstate, pb, name, path.labels[i], &pin)) {
		case PB_NOT_FOUND:
			break;
		case PB_FAILED:
			fate = pbm_act_unreadable(qstate, id, &zone) ? LEAVES : REFUSED;
			break;
		case PB_OK:
			fate = leave_pin(qstate, id, name, &pin);
			break;
		}
	}
	if (fate == REFUSED && qstate->return_msg != NULL)
		pbm_forget_rrsets(qstate->env, qstate->return_msg, &zone);
	return fate;
}

/* Judges the question and every RRset of the answer: CNAMEs lead elsewhere. */
static enum fate leave(struct module_qstate *qstate, int id)
{
	const struct reply_info *reply = qstate->return_msg->rep;
	struct pb_name name, last;
	enum fate fate;

	if (pb_name_from_wire(&name, qstate->qinfo.qname, qstate->qinfo.qname_len) == 0)
		return LEAVES;
	fate = leave_name(qstate, id, &name);
	last = name;
	for (size_t i = 0; fate == LEAVES && i < reply->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (pb_name_from_wire(&name, rrset->rk.dname, rrset->rk.dname_len) == 0 ||
			pb_name_equal(&name, &last))
			continue;
		fate = leave_name(qstate, id, &name);
		last = name;
	}
	return fate;
}

/*
 * A query that failed: if a zone on its way has still not been judged, its
 * parent could not be reached.
 */
static enum fate fail(struct module_qstate *qstate, int id)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	const struct pbm_query *query = pbm_query_find(qstate, id);
	struct pb_error error;
	struct pb_path path;
	struct pb_name name;
	struct pb_pin pin;
	pb_reasons reasons;

	if (!came_in_here(qstate, id) || !pbm_chased(qstate, &name) ||
		pb_store_path(pb->store, &name, &path, &error) != PB_OK)
		return LEAVES;
	for (unsigned i = 0; i < path.count; i++) {
		enum pb_standing standing;

		if (pbm_load_pin(qstate, pb, &name, path.labels[i], &pin) != PB_OK)
			continue;
		standing = pb_verdicts_ask(pb->verdicts, &pin.name, pin.generation,
			pbm_now(qstate), &reasons);
		if (standing == PB_UNKNOWN && query != NULL && query->again &&
			restart(qstate, id, &query->unseen, &name))
			return RESTARTED;
		if ((standing == PB_UNKNOWN || standing == PB_PROBE_DUE) &&
			!pbm_act_unverified(qstate, id, &pin))
			return REFUSED;
	}
	return LEAVES;
}

static void on_end(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_find(qstate, id);
	enum fate fate = LEAVES;

	if (query != NULL && query->refused)
		fate = REFUSED;
	else if (qstate->qinfo.qclass != LDNS_RR_CLASS_IN)
		fate = LEAVES;
	else if (qstate->return_msg == NULL || qstate->return_rcode != LDNS_RCODE_NOERROR)
		fate = fail(qstate, id);
	else
		fate = leave(qstate, id);
	if (fate == RESTARTED)
		return;
	query = pbm_query_find(qstate, id);
	if (query != NULL)
		end_probe(qstate->env, id, query);
	if (fate == REFUSED) {
		/* Also a SERVFAIL of Unbound's own, which would not say why. */
		msg_cache_remove(qstate->env, qstate->qinfo.qname,
			qstate->qinfo.qname_len, qstate->qinfo.qtype,
			qstate->qinfo.qclass, qstate->query_flags);
		pbm_finish_refused(qstate, id);
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

	if (query != NULL)
		end_probe(qstate->env, id, query);
	qstate->minfo[id] = NULL;
}
