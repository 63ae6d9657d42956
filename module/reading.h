/*
 * reading.h - reading the pin store as a whole.
 */
#ifndef PBM_READING_H
#define PBM_READING_H

#include "state.h"

/* What is in it. */
struct pbm_reading {
	struct pb_names *pinned, *refusing; /* all, and those to be refused */
	struct pb_names *changed;           /* whose pin is newer than `since` */

	const struct pb_policy *policy;
	uint64_t since;
	bool fine;
};

/*
 * Reads it; stat->pins says about how many there are, and *stat is then that of what was
 * read. The names are the caller's to free. False with the reason, and nothing to free:
 * *damaged if pins are missing or altered, else that says nothing of the store.
 */
bool pbm_reading_do(struct pbm_reading *reading, const struct pbm *pb, uint64_t since,
	struct pb_store_stat *stat, bool *damaged, struct pb_error *error);

#endif
