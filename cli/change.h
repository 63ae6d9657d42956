/*
 * change.h - a change of the pin store, from taking its lock to saying that it
 * is stored.
 */
#ifndef PINBOUND_CHANGE_H
#define PINBOUND_CHANGE_H

#include "cli.h"

struct cli_change {
	struct pb_store *store;
	struct pb_edit *edit;
	int lock;
};

/* Begins a change. False, and an error is out, if that cannot be. End it with
 * cli_change_commit() or cli_change_drop(). */
bool cli_change_begin(struct cli *cli, struct cli_change *change);

/*
 * Stores it, and says so: `format` is the sentence for a person, to which the
 * generation is added. Returns an exit code.
 */
int cli_change_commit(struct cli *cli, struct cli_change *change, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Leaves the store as it was. Returns CLI_FAILED. */
int cli_change_drop(struct cli_change *change);

#endif
