/* act.c - see act.h. */
#include "act.h"
#include "cache.h"
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

/* The pin, or the store, could not be read: only the name is known. */
static enum pbm_fate act_unreadable(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_error *error)
{
	const struct pbm *pb = pbm_of(qstate->env, id);

	log_err("pinbound: %s", error->text);
	if (pb->conf.store_failure_allow || pb->conf.override)
		return PBM_GOES_ON;
	pbm_refuse(qstate, id, name, PB_REASON(PB_UNVERIFIED));
	return PBM_REFUSED;
}

static void *scratch(void *arg, size_t size)
{
	return regional_alloc(arg, size);
}

enum pbm_fate pbm_visit_pins(struct module_qstate *qstate, int id,
	const struct pb_name *name, pbm_visit *visit, void *arg)
{
	struct pb_store *store = pbm_of(qstate->env, id)->store;
	enum pbm_fate fate = PBM_GOES_ON;
	struct pb_error error;
	struct pb_path path;
	struct pb_name zone;
	struct pb_pin pin;

	switch (pb_store_path(store, name, &path, &error)) {
	case PB_NOT_FOUND:
		return PBM_GOES_ON;
	case PB_FAILED:
		return act_unreadable(qstate, id, name, &error);
	case PB_OK:
		break;
	}
	for (unsigned i = 0; i < path.count && fate == PBM_GOES_ON; i++) {
		pb_name_ancestor(&zone, name, path.labels[i]);
		switch (pb_store_load(
			store, &zone, &pin, scratch, qstate->env->scratch, &error)) {
		case PB_NOT_FOUND: /* it has just been removed */
			break;
		case PB_FAILED:
			fate = act_unreadable(qstate, id, &zone, &error);
			break;
		case PB_OK:
			fate = visit(qstate, id, name, &pin, arg);
			break;
		}
	}
	return fate;
}

bool pbm_ask_parent(struct module_qstate *qstate, int id, const struct pb_name *zone,
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
