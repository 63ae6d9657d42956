/* state_evidence.c - evidence in the state store, and what goes to make room. */
#include "state_tables.h"
#include <stdlib.h>
#include <string.h>

#define TOTAL_SIZE (1 + 2 * 8)

/* What is known of all evidence. */
struct total {
	uint64_t newest; /* number; 0: there was none yet */
	uint64_t octets;
};

static struct pb_bytes total_key(void)
{
	static const uint8_t octet = 'e';

	return (struct pb_bytes){&octet, 1};
}

static bool read_total(struct pb_state *state, struct pb_txn *txn, struct total *total,
	struct pb_error *error)
{
	struct pb_bytes key = total_key(), value;
	enum pb_result result =
		pb_txn_seek(txn, PB_STATE_RESOLVER, PB_AT, &key, &value, error);

	*total = (struct total){0};
	if (result == PB_NOT_FOUND)
		return true;
	if (result == PB_OK &&
		(value.size != TOTAL_SIZE || value.data[0] != PB_STATE_VERSION))
		result = pb_state_damaged(state, error);
	if (result == PB_FAILED)
		return false;
	total->newest = pb_get_u64(value.data + 1);
	total->octets = pb_get_u64(value.data + 9);
	return true;
}

static bool write_total(
	struct pb_txn *txn, const struct total *total, struct pb_error *error)
{
	uint8_t octets[TOTAL_SIZE] = {PB_STATE_VERSION};

	(void)pb_put_u64(pb_put_u64(octets + 1, total->newest), total->octets);
	return pb_txn_put(txn, PB_STATE_RESOLVER, total_key(),
		(struct pb_bytes){octets, sizeof(octets)}, error);
}

/* Removes what a seek leads to. PB_NOT_FOUND if that is nothing. */
static enum pb_result drop(struct pb_state *state, struct pb_txn *txn, enum pb_seek how,
	struct pb_bytes key, struct total *total, struct pb_error *error)
{
	struct pb_number_key copy;
	struct pb_bytes value;
	enum pb_result result =
		pb_txn_seek(txn, PB_STATE_EVIDENCE_TABLE, how, &key, &value, error);

	if (result != PB_OK)
		return result;
	if (key.size != sizeof(copy.octets) || value.size > total->octets)
		return pb_state_damaged(state, error);
	total->octets -= value.size;
	return pb_txn_delete(txn, PB_STATE_EVIDENCE_TABLE,
		pb_number_key(&copy, pb_get_u64(key.data)), error);
}

bool pb_evidence_write(struct pb_state *state, struct pb_txn *txn, struct pb_bytes octets,
	uint64_t old, uint64_t *number, struct pb_error *error)
{
	static const struct pb_bytes none = {NULL, 0};
	struct pb_number_key key;
	struct total total;
	enum pb_result result = PB_OK;

	if (!read_total(state, txn, &total, error) ||
		(old != 0 && drop(state, txn, PB_AT, pb_number_key(&key, old), &total,
				     error) == PB_FAILED))
		return false;
	while (result == PB_OK && total.octets + octets.size > PB_STATE_EVIDENCE)
		result = drop(state, txn, PB_FIRST, none, &total, error);
	if (result == PB_FAILED)
		return false;
	*number = ++total.newest;
	total.octets += octets.size;
	return pb_txn_put(txn, PB_STATE_EVIDENCE_TABLE, pb_number_key(&key, *number),
		       octets, error) &&
	       write_total(txn, &total, error);
}

enum pb_result pb_state_evidence(struct pb_state *state, uint64_t number,
	struct pb_evidence *evidence, uint8_t **memory, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	struct pb_number_key octets;
	struct pb_bytes key = pb_number_key(&octets, number), value;
	enum pb_result result;

	*memory = NULL;
	if (txn == NULL)
		return PB_FAILED;
	result = pb_txn_seek(txn, PB_STATE_EVIDENCE_TABLE, PB_AT, &key, &value, error);
	if (result == PB_OK) {
		*memory = malloc(value.size + 1);
		if (*memory != NULL)
			memcpy(*memory, value.data, value.size);
	}
	pb_txn_end(txn);
	if (result != PB_OK)
		return result;
	if (*memory == NULL) {
		pb_error_set(error, "out of memory");
		return PB_FAILED;
	}
	if (pb_evidence_decode(evidence, (struct pb_bytes){*memory, value.size}))
		return PB_OK;
	free(*memory);
	*memory = NULL;
	return pb_state_damaged(state, error);
}
