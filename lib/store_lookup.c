/*
 * store_lookup.c - finding the pins that have a say about a name, on a query's path; see
 * pinbound/store.h.
 */
#include "pinbound/store.h"
#include "store_tables.h"
#include <string.h>

void pb_store_know(struct pb_store *store, const struct pb_names *names,
	uint64_t generation, const struct pb_error *damage)
{
	(void)pthread_rwlock_wrlock(&store->lock);
	store->known = names;
	store->known_in = generation;
	store->damaged = damage != NULL;
	if (damage != NULL)
		store->damage = *damage;
	(void)pthread_rwlock_unlock(&store->lock);
}

/* What is known of the pins on a name's path. */
struct knowledge {
	struct pb_path path;
	bool whole;   /* there are no others */
	bool damaged; /* the store may have lost some */
	bool nothing; /* is known */
};

static void recall(struct pb_store *store, const struct pb_name *name,
	struct knowledge *knowledge, struct pb_error *error)
{
	knowledge->path.count = 0;
	(void)pthread_rwlock_rdlock(&store->lock);
	knowledge->nothing = store->known == NULL;
	knowledge->damaged = store->damaged;
	knowledge->whole = store->known != NULL && !store->damaged &&
			   store->known_in == pb_db_last(store->db);
	if (store->known != NULL)
		knowledge->path.count = (uint8_t)pb_names_path(
			store->known, name, knowledge->path.labels);
	else if (store->damaged)
		pb_error_set(error, "%s", store->damage.text);
	(void)pthread_rwlock_unlock(&store->lock);
}

/* Is the store known to hold the pin of this very name, in the snapshot of that number?
 */
static bool is_known(struct pb_store *store, const struct pb_name *name, uint64_t txn)
{
	bool known;

	(void)pthread_rwlock_rdlock(&store->lock);
	known = store->known != NULL && (store->damaged || store->known_in == txn) &&
		pb_names_longest(store->known, name) == (int)pb_name_labels(name);
	(void)pthread_rwlock_unlock(&store->lock);
	return known;
}

/* Adds what is in others to path; both are sorted. */
static void unite(struct pb_path *path, const struct pb_path *others)
{
	struct pb_path both = {0};
	unsigned a = 0, b = 0;

	while (a < path->count || b < others->count) {
		unsigned x = a < path->count ? path->labels[a] : UINT8_MAX;
		unsigned y = b < others->count ? others->labels[b] : UINT8_MAX;

		both.labels[both.count++] = (uint8_t)(x < y ? x : y);
		a += x <= y;
		b += y <= x;
	}
	*path = both;
}

enum pb_result pb_store_path(struct pb_store *store, const struct pb_name *name,
	struct pb_path *path, struct pb_error *error)
{
	struct knowledge knowledge;
	enum pb_result result;
	struct pb_txn *txn;

	recall(store, name, &knowledge, error);
	if (knowledge.whole) {
		*path = knowledge.path;
		return path->count > 0 ? PB_OK : PB_NOT_FOUND;
	}
	if (knowledge.damaged && knowledge.nothing)
		return PB_FAILED;
	txn = pb_db_read(store->db, error);
	if (txn == NULL)
		return PB_FAILED;
	path->count = 0;
	result = pb_tables_path(txn, name, path, error);
	pb_txn_end(txn);
	if (result == PB_FAILED || !knowledge.damaged)
		return result;
	unite(path, &knowledge.path);
	return path->count > 0 ? PB_OK : PB_NOT_FOUND;
}

/* It is there no longer: has it been removed, or lost? */
static enum pb_result not_there(struct pb_store *store, const struct pb_name *name,
	uint64_t txn, struct pb_error *error)
{
	char text[PB_NAME_TEXT_MAX];

	if (!is_known(store, name, txn))
		return PB_NOT_FOUND;
	pb_error_set(error, "%s: the record of %s is missing; restore it from an export",
		store->path, pb_name_to_text(name, text));
	return PB_FAILED;
}

enum pb_result pb_store_load(struct pb_store *store, const struct pb_name *name,
	struct pb_pin *pin, void *(*alloc)(void *arg, size_t size), void *arg,
	struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(store->db, error);
	struct pb_key key;
	struct pb_bytes record;
	struct pb_path ancestors;
	enum pb_result result;
	uint8_t *copy = NULL;
	uint64_t number;

	if (txn == NULL)
		return PB_FAILED;
	number = pb_txn_id(txn);
	pb_key_from_name(&key, name);
	result = pb_tables_record(txn, &key, &record, error);
	if (result == PB_OK && (copy = alloc(arg, record.size)) != NULL)
		memcpy(copy, record.data, record.size);
	pb_txn_end(txn);
	if (result == PB_NOT_FOUND)
		return not_there(store, name, number, error);
	if (result != PB_OK)
		return result;
	if (copy == NULL) {
		pb_error_set(error, "out of memory");
		return PB_FAILED;
	}
	if (!pb_record_decode((struct pb_bytes){key.octets, key.size},
		    (struct pb_bytes){copy, record.size}, pin, &ancestors))
		return pb_tables_damaged(
			store->path, (struct pb_bytes){key.octets, key.size}, error);
	pin->snapshot = number;
	return PB_OK;
}
