/*
 * names.h - many names in little memory, to ask whether one of them is at or above
 * another name: 8 octets each, a hash of the name. Two names in 2^64 look alike.
 */
#ifndef PINBOUND_NAMES_H
#define PINBOUND_NAMES_H

#include "pinbound/name.h"

struct pb_names;

/* NULL if there is no memory. */
struct pb_names *pb_names_new(void);
void pb_names_free(struct pb_names *names); /* NULL is fine */

/* Adds a name. False if there is no memory, with the names as they were. */
bool pb_names_add(struct pb_names *names, const struct pb_name *name);

/* To be called once all are added, and before any is asked for. From then on any
 * number of threads may ask. */
void pb_names_finish(struct pb_names *names);

size_t pb_names_count(const struct pb_names *names);

/* The labels, the root not counted, of the longest one that is name or above it; -1 if
 * there is none. */
int pb_names_longest(const struct pb_names *names, const struct pb_name *name);

/* True if name, or a name above it, is one of them. */
bool pb_names_cover(const struct pb_names *names, const struct pb_name *name);

#endif
