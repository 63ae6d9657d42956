/*
 * names.h - many names in little memory, to ask whether one of them is at or above
 * another name: 12 octets each, in a hash table that has a hash of the name and not the
 * name. Two names in 2^64 look alike.
 */
#ifndef PINBOUND_NAMES_H
#define PINBOUND_NAMES_H

#include "pinbound/name.h"

struct pb_names;

/* For about so many names; for more of them it grows. NULL if there is no memory. */
struct pb_names *pb_names_new(size_t expected);
void pb_names_free(struct pb_names *names); /* NULL is fine */

/* Adds a name. False if there is no memory, with the names as they were. Once all are
 * added, any number of threads may ask. */
bool pb_names_add(struct pb_names *names, const struct pb_name *name);

/* How many different ones there are. */
size_t pb_names_count(const struct pb_names *names);

/*
 * Which names at and above a name are among them: their numbers of labels, the root not
 * counted, fewest first, into labels. Returns how many there are.
 */
unsigned pb_names_path(const struct pb_names *names, const struct pb_name *name,
	uint8_t labels[PB_LABELS_MAX + 1]);

/* The labels of the longest one that is name or above it; -1 if there is none. */
int pb_names_longest(const struct pb_names *names, const struct pb_name *name);

/* True if name, or a name above it, is one of them. */
bool pb_names_cover(const struct pb_names *names, const struct pb_name *name);

#endif
