/*
 * keeper.h - a thread of the module's own, beside the queries: it sees changes of the
 * pin store, makes sure of all of it, makes Unbound forget what the changed pins are
 * about, and has the state store written.
 */
#ifndef PBM_KEEPER_H
#define PBM_KEEPER_H

#include "state.h"

struct pbm_keeper;

/* Starts it. `env` is that of init. NULL with the reason. */
struct pbm_keeper *pbm_keeper_start(
	struct pbm *pb, struct module_env *env, int id, struct pb_error *error);

/* Ends it, and waits until it has ended. NULL is fine. */
void pbm_keeper_stop(struct pbm_keeper *keeper);

/*
 * For when the store cannot be read: false if no pin is at or above the name for
 * sure, as the store was when it could be read last.
 */
bool pbm_may_be_pinned(struct pbm_keeper *keeper, const struct pb_name *name);

/* May a worker not answer from its cache about the name? True if a pin at or above it is
 * to be enforced, *zone being the closest, as the store was when it was read last, and
 * the answer is foreign (not `marked`), or the pin has changed and the caches could not
 * be walked since. */
bool pbm_is_refusing(struct pbm_keeper *keeper, const struct pb_name *name, bool marked,
	struct pb_name *zone);

/* Says that the caches may be walked again, after a time in which they might not. */
void pbm_keeper_may_walk(struct pbm_keeper *keeper);

/* Says that the caches have data that did not come through this module: what they have
 * of pinned names is forgotten, and nothing known about them. */
void pbm_keeper_foreign(struct pbm_keeper *keeper);

#endif
