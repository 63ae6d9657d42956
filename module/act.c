/* act.c - see act.h. */
#include "act.h"
#include "report.h"

void pbm_refuse(struct module_qstate *qstate, int id, const struct pb_name *zone,
	pb_reasons reasons)
{
	struct pbm_query *query = pbm_query_get(qstate, id);
	char text[PBM_EXPLANATION_MAX];

	pb_verdicts_refused(pbm_of(qstate->env, id)->verdicts, zone);
	if (query == NULL)
		return; /* then it is refused all the same, but not explained */
	query->refused = true;
	query->zone = *zone;
	query->reasons = reasons;
	/* For log-servfail, whose own words would not be about this. */
	pbm_explain_text(query, text, sizeof(text));
	errinf(qstate, text);
}

void pbm_finish_refused(struct module_qstate *qstate, int id)
{
	qstate->return_rcode = LDNS_RCODE_SERVFAIL;
	qstate->return_msg = NULL;
	qstate->no_cache_store = 1;
	/* Lest serve-expired puts a stale answer in its place. */
	qstate->no_cache_lookup = 1;
	qstate->ext_state[id] = module_finished;
}

static const void *prober(
	const struct module_qstate *qstate, int id, const struct pb_name *zone)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	return query != NULL && query->probes && pb_name_equal(&query->probed, zone)
		       ? query
		       : NULL;
}

bool pbm_act(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_verdict *verdict, uint32_t ttl, const struct pb_observation *seen,
	const struct pbm_step *step)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons = verdict->reasons;
	struct pb_report report = pb_verdicts_judged(pb->verdicts, &pin->name,
		pin->generation, pbm_now(qstate), verdict, ttl,
		pb_fingerprint(reasons, seen), prober(qstate, id, &pin->name));

	pbm_log_report(qstate, pb, pin, verdict, &report, seen, step);
	if (report.stray)
		(void)pb_verdicts_ask(pb->verdicts, &pin->name, pin->generation,
			pbm_now(qstate), &reasons);
	else if (verdict->action != PB_ACTION_REFUSED)
		return true;
	pbm_refuse(qstate, id, &pin->name, reasons);
	return false;
}

bool pbm_act_unverified(struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	struct pb_verdict verdict = {
		.scope = PB_SCOPE_CUT, .reasons = PB_REASON(PB_UNVERIFIED)};
	struct pb_report report;

	verdict.action = pb_decide(pin, verdict.reasons, &pb->policy, pbm_now(qstate));
	report = pb_verdicts_unverified(pb->verdicts, &pin->name, pin->generation,
		pbm_now(qstate), verdict.action);
	pbm_log_report(qstate, pb, pin, &verdict, &report, NULL, NULL);
	if (verdict.action != PB_ACTION_REFUSED)
		return true;
	pbm_refuse(qstate, id, &pin->name, verdict.reasons);
	return false;
}

bool pbm_act_unreadable(struct module_qstate *qstate, int id, const struct pb_name *zone)
{
	const struct pbm *pb = pbm_of(qstate->env, id);

	if (pb->conf.store_failure_allow || pb->conf.override)
		return true;
	pbm_refuse(qstate, id, zone, PB_REASON(PB_UNVERIFIED));
	return false;
}
