/* peek.c - see peek.h. */
#include "peek.h"
#include "read.h"
#include <limits.h>

static struct iter_qstate *iterator_of(const struct module_qstate *qstate)
{
	int id = modstack_find(&qstate->env->mesh->mods, "iterator");

	return id < 0 ? NULL : qstate->minfo[id];
}

static bool read_name(struct pb_name *name, const uint8_t *dname, size_t size)
{
	return dname != NULL && pb_name_from_wire(name, dname, size) != 0;
}

/* The first of the type from one RRset up to another, as find_NS() in iter_delegpt.c. */
static struct ub_packed_rrset_key *find_type(
	const struct reply_info *reply, size_t begin, size_t end, uint16_t type)
{
	for (size_t i = begin; i < end; i++)
		if (ntohs(reply->rrsets[i]->rk.type) == type)
			return reply->rrsets[i];
	return NULL;
}

static struct ub_packed_rrset_key *authority_rrset(
	const struct reply_info *reply, uint16_t type)
{
	return find_type(reply, reply->an_numrrsets,
		reply->an_numrrsets + reply->ns_numrrsets, type);
}

/*
 * The iterator also sets aside what lacks the signatures that it expects, but for what it
 * throws away anyhow: see processQueryResponse() in iterator.c.
 */
static bool lacks_dnssec(const struct module_qstate *qstate, const struct iter_qstate *iq,
	struct dns_msg *response)
{
	return !qstate->env->cfg->disable_dnssec_lame_check && iq->dnssec_expected &&
	       !iq->dnssec_lame_query && !(iq->chase_flags & BIT_RD) &&
	       iq->sent_count < DNSSEC_LAME_DETECT_COUNT &&
	       !iter_msg_has_dnssec(response);
}

/* Fills in a referral, whose NS RRset may be anywhere in the answer section: false if it
 * does not lead towards the question. */
static bool read_referral(struct pbm_step *step, const struct reply_info *reply)
{
	step->response = PB_REFERRAL;
	step->referral = authority_rrset(reply, LDNS_RR_TYPE_NS);
	if (step->referral == NULL)
		step->referral =
			find_type(reply, 0, reply->an_numrrsets, LDNS_RR_TYPE_NS);
	step->has_owner = step->referral != NULL &&
			  read_name(&step->owner, step->referral->rk.dname,
				  step->referral->rk.dname_len);
	return step->has_owner && pb_name_below(&step->owner, &step->asked) &&
	       pb_name_at_or_below(&step->chased, &step->owner);
}

/* Does the iterator go on to where the alias leads? Not by a DNAME that leads below
 * itself: see processQueryResponse(). */
static bool leads_on(const struct pbm_step *step, const struct reply_info *reply)
{
	const struct ub_packed_rrset_key *first;
	struct pb_name owner, target;

	if (!step->alias)
		return false;
	first = reply->rrsets[0];
	return ntohs(first->rk.type) != LDNS_RR_TYPE_DNAME ||
	       !pbm_read_owner(&owner, first) || !pbm_read_target(&target, first) ||
	       !pb_name_at_or_below(&target, &owner);
}

static void read_answer(struct pbm_step *step, const struct reply_info *reply)
{
	const struct ub_packed_rrset_key *soa = authority_rrset(reply, LDNS_RR_TYPE_SOA);

	/* That a name does not exist is good for all below, whatever data come with it.
	 * Of an alias it is said of where that leads. */
	if (FLAGS_GET_RCODE(reply->flags) == LDNS_RCODE_NXDOMAIN &&
		!leads_on(step, reply))
		step->response = PB_NXDOMAIN;
	else if (reply->an_numrrsets > 0)
		step->response = PB_POSITIVE;
	else
		step->response = PB_NODATA;
	step->has_owner =
		soa != NULL && read_name(&step->owner, soa->rk.dname, soa->rk.dname_len);
}

bool pbm_step_read(
	struct pbm_step *step, struct module_qstate *qstate, struct dns_msg *response)
{
	struct iter_qstate *iq = iterator_of(qstate);
	enum response_type type;

	memset(step, 0, sizeof(*step));
	if (iq == NULL || iq->dp == NULL || iq->qchase.qclass != LDNS_RR_CLASS_IN)
		return false;
	if (!read_name(&step->asked, iq->dp->name, iq->dp->namelen) ||
		!read_name(&step->chased, iq->qchase.qname, iq->qchase.qname_len) ||
		!read_name(&step->question, iq->qinfo_out.qname, iq->qinfo_out.qname_len))
		return false;
	step->type = iq->qinfo_out.qtype;
	step->forwarded = (iq->chase_flags & BIT_RD) && !iq->auth_zone_response;
	step->reply = response->rep;
	if (!iq->auth_zone_response && qstate->reply != NULL) {
		step->server = &qstate->reply->remote_addr;
		step->server_size = qstate->reply->remote_addrlen;
	}
	type = pbm_response_type(iq, response);
	if (type != RESPONSE_TYPE_THROWAWAY && lacks_dnssec(qstate, iq, response))
		return false;
	switch (type) {
	case RESPONSE_TYPE_REFERRAL:
		if (!step->forwarded)
			return read_referral(step, response->rep);
		/* The iterator does not follow it either. */
		read_answer(step, response->rep);
		return true;
	case RESPONSE_TYPE_CNAME:
		step->alias = true;
		read_answer(step, response->rep);
		return true;
	case RESPONSE_TYPE_ANSWER:
		read_answer(step, response->rep);
		return true;
	case RESPONSE_TYPE_THROWAWAY:
		/* The iterator goes by this one all the same. */
		if (FLAGS_GET_RCODE(response->rep->flags) != LDNS_RCODE_YXDOMAIN)
			return false;
		step->alias = step->type != LDNS_RR_TYPE_CNAME &&
			      pbm_answer_rrset(step->reply, &step->question,
				      LDNS_RR_TYPE_CNAME) != NULL;
		read_answer(step, response->rep);
		return true;
	default:
		return false;
	}
}

bool pbm_next_server(
	const struct module_qstate *qstate, const void **place, struct pb_name *server)
{
	const struct iter_qstate *iq = iterator_of(qstate);
	const struct delegpt_ns *next = *place;

	if (iq == NULL || iq->dp == NULL)
		return false;
	do
		next = next == NULL ? iq->dp->nslist : next->next;
	while (next != NULL && !read_name(server, next->name, next->namelen));
	*place = next;
	return next != NULL;
}

void pbm_end_query(struct module_qstate *qstate)
{
	struct iter_qstate *iq = iterator_of(qstate);

	qstate->no_cache_store = 1;
	if (iq == NULL)
		return;
	/* Without a response it goes on to the next server, but not after so many
	 * referrals. The number of queries sent would do as well, but its limit is
	 * configurable, and the SERVFAIL then is cached. */
	iq->response = NULL;
	iq->referral_count = INT_MAX;
}

bool pbm_chased(const struct module_qstate *qstate, struct pb_name *name)
{
	const struct iter_qstate *iq = iterator_of(qstate);

	return iq != NULL && read_name(name, iq->qchase.qname, iq->qchase.qname_len);
}
