/* store.c - pins.mdb as its readers see it; see pinbound/store.h. */
#include "pinbound/store.h"
#include "store_tables.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOTALS_SIZE 24

/* Room for tens of millions of pins. */
#if SIZE_MAX > UINT32_MAX
#define MOST ((size_t)16 << 30)
#else
#define MOST ((size_t)1 << 30)
#endif

static const struct pb_bytes digest_key = {(const uint8_t *)"digest", 6};
static const struct pb_bytes format_key = {(const uint8_t *)"format", 6};

enum pb_result pb_totals_read(struct pb_txn *txn, const char *path,
	struct pb_totals *totals, struct pb_error *error)
{
	struct pb_bytes key = digest_key, value;
	enum pb_result result =
		pb_txn_seek(txn, PB_TABLE_META, PB_AT, &key, &value, error);

	if (result == PB_FAILED)
		return PB_FAILED;
	if (result == PB_NOT_FOUND || value.size != TOTALS_SIZE) {
		pb_error_set(error,
			"%s: the digest is missing; restore it from an export", path);
		return PB_FAILED;
	}
	totals->digest.low = pb_get_u64(value.data);
	totals->digest.high = pb_get_u64(value.data + 8);
	totals->pins = pb_get_u64(value.data + 16);
	return PB_OK;
}

bool pb_totals_write(
	struct pb_txn *txn, const struct pb_totals *totals, struct pb_error *error)
{
	uint8_t octets[TOTALS_SIZE];
	uint8_t *at = octets;

	at = pb_put_u64(at, totals->digest.low);
	at = pb_put_u64(at, totals->digest.high);
	(void)pb_put_u64(at, totals->pins);
	return pb_txn_put(txn, PB_TABLE_META, digest_key,
		(struct pb_bytes){octets, sizeof(octets)}, error);
}

/* Makes the file, so that nobody's symbolic link or old file is followed. */
static bool create_file(const char *path, struct pb_error *error)
{
	int fd = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDWR, 0640);

	if (fd < 0) {
		pb_error_set(error, "%s: %s", path,
			errno == EEXIST ? "it exists already" : strerror(errno));
		return false;
	}
	(void)close(fd);
	return true;
}

static bool write_format(struct pb_store *store, struct pb_error *error)
{
	static const uint8_t format = PB_STORE_FORMAT;
	struct pb_totals none = {{0, 0}, 0};
	struct pb_txn *txn = pb_db_write(store->db, error);

	if (txn == NULL)
		return false;
	if (!pb_txn_put(txn, PB_TABLE_META, format_key, (struct pb_bytes){&format, 1},
		    error) ||
		!pb_totals_write(txn, &none, error)) {
		pb_txn_end(txn);
		return false;
	}
	return pb_txn_commit(txn, error);
}

static bool check_format(struct pb_store *store, struct pb_error *error)
{
	struct pb_bytes key = format_key, value;
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;
	bool fine;

	if (txn == NULL)
		return false;
	result = pb_txn_seek(txn, PB_TABLE_META, PB_AT, &key, &value, error);
	fine = result == PB_OK && value.size == 1 && value.data[0] == PB_STORE_FORMAT;
	if (result == PB_NOT_FOUND)
		pb_error_set(error, "%s: it is not a pinbound store", store->path);
	else if (result == PB_OK && !fine)
		pb_error_set(error,
			"%s: it was written in a format that this pinbound does not "
			"know; "
			"use a newer one",
			store->path);
	pb_txn_end(txn);
	return fine;
}

struct pb_store *pb_store_open(
	const char *path, enum pb_access access, struct pb_error *error)
{
	static const char *const tables[PB_TABLES] = {"pins", "history", "meta"};
	struct pb_store *store;

	store = calloc(1, sizeof(*store));
	if (store == NULL || (store->path = strdup(path)) == NULL) {
		pb_error_set(error, "%s: out of memory", path);
		free(store);
		return NULL;
	}
	if (access == PB_STORE_CREATE && !create_file(path, error)) {
		free(store->path);
		free(store);
		return NULL;
	}
	(void)pthread_rwlock_init(&store->lock, NULL);
	store->db = pb_db_open(path, access, tables, PB_TABLES, MOST, error);
	if (store->db == NULL ||
		(access == PB_STORE_CREATE && !write_format(store, error)) ||
		!check_format(store, error)) {
		if (access == PB_STORE_CREATE) /* half of a store, in the way of one */
			(void)unlink(path);
		pb_store_close(store);
		return NULL;
	}
	return store;
}

void pb_store_close(struct pb_store *store)
{
	if (store == NULL)
		return;
	pb_db_close(store->db);
	(void)pthread_rwlock_destroy(&store->lock);
	free(store->path);
	free(store);
}

bool pb_store_is_at(const struct pb_store *store, const char *path)
{
	return pb_db_is_at(store->db, path);
}

bool pb_store_is_in_place(const struct pb_store *store)
{
	/* Who may not look there any more cannot tell. */
	return pb_store_is_at(store, store->path) ||
	       (access(store->path, F_OK) != 0 && errno == EACCES);
}

pid_t pb_store_sharer(struct pb_store *store, const char *path)
{
	return pb_db_sharer(store->db, path);
}

bool pb_store_is_behind(struct pb_store *store)
{
	return pb_db_is_behind(store->db);
}

enum pb_result pb_store_stat(
	struct pb_store *store, struct pb_store_stat *stat, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	stat->generation = pb_txn_id(txn);
	result = pb_txn_count(txn, PB_TABLE_PINS, &stat->pins, error);
	pb_txn_end(txn);
	return result;
}

uint64_t pb_store_generation(const struct pb_store *store)
{
	return pb_db_last(store->db);
}

