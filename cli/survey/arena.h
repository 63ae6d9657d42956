/*
 * arena.h - memory that is given back all at once.
 */
#ifndef PINBOUND_SURVEY_ARENA_H
#define PINBOUND_SURVEY_ARENA_H

#include "pinbound/judge.h"

struct arena;

/* Returns `memory`. If that is NULL, the program ends, since a survey of which a part is
 * missing must not be taken for a survey. */
void *arena_need(void *memory);

/* How it ends then: by `end`, which does not return, or, if that is NULL, with a word on
 * standard error and exit code 1. */
void arena_set_end(void (*end)(void *arg), void *arg);

/* NULL if there is no memory. */
struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine */

/* Memory, all zero, until arena_free(); never NULL, see arena_need(). */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `size` octets. */
void *arena_copy(struct arena *arena, const void *octets, size_t size);

/*
 * A set that grows in the arena, from all zero; see pb_setbuf_add(). What has no room
 * marks `seen` as cut short. A set that was copied (the struct) must not grow any more,
 * as both would share the octets: use arena_add_set().
 */
#define ARENA_SET_MAX 32768
void arena_add(struct arena *arena, struct pb_seen_set *seen, pb_order *order,
	const void *octets, size_t size);

/* Adds all elements of another set. */
void arena_add_set(struct arena *arena, struct pb_seen_set *seen, pb_order *order,
	const struct pb_seen_set *more);

#endif
