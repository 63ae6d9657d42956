/*
 * store_check.c - reading all of pins.mdb, and making sure that it is as it was written;
 * see pinbound/store.h.
 */
#include "pinbound/store.h"
#include "store_tables.h"
#include <string.h>

static bool same_path(const struct pb_path *a, const struct pb_path *b)
{
	return a->count == b->count && memcmp(a->labels, b->labels, a->count) == 0;
}

/* Adds up what is there, and checks each record and what it says of its ancestors. */
static enum pb_result recount(struct pb_txn *txn, const char *path,
	struct pb_totals *found, struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, last = {NULL, 0}, record;
	struct pb_path ancestors, of_last = {0}, expected = {0};
	struct pb_pin pin;
	enum pb_result result =
		pb_txn_seek(txn, PB_TABLE_PINS, PB_FIRST, &key, &record, error);

	while (result == PB_OK) {
		if (last.size > 0)
			pb_path_from_neighbour(&expected, key, last, &of_last);
		if (!pb_record_decode(key, record, &pin, &ancestors) ||
			!same_path(&ancestors, &expected))
			return pb_tables_damaged(path, key, error);
		pb_digest_add(&found->digest, key, record);
		found->pins++;
		last = key;
		of_last = ancestors;
		result = pb_txn_seek(txn, PB_TABLE_PINS, PB_NEXT, &key, &record, error);
	}
	return result == PB_NOT_FOUND ? PB_OK : result;
}

static bool same_totals(const struct pb_totals *a, const struct pb_totals *b)
{
	return a->pins == b->pins && a->digest.low == b->digest.low &&
	       a->digest.high == b->digest.high;
}

/* Each record by itself, and all of them together. */
static enum pb_result verify(struct pb_txn *txn, const char *path,
	struct pb_store_stat *stat, struct pb_error *error)
{
	struct pb_totals stored, found = {{0, 0}, 0};

	if (pb_totals_read(txn, path, &stored, error) != PB_OK ||
		recount(txn, path, &found, error) != PB_OK)
		return PB_FAILED;
	stat->pins = found.pins;
	if (same_totals(&found, &stored))
		return PB_OK;
	pb_error_set(error,
		"%s: pins are missing or altered: %llu found, %llu stored; "
		"restore it from an export",
		path, (unsigned long long)found.pins, (unsigned long long)stored.pins);
	return PB_FAILED;
}

enum pb_result pb_store_verify(
	struct pb_store *store, struct pb_store_stat *stat, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	stat->generation = pb_txn_id(txn);
	result = verify(txn, store->path, stat, error);
	pb_txn_end(txn);
	return result;
}

/* Tells all, and adds it up. False if each does not go on, or, with *damaged, if there is
 * something that cannot be told. */
static bool tell_all(struct pb_txn *txn,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_totals *found, bool *damaged, struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, record;
	const uint8_t *lowest = NULL, *highest = NULL;
	struct pb_pin pin = {.expires = PB_NEVER};
	enum pb_result result =
		pb_txn_seek(txn, PB_TABLE_PINS, PB_FIRST, &key, &record, error);

	while (result == PB_OK) {
		*damaged = !pb_record_glance(key, record, &pin);
		if (*damaged || !each(arg, &pin))
			return false;
		pb_digest_add(&found->digest, key, record);
		found->pins++;
		if (lowest == NULL || key.data < lowest)
			lowest = key.data;
		if (key.data > highest)
			highest = key.data;
		result = pb_txn_seek(txn, PB_TABLE_PINS, PB_NEXT, &key, &record, error);
	}
	if (lowest != NULL)
		pb_db_release(lowest, highest);
	*damaged = result == PB_FAILED;
	return !*damaged;
}

/* If all records together are as they were written, then so is each. If they are not, it
 * is looked for which. */
static enum pb_result scan(struct pb_txn *txn, const char *path,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_store_stat *stat, struct pb_error *error)
{
	struct pb_totals stored, found = {{0, 0}, 0};
	bool damaged = false;

	if (pb_totals_read(txn, path, &stored, error) != PB_OK)
		return PB_FAILED;
	if (!tell_all(txn, each, arg, &found, &damaged, error) && !damaged)
		return PB_FAILED;
	stat->pins = found.pins;
	return !damaged && same_totals(&found, &stored) ? PB_OK
							: verify(txn, path, stat, error);
}

enum pb_result pb_store_scan(struct pb_store *store,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_store_stat *stat, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;

	stat->generation = 0;
	if (txn == NULL)
		return PB_FAILED;
	stat->generation = pb_txn_id(txn);
	result = scan(txn, store->path, each, arg, stat, error);
	pb_txn_end(txn);
	return result;
}
