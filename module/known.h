/*
 * known.h - which names have a pin, as far as that has been read, and which are still to
 * be forgotten. The keeper's thread alone sets them, and reads them without the lock;
 * workers look names up.
 */
#ifndef PBM_KNOWN_H
#define PBM_KNOWN_H

#include "pinbound/names.h"
#include "state.h"
#include <pthread.h>

struct pbm_known {
	pthread_mutex_t lock;      /* of all below */
	struct pb_names *pinned;   /* all names with a pin; NULL: not read yet */
	struct pb_names *refusing; /* those with one that is to be enforced */
	struct pb_names *newer_pinned, *newer_refusing; /* likewise, of those pins that
							    have changed since; or NULL */
	struct pb_names *stale; /* what is still to be forgotten, or NULL */
	bool pending;           /* ... but cannot be yet: it is not answered from there */
};

void pbm_known_init(struct pbm_known *known);

/* Frees all names. */
void pbm_known_free(struct pbm_known *known);

/* Sets one of the known's own sets of names to another, which it owns from then on; the
 * one that was there is freed. */
void pbm_known_set(
	struct pbm_known *known, struct pb_names **place, struct pb_names *names);

void pbm_known_set_pending(struct pbm_known *known, bool pending);

/* See pbm_may_be_pinned() and pbm_is_refusing(). */
bool pbm_known_may_be_pinned(struct pbm_known *known, const struct pb_name *name);
bool pbm_known_is_refusing(struct pbm_known *known, const struct pb_name *name,
	bool marked, struct pb_name *zone);

#endif
