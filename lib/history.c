/* history.c - who changed which pin when, and taking it back; see store_tables.h. */
#include "edit.h"
#include "pinbound/utf8.h"
#include <stdlib.h>
#include <string.h>

/* As many changes are kept. */
#define CHANGES_KEPT 1000

#define ENTRY_KEY_SIZE 12
#define SUMMARY 0         /* the entry that says who and when; the others follow */
#define STORED UINT32_MAX /* the one that says which pins were stored */
#define SUMMARY_MAX (8 + 1 + UINT8_MAX + 1 + UINT8_MAX)

static struct pb_bytes entry_key(
	uint8_t out[ENTRY_KEY_SIZE], uint64_t generation, uint32_t number)
{
	uint8_t *at = pb_put_u64(out, generation);

	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(number >> shift);
	return (struct pb_bytes){out, ENTRY_KEY_SIZE};
}

bool pb_history_remember(struct pb_edit *edit, const struct pb_key *key,
	struct pb_bytes record, struct pb_error *error)
{
	uint8_t octets[ENTRY_KEY_SIZE];
	struct pb_bytes entry = {edit->entry, 2 + key->size + record.size};

	if (record.size > PB_RECORD_MAX) {
		pb_error_set(error, "%s: a record is too long", edit->store->path);
		return false;
	}
	edit->entry[0] = (uint8_t)(key->size >> 8);
	edit->entry[1] = (uint8_t)key->size;
	memcpy(edit->entry + 2, key->octets, key->size);
	memcpy(edit->entry + 2 + key->size, record.data, record.size);
	return pb_txn_put(edit->txn, PB_TABLE_HISTORY,
		entry_key(octets, pb_txn_id(edit->txn), edit->history++), entry, error);
}

void pb_history_stored(struct pb_edit *edit, const struct pb_key *key)
{
	uint8_t *at;

	if (edit->stored_size + 2 + key->size > sizeof(edit->stored)) {
		edit->stored_size = sizeof(edit->stored) + 1;
		return;
	}
	at = edit->stored + edit->stored_size;
	*at++ = (uint8_t)(key->size >> 8);
	*at++ = (uint8_t)key->size;
	memcpy(at, key->octets, key->size);
	edit->stored_size += 2 + key->size;
}

static bool write_stored(struct pb_edit *edit, struct pb_error *error)
{
	uint8_t octets[ENTRY_KEY_SIZE];

	return edit->stored_size > sizeof(edit->stored) ||
	       pb_txn_put(edit->txn, PB_TABLE_HISTORY,
		       entry_key(octets, pb_txn_id(edit->txn), STORED),
		       (struct pb_bytes){edit->stored, edit->stored_size}, error);
}

static uint8_t *put_text(uint8_t *out, const char *text)
{
	size_t size = strlen(text);

	*out++ = (uint8_t)size;
	memcpy(out, text, size); /* NOLINT(bugprone-not-null-terminated-result) */
	return out + size;
}

static bool write_summary(struct pb_edit *edit, struct pb_error *error)
{
	uint8_t octets[ENTRY_KEY_SIZE], summary[SUMMARY_MAX];
	uint8_t *at = pb_put_u64(summary, (uint64_t)edit->change.when);

	at = put_text(at, edit->change.who);
	at = put_text(at, edit->change.what);
	return pb_txn_put(edit->txn, PB_TABLE_HISTORY,
		entry_key(octets, pb_txn_id(edit->txn), SUMMARY),
		(struct pb_bytes){summary, (size_t)(at - summary)}, error);
}

static bool forget_old(struct pb_edit *edit, struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, value;
	uint8_t copy[ENTRY_KEY_SIZE];
	enum pb_result result;

	for (;;) {
		result = pb_txn_seek(
			edit->txn, PB_TABLE_HISTORY, PB_FIRST, &key, &value, error);
		if (result != PB_OK)
			return result == PB_NOT_FOUND;
		if (key.size != ENTRY_KEY_SIZE ||
			pb_get_u64(key.data) + CHANGES_KEPT > pb_txn_id(edit->txn))
			return true;
		memcpy(copy, key.data, ENTRY_KEY_SIZE);
		key.data = copy;
		if (pb_txn_delete(edit->txn, PB_TABLE_HISTORY, key, error) == PB_FAILED)
			return false;
	}
}

