/*
 * store_tables.h - what the reading (store.c) and the writing (edit.c) of
 * pins.mdb share: its tables, and how a pin is found in them.
 */
#ifndef PINBOUND_STORE_TABLES_H
#define PINBOUND_STORE_TABLES_H

#include "db.h"
#include "key.h"
#include "pinbound/names.h"
#include "record.h"
#include <pthread.h>

/*
 * pins     name key -> record
 * history  8 generation, 4 number; number 0: a summary of that change, the
 *          others: 2 size, name key, the record that it replaced or removed. A
 *          pin that was new then has none: its own record bears the generation.
 *          The highest number: of each pin that it stored 2 size, name key, if
 *          there were not too many.
 * meta     "digest" -> 8 low, 8 high, 8 pins; "format" -> 1 octet
 */
enum { PB_TABLE_PINS, PB_TABLE_HISTORY, PB_TABLE_META, PB_TABLES };

#define PB_STORE_FORMAT 1

struct pb_store {
	struct pb_db *db;
	char *path;

	/* What it is known to hold: see pb_store_know(). */
	pthread_rwlock_t lock; /* of all below; held for moments */
	const struct pb_names *known;
	uint64_t known_in; /* the generation */
	bool damaged;
	struct pb_error damage;
};

struct pb_totals {
	struct pb_digest digest;
	uint64_t pins;
};

enum pb_result pb_totals_read(struct pb_txn *txn, const char *path,
	struct pb_totals *totals, struct pb_error *error);
bool pb_totals_write(
	struct pb_txn *txn, const struct pb_totals *totals, struct pb_error *error);

/*
 * What the entry at or before a key, which knows its own ancestors, tells of the
 * pins at and above the key.
 */
void pb_path_from_neighbour(struct pb_path *path, struct pb_bytes key,
	struct pb_bytes neighbour, const struct pb_path *ancestors);

/* As pb_store_path(), in a transaction. */
enum pb_result pb_tables_path(struct pb_txn *txn, const struct pb_name *name,
	struct pb_path *path, struct pb_error *error);

/* The record of a name: PB_OK, PB_NOT_FOUND, PB_FAILED. It is not checked. */
enum pb_result pb_tables_record(struct pb_txn *txn, const struct pb_key *key,
	struct pb_bytes *record, struct pb_error *error);

/* As pb_store_each(), in a transaction. */
enum pb_result pb_tables_each(struct pb_txn *txn, const char *path,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_error *error);

/* As pb_store_get(), in a transaction. */
enum pb_result pb_tables_get(struct pb_txn *txn, const char *path,
	const struct pb_name *name, struct pb_pinbuf *buf, struct pb_error *error);

/* Says that the record of this key does not decode. Returns PB_FAILED. */
enum pb_result pb_tables_damaged(
	const char *path, struct pb_bytes key, struct pb_error *error);

#endif
