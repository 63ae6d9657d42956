/*
 * warnings.h - when a warning that would be the same again is due, or held back.
 *
 * Pure: the time, in seconds, is a parameter and may jump. Who calls has the lock.
 */
#ifndef PINBOUND_WARNINGS_H
#define PINBOUND_WARNINGS_H

#include <stdbool.h>
#include <stdint.h>

#define PB_WARNING_SORTS 4 /* warnings about one subject that are told apart */

struct pb_warning {
	uint64_t fingerprint; /* what it was of; 0: never warned */
	int64_t logged;
	int64_t interval; /* seconds for which the same is held back */
	uint64_t held_back;
};

/* Of one subject. All 0: there was none, the next one is news. */
struct pb_warnings {
	struct pb_warning last[PB_WARNING_SORTS];
};

/*
 * Is a warning of what has this fingerprint (not 0) due? A change is said at once. The
 * same again is held back for `interval` seconds (0: not), then for twice as long each
 * time, up to an hour. If there are more sorts than are told apart, each place is taken
 * once an interval. *held_back are those like it, or in its place, that were held back
 * since the last one; it is not set if this one is held back, too.
 */
bool pb_warning_due(struct pb_warnings *warnings, uint64_t fingerprint, int64_t now,
	int64_t interval, uint64_t *held_back);

/* A clock that was set back makes every past time suspect. */
static inline bool pb_is_between(int64_t now, int64_t begin, int64_t end)
{
	return now >= begin && now < end;
}

#endif