bool pb_history_finish(struct pb_edit *edit, struct pb_error *error)
{
	return write_summary(edit, error) && write_stored(edit, error) &&
	       forget_old(edit, error);
}

/* Reads a text of the summary. Returns what is left, NULL if it does not decode. */
static const uint8_t *get_text(
	const uint8_t *at, const uint8_t *end, char *out, size_t size)
{
	char text[UINT8_MAX + 1];
	size_t length;

	if (at == NULL || at == end)
		return NULL;
	length = *at++;
	if (length >= size || length > (size_t)(end - at))
		return NULL;
	memcpy(text, at, length);
	text[length] = '\0';
	pb_utf8_escape(out, size, text);
	return at + length;
}

static bool read_summary(struct pb_bytes summary, struct pb_change *change)
{
	const uint8_t *end = summary.data + summary.size;
	const uint8_t *at;

	if (summary.size < 8)
		return false;
	change->when = (int64_t)pb_get_u64(summary.data);
	at = get_text(summary.data + 8, end, change->who, sizeof(change->who));
	return get_text(at, end, change->what, sizeof(change->what)) == end;
}

/* Of the generation that *change has. */
static enum pb_result read_change(struct pb_txn *txn, const char *path,
	struct pb_change *change, struct pb_error *error)
{
	uint8_t octets[ENTRY_KEY_SIZE];
	struct pb_bytes key = entry_key(octets, change->generation, SUMMARY), summary;
	enum pb_result result =
		pb_txn_seek(txn, PB_TABLE_HISTORY, PB_AT, &key, &summary, error);

	if (result == PB_OK && !read_summary(summary, change)) {
		pb_error_set(error, "%s: the history is damaged", path);
		result = PB_FAILED;
	}
	return result;
}

enum pb_result pb_store_change(struct pb_store *store, uint64_t generation,
	struct pb_change *change, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	change->generation = generation;
	result = read_change(txn, store->path, change, error);
	pb_txn_end(txn);
	return result;
}

/* What tells of the pins that are newer than a generation. */
struct telling {
	struct pb_txn *txn;
	const char *path;
	bool (*each)(void *arg, const struct pb_pin *pin);
	void *arg;
};

/* Of the pin of one name that was stored; it may have been removed since. */
static enum pb_result tell_stored(
	const struct telling *telling, struct pb_bytes name, struct pb_error *error)
{
	struct pb_bytes key = name, record;
	struct pb_path ancestors;
	struct pb_pin pin;
	enum pb_result result =
		pb_txn_seek(telling->txn, PB_TABLE_PINS, PB_AT, &key, &record, error);

	if (result == PB_NOT_FOUND)
		return PB_OK;
	if (result == PB_FAILED)
		return PB_FAILED;
	if (!pb_record_decode(key, record, &pin, &ancestors))
		return pb_tables_damaged(telling->path, key, error);
	return telling->each(telling->arg, &pin) ? PB_OK : PB_FAILED;
}

/* Of those that one change stored. */
static enum pb_result tell_change(
	const struct telling *telling, uint64_t generation, struct pb_error *error)
{
	uint8_t octets[ENTRY_KEY_SIZE];
	struct pb_bytes key = entry_key(octets, generation, STORED), stored;
	enum pb_result result =
		pb_txn_seek(telling->txn, PB_TABLE_HISTORY, PB_AT, &key, &stored, error);

	while (result == PB_OK && stored.size > 0) {
		size_t size = stored.size < 2
				      ? 0
				      : (size_t)stored.data[0] << 8 | stored.data[1];

		if (size == 0 || size > stored.size - 2) {
			pb_error_set(error, "%s: the history is damaged", telling->path);
			return PB_FAILED;
		}
		result = tell_stored(
			telling, (struct pb_bytes){stored.data + 2, size}, error);
		stored.data += 2 + size;
		stored.size -= 2 + size;
	}
	return result;
}

enum pb_result pb_store_newer(struct pb_store *store, uint64_t since,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	uint64_t *generation, struct pb_error *error)
{
	struct telling telling = {pb_db_read(store->db, error), store->path, each, arg};
	enum pb_result result = PB_OK;

