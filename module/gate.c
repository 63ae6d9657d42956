/* gate.c - see gate.h. */
#include "gate.h"
#include "act.h"
#include "cache.h"
#include "canary.h"
#include "leave.h"

/* Seconds that a verdict is kept alive while the parent is silent. */
#define EXTENSION 60

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

static enum pbm_fate enter_stale(
	struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);
	const struct pbm *pb = pbm_of(qstate->env, id);

	if (!pbm_delegation_cached(qstate->env, &pin->name))
		return PBM_GOES_ON; /* then it asks the parent by itself */
	if (start_renewal(qstate, id, pin))
		return PBM_WAITS;
	if (query != NULL && query->renewed &&
		pb_verdicts_extend(pb->verdicts, &pin->name, pin->generation,
			pbm_now(qstate), EXTENSION)) {
		char zone[PB_NAME_TEXT_MAX];

		log_info("pinbound: extended zone=\"%s\"",
			pb_name_to_text(&pin->name, zone));
	}
	return PBM_GOES_ON;
}

/* Judges a query on its way in by one pin. */
static enum pbm_fate enter_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons;

	(void)arg;
	/* A denial in a cache may be of a zone above, from before or by mistake. */
	qstate->no_cache_lookup = 1;
	switch (pb_verdicts_ask(
		pb->verdicts, &pin->name, pin->generation, pbm_now(qstate), &reasons)) {
	case PB_LIVE:
		return PBM_GOES_ON;
	case PB_STALE:
		return enter_stale(qstate, id, pin);
	case PB_PROBE_DUE:
		if (!take_probe(qstate, id, pin))
			break;
		/* fall through */
	case PB_UNKNOWN:
		if (pbm_ask_parent(qstate, id, &pin->name, name))
			return PBM_GOES_ON;
		break;
	case PB_IN_FORCE:
		break;
	}
	pbm_refuse(qstate, id, &pin->name, reasons);
	return PBM_REFUSED;
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
	switch (pbm_visit_pins(qstate, id, &name, enter_pin, NULL)) {
	case PBM_GOES_ON:
	case PBM_RESTARTS: /* nothing has been started yet */
		break;
	case PBM_WAITS:
		qstate->ext_state[id] = module_wait_subquery;
		break;
	case PBM_REFUSED:
		pbm_finish_refused(qstate, id);
		break;
	}
}

static void on_end(struct module_qstate *qstate, int id)
{
	enum pbm_fate fate = pbm_leave(qstate, id);
	struct pbm_query *query = pbm_query_find(qstate, id);

	if (fate == PBM_RESTARTS)
		return;
	if (query != NULL)
		end_probe(qstate->env, id, query);
	if (fate == PBM_REFUSED) {
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
