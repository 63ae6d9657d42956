/*
 * read.h - what a response says, as an observation that can be judged. Pure: no
 * network, no clock. The message may be hostile.
 */
#ifndef PINBOUND_SURVEY_READ_H
#define PINBOUND_SURVEY_READ_H

#include "arena.h"
#include <ldns/ldns.h>

enum { READ_TYPE_A = 1, READ_TYPE_AAAA = 28, READ_TYPE_DNSKEY = 48 };
enum { READ_TYPE_CDS = 59, READ_TYPE_CDNSKEY = 60, READ_TYPE_CSYNC = 62 };

enum read_sort {
	READ_SAYS,  /* it says something: the observation counts */
	READ_ERROR, /* an RCODE that says nothing: SERVFAIL, REFUSED ... */
	READ_LAME,  /* not by a server of the zone that was asked */
};

struct read_response {
	enum read_sort sort;
	/* READ_ERROR, READ_LAME: why, for a person. */
	char why[96];
	struct pb_observation seen;
	bool authoritative; /* AA */
	/* PB_REFERRAL: addresses in the additional section of hosts in `seen.ns`, which
	 * lie in the zone that was asked; elements as in a pin. The same as seen.address.
	 */
	struct pb_seen_set glue;
	/* PB_POSITIVE for other types than NS, DS and MX: the RDATA of the RRset of the
	 * question's name and type, in wire form, sorted. */
	struct pb_seen_set rdata;
	uint32_t ttl; /* of what was asked for, or of the referral; seconds */
};

/*
 * Reads a response of a server of `asked` to (question, type). Glue, NS, DS and MX
 * sets are read as `name` would be judged: it is the question's name, unless the
 * question was shortened. `forwarder`: asked with RD, of a resolver; `asked` is the
 * question's own name then. The sets are made in the arena.
 */
void read_response(struct read_response *response, const ldns_pkt *message,
	const struct pb_name *asked, const struct pb_name *question, uint16_t type,
	const struct pb_name *name, bool forwarder, struct arena *arena);

/* A name of ldns in canonical form. False if it is none. */
bool read_name(struct pb_name *name, const ldns_rdf *rdf);

/*
 * Reads the next record of a zone file, RFC 1035 section 5, as ldns_rr_new_frm_fp_l()
 * does, but for this: an $ORIGIN may be relative to the one before; any other line with
 * "$" in front than $ORIGIN, $TTL and $INCLUDE is a mistake; and without memory for the
 * owner of the line it fails, where ldns 1.8.3 calls a record good that it has freed, and
 * leaves *previous NULL. `previous` is needed, and *origin, which is the owner of a first
 * record that has none. If ldns finds a mistake, *origin may be NULL.
 */
ldns_status read_record(ldns_rr **rr, FILE *file, uint32_t *ttl, ldns_rdf **origin,
	ldns_rdf **previous, int *lines);

/* Adds the address of an A or AAAA record to a set, as an element of `host`. */
void read_add_address(struct pb_seen_set *seen, const struct pb_name *host,
	const ldns_rr *rr, struct arena *arena);

/* The RRset of that owner and type in a section, with its signatures behind it, as
 * clones. NULL: it is not there. */
ldns_rr_list *read_rrset(const ldns_pkt *message, ldns_pkt_section section,
	const struct pb_name *owner, uint16_t type);

#endif
