/*
 * edit.h - a change in the making, as edit.c and history.c share it.
 */
#ifndef PINBOUND_EDIT_H
#define PINBOUND_EDIT_H

#include "store_tables.h"

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

	uint8_t record[PB_RECORD_MAX];
	uint8_t entry[2 + PB_KEY_MAX + PB_RECORD_MAX];
};

/* Keeps the record that a change is about to replace or remove. The copy is in
 * edit->entry, behind 2 octets and the key, until the next call. */
bool pb_history_remember(struct pb_edit *edit, const struct pb_key *key,
	struct pb_bytes record, struct pb_error *error);

/* Keeps who changed it when, and forgets what is too long ago. */
bool pb_history_finish(struct pb_edit *edit, struct pb_error *error);

#endif
