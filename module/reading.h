/*
 * reading.h - reading the pin store: as a whole, or what is new in it.
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
	struct pbm_pause *pause;
	unsigned unpaused; /* pins read since the last pause */
	bool fine;
};

/* What else is to be done while many pins are read. */
struct pbm_pause {
	bool (*take)(void *arg); /* false: the reading is to end */
	void *arg;
	bool ended;
};

/*
 * Reads it; stat->pins says about how many there are, and *stat is then that of what was
 * read. The names are the caller's to free. False with the reason, and nothing to free:
 * *damaged if pins are missing or altered, else that says nothing of the store. `breaks`
 * may be NULL; if it has ended the reading, that is no error.
 */
bool pbm_reading_do(struct pbm_reading *reading, const struct pbm *pb, uint64_t since,
	struct pbm_pause *breaks, struct pb_store_stat *stat, bool *damaged,
	struct pb_error *error);

/* What is new in it, without a word on what is missing or altered. */
struct pbm_newer {
	uint64_t generation;
	struct pb_names *pinned, *refusing; /* newer than `read` */
	struct pb_names *changed;           /* newer than `clean` */

	const struct pb_policy *policy;
	uint64_t read, clean;
};

/*
 * Reads what is newer than one of those two generations, of which neither is 0, and that
 * alone. The names are the caller's to free. False, and nothing to free, if that cannot
 * be told.
 */
bool pbm_newer_read(
	struct pbm_newer *newer, const struct pbm *pb, uint64_t read, uint64_t clean);

#endif
