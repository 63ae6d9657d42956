/* warnings.c - see warnings.h. */
#include "warnings.h"

#define INTERVAL_MAX 3600 /* seconds between the same warnings at the most */

/* The last warning of this sort; if there is none, a place that is free, or else that of
 * the one that was said longest ago. */
static struct pb_warning *place_of(struct pb_warnings *warnings, uint64_t fingerprint)
{
	struct pb_warning *oldest = warnings->last;

	for (unsigned i = 0; i < PB_WARNING_SORTS; i++) {
		struct pb_warning *warning = &warnings->last[i];

		if (warning->fingerprint == fingerprint || warning->fingerprint == 0)
			return warning;
		if (warning->logged < oldest->logged)
			oldest = warning;
	}
	return oldest;
}

bool pb_warning_due(struct pb_warnings *warnings, uint64_t fingerprint, int64_t now,
	int64_t interval, uint64_t *held_back)
{
	struct pb_warning *warning = place_of(warnings, fingerprint);
	bool same = warning->fingerprint == fingerprint;
	int64_t most = interval > INTERVAL_MAX ? interval : INTERVAL_MAX;
	int64_t wait = same ? warning->interval : interval;

	if (warning->fingerprint != 0 &&
		pb_is_between(now, warning->logged, warning->logged + wait)) {
		warning->held_back++;
		return false;
	}
	*held_back = warning->held_back;
	warning->interval = same ? warning->interval * 2 : interval;
	if (warning->interval > most)
		warning->interval = most;
	warning->fingerprint = fingerprint;
	warning->logged = now;
	warning->held_back = 0;
	return true;
}
