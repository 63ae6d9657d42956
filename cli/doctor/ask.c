/* ask.c - one question to one name server over UDP; see doctor.h. */
#include "doctor.h"
#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

#define CANARY "canary.pinbound.invalid."
#define CANARY_TEXT "pinbound: canary"
#define SECONDS 3

enum { EDE_OPTION = 15, EDE_BLOCKED = 15 };

/* Asks once. NULL without an answer. */
static ldns_pkt *ask(
	const char *address, const char *name, ldns_rr_type type, bool dnssec)
{
	ldns_resolver *resolver = ldns_resolver_new();
	ldns_rdf *server = ldns_rdf_new_frm_str(
		strchr(address, ':') != NULL ? LDNS_RDF_TYPE_AAAA : LDNS_RDF_TYPE_A,
		address);
	ldns_rdf *owner = ldns_dname_new_frm_str(name);
	struct timeval limit = {.tv_sec = SECONDS};
	ldns_pkt *answer = NULL;

	if (resolver != NULL && server != NULL && owner != NULL &&
		ldns_resolver_push_nameserver(resolver, server) == LDNS_STATUS_OK) {
		ldns_resolver_set_timeout(resolver, limit);
		ldns_resolver_set_retry(resolver, 2);
		ldns_resolver_set_edns_udp_size(resolver, 1232);
		ldns_resolver_set_dnssec(resolver, dnssec);
		/* What is out of date is to be seen, not to be refused. */
		ldns_resolver_set_dnssec_cd(resolver, dnssec);
		(void)ldns_resolver_send(&answer, resolver, owner, type, LDNS_RR_CLASS_IN,
			LDNS_RD | (dnssec ? LDNS_CD : 0));
	}
	ldns_rdf_deep_free(server);
	ldns_rdf_deep_free(owner);
	ldns_resolver_deep_free(resolver);
	return answer;
}

/* Does one of the EDNS options say that this is the module? */
static bool is_signed_by_canary(const ldns_pkt *answer)
{
	const ldns_rdf *edns = ldns_pkt_edns_data(answer);
	const uint8_t *at;
	size_t left;

	if (edns == NULL)
		return false;
	at = ldns_rdf_data(edns);
	left = ldns_rdf_size(edns);
	while (left >= 4) {
		size_t size = (size_t)ldns_read_uint16(at + 2);

		if (size > left - 4)
			return false;
		if (ldns_read_uint16(at) == EDE_OPTION &&
			size == 2 + strlen(CANARY_TEXT) &&
			ldns_read_uint16(at + 4) == EDE_BLOCKED &&
			memcmp(at + 6, CANARY_TEXT, strlen(CANARY_TEXT)) == 0)
			return true;
		at += 4 + size;
		left -= 4 + size;
	}
	return false;
}

static const char *rcode_name(const ldns_pkt *answer)
{
	switch (ldns_pkt_get_rcode(answer)) {
	case LDNS_RCODE_NOERROR:
		return "NOERROR";
	case LDNS_RCODE_NXDOMAIN:
		return "NXDOMAIN";
	case LDNS_RCODE_REFUSED:
		return "REFUSED";
	default:
		return "something else";
	}
}

void doctor_ask_canary(struct doctor_server *server)
{
	ldns_pkt *answer;

	if (strchr(server->address, '%') != NULL) {
		server->canary = DOCTOR_SCOPED;
		return;
	}
	answer = ask(server->address, CANARY, LDNS_RR_TYPE_A, false);
	if (answer == NULL) {
		server->canary = DOCTOR_SILENT;
		return;
	}
	if (ldns_pkt_get_rcode(answer) != LDNS_RCODE_SERVFAIL)
		server->canary = DOCTOR_UNPROTECTED;
	else
		server->canary =
			is_signed_by_canary(answer) ? DOCTOR_PROTECTED : DOCTOR_UNMARKED;
	(void)snprintf(server->said, sizeof(server->said), "%s", rcode_name(answer));
	ldns_pkt_free(answer);
}

/* The time that a 32-bit number of RFC 4034 section 3.1.5 means, near now. */
static int64_t near(const ldns_rdf *rdf, int64_t now)
{
	uint32_t seconds = ldns_rdf2native_int32(rdf);

	return now + (int32_t)(seconds - (uint32_t)now);
}

bool doctor_ask_signature(
	const char *address, int64_t now, int64_t *inception, int64_t *expiration)
{
	ldns_pkt *answer = ask(address, ".", LDNS_RR_TYPE_SOA, true);
	ldns_rr_list *signatures =
		answer == NULL ? NULL
			       : ldns_pkt_rr_list_by_type(
					 answer, LDNS_RR_TYPE_RRSIG, LDNS_SECTION_ANSWER);
	const ldns_rr *first =
		signatures == NULL || ldns_rr_list_rr_count(signatures) == 0
			? NULL
			: ldns_rr_list_rr(signatures, 0);
	bool found = first != NULL && ldns_rr_rd_count(first) == 9;

	if (found) {
		*inception = near(ldns_rr_rrsig_inception(first), now);
		*expiration = near(ldns_rr_rrsig_expiration(first), now);
	}
	ldns_rr_list_deep_free(signatures);
	ldns_pkt_free(answer);
	return found;
}
