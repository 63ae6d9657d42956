/* edit.c - changing pins.mdb; see pinbound/store.h. */
#include "edit.h"
#include "pinbound/store.h"
#include "pinbound/utf8.h"
#include <stdlib.h>
#include <string.h>

struct pb_edit *pb_edit_begin(struct pb_store *store, const char *who, const char *what,
	int64_t now, struct pb_error *error)
{
	struct pb_edit *edit = calloc(1, sizeof(*edit));

	if (edit == NULL) {
		pb_error_set(error, "%s: out of memory", store->path);
		return NULL;
	}
	edit->store = store;
	edit->history = 1;
	edit->change.when = now;
	pb_utf8_escape(edit->change.who, sizeof(edit->change.who), who);
	pb_utf8_escape(edit->change.what, sizeof(edit->change.what), what);
	edit->txn = pb_db_write(store->db, error);
	if (edit->txn == NULL ||
		pb_totals_read(edit->txn, store->path, &edit->totals, error) != PB_OK) {
		pb_edit_abort(edit);
		return NULL;
	}
	return edit;
}

void pb_edit_abort(struct pb_edit *edit)
{
	if (edit == NULL)
		return;
	if (edit->txn != NULL)
		pb_txn_end(edit->txn);
	free(edit);
}

static int order_keys(const struct pb_key *a, const struct pb_key *b)
{
	int order = memcmp(a->octets, b->octets, a->size < b->size ? a->size : b->size);

	return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* Looks up which pin is the last one. False if there is none that can be read. */
static bool find_last(struct pb_edit *edit)
{
	struct pb_bytes key = {NULL, 0}, record;
	struct pb_error ignored;

	if (pb_txn_seek(edit->txn, PB_TABLE_PINS, PB_LAST, &key, &record, &ignored) !=
			PB_OK ||
		key.size > PB_KEY_MAX ||
		!pb_record_ancestors(key, record, &edit->last_ancestors))
		return false;
	memcpy(edit->last.octets, key.data, key.size);
	edit->last.size = key.size;
	edit->last_fresh = true;
	return true;
}

/*
 * True if a key comes behind all that are stored, as in a sorted file each does. Then
 * there is no such pin yet, nor one below it; those above it are told by the last one,
 * its neighbour.
 */
static bool is_behind(
	struct pb_edit *edit, const struct pb_key *key, struct pb_path *ancestors)
{
	if ((edit->last.size == 0 && !find_last(edit)) ||
		order_keys(key, &edit->last) <= 0 ||
		(!edit->last_fresh && !find_last(edit)))
		return false;
	pb_path_from_neighbour(ancestors, (struct pb_bytes){key->octets, key->size},
		(struct pb_bytes){edit->last.octets, edit->last.size},
		&edit->last_ancestors);
	return true;
}

/* The record of a pin; it lasts until the next one. */
static bool encode(struct pb_edit *edit, struct pb_bytes key, const struct pb_pin *pin,
	const struct pb_path *ancestors, struct pb_bytes *record, struct pb_error *error)
{
	*record = (struct pb_bytes){
		edit->record, pb_record_encode(edit->record, key, pin, ancestors)};
	if (record->size == 0)
		pb_error_set(error, "the pin is too large to store");
	return record->size != 0;
}

/*
 * Stores the record of a pin, and keeps the digest up. `old` is the record that
 * it takes the place of, empty if there is none; it need not live longer.
 */
static bool write_record(struct pb_edit *edit, const struct pb_key *key,
	const struct pb_pin *pin, const struct pb_path *ancestors, struct pb_bytes old,
	struct pb_error *error)
{
	struct pb_bytes at = {key->octets, key->size}, record;

	if (!encode(edit, at, pin, ancestors, &record, error))
		return false;
	if (old.size > 0)
		pb_digest_remove(&edit->totals.digest, at, old);
	pb_digest_add(&edit->totals.digest, at, record);
	return pb_txn_put(edit->txn, PB_TABLE_PINS, at, record, error);
}

static void path_add(struct pb_path *path, uint8_t labels)
{
	unsigned i = path->count++;

	for (; i > 0 && path->labels[i - 1] > labels; i--)
		path->labels[i] = path->labels[i - 1];
	path->labels[i] = labels;
}

static void path_drop(struct pb_path *path, uint8_t labels)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < path->count; i++)
		if (path->labels[i] != labels)
			path->labels[kept++] = path->labels[i];
	path->count = (uint8_t)kept;
}

