/* observe.c - see observe.h. */
#include "observe.h"
#include "act.h"
#include "cache.h"

/* The names in the RDATA of an NS RRset, as a set in scratch memory. */
static void read_ns(struct pb_observation *seen, const struct ub_packed_rrset_key *rrset,
	struct regional *scratch)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	struct pb_setbuf buf;
	struct pb_name host;
	size_t size = 0;
	uint8_t *octets;

	for (size_t i = 0; i < data->count; i++)
		size += data->rr_len[i];
	if (size > UINT16_MAX)
		size = UINT16_MAX;
	octets = regional_alloc(scratch, size);
	seen->too_many_ns = octets == NULL;
	if (octets == NULL)
		return;
	pb_setbuf_init(&buf, octets, size, pb_order_names);
	for (size_t i = 0; i < data->count; i++) {
		if (pb_name_from_wire(&host, data->rr_data[i] + 2, data->rr_len[i] - 2) ==
				0 ||
			!pb_setbuf_add(&buf, host.wire, host.size))
			seen->too_many_ns = true;
	}
	seen->ns = buf.set;
}

static struct ub_packed_rrset_key *answer_rrset(
	const struct reply_info *reply, const struct pb_name *owner, uint16_t type)
{
	struct pb_name name;

	for (size_t i = 0; i < reply->an_numrrsets; i++) {
		struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (ntohs(rrset->rk.type) == type &&
			pb_name_from_wire(&name, rrset->rk.dname, rrset->rk.dname_len) !=
				0 &&
			pb_name_equal(&name, owner))
			return rrset;
	}
	return NULL;
}

/* May the server that answered serve the child, too? */
static bool from_pinned_server(const struct module_qstate *qstate,
	const struct pbm_step *step, const struct pb_pin *pin)
{
	if (pbm_asked_only(qstate, &pin->ns, &pin->child_ns))
		return true;
	return step->server != NULL &&
	       (pbm_address_known(qstate->env, &pin->ns, step->server) ||
		       pbm_address_known(qstate->env, &pin->child_ns, step->server));
}

/*
 * What the step says from the point of view of one pin. `name` is what its data
 * is about: the name that is chased, or an owner of other data that came along.
 * Returns the seconds for which it is good.
 */
static uint32_t observe_for(struct pb_observation *seen, struct module_qstate *qstate,
	const struct pbm_step *step, const struct pb_name *name, const struct pb_pin *pin)
{
	struct ub_packed_rrset_key *ns = step->referral;
	bool along = !pb_name_equal(name, &step->chased);

	*seen = (struct pb_observation){
		.response = along ? PB_POSITIVE : step->response,
		.asked = step->asked,
		.question = along ? *name : step->question,
		.type = along ? 0 : step->type,
		.owner = step->owner,
		.has_owner = step->has_owner,
	};
	if (step->response == PB_POSITIVE && seen->type == LDNS_RR_TYPE_NS)
		ns = answer_rrset(step->reply, &pin->name, LDNS_RR_TYPE_NS);
	if (ns != NULL)
		read_ns(seen, ns, qstate->env->scratch);
	if (pb_name_below(&pin->name, &step->asked))
		seen->from_pinned_server = from_pinned_server(qstate, step, pin);
	if (ns != NULL)
		return (uint32_t)((struct packed_rrset_data *)ns->entry.data)->ttl;
	return (uint32_t)step->reply->ttl;
}

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

/* The child's side is as good as the delegation that led there. */
static bool admit_child(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_name *name)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	pb_reasons reasons;

	switch (pb_verdicts_ask(
		pb->verdicts, &pin->name, pin->generation, pbm_now(qstate), &reasons)) {
	case PB_LIVE:
	case PB_STALE:
		return true;
	case PB_IN_FORCE:
		pbm_refuse(qstate, id, &pin->name, reasons);
		return false;
	case PB_PROBE_DUE:
	case PB_UNKNOWN:
		break;
	}
	if (pb_mode_in_force(pin, &pb->policy) == PB_MODE_LOG)
		return true;
	return ask_again(qstate, id, &pin->name, name);
}

/* Judges the step, which arg is, by one pin. */
static enum pbm_fate observe_pin(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	const struct pbm_step *step = arg;
	struct pb_observation seen;
	uint32_t ttl = observe_for(&seen, qstate, step, name, pin);
	struct pb_verdict verdict = pb_judge(pin, &seen, &pb->policy, pbm_now(qstate));

	if (verdict.scope == PB_SCOPE_NOTHING)
		return PBM_GOES_ON;
	if (verdict.scope == PB_SCOPE_CHILD && !admit_child(qstate, id, pin, name))
		return PBM_REFUSED;
	return pbm_act(qstate, id, pin, &verdict, ttl, &seen, step) ? PBM_GOES_ON
								    : PBM_REFUSED;
}

/* Judges the step by every pin at and above the name. True if it may be used. */
static bool observe_name(struct module_qstate *qstate, int id, struct pbm_step *step,
	const struct pb_name *name)
{
	return pbm_visit_pins(qstate, id, name, observe_pin, step) == PBM_GOES_ON;
}

/* Data of other names may come along behind a CNAME. */
static bool observe_answer(struct module_qstate *qstate, int id, struct pbm_step *step)
{
	struct pb_name name, last = step->chased;

	if (step->response != PB_POSITIVE)
		return true;
	for (size_t i = 0; i < step->reply->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = step->reply->rrsets[i];

		if (pb_name_from_wire(&name, rrset->rk.dname, rrset->rk.dname_len) == 0 ||
			pb_name_equal(&name, &last) ||
			pb_name_equal(&name, &step->chased))
			continue;
		if (!observe_name(qstate, id, step, &name))
			return false;
		last = name;
	}
	return true;
}

int pbm_observe(struct module_qstate *qstate, struct dns_msg *response, int id, void *arg)
{
	struct pbm_step step;

	(void)arg;
	if (response == NULL || !pbm_step_read(&step, qstate, response))
		return 1;
	if (!observe_name(qstate, id, &step, &step.chased) ||
		!observe_answer(qstate, id, &step))
		pbm_end_query(qstate);
	return 1;
}
