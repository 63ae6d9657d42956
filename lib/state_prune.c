/* state_prune.c - dropping what the state store has of zones that are not pinned. */
#include "state_tables.h"
#include <string.h>

struct pruning {
	struct pb_state *state;
	struct pb_txn *txn;
	bool (*keep)(void *arg, const struct pb_name *zone);
	void *arg;
};

/* The zone that an entry is about. */
static bool zone_of(struct pb_name *zone, unsigned table, struct pb_bytes key)
{
	size_t aspect = table == PB_STATE_ZONES ? 1 : 0;

	return key.size > aspect && pb_key_to_name(zone, key.data, key.size - aspect);
}

/*
 * Finds the first entry at or after *key that is not to be kept, and makes that *key.
 * PB_OK, PB_NOT_FOUND, PB_FAILED.
 */
static enum pb_result find(const struct pruning *pruning, unsigned table,
	struct pb_bytes *key, struct pb_error *error)
{
	struct pb_name zone;
	struct pb_bytes value;
	enum pb_result result =
		pb_txn_seek(pruning->txn, table, PB_AT_OR_NEXT, key, &value, error);

	while (result == PB_OK) {
		if (!zone_of(&zone, table, *key))
			return pb_state_damaged(pruning->state, error);
		if (!pruning->keep(pruning->arg, &zone))
			return PB_OK;
		result = pb_txn_seek(pruning->txn, table, PB_NEXT, key, &value, error);
	}
	return result;
}

static bool prune_table(
	const struct pruning *pruning, unsigned table, struct pb_error *error)
{
	uint8_t octets[PB_KEY_MAX] = {0};
	struct pb_bytes key = {octets, 1};
	enum pb_result result;

	while ((result = find(pruning, table, &key, error)) == PB_OK) {
		/* The deletion moves what the key points to. */
		memmove(octets, key.data, key.size);
		key.data = octets;
		if (pb_txn_delete(pruning->txn, table, key, error) != PB_OK)
			return false;
	}
	return result == PB_NOT_FOUND;
}

/* Most often there is nothing to drop, which reading tells. */
static enum pb_result look(const struct pruning *pruning, struct pb_error *error)
{
	static const uint8_t first = 0;
	struct pb_bytes zone = {&first, 1}, count = {&first, 1};
	enum pb_result result = find(pruning, PB_STATE_ZONES, &zone, error);

	return result == PB_NOT_FOUND ? find(pruning, PB_STATE_COUNTS, &count, error)
				      : result;
}

bool pb_state_prune(struct pb_state *state,
	bool (*keep)(void *arg, const struct pb_name *zone), void *arg,
	struct pb_error *error)
{
	struct pruning pruning = {state, pb_db_read(state->db, error), keep, arg};
	enum pb_result result;

	if (pruning.txn == NULL)
		return false;
	result = look(&pruning, error);
	pb_txn_end(pruning.txn);
	if (result != PB_OK)
		return result == PB_NOT_FOUND;
	pruning.txn = pb_db_write(state->db, error);
	if (pruning.txn == NULL)
		return false;
	if (prune_table(&pruning, PB_STATE_ZONES, error) &&
		prune_table(&pruning, PB_STATE_COUNTS, error))
		return pb_txn_commit(pruning.txn, error);
	pb_txn_end(pruning.txn);
	return false;
}
