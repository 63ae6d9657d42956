/*
 * peek.h - the one place that looks into the iterator's private state.
 */
#ifndef PBM_PEEK_H
#define PBM_PEEK_H

#include "host.h"
#include "pinbound/judge.h"

/* One step of the iterator: what it asked whom, and what came back. */
struct pbm_step {
	enum pb_response response;
	struct pb_name asked;    /* the zone whose servers were asked */
	struct pb_name chased;   /* what the client's question is about by now */
	struct pb_name question; /* what was really asked: QNAME minimisation */
	uint16_t type;
	bool forwarded;       /* the zone's servers are a forwarder's */
	struct pb_name owner; /* of the referral's NS, or of a denial's SOA */
	bool has_owner;
	bool alias; /* a CNAME or DNAME in the place of what was asked for */
	struct ub_packed_rrset_key *referral; /* the NS RRset of a referral */
	struct reply_info *reply;
	/* Who answered; NULL if that is not known, as for a local copy of a zone. */
	struct sockaddr_storage *server;
	socklen_t server_size;
};

/*
 * Reads the step that ends with this response. False if it says nothing: lame,
 * refused, truncated, or of another class.
 */
bool pbm_step_read(
	struct pbm_step *step, struct module_qstate *qstate, struct dns_msg *response);

/* Steps through the servers of the zone that was asked: *place begins as NULL. */
bool pbm_next_server(
	const struct module_qstate *qstate, const void **place, struct pb_name *server);

/*
 * Makes the iterator drop the response that it is about to process, and end the
 * query with SERVFAIL: no other server is asked, nothing is stored.
 */
void pbm_end_query(struct module_qstate *qstate);

/* The name that the question is about by now; false if there is no iterator. */
bool pbm_chased(const struct module_qstate *qstate, struct pb_name *name);

#endif
