/* additional.c - see additional.h. */
#include "additional.h"
#include "approved.h"
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

struct looking {
	const struct pbm_step *step;
	bool address; /* of what may be a server */
};

/* The name is about a pin: PBM_REFUSED if it is to go. */
static enum pbm_fate look_at(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg)
{
	const struct looking *looking = arg;
	const struct pbm_step *step = looking->step;
	const struct pb_policy *policy = &pbm_of(qstate->env, id)->policy;

	(void)name;
	return pb_name_below(&pin->name, &step->asked) &&
			       pb_mode_in_force(pin, policy) == PB_MODE_REFUSE &&
			       !(looking->address && is_needed(pin, step))
		       ? PBM_REFUSED
		       : PBM_GOES_ON;
}

/* What is in the authority section for a reason: proofs, and what a referral is. */
static bool belongs(const struct pbm_step *step, const struct ub_packed_rrset_key *rrset,
	const struct pb_name *owner)
{
	uint16_t type = ntohs(rrset->rk.type);

	return pbm_is_proof(rrset) ||
	       (step->response == PB_REFERRAL && pb_name_equal(owner, &step->owner) &&
		       (type == LDNS_RR_TYPE_NS || type == LDNS_RR_TYPE_DS));
}

static bool may_stay(struct module_qstate *qstate, int id, const struct pbm_step *step,
	const struct ub_packed_rrset_key *rrset, bool additional)
{
	uint16_t type = ntohs(rrset->rk.type);
	struct looking looking = {step,
		additional && (type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA)};
	struct pb_name name;

	return !pbm_read_owner(&name, rrset) ||
	       (!additional && belongs(step, rrset, &name)) ||
	       pbm_visit_pins(qstate, id, &name, look_at, &looking) == PBM_GOES_ON;
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

		if (may_stay(qstate, id, step, rrset, additional))
			reply->rrsets[kept++] = rrset;
		else if (additional)
			reply->ar_numrrsets--;
		else
			reply->ns_numrrsets--;
	}
	reply->rrset_count = kept;
}
