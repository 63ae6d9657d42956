/*
 * fuzz_store.c - the pin store with entries that a stranger has written: what "verify",
 * a query's lookup and the command make of it. The input is entries: 1 octet table, 1
 * size of the key, 2 of the value, key, value. A value of the pins gets its checksum, so
 * that it is not only that which is tried.
 */
#include "fuzz.h"
#include "store_tables.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static struct pb_store *store;
static struct pb_error error;

static void put(struct pb_txn *txn, unsigned table, struct pb_bytes key,
	struct pb_bytes value, struct pb_totals *totals)
{
	static uint8_t record[UINT16_MAX + 8];
	struct pb_bytes old, at = key;

	if (table == PB_TABLE_PINS) {
		memcpy(record, value.data, value.size);
		(void)pb_put_u64(
			record + value.size, XXH3_64bits_withSeed(record, value.size,
						     XXH3_64bits(key.data, key.size)));
		value = (struct pb_bytes){record, value.size + 8};
		if (pb_txn_seek(txn, table, PB_AT, &at, &old, &error) == PB_OK)
			pb_digest_remove(&totals->digest, key, old);
		else
			totals->pins++;
		pb_digest_add(&totals->digest, key, value);
	}
	HOLDS(pb_txn_put(txn, table, key, value, &error));
}

static void fill(const uint8_t *data, size_t size)
{
	struct pb_txn *txn = pb_db_write(store->db, &error);
	struct pb_totals totals = {{0, 0}, 0};

	HOLDS(txn != NULL);
	fuzz_empty(txn, PB_TABLES);
	while (size >= 4) {
		size_t key_size = data[1], value_size = (size_t)(data[2] << 8 | data[3]);

		if (key_size == 0 || key_size + value_size > size - 4)
			break;
		put(txn, data[0] % PB_TABLES, (struct pb_bytes){data + 4, key_size},
			(struct pb_bytes){data + 4 + key_size, value_size}, &totals);
		data += 4 + key_size + value_size;
		size -= 4 + key_size + value_size;
	}
	if (size == 0) /* what is left over keeps the totals of the input */
		HOLDS(pb_totals_write(txn, &totals, &error));
	HOLDS(pb_txn_commit(txn, &error));
}

static enum pb_result said(enum pb_result result)
{
	HOLDS(result != PB_FAILED || fuzz_is_reason(&error));
	return result;
}

struct listed {
	struct pb_name last;
	size_t count;
};

/* In a store that "verify" finds good, each pin is found by its name. */
static bool look_up(void *arg, const struct pb_pin *pin)
{
	static struct pb_pinbuf buf;
	struct listed *listed = arg;
	struct pb_path path;
	unsigned labels = pb_name_labels(&pin->name);

	HOLDS(listed->count++ == 0 || pb_name_order(&listed->last, &pin->name) < 0);
	listed->last = pin->name;
	HOLDS(said(pb_store_get(store, &pin->name, &buf, &error)) == PB_OK);
	HOLDS(said(pb_store_path(store, &pin->name, &path, &error)) == PB_OK);
	HOLDS(path.count > 0 && path.labels[path.count - 1] == labels);
	HOLDS(said(pb_store_any_below(store, &pin->name, &error)) == PB_OK);
	return true;
}

/* A lookup in any store ends, and says so when it cannot tell. */
static void look_for(const char *text)
{
	struct pb_name name;
	struct pb_path path;
	struct pb_change change;

	HOLDS(pb_name_from_text(&name, text, strlen(text), &error));
	(void)said(pb_store_path(store, &name, &path, &error));
	(void)said(pb_store_any_below(store, &name, &error));
	if (said(pb_store_change(store, 1, &change, &error)) == PB_OK)
		HOLDS(strlen(change.who) < sizeof(change.who) &&
			strlen(change.what) < sizeof(change.what));
}

/* Its last key tells which change is to be taken back. */
static bool has_sound_history(void)
{
	struct pb_txn *txn = pb_db_read(store->db, &error);
	struct pb_bytes key = {NULL, 0}, value;
	enum pb_result result;

	HOLDS(txn != NULL);
	result = pb_txn_seek(txn, PB_TABLE_HISTORY, PB_LAST, &key, &value, &error);
	pb_txn_end(txn);
	return result == PB_NOT_FOUND || key.size == 12;
}

static void undo(void)
{
	bool sound = has_sound_history();
	struct pb_edit *edit = pb_edit_begin(store, "fuzz", "undo", 0, &error);

	if (edit == NULL) {
		HOLDS(fuzz_is_reason(&error));
		return;
	}
	HOLDS(said(pb_edit_undo(edit, &error)) == PB_FAILED || sound);
	pb_edit_abort(edit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct listed listed = {.count = 0};
	struct pb_store_stat stat;

	if (store == NULL)
		store = pb_store_open(fuzz_file("pins.mdb"), PB_STORE_CREATE, &error);
	HOLDS(store != NULL);
	fill(data, size);
	look_for("www.example.com");
	if (said(pb_store_verify(store, &stat, &error)) == PB_OK) {
		HOLDS(pb_store_each(store, look_up, &listed, &error) == PB_OK);
		HOLDS(listed.count == stat.pins);
	}
	undo();
	return 0;
}
