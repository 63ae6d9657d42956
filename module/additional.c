/* additional.c - see additional.h. */
#include "additional.h"
#include "read.h"

/* All servers of the pinned zone lie in the other one. */
static bool depends_on(const struct pb_pin *pin, const struct pb_name *zone)
{
	struct pb_bytes element;
	struct pb_name server;

	for (size_t at = 0; pb_set_next(&pin->ns, &at, &element);)
		if (pb_name_from_wire(&server, element.data, element.size) == 0 ||
			!pb_name_at_or_below(&server, zone))
			return false;
	return true;
}

/* Is an address in the pinned zone needed to go where the step leads? */
static bool is_needed(const struct pb_pin *pin, const struct pbm_step *step)
{
	if (step->response == PB_REFERRAL)
		return pb_name_at_or_below(&step->owner, &pin->name) ||
		       depends_on(pin, &step->owner);
	/* Those of the root, and of a stub-zone that is primed, are asked for so. */
	return step->type == LDNS_RR_TYPE_NS;
}

/* The name is about a pin: PBM_REFUSED if it is to go. */
static enum pbm_fate look_at(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	const struct pbm_step *step = arg;
	const struct pb_policy *policy = &pbm_of(qstate->env, id)->policy;

	(void)name;
	return pb_name_below(&pin->name, &step->asked) &&
			       pb_mode_in_force(pin, policy) == PB_MODE_REFUSE &&
			       !is_needed(pin, step)
		       ? PBM_REFUSED
		       : PBM_GOES_ON;
}

/* What the iterator takes for news of a delegation: it is, in a referral only. */
static bool comes_along(const struct pbm_step *step,
	const struct ub_packed_rrset_key *rrset, bool additional)
{
	return additional || (step->response != PB_REFERRAL &&
				     ntohs(rrset->rk.type) == LDNS_RR_TYPE_NS);
}

static bool may_stay(struct module_qstate *qstate, int id, struct pbm_step *step,
	const struct ub_packed_rrset_key *rrset)
{
	struct pb_name name;

	return !pbm_read_owner(&name, rrset) ||
	       pbm_visit_pins(qstate, id, &name, look_at, step) == PBM_GOES_ON;
}

void pbm_drop_additional(struct module_qstate *qstate, int id, struct pbm_step *step)
{
	struct reply_info *reply = step->reply;
	size_t kept = reply->an_numrrsets, authority = kept + reply->ns_numrrsets;

	if (step->forwarded)
		return;
	for (size_t i = kept; i < reply->rrset_count; i++) {
		struct ub_packed_rrset_key *rrset = reply->rrsets[i];
		bool additional = i >= authority;

		if (!comes_along(step, rrset, additional) ||
			may_stay(qstate, id, step, rrset))
			reply->rrsets[kept++] = rrset;
		else if (additional)
			reply->ar_numrrsets--;
		else
			reply->ns_numrrsets--;
	}
	reply->rrset_count = kept;
}
