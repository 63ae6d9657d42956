/*
 * evidence.h - a response that deviates: whole, as it came, and what was judged in it.
 */
#ifndef PINBOUND_EVIDENCE_H
#define PINBOUND_EVIDENCE_H

#include "pinbound/judge.h"

enum pb_transport {
	PB_TRANSPORT_NONE, /* not from the network: encoded from what the resolver had */
	PB_TRANSPORT_UDP,
	PB_TRANSPORT_TCP,
	PB_TRANSPORT_TLS,
	PB_TRANSPORTS,
};

/* "udp", or NULL for PB_TRANSPORT_NONE. */
const char *pb_transport_name(enum pb_transport transport);

/* A view: sets and message belong to someone else. */
struct pb_evidence {
	struct pb_name zone;
	enum pb_aspect aspect;
	pb_reasons reasons;
	int64_t when;        /* seconds since 1970 */
	uint64_t generation; /* of the pin that it was judged by */
	enum pb_transport transport;
	struct pb_address server; /* who said it; family 0: not known */
	uint16_t port;
	struct pb_name asked; /* the zone whose servers were asked; size 0: not known */

	/* As judged: see struct pb_observation. */
	enum pb_ds_seen ds_seen;
	struct pb_seen_set ns, ds, address, mx;

	struct pb_bytes wire; /* the message; empty: there is none, or was no room */
};

/* The octets that pb_evidence_encode() writes. A message has at most 64 KiB. */
size_t pb_evidence_size(const struct pb_evidence *evidence);
void pb_evidence_encode(uint8_t *out, const struct pb_evidence *evidence);

/* Reads it back; sets and message then point into the octets. Returns false if one
 * octet is not as it was written. */
bool pb_evidence_decode(struct pb_evidence *evidence, struct pb_bytes octets);

#endif