	if (telling.txn == NULL)
		return PB_FAILED;
	*generation = pb_txn_id(telling.txn);
	for (uint64_t at = since + 1; result == PB_OK && at <= *generation; at++)
		result = tell_change(&telling, at, error);
	pb_txn_end(telling.txn);
	return result;
}

/* Puts back what one entry of the history remembers. */
static bool restore_entry(
	struct pb_edit *edit, struct pb_bytes entry, struct pb_error *error)
{
	uint8_t *copy = malloc(entry.size + 1);
	size_t key_size;
	struct pb_path ancestors;
	struct pb_pin pin;
	bool fine = false;

	if (copy == NULL) {
		pb_error_set(error, "out of memory");
		return false;
	}
	memcpy(copy, entry.data, entry.size);
	key_size = entry.size < 2 ? 0 : (size_t)copy[0] << 8 | copy[1];
	if (key_size == 0 || key_size > entry.size - 2 ||
		!pb_record_decode((struct pb_bytes){copy + 2, key_size},
			(struct pb_bytes){copy + 2 + key_size, entry.size - 2 - key_size},
			&pin, &ancestors))
		pb_error_set(error, "%s: the history is damaged", edit->store->path);
	else
		fine = pb_edit_put(edit, &pin, error) == PB_OK;
	free(copy);
	return fine;
}

static bool restore_generation(
	struct pb_edit *edit, uint64_t generation, struct pb_error *error)
{
	uint8_t octets[ENTRY_KEY_SIZE];

	for (uint32_t number = SUMMARY + 1;; number++) {
		struct pb_bytes key = entry_key(octets, generation, number), entry;
		enum pb_result result = pb_txn_seek(
			edit->txn, PB_TABLE_HISTORY, PB_AT, &key, &entry, error);

		if (result != PB_OK)
			return result == PB_NOT_FOUND;
		if (!restore_entry(edit, entry, error))
			return false;
	}
}

/* Removes the pins that were new in a generation. */
static enum pb_result remove_generation(
	struct pb_edit *edit, uint64_t generation, struct pb_error *error)
{
	struct pb_bytes at = {NULL, 0}, record;
	struct pb_path ancestors;
	struct pb_pin pin;
	struct pb_key key;
	enum pb_result result =
		pb_txn_seek(edit->txn, PB_TABLE_PINS, PB_FIRST, &at, &record, error);

	while (result == PB_OK) {
		if (!pb_record_decode(at, record, &pin, &ancestors))
			return pb_tables_damaged(edit->store->path, at, error);
		if (pin.generation == generation) {
			pb_key_from_name(&key, &pin.name);
			at = (struct pb_bytes){key.octets, key.size};
			if (pb_edit_remove(edit, &pin.name, error) != PB_OK)
				return PB_FAILED;
			result = pb_txn_seek(edit->txn, PB_TABLE_PINS, PB_AT_OR_NEXT, &at,
				&record, error);
		} else {
			result = pb_txn_seek(
				edit->txn, PB_TABLE_PINS, PB_NEXT, &at, &record, error);
		}
	}
	return result == PB_NOT_FOUND ? PB_OK : result;
}

static enum pb_result last_generation(
	struct pb_edit *edit, uint64_t *generation, struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, value;
	enum pb_result result =
		pb_txn_seek(edit->txn, PB_TABLE_HISTORY, PB_LAST, &key, &value, error);

	if (result != PB_OK)
		return result;
	if (key.size != ENTRY_KEY_SIZE) {
		pb_error_set(error, "%s: the history is damaged", edit->store->path);
		return PB_FAILED;
	}
	*generation = pb_get_u64(key.data);
	return PB_OK;
}

enum pb_result pb_edit_last(
	struct pb_edit *edit, struct pb_change *change, struct pb_error *error)
{
	enum pb_result result = last_generation(edit, &change->generation, error);

	return result == PB_OK ? read_change(edit->txn, edit->store->path, change, error)
			       : result;
}

enum pb_result pb_edit_undo(struct pb_edit *edit, struct pb_error *error)
{
	uint64_t generation;
	enum pb_result result = last_generation(edit, &generation, error);

	if (result != PB_OK)
		return result;
	/* What was changed or removed gets a new generation by being put back: the
	 * pins that keep the old one are those that were added. */
	if (!restore_generation(edit, generation, error))
		return PB_FAILED;
	return remove_generation(edit, generation, error);
}
