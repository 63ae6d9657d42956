/* act.c - see act.h. */
#include "act.h"
#include "arrival.h"
#include "ask.h"
#include "cache.h"
#include "keeper.h"
#include "operator.h"
#include "order.h"
#include "read.h"
#include "report.h"

enum pb_standing pbm_standing(const struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons *reasons)
{
	struct pb_subject subject = pbm_subject(pin, aspect);

	return pb_verdicts_ask(
		pbm_of(qstate->env, id)->verdicts, &subject, pbm_now(qstate), reasons);
}

bool pbm_concerns(const struct pb_pin *pin, enum pb_aspect aspect,
	const struct pb_name *name, uint16_t type)
{
	switch (aspect) {
	case PB_ASPECT_CUT:
		return true;
	case PB_ASPECT_DS:
		return pb_pin_has_ds(pin);
	case PB_ASPECT_SERVER:
		return pin->address.count > 0;
	case PB_ASPECT_CHILD_NS:
		return (type == LDNS_RR_TYPE_NS || type == LDNS_RR_TYPE_ANY) &&
		       pb_name_equal(name, &pin->name);
	case PB_ASPECT_MX:
		return pb_pin_has_mx(pin) &&
		       (type == LDNS_RR_TYPE_MX || type == LDNS_RR_TYPE_ANY) &&
		       pb_name_equal(name, &pin->name);
	case PB_ASPECT_EXPIRY:
	case PB_ASPECTS:
		break;
	}
	return false;
}

struct pb_policy pbm_policy(const struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	struct pb_policy policy = pbm_of(qstate->env, id)->policy;
	pb_reasons reasons;

	switch (pbm_standing(qstate, id, pin, aspect, &reasons)) {
	case PB_IN_FORCE:
	case PB_PROBE_DUE:
		policy.in_force = true;
		break;
	case PB_UNKNOWN:
	case PB_LIVE:
	case PB_STALE:
		break;
	}
	return policy;
}

/* Marks the query as refused, for the gate to end it. */
static void mark_refused(struct module_qstate *qstate, int id, const struct pb_name *zone,
	pb_reasons reasons)
{
	struct pbm_query *query = pbm_query_get(qstate, id);
	char text[PBM_EXPLANATION_MAX];

	if (query == NULL)
		return; /* then it is refused all the same, but not explained */
	query->refused = true;
	query->zone = *zone;
	query->reasons = reasons;
	if (!qstate->env->cfg->log_servfail && qstate->env->cfg->val_log_level < 2)
		return;
	/* For log-servfail, whose own words would not be about this. */
	pbm_explain_text(query, text);
	errinf(qstate, text);
}

static void count_refused(struct pbm *pb, pb_reasons reasons)
{
	pbm_count(&pb->tally.refused);
	if (reasons & PB_REASON(PB_UNVERIFIED))
		pbm_count(&pb->tally.unverified);
}

void pbm_refuse(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	enum pb_aspect aspect, pb_reasons reasons)
{
	struct pb_subject subject = pbm_subject(pin, aspect);
	struct pbm *pb = pbm_of(qstate->env, id);

	if (!pbm_is_own(qstate, id)) {
		pb_verdicts_refused(pb->verdicts, &subject);
		count_refused(pb, reasons);
	}
	mark_refused(qstate, id, &pin->name, reasons);
}

/* A query that comes in is refused without its pin being read, if that is known. */
static bool refuse_known(struct module_qstate *qstate, int id, const struct pb_name *zone)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons;

	if (!pbm_in_order(qstate, id) ||
		!pb_verdicts_refuse(pb->verdicts, zone, pb_store_generation(pb->store),
			pbm_now(qstate), &reasons))
		return false;
	count_refused(pb, reasons);
	mark_refused(qstate, id, zone, reasons);
	return true;
}

enum pbm_fate pbm_refuse_alone(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons reasons)
{
	struct pb_policy policy = pbm_policy(qstate, id, pin, aspect);

	if (pb_decide(pin, reasons, &policy, pbm_now(qstate)) != PB_ACTION_REFUSED)
		return PBM_GOES_ON;
	pbm_refuse(qstate, id, pin, aspect, reasons);
	return PBM_REFUSED;
}

void pbm_finish_refused(struct module_qstate *qstate, int id)
{
	qstate->return_rcode = LDNS_RCODE_SERVFAIL;
	qstate->return_msg = NULL;
	qstate->no_cache_store = 1;
	/* Lest serve-expired puts a stale answer in its place. */
	qstate->no_cache_lookup = 1;
	pbm_forget_policy(qstate);
	qstate->ext_state[id] = module_finished;
}

static void remind_of_expiry(const struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_pin *pin)
{
	struct pb_subject subject = pbm_subject(pin, PB_ASPECT_EXPIRY);

	if (pb_pin_expires_soon(pin, pbm_now(qstate)) &&
		pb_verdicts_remind(pb->verdicts, &subject, pbm_now(qstate)))
		pbm_log_expiry(pb, pin);
}

