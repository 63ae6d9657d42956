/* leaving.c - see leaving.h. */
#include "leaving.h"
#include "approved.h"
#include "read.h"

void pbm_leaving_read(struct pbm_leaving *leaving, const struct dns_msg *msg,
	const struct pb_name *name)
{
	*leaving = (struct pbm_leaving){.msg = msg, .end = *name};
	leaving->empty = pbm_read_end(&leaving->end, msg->qinfo.qtype, msg->rep);
}

bool pbm_denied_from_above(const struct pbm_leaving *leaving, const struct pb_name *name,
	const struct pb_name *zone)
{
	const struct dns_msg *msg = leaving->msg;
	struct pb_name owner;
	bool parent_side = msg->qinfo.qtype == LDNS_RR_TYPE_DS &&
			   FLAGS_GET_RCODE(msg->rep->flags) == LDNS_RCODE_NOERROR &&
			   pb_name_equal(name, zone);

	if (!leaving->empty || !pb_name_equal(name, &leaving->end) || parent_side)
		return false;
	for (size_t i = 0; i < msg->rep->ns_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset =
			msg->rep->rrsets[msg->rep->an_numrrsets + i];

		if (ntohs(rrset->rk.type) == LDNS_RR_TYPE_SOA &&
			pbm_read_owner(&owner, rrset) && pb_name_below(zone, &owner))
			return true;
	}
	return false;
}

bool pbm_made_above(const struct pbm_leaving *leaving, const struct pb_name *name,
	const struct pb_name *zone)
{
	const struct reply_info *reply = leaving->msg->rep;
	bool by_dname = false;
	struct pb_name owner;

	for (size_t i = 0; i < reply->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (!pbm_read_owner(&owner, rrset))
			continue;
		if (pb_name_equal(&owner, name) &&
			(by_dname || pbm_signed_above(rrset, zone)))
			return true;
		by_dname = ntohs(rrset->rk.type) == LDNS_RR_TYPE_DNAME &&
			   pb_name_below(zone, &owner);
	}
	return false;
}

bool pbm_was_observed(struct module_qstate *qstate, int id,
	const struct pbm_leaving *leaving, const struct pb_name *name)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	const struct dns_msg *msg = leaving->msg;
	struct regional *region = qstate->env->scratch;
	struct pb_name owner;

	if (qstate->no_cache_lookup || !pb->marks_tell)
		return true;
	if (leaving->empty && pb_name_equal(name, &leaving->end))
		return pbm_denial_approved(pb, region, name, msg->qinfo.qtype,
			FLAGS_GET_RCODE(msg->rep->flags));
	for (size_t i = 0; i < msg->rep->an_numrrsets; i++)
		if (pbm_read_owner(&owner, msg->rep->rrsets[i]) &&
			pb_name_equal(&owner, name) &&
			!pbm_rrset_approved(pb, region, msg->rep->rrsets[i]))
			return false;
	return true;
}
