/*
 * recent.h - a set of numbers that forgets the older ones for the newer.
 *
 * The numbers are hashes: spread evenly, and never 0. Threads may use it at the same
 * time. What one adds while another looks for it may not be found yet.
 */
#ifndef PINBOUND_RECENT_H
#define PINBOUND_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pb_recent;

/* With room for so many, and a few more. One of a quarter as many that came last is
 * hardly ever forgotten. NULL if there is no memory. */
struct pb_recent *pb_recent_new(size_t room);
void pb_recent_free(struct pb_recent *recent); /* NULL is fine */

void pb_recent_add(struct pb_recent *recent, uint64_t number);
bool pb_recent_has(const struct pb_recent *recent, uint64_t number);

/* Memory that it can use, in octets. */
size_t pb_recent_size(const struct pb_recent *recent);

#endif
