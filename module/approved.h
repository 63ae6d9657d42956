/*
 * approved.h - what the observer has let in of pinned names, as far as that is
 * remembered: RRsets, denials, delegations.
 *
 * The caches do not say who put something there. What a client, or the iterator, is
 * about to take from them of a name that is to be refused if it deviates must have been
 * seen coming in, by the pins as they are now. It is remembered by hashes of what it
 * says, of which the newer take the place of the older: what is forgotten is asked for
 * again. A message must have its mark before that: see foreign.h.
 */
#ifndef PBM_APPROVED_H
#define PBM_APPROVED_H

#include "peek.h"
#include "state.h"

struct pbm_approved;

/* For an RRset cache of that size, in octets. NULL if there is no memory. */
struct pbm_approved *pbm_approved_new(size_t cache_size);
void pbm_approved_free(struct pbm_approved *approved); /* NULL is fine */
size_t pbm_approved_size(const struct pbm_approved *approved);

/* Remembers what a response says of pinned names, after each pin has admitted it. True if
 * it says anything of them. */
bool pbm_approve(struct module_qstate *qstate, int id, const struct pbm_step *step);

/* Has the RRset come in so, whatever its TTL, signatures and order? `region` is for the
 * step. What is not pinned has not. */
bool pbm_rrset_approved(const struct pbm *pb, struct regional *region,
	const struct ub_packed_rrset_key *rrset);

/* Has it been said so, with this rcode, that the name has no data of the type? */
bool pbm_denial_approved(const struct pbm *pb, struct regional *region,
	const struct pb_name *name, uint16_t type, int rcode);

/* The same for the same data, in whatever order: TTLs and signatures are left out. */
uint64_t pbm_rdata_hash(const struct ub_packed_rrset_key *rrset, uint64_t seed);

/* True for RRsets that differ between messages which say the same, and that say nothing
 * by themselves: the SOA and NSECs of a denial. */
bool pbm_is_proof(const struct ub_packed_rrset_key *rrset);

#endif
