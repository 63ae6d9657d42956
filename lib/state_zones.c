/* state_zones.c - verdicts, events and counts in the state store. */
#include "state_tables.h"
#include <stdlib.h>
#include <string.h>

/* 1 version, 1 aspect, 1 action, 1 logged; 8 reasons, 8 when, 8 generation, 8 refused,
 * 8 evidence; 1 size and the zone's wire form; the line */
#define HEAD_SIZE (4 + 5 * 8 + 1)
#define HAPPENING_MAX (HEAD_SIZE + PB_NAME_MAX + PB_LINE_MAX)

#define COUNTS_SIZE (1 + 5 * 8)

struct pb_bytes pb_zone_key(
	struct pb_zone_key *key, const struct pb_name *zone, enum pb_aspect aspect)
{
	struct pb_key name;

	pb_key_from_name(&name, zone);
	if (name.size == PB_KEY_MAX)
		return (struct pb_bytes){NULL, 0};
	memcpy(key->octets, name.octets, name.size);
	key->octets[name.size] = (uint8_t)aspect;
	return (struct pb_bytes){key->octets, name.size + 1};
}

static struct pb_bytes encode(
	uint8_t out[HAPPENING_MAX], const struct pb_happening *happening)
{
	size_t line = strnlen(happening->line, PB_LINE_MAX);
	uint8_t *at = out;

	*at++ = PB_STATE_VERSION;
	*at++ = (uint8_t)happening->aspect;
	*at++ = (uint8_t)happening->action;
	*at++ = happening->logged;
	at = pb_put_u64(at, happening->reasons);
	at = pb_put_u64(at, (uint64_t)happening->when);
	at = pb_put_u64(at, happening->generation);
	at = pb_put_u64(at, happening->refused);
	at = pb_put_u64(at, happening->evidence);
	*at++ = happening->zone.size;
	memcpy(at, happening->zone.wire, happening->zone.size);
	at += happening->zone.size;
	memcpy(at, happening->line, line);
	return (struct pb_bytes){out, (size_t)(at - out) + line};
}

/* Whoever can write the store cannot by that steer the terminal of who reads it. */
static bool is_plain(const uint8_t *line, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (line[i] < ' ' || line[i] > '~')
			return false;
	return true;
}

static bool decode(struct pb_happening *happening, struct pb_bytes value)
{
	const uint8_t *at = value.data;
	size_t zone, line;

	if (value.size < HEAD_SIZE + 1 || at[0] != PB_STATE_VERSION ||
		at[1] >= PB_ASPECTS || at[2] > PB_ACTION_REFUSED || at[3] > 1 ||
		pb_get_u64(at + 4) >= PB_REASON(PB_REASONS))
		return false;
	happening->aspect = at[1];
	happening->action = at[2];
	happening->logged = at[3];
	happening->reasons = (pb_reasons)pb_get_u64(at + 4);
	happening->when = (int64_t)pb_get_u64(at + 12);
	happening->generation = pb_get_u64(at + 20);
	happening->refused = pb_get_u64(at + 28);
	happening->evidence = pb_get_u64(at + 36);
	happening->response = (struct pb_bytes){NULL, 0};
	zone = at[HEAD_SIZE - 1];
	if (zone == 0 || zone > value.size - HEAD_SIZE ||
		pb_name_from_wire(&happening->zone, at + HEAD_SIZE, zone) != zone)
		return false;
	line = value.size - HEAD_SIZE - zone;
	if (line > PB_LINE_MAX || !is_plain(at + HEAD_SIZE + zone, line))
		return false;
	memcpy(happening->line, at + HEAD_SIZE + zone, line);
	happening->line[line] = '\0';
	return true;
}

/* The number of a zone's last evidence, 0 if there is none. */
static enum pb_result last_evidence(struct pb_state *state, struct pb_txn *txn,
	struct pb_bytes key, uint64_t *number, struct pb_error *error)
{
	struct pb_happening was;
	struct pb_bytes value;
	enum pb_result result =
		pb_txn_seek(txn, PB_STATE_ZONES, PB_AT, &key, &value, error);

	*number = 0;
	if (result != PB_OK)
		return result == PB_NOT_FOUND ? PB_OK : result;
	if (!decode(&was, value))
		return pb_state_damaged(state, error);
	*number = was.evidence;
	return PB_OK;
}

/* The number of the last event, 0 if there is none. */
static enum pb_result last_event(
	struct pb_txn *txn, uint64_t *number, struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, value;
	enum pb_result result =
		pb_txn_seek(txn, PB_STATE_EVENTS_TABLE, PB_LAST, &key, &value, error);

	*number = result == PB_OK && key.size == 8 ? pb_get_u64(key.data) : 0;
	return result == PB_FAILED ? PB_FAILED : PB_OK;
}

static bool write_event(
	struct pb_txn *txn, struct pb_bytes happening, struct pb_error *error)
{
	struct pb_number_key key;
	uint64_t last;

	if (last_event(txn, &last, error) != PB_OK ||
		!pb_txn_put(txn, PB_STATE_EVENTS_TABLE, pb_number_key(&key, last + 1),
			happening, error))
		return false;
	return last < PB_STATE_EVENTS ||
	       pb_txn_delete(txn, PB_STATE_EVENTS_TABLE,
		       pb_number_key(&key, last + 1 - PB_STATE_EVENTS),
		       error) != PB_FAILED;
}