/* The slow way, when the neighbour cannot be read: is each ancestor there? */
static enum pb_result path_by_label(struct pb_txn *txn, const struct pb_name *name,
	struct pb_path *path, struct pb_error *error)
{
	unsigned labels = pb_name_labels(name);
	struct pb_name ancestor;
	struct pb_key key;
	struct pb_bytes record;

	path->count = 0;
	for (unsigned i = 0; i <= labels; i++) {
		pb_name_ancestor(&ancestor, name, i);
		pb_key_from_name(&key, &ancestor);
		switch (pb_tables_record(txn, &key, &record, error)) {
		case PB_OK:
			path->labels[path->count++] = (uint8_t)i;
			break;
		case PB_NOT_FOUND:
			break;
		case PB_FAILED:
			return PB_FAILED;
		}
	}
	return path->count > 0 ? PB_OK : PB_NOT_FOUND;
}

/*
 * Every pinned ancestor of a name is an ancestor of, or is, the entry at or
 * before it: between an ancestor's key and the name's there are only keys that
 * begin with the ancestor's. So that entry tells them all.
 */
void pb_path_from_neighbour(struct pb_path *path, struct pb_bytes key,
	struct pb_bytes neighbour, const struct pb_path *ancestors)
{
	unsigned common =
		pb_key_common_labels(key.data, key.size, neighbour.data, neighbour.size);
	unsigned labels = pb_key_common_labels(
		neighbour.data, neighbour.size, neighbour.data, neighbour.size);

	path->count = 0;
	for (unsigned i = 0; i < ancestors->count && ancestors->labels[i] <= common; i++)
		path->labels[path->count++] = ancestors->labels[i];
	if (labels <= common)
		path->labels[path->count++] = (uint8_t)labels;
}

enum pb_result pb_tables_path(struct pb_txn *txn, const struct pb_name *name,
	struct pb_path *path, struct pb_error *error)
{
	struct pb_key key;
	struct pb_path ancestors;
	struct pb_bytes at, record;
	enum pb_result result;

	pb_key_from_name(&key, name);
	at = (struct pb_bytes){key.octets, key.size};
	result = pb_txn_seek(txn, PB_TABLE_PINS, PB_AT_OR_BEFORE, &at, &record, error);
	if (result != PB_OK)
		return result;
	if (!pb_record_ancestors(at, record, &ancestors))
		return path_by_label(txn, name, path, error);
	pb_path_from_neighbour(
		path, (struct pb_bytes){key.octets, key.size}, at, &ancestors);
	return path->count > 0 ? PB_OK : PB_NOT_FOUND;
}

enum pb_result pb_store_any_below(
	struct pb_store *store, const struct pb_name *name, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	struct pb_bytes at, record;
	struct pb_key key;
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	pb_key_from_name(&key, name);
	at = (struct pb_bytes){key.octets, key.size};
	result = pb_txn_seek(txn, PB_TABLE_PINS, PB_AT_OR_NEXT, &at, &record, error);
	/* An ancestor's key is a prefix. */
	if (result == PB_OK &&
		(at.size < key.size || memcmp(at.data, key.octets, key.size) != 0))
		result = PB_NOT_FOUND;
	pb_txn_end(txn);
	return result;
}

enum pb_result pb_tables_record(struct pb_txn *txn, const struct pb_key *key,
	struct pb_bytes *record, struct pb_error *error)
{
	struct pb_bytes at = {key->octets, key->size};

	return pb_txn_seek(txn, PB_TABLE_PINS, PB_AT, &at, record, error);
}

enum pb_result pb_tables_damaged(
	const char *path, struct pb_bytes key, struct pb_error *error)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_name name;

	pb_error_set(error, "%s: the record of %s is damaged; restore it from an export",
		path,
		pb_key_to_name(&name, key.data, key.size) ? pb_name_to_text(&name, text)
							  : "an unreadable name");
	return PB_FAILED;
}

enum pb_result pb_tables_get(struct pb_txn *txn, const char *path,
	const struct pb_name *name, struct pb_pinbuf *buf, struct pb_error *error)
{
	struct pb_key key;
	struct pb_bytes at, record;
	struct pb_pin pin;
	struct pb_path ancestors;
	enum pb_result result;

	pb_key_from_name(&key, name);
	at = (struct pb_bytes){key.octets, key.size};
	result = pb_tables_record(txn, &key, &record, error);
	if (result != PB_OK)
		return result;
	if (!pb_record_decode(at, record, &pin, &ancestors))
		return pb_tables_damaged(path, at, error);
	pb_pinbuf_copy(buf, &pin);
	return PB_OK;
}

enum pb_result pb_store_get(struct pb_store *store, const struct pb_name *name,
	struct pb_pinbuf *buf, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = pb_tables_get(txn, store->path, name, buf, error);
	pb_txn_end(txn);
	return result;
}

enum pb_result pb_tables_each(struct pb_txn *txn, const char *path,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, record;
	struct pb_path ancestors;
	struct pb_pin pin;
	enum pb_result result =
		pb_txn_seek(txn, PB_TABLE_PINS, PB_FIRST, &key, &record, error);

	while (result == PB_OK) {
		if (!pb_record_decode(key, record, &pin, &ancestors))
			return pb_tables_damaged(path, key, error);
		if (!each(arg, &pin))
			return PB_OK;
		result = pb_txn_seek(txn, PB_TABLE_PINS, PB_NEXT, &key, &record, error);
	}
	return result == PB_NOT_FOUND ? PB_OK : result;
}

enum pb_result pb_store_each(struct pb_store *store,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = pb_tables_each(txn, store->path, each, arg, error);
	pb_txn_end(txn);
	return result;
}