/* One descendant of a name that is now, or no longer, pinned. */
static bool update_descendant(struct pb_edit *edit, const struct pb_key *key,
	struct pb_bytes record, uint8_t labels, bool pinned, struct pb_error *error)
{
	struct pb_bytes at = {key->octets, key->size};
	struct pb_path ancestors;
	struct pb_pin pin;

	if (!pb_record_decode(at, record, &pin, &ancestors)) {
		(void)pb_tables_damaged(edit->store->path, at, error);
		return false;
	}
	if (pinned)
		path_add(&ancestors, labels);
	else
		path_drop(&ancestors, labels);
	return write_record(edit, key, &pin, &ancestors, record, error);
}

/* The entry behind key: PB_OK only if it is below `above`. */
static enum pb_result next_descendant(struct pb_edit *edit, const struct pb_key *above,
	struct pb_key *key, struct pb_bytes *record, struct pb_error *error)
{
	struct pb_bytes at = {key->octets, key->size};
	enum pb_result result =
		pb_txn_seek(edit->txn, PB_TABLE_PINS, PB_AT_OR_NEXT, &at, record, error);

	if (result == PB_OK && at.size == key->size &&
		memcmp(at.data, key->octets, key->size) == 0)
		result = pb_txn_seek(
			edit->txn, PB_TABLE_PINS, PB_NEXT, &at, record, error);
	if (result != PB_OK)
		return result;
	if (at.size <= above->size || at.size > PB_KEY_MAX ||
		memcmp(at.data, above->octets, above->size) != 0)
		return PB_NOT_FOUND;
	memcpy(key->octets, at.data, at.size);
	key->size = at.size;
	return PB_OK;
}

/* Every pin below key learns that the name there is now, or no longer, pinned. */
static bool update_descendants(struct pb_edit *edit, const struct pb_key *key,
	uint8_t labels, bool pinned, struct pb_error *error)
{
	struct pb_key at = *key;
	struct pb_bytes record;
	enum pb_result result;

	while ((result = next_descendant(edit, key, &at, &record, error)) == PB_OK)
		if (!update_descendant(edit, &at, record, labels, pinned, error))
			return false;
	return result == PB_NOT_FOUND;
}

static enum pb_result add_new(struct pb_edit *edit, const struct pb_key *key,
	const struct pb_pin *pin, struct pb_error *error)
{
	static const struct pb_bytes none = {NULL, 0};
	struct pb_path ancestors = {0};
	uint8_t labels = (uint8_t)pb_name_labels(&pin->name);

	if (pb_tables_path(edit->txn, &pin->name, &ancestors, error) == PB_FAILED ||
		!write_record(edit, key, pin, &ancestors, none, error) ||
		!update_descendants(edit, key, labels, true, error))
		return PB_FAILED;
	pb_history_stored(edit, key);
	edit->totals.pins++;
	edit->counts.added++;
	return PB_OK;
}

/* The same for one behind all others. */
static enum pb_result append(struct pb_edit *edit, const struct pb_key *key,
	const struct pb_pin *pin, const struct pb_path *ancestors, struct pb_error *error)
{
	struct pb_bytes at = {key->octets, key->size}, record;

	if (!encode(edit, at, pin, ancestors, &record, error) ||
		!pb_txn_append(edit->txn, PB_TABLE_PINS, at, record, error))
		return PB_FAILED;
	pb_digest_add(&edit->totals.digest, at, record);
	pb_history_stored(edit, key);
	edit->totals.pins++;
	edit->counts.added++;
	edit->last = *key;
	edit->last_ancestors = *ancestors;
	return PB_OK;
}

