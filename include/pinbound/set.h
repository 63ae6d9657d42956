/*
 * set.h - sorted sets of octet strings, packed into one piece of memory.
 *
 * A pin, a stored record and an observation hold the same sets (NS names, DS
 * data, addresses, MX hosts), so they can be compared, stored and read in place
 * without conversion. Each element is a 2-octet length (big endian) and the
 * octets; elements are in order and distinct.
 */
#ifndef PINBOUND_SET_H
#define PINBOUND_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No more elements than this in a set. A real delegation has at most a dozen. */
#define PB_SET_ELEMENTS_MAX 255

/* A view: the octets belong to someone else. All zero is the empty set. */
struct pb_set {
	const uint8_t *data;
	uint16_t size;  /* octets of data */
	uint16_t count; /* elements */
};

struct pb_bytes {
	const uint8_t *data;
	size_t size;
};

/* Order of two elements: <0, 0 or >0. */
typedef int pb_order(struct pb_bytes a, struct pb_bytes b);
pb_order pb_order_octets; /* as memcmp(), a prefix first */
pb_order pb_order_names;  /* canonical order of the owner names that begin a and b,
			     then the octets after them */

/*
 * Steps through a set: *at begins at 0. Returns false at the end. Octets that
 * do not decode end it too; pb_set_check() tells beforehand.
 */
bool pb_set_next(const struct pb_set *set, size_t *at, struct pb_bytes *element);

/* True if the octets decode into exactly `count` elements that are in order. */
bool pb_set_check(const struct pb_set *set, pb_order *order);

bool pb_set_has(const struct pb_set *set, struct pb_bytes element);
bool pb_set_equal(const struct pb_set *a, const struct pb_set *b);

/* True if each element of a is in b. */
bool pb_set_within(const struct pb_set *a, const struct pb_set *b);

/*
 * A set under construction, in memory of the caller, who keeps it while the set
 * is used.
 */
struct pb_setbuf {
	struct pb_set set;
	uint8_t *data;
	size_t capacity;
	pb_order *order;
};

void pb_setbuf_init(
	struct pb_setbuf *buf, uint8_t *data, size_t capacity, pb_order *order);

/*
 * Puts an element in its place; one that is there already is left. Returns
 * false if memory or PB_SET_ELEMENTS_MAX is used up, with the set as it was.
 */
bool pb_setbuf_add(struct pb_setbuf *buf, const void *octets, size_t size);

#endif
