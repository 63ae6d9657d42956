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

enum section { ANSWER, AUTHORITY, ADDITIONAL };

/* Is it what the response is: an answer, a denial with its proofs, or a referral? The NS
 * RRset of a referral can be in the answer section, but nothing else of it. */
static bool belongs(const struct pbm_step *step, const struct ub_packed_rrset_key *rrset,
	const struct pb_name *owner, enum section section)
{
	bool refers = step->response == PB_REFERRAL;

	switch (section) {
	case ANSWER:
		return !refers || rrset == step->referral;
	case AUTHORITY:
		return pbm_is_proof(rrset) ||
		       (refers && (rrset == step->referral ||
					  (ntohs(rrset->rk.type) == LDNS_RR_TYPE_DS &&
						  pb_name_equal(owner, &step->owner))));
	case ADDITIONAL:
		break;
	}
	return false;
}

static bool may_stay(struct module_qstate *qstate, int id, const struct pbm_step *step,
	const struct ub_packed_rrset_key *rrset, enum section section)
{
	uint16_t type = ntohs(rrset->rk.type);
	struct looking looking = {
		step, section == ADDITIONAL &&
			      (type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA)};
	struct pb_name owner;

	/* What answers is about the question, whatever its owner: a DNAME is above. */
	return !pbm_read_owner(&owner, rrset) || belongs(step, rrset, &owner, section) ||
	       pbm_visit_pins(qstate, id, section == ANSWER ? &step->question : &owner,
		       look_at, &looking) == PBM_GOES_ON;
}

void pbm_drop_additional(struct module_qstate *qstate, int id, struct pbm_step *step)
{
	struct reply_info *reply = step->reply;
	size_t *counts[] = {
		&reply->an_numrrsets, &reply->ns_numrrsets, &reply->ar_numrrsets};
	size_t at = 0, kept = 0;

	if (step->forwarded)
		return;
	for (enum section section = ANSWER; section <= ADDITIONAL; section++)
		for (size_t end = at + *counts[section]; at < end; at++) {
			struct ub_packed_rrset_key *rrset = reply->rrsets[at];

			if (may_stay(qstate, id, step, rrset, section))
				reply->rrsets[kept++] = rrset;
			else
				--*counts[section];
		}
	reply->rrset_count = kept;
}