bool pb_happening_write(struct pb_state *state, struct pb_txn *txn,
	const struct pb_happening *happening, struct pb_error *error)
{
	uint8_t octets[HAPPENING_MAX];
	struct pb_happening event = *happening, verdict;
	struct pb_zone_key key_octets;
	struct pb_bytes key =
		pb_zone_key(&key_octets, &happening->zone, happening->aspect);
	uint64_t last;

	if (key.size == 0)
		return true;
	if (last_evidence(state, txn, key, &last, error) != PB_OK)
		return false;
	event.evidence = 0;
	if (happening->response.size > 0 &&
		!pb_evidence_write(
			state, txn, happening->response, last, &event.evidence, error))
		return false;
	verdict = event;
	if (verdict.evidence == 0)
		verdict.evidence = last;
	return pb_txn_put(txn, PB_STATE_ZONES, key, encode(octets, &verdict), error) &&
	       (!event.logged || write_event(txn, encode(octets, &event), error));
}

/* Calls each for the entries of a table from where `how` leads. */
static enum pb_result each_of(struct pb_state *state, struct pb_txn *txn, unsigned table,
	enum pb_seek how, struct pb_bytes key,
	bool (*each)(void *arg, const struct pb_happening *happening), void *arg,
	struct pb_error *error)
{
	struct pb_happening *happening = malloc(sizeof(*happening));
	struct pb_bytes value;
	enum pb_result result;

	if (happening == NULL) {
		pb_error_set(error, "out of memory");
		return PB_FAILED;
	}
	result = pb_txn_seek(txn, table, how, &key, &value, error);
	while (result == PB_OK) {
		if (!decode(happening, value)) {
			result = pb_state_damaged(state, error);
			break;
		}
		if (!each(arg, happening))
			break;
		result = pb_txn_seek(txn, table, PB_NEXT, &key, &value, error);
	}
	free(happening);
	return result == PB_NOT_FOUND ? PB_OK : result;
}

enum pb_result pb_state_zones(struct pb_state *state,
	bool (*each)(void *arg, const struct pb_happening *verdict), void *arg,
	struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = each_of(state, txn, PB_STATE_ZONES, PB_FIRST, (struct pb_bytes){NULL, 0},
		each, arg, error);
	pb_txn_end(txn);
	return result;
}

enum pb_result pb_state_events(struct pb_state *state, uint64_t after, uint64_t *last,
	bool (*each)(void *arg, const struct pb_happening *event), void *arg,
	struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	struct pb_number_key key;
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = last_event(txn, last, error);
	if (result == PB_OK && after < UINT64_MAX)
		result = each_of(state, txn, PB_STATE_EVENTS_TABLE, PB_AT_OR_NEXT,
			pb_number_key(&key, after + 1), each, arg, error);
	pb_txn_end(txn);
	return result;
}

/* --- counts --- */

static bool decode_counts(struct pb_counts *counts, struct pb_bytes value)
{
	const uint8_t *at = value.data;

	if (value.size != COUNTS_SIZE || at[0] != PB_STATE_VERSION)
		return false;
	counts->refused = pb_get_u64(at + 1);
	counts->logged = pb_get_u64(at + 9);
	counts->deviations = pb_get_u64(at + 17);
	counts->rechecks = pb_get_u64(at + 25);
	counts->seen = (int64_t)pb_get_u64(at + 33);
	return true;
}

bool pb_counts_add(struct pb_state *state, struct pb_txn *txn,
	const struct pb_counted *counted, struct pb_error *error)
{
	const struct pb_counts *more = &counted->counts;
	uint8_t octets[COUNTS_SIZE] = {PB_STATE_VERSION};
	uint8_t *at = octets + 1;
	struct pb_counts was = {0};
	struct pb_key name;
	struct pb_bytes key, found, value;
	enum pb_result result;

	pb_key_from_name(&name, &counted->zone);
	key = found = (struct pb_bytes){name.octets, name.size};
	result = pb_txn_seek(txn, PB_STATE_COUNTS, PB_AT, &found, &value, error);
	if (result == PB_OK && !decode_counts(&was, value))
		result = pb_state_damaged(state, error);
	if (result == PB_FAILED)
		return false;
	at = pb_put_u64(at, was.refused + more->refused);
	at = pb_put_u64(at, was.logged + more->logged);
	at = pb_put_u64(at, was.deviations + more->deviations);
	at = pb_put_u64(at, was.rechecks + more->rechecks);
	(void)pb_put_u64(at, (uint64_t)(more->seen != 0 ? more->seen : was.seen));
	return pb_txn_put(txn, PB_STATE_COUNTS, key,
		(struct pb_bytes){octets, sizeof(octets)}, error);
}

static enum pb_result each_count(struct pb_state *state, struct pb_txn *txn,
	bool (*each)(void *arg, const struct pb_counted *counted), void *arg,
	struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, value;
	struct pb_counted counted;
	enum pb_result result =
		pb_txn_seek(txn, PB_STATE_COUNTS, PB_FIRST, &key, &value, error);

	while (result == PB_OK) {
		if (!pb_key_to_name(&counted.zone, key.data, key.size) ||
			!decode_counts(&counted.counts, value))
			return pb_state_damaged(state, error);
		if (!each(arg, &counted))
			return PB_OK;
		result = pb_txn_seek(txn, PB_STATE_COUNTS, PB_NEXT, &key, &value, error);
	}
	return result == PB_NOT_FOUND ? PB_OK : result;
}

enum pb_result pb_state_counts(struct pb_state *state,
	bool (*each)(void *arg, const struct pb_counted *counted), void *arg,
	struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = each_count(state, txn, each, arg, error);
	pb_txn_end(txn);
	return result;
}
