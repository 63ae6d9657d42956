/*
 * edit.h - a change in the making, as edit.c and history.c share it.
 */
#ifndef PINBOUND_EDIT_H
#define PINBOUND_EDIT_H

#include "store_tables.h"

/* Some hundred names. */
#define PB_STORED_MAX 16384

struct pb_edit {
	struct pb_store *store;
	struct pb_txn *txn;
	struct pb_totals totals;
	struct pb_edit_counts counts;
	uint32_t history; /* number of the next entry in the history */
	struct pb_change change;

	/* The last pin in canonical order, for those that come behind it. */
	struct pb_key last;            /* size 0: not known */
	struct pb_path last_ancestors; /* if `last_fresh` */
	bool last_fresh;

	/* The names of the pins that were stored: 2 octets of size and a key each. */
	uint8_t stored[PB_STORED_MAX];
	size_t stored_size; /* above PB_STORED_MAX: there were too many */

	uint8_t record[PB_RECORD_MAX];
	uint8_t entry[2 + PB_KEY_MAX + PB_RECORD_MAX];
};

/* Keeps the record that a change is about to replace or remove. The copy is in
 * edit->entry, behind 2 octets and the key, until the next call. */
bool pb_history_remember(struct pb_edit *edit, const struct pb_key *key,
	struct pb_bytes record, struct pb_error *error);

/* Notes that the pin of a name has been stored. */
void pb_history_stored(struct pb_edit *edit, const struct pb_key *key);

/* Keeps who changed it when, and forgets what is too long ago. */
bool pb_history_finish(struct pb_edit *edit, struct pb_error *error);

#endif
