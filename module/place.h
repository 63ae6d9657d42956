/*
 * place.h - is the pin store still where its path says, and its lock file? A file that is
 * moved away goes on being read, and no change reaches it. For one thread, that looks
 * again and again.
 */
#ifndef PBM_PLACE_H
#define PBM_PLACE_H

#include "state.h"

/* All zero at first. */
struct pbm_place {
	int64_t moved; /* when it was last put out of its place, or back */
	bool told;     /* that it is out of it: what the log knows */
};

/* Sets pb->displaced, and logs it once it lasts. `now`: monotonic milliseconds. */
void pbm_place_look(struct pbm_place *place, struct pbm *pb, int64_t now);

#endif
