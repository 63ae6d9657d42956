/*
 * roots.h - where asking begins: the names and addresses of the root's servers.
 */
#ifndef PINBOUND_SURVEY_ROOTS_H
#define PINBOUND_SURVEY_ROOTS_H

#include "arena.h"

struct roots {
	/* Elements as in a pin. */
	struct pb_seen_set ns;
	struct pb_seen_set addresses;
};

/*
 * Reads root hints, a zone file with NS and address records, from `path`; for NULL
 * from Debian's dns-root-data if it is installed, else a copy that is built in. The
 * sets are made in the arena. False with the reason in *error.
 */
bool roots_read(struct roots *roots, const char *path, struct arena *arena,
	struct pb_error *error);

#endif
