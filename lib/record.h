/*
 * record.h - a pin as octets in the store.
 *
 *   1 version (1)         1 flags (below)       1 count of pinned ancestors
 *   n labels of each pinned ancestor, fewest first
 *   8 generation          8 expires, if the flag is set
 *   5 times: 1 count, 2 size, the set           (ns child_ns ds address mx)
 *   1 size, the note
 *   8 XXH3 over all of the above, seeded with that of the key
 *
 * Integers are big endian. The ancestors are kept with each pin so that one
 * seek to a neighbour tells all pins on a name's path.
 */
#ifndef PINBOUND_RECORD_H
#define PINBOUND_RECORD_H

#include "pinbound/pin.h"
#include "pinbound/store.h"

/* The most that a record can take. */
#define PB_RECORD_MAX (PB_SETS * (PB_PINBUF_SET + 3) + PB_LABELS_MAX + PB_NOTE_MAX + 32)

/*
 * Writes the record of a pin whose key is `key` into out. `ancestors` are the
 * pinned names above it. Returns its size, 0 if the pin is larger than a record
 * can be.
 */
size_t pb_record_encode(uint8_t out[PB_RECORD_MAX], struct pb_bytes key,
	const struct pb_pin *pin, const struct pb_path *ancestors);

/*
 * Reads a record; the pin's sets and note point into it. Returns false if one
 * octet of key or record is not as it was written.
 */
bool pb_record_decode(struct pb_bytes key, struct pb_bytes record, struct pb_pin *pin,
	struct pb_path *ancestors);

/* The ancestors alone, checked as well. */
bool pb_record_ancestors(
	struct pb_bytes key, struct pb_bytes record, struct pb_path *ancestors);

/*
 * Name, mode and generation alone, not checked: for one who reads all records, and
 * then compares the digest over them. Returns false for what cannot be read at all.
 */
bool pb_record_glance(struct pb_bytes key, struct pb_bytes record, struct pb_pin *pin);

/*
 * A digest over a set of records: the sum of theirs, so that it can be kept up
 * as records come and go, in any order.
 */
struct pb_digest {
	uint64_t low, high;
};

void pb_digest_add(struct pb_digest *digest, struct pb_bytes key, struct pb_bytes record);
void pb_digest_remove(
	struct pb_digest *digest, struct pb_bytes key, struct pb_bytes record);

/* Integers as a record has them. */
uint8_t *pb_put_u64(uint8_t *out, uint64_t value);
uint64_t pb_get_u64(const uint8_t *in);

#endif
