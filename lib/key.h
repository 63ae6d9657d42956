/*
 * key.h - owner names as keys of a sorted store.
 *
 * A key is the labels from the root down, each with a zero octet behind it, and
 * a zero octet in front for the root itself. Comparing keys octet by octet is
 * the canonical order of names (RFC 4034 section 6.1), and an ancestor's key is
 * a prefix of each of its descendants'. Zero and one within a label are written
 * 01 01 and 01 02, so that zero only ever ends a label.
 */
#ifndef PINBOUND_KEY_H
#define PINBOUND_KEY_H

#include "pinbound/name.h"

/* 250 octets of labels, each escaped, 4 ends, and the root: within the 511 that
 * LMDB allows. */
#define PB_KEY_MAX 511

struct pb_key {
	size_t size;
	uint8_t octets[PB_KEY_MAX];
};

void pb_key_from_name(struct pb_key *key, const struct pb_name *name);

/* Returns false if the octets are not a key. */
bool pb_key_to_name(struct pb_name *name, const uint8_t *key, size_t size);

/* The labels, the root not counted, of the closest common ancestor. */
unsigned pb_key_common_labels(
	const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b);

#endif