static enum pb_result change(struct pb_edit *edit, const struct pb_key *key,
	const struct pb_pin *pin, struct pb_bytes record, struct pb_error *error)
{
	struct pb_bytes at = {key->octets, key->size};
	struct pb_path ancestors;
	struct pb_pin was;
	struct pb_bytes old;

	if (!pb_record_decode(at, record, &was, &ancestors))
		return pb_tables_damaged(edit->store->path, at, error);
	if (pb_pin_equal(&was, pin))
		return PB_OK;
	if (!pb_history_remember(edit, key, record, error))
		return PB_FAILED;
	/* The history's entry holds a copy, which outlives what LMDB moves. */
	old = (struct pb_bytes){edit->entry + 2 + key->size, record.size};
	if (!write_record(edit, key, pin, &ancestors, old, error))
		return PB_FAILED;
	pb_history_stored(edit, key);
	edit->counts.changed++;
	return PB_OK;
}

enum pb_result pb_edit_put(
	struct pb_edit *edit, const struct pb_pin *pin, struct pb_error *error)
{
	struct pb_pin stored = *pin;
	struct pb_path ancestors;
	struct pb_bytes record;
	struct pb_key key;
	enum pb_result result;

	stored.generation = pb_txn_id(edit->txn);
	pb_key_from_name(&key, &pin->name);
	if (is_behind(edit, &key, &ancestors))
		return append(edit, &key, &stored, &ancestors, error);
	edit->last_fresh = false; /* this one may be above it */
	result = pb_tables_record(edit->txn, &key, &record, error);
	if (result == PB_FAILED)
		return PB_FAILED;
	return result == PB_OK ? change(edit, &key, &stored, record, error)
			       : add_new(edit, &key, &stored, error);
}

enum pb_result pb_edit_remove(
	struct pb_edit *edit, const struct pb_name *name, struct pb_error *error)
{
	struct pb_bytes record, at;
	struct pb_key key;
	enum pb_result result;

	pb_key_from_name(&key, name);
	at = (struct pb_bytes){key.octets, key.size};
	result = pb_tables_record(edit->txn, &key, &record, error);
	if (result != PB_OK)
		return result;
	edit->last.size = 0;
	pb_digest_remove(&edit->totals.digest, at, record);
	if (!pb_history_remember(edit, &key, record, error) ||
		pb_txn_delete(edit->txn, PB_TABLE_PINS, at, error) != PB_OK ||
		!update_descendants(
			edit, &key, (uint8_t)pb_name_labels(name), false, error))
		return PB_FAILED;
	edit->totals.pins--;
	edit->counts.removed++;
	return PB_OK;
}

enum pb_result pb_edit_get(struct pb_edit *edit, const struct pb_name *name,
	struct pb_pinbuf *buf, struct pb_error *error)
{
	return pb_tables_get(edit->txn, edit->store->path, name, buf, error);
}

enum pb_result pb_edit_each(struct pb_edit *edit,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_error *error)
{
	return pb_tables_each(edit->txn, edit->store->path, each, arg, error);
}

struct pb_edit_counts pb_edit_counts(const struct pb_edit *edit)
{
	return edit->counts;
}

/* Nothing to store: the store keeps its generation. */
static enum pb_result commit_nothing(struct pb_edit *edit, uint64_t *generation)
{
	*generation = pb_txn_id(edit->txn) - 1;
	pb_edit_abort(edit);
	return PB_OK;
}

enum pb_result pb_edit_commit(
	struct pb_edit *edit, uint64_t *generation, struct pb_error *error)
{
	struct pb_txn *txn = edit->txn;
	bool kept;

	if (edit->counts.added + edit->counts.changed + edit->counts.removed == 0)
		return commit_nothing(edit, generation);
	*generation = pb_txn_id(txn);
	if (!pb_totals_write(txn, &edit->totals, error) ||
		!pb_history_finish(edit, error)) {
		pb_edit_abort(edit);
		return PB_FAILED;
	}
	edit->txn = NULL;
	kept = pb_txn_commit(txn, error);
	pb_edit_abort(edit);
	return kept ? PB_OK : PB_FAILED;
}
