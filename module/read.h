/*
 * read.h - RRsets of a message, as the sets that are judged. The sets are made in
 * the thread's scratch memory: they last for the current step.
 */
#ifndef PBM_READ_H
#define PBM_READ_H

#include "host.h"
#include "pinbound/judge.h"

/* The RRset's owner name. False if it cannot be read. */
bool pbm_read_owner(struct pb_name *owner, const struct ub_packed_rrset_key *rrset);

/* The RRset of that owner and type in the answer section, NULL if it is not there. */
struct ub_packed_rrset_key *pbm_answer_rrset(
	const struct reply_info *reply, const struct pb_name *owner, uint16_t type);

/* The same in the authority section. */
struct ub_packed_rrset_key *pbm_authority_rrset(
	const struct reply_info *reply, const struct pb_name *owner, uint16_t type);

/* Where a CNAME leads. False if it cannot be read. */
bool pbm_read_target(struct pb_name *target, const struct ub_packed_rrset_key *rrset);

/* Follows the aliases in the answer to a question of that type from *end, the name that
 * was asked for, to where they lead. True if nothing stands there. */
bool pbm_read_end(struct pb_name *end, uint16_t type, const struct reply_info *reply);

/* True if a signature of the RRset is of a zone above this one. What the parent has at
 * a zone's own name, the DS and the NSEC RRset, does not count. */
bool pbm_signed_above(
	const struct ub_packed_rrset_key *rrset, const struct pb_name *zone);

/* Seconds for which the RRset is good. */
uint32_t pbm_rrset_ttl(const struct ub_packed_rrset_key *rrset);

/* Begins a set with room for `size` octets of elements. False: there is no memory,
 * and seen is cut short. */
bool pbm_begin_set(struct pb_setbuf *buf, struct pb_seen_set *seen, size_t size,
	pb_order *order, struct regional *scratch);

/* The hosts of an NS or MX RRset, or the data of a DS RRset. */
void pbm_read_rrset(struct pb_seen_set *seen, const struct ub_packed_rrset_key *rrset,
	struct regional *scratch);

/* The addresses in the additional section of those servers that have pinned ones. */
void pbm_read_glue(struct pb_seen_set *seen, const struct reply_info *reply,
	const struct pb_pin *pin, struct regional *scratch);

/* The addresses in the cache of those servers. */
void pbm_read_cached_addresses(
	struct pb_seen_set *seen, const struct module_env *env, const struct pb_pin *pin);

/*
 * What a referral from the zone's parent says of its DS: shown, or denied by a
 * signed NSEC or NSEC3 RRset. One without DNSSEC data says nothing.
 */
enum pb_ds_seen pbm_read_referral_ds(struct pb_seen_set *seen,
	const struct reply_info *reply, const struct pb_name *zone,
	struct regional *scratch);

#endif
