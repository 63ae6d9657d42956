/*
 * keeper.h - a thread of the module's own, beside the queries: it sees changes of the
 * pin store, and makes Unbound forget what the changed pins are about.
 */
#ifndef PBM_KEEPER_H
#define PBM_KEEPER_H

#include "state.h"

struct pbm_keeper;

/* Starts it. `env` is that of init. NULL with the reason. */
struct pbm_keeper *pbm_keeper_start(
	struct pbm *pb, struct module_env *env, struct pb_error *error);

/* Ends it, and waits until it has ended. NULL is fine. */
void pbm_keeper_stop(struct pbm_keeper *keeper);

/*
 * For when the store cannot be read: false if no pin is at or above the name for
 * sure, as the store was when it could be read last.
 */
bool pbm_may_be_pinned(struct pbm_keeper *keeper, const struct pb_name *name);

#endif
