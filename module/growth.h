/*
 * growth.h - has the RRset cache grown by more than what came through this module? For
 * one thread, that looks again and again.
 */
#ifndef PBM_GROWTH_H
#define PBM_GROWTH_H

#include "state.h"

struct pbm_growth {
	uint64_t rrsets;     /* in the cache */
	uint64_t brought[2]; /* there so far, at the last look and the one before */
	bool tells;          /* it counts all that a response brings */
};

/* In init, when no worker is at work. */
void pbm_growth_init(
	struct pbm_growth *growth, const struct pbm *pb, const struct module_env *env);

/* Has the cache grown, since the last look, by more than responses and queries have
 * brought? Not while it must not be walked: see sentinel.h. */
bool pbm_growth_is_foreign(
	struct pbm_growth *growth, const struct pbm *pb, const struct module_env *env);

#endif