bool pbm_act(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_verdict *verdict, uint32_t ttl, const struct pb_observation *seen,
	const struct pbm_step *step)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	struct pb_subject subject = pbm_subject(pin, verdict->aspect);
	pb_reasons reasons = verdict->reasons;
	struct pb_report report = pb_verdicts_judged(pb->verdicts, &subject,
		pbm_now(qstate), verdict, ttl, pb_fingerprint(reasons, seen),
		pbm_prober(qstate, id, pin, verdict->aspect));

	pbm_log_report(qstate, pb, pin, verdict, &report, seen, step);
	remind_of_expiry(qstate, pb, pin);
	if (report.stray)
		(void)pbm_standing(qstate, id, pin, verdict->aspect, &reasons);
	else if (verdict->action != PB_ACTION_REFUSED)
		return true;
	pbm_refuse(qstate, id, pin, verdict->aspect, reasons);
	return false;
}

bool pbm_act_on_addresses(struct module_qstate *qstate, int id, const struct pb_pin *pin)
{
	struct pb_policy policy = pbm_policy(qstate, id, pin, PB_ASPECT_SERVER);
	struct pb_observation seen = {0};
	struct pb_verdict verdict;

	pbm_read_cached_addresses(&seen.address, qstate->env, pin);
	verdict = pb_judge_servers(pin, &seen, &policy, pbm_now(qstate));
	if (verdict.reasons == 0)
		return true;
	if (verdict.action == PB_ACTION_REFUSED)
		pbm_forget_addresses(qstate->env, pin);
	return pbm_act(qstate, id, pin, &verdict, 0, &seen, NULL);
}

enum pbm_fate pbm_unverified(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	struct pb_subject subject = pbm_subject(pin, aspect);
	struct pb_policy policy = pbm_policy(qstate, id, pin, aspect);
	struct pb_verdict verdict = {.aspect = aspect,
		.scope = PB_SCOPE_SHOWN,
		.reasons = PB_REASON(PB_UNVERIFIED)};
	struct pb_report report;

	verdict.action = pb_decide(pin, verdict.reasons, &policy, pbm_now(qstate));
	report = pb_verdicts_unverified(pb->verdicts, &subject, pbm_now(qstate),
		verdict.action, pbm_prober(qstate, id, pin, aspect));
	pbm_log_report(qstate, pb, pin, &verdict, &report, NULL, NULL);
	if (verdict.action != PB_ACTION_REFUSED) {
		if (!pbm_is_own(qstate, id))
			pbm_count(&pb->tally.unverified);
		return PBM_GOES_ON;
	}
	pbm_refuse(qstate, id, pin, aspect, verdict.reasons);
	return PBM_REFUSED;
}

/* The pin, or the store, could not be read: only the name is known. */
static enum pbm_fate act_unreadable(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_error *error)
{
	struct pbm *pb = pbm_of(qstate->env, id);

	pbm_log_failure(pb, pbm_now(qstate), error->text);
	pbm_count(&pb->tally.unverified);
	if (pb->conf.store_failure_allow || pb->conf.override)
		return PBM_GOES_ON;
	pbm_count(&pb->tally.refused);
	mark_refused(qstate, id, name, PB_REASON(PB_UNVERIFIED));
	return PBM_REFUSED;
}

static void *scratch(void *arg, size_t size)
{
	return regional_alloc(arg, size);
}

/* What becomes of it by the pin of one zone. */
static enum pbm_fate visit_zone(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_name *zone, pbm_visit *visit,
	void *arg)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	struct pb_error error;
	struct pb_pin pin;

	switch (pb_store_load(
		pb->store, zone, &pin, scratch, qstate->env->scratch, &error)) {
	case PB_NOT_FOUND: /* it has just been removed */
		break;
	case PB_FAILED:
		return act_unreadable(qstate, id, zone, &error);
	case PB_OK:
		return visit(qstate, id, name, &pin, arg);
	}
	return PBM_GOES_ON;
}

/* `enters`: it comes in, and a refusal in force is all there is to say. */
static enum pbm_fate visit_pins(struct module_qstate *qstate, int id,
	const struct pb_name *name, bool enters, pbm_visit *visit, void *arg)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	enum pbm_fate fate = PBM_GOES_ON;
	struct pb_error error;
	struct pb_path path;
	struct pb_name zone;
	int own_word;

	switch (pb_store_path(pb->store, name, &path, &error)) {
	case PB_NOT_FOUND:
		return PBM_GOES_ON;
	case PB_FAILED:
		return pbm_may_be_pinned(pb->keeper, name)
			       ? act_unreadable(qstate, id, name, &error)
			       : PBM_GOES_ON;
	case PB_OK:
		break;
	}
	own_word = pbm_operator_labels(qstate->env, pb, name);
	for (unsigned i = 0; i < path.count && fate == PBM_GOES_ON; i++) {
		if (path.labels[i] <= own_word)
			continue;
		pb_name_ancestor(&zone, name, path.labels[i]);
		fate = enters && refuse_known(qstate, id, &zone)
			       ? PBM_REFUSED
			       : visit_zone(qstate, id, name, &zone, visit, arg);
	}
	return fate;
}

enum pbm_fate pbm_visit_pins(struct module_qstate *qstate, int id,
	const struct pb_name *name, pbm_visit *visit, void *arg)
{
	return visit_pins(qstate, id, name, false, visit, arg);
}

enum pbm_fate pbm_enter_pins(struct module_qstate *qstate, int id,
	const struct pb_name *name, pbm_visit *visit, void *arg)
{
	return visit_pins(qstate, id, name, true, visit, arg);
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
