/*
 * state_tables.h - what the parts of the state store share: its tables, and what is in
 * them. Each value begins with a version; integers are big endian.
 */
#ifndef PINBOUND_STATE_TABLES_H
#define PINBOUND_STATE_TABLES_H

#include "db.h"
#include "key.h"
#include "pinbound/state.h"
#include "record.h"

/*
 * resolver  'r' -> 9 times 8: pid, started, enforced, since, the tally
 *           'e' -> 8 number of the newest evidence, 8 octets of all evidence
 * zones     name key, 1 aspect -> a happening
 * events    8 number -> a happening
 * evidence  8 number -> see evidence.c
 * counts    name key -> 5 times 8: as struct pb_counts has them
 */
enum {
	PB_STATE_RESOLVER,
	PB_STATE_ZONES,
	PB_STATE_EVENTS_TABLE,
	PB_STATE_EVIDENCE_TABLE,
	PB_STATE_COUNTS,
	PB_STATE_TABLES
};

#define PB_STATE_VERSION 2

struct pb_state {
	struct pb_db *db;
	char *path;
	int lock; /* held for as long as it is open for writing; else -1 */
};

/* Says that it does not decode. Returns PB_FAILED. */
enum pb_result pb_state_damaged(const struct pb_state *state, struct pb_error *error);

/* An integer as a key. */
struct pb_number_key {
	uint8_t octets[8];
};
struct pb_bytes pb_number_key(struct pb_number_key *key, uint64_t number);

/* A name and an aspect as a key. Without octets if it is longer than LMDB can have
 * it: only a name of 250 control characters is. */
struct pb_zone_key {
	uint8_t octets[PB_KEY_MAX];
};
struct pb_bytes pb_zone_key(
	struct pb_zone_key *key, const struct pb_name *zone, enum pb_aspect aspect);

/* Stores a verdict, and the event that it is, if it was logged. */
bool pb_happening_write(struct pb_state *state, struct pb_txn *txn,
	const struct pb_happening *happening, struct pb_error *error);

/*
 * Stores evidence in the place of that with the number `old`, 0 if there is none, and
 * makes room for it. *number becomes its own.
 */
bool pb_evidence_write(struct pb_state *state, struct pb_txn *txn, struct pb_bytes octets,
	uint64_t old, uint64_t *number, struct pb_error *error);

/* Adds to what has been counted of a zone. */
bool pb_counts_add(struct pb_state *state, struct pb_txn *txn,
	const struct pb_counted *counted, struct pb_error *error);

#endif
