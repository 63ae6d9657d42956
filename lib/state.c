/* state.c - see pinbound/state.h. */
#include "pinbound/state.h"
#include "db.h"
#include "key.h"
#include "record.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/*
 * resolver  "" -> 1 version, 4 times 8: pid, started, enforced, dropped
 * zones     name key, 1 aspect -> a happening
 * events    8 number -> a happening
 */
enum { TABLE_RESOLVER, TABLE_ZONES, TABLE_EVENTS, TABLES };

#define VERSION 1
#define RESOLVER_SIZE (1 + 4 * 8)

/* 1 version, 1 aspect, 1 action, 1 logged, 8 reasons, 8 when, 8 refused, 1 size and
 * the zone's wire form, the line */
#define HEAD_SIZE (4 + 3 * 8 + 1)
#define HAPPENING_MAX (HEAD_SIZE + PB_NAME_MAX + PB_LINE_MAX)

struct pb_state {
	struct pb_db *db;
	char *path;
	int lock; /* held for as long as it is open for writing; else -1 */
};

/* The writer holds a lock on the file itself, which ends with the process. */
static int take_lock(const char *path, struct pb_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		pb_error_set(error, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	pb_error_set(error, "%s: another resolver writes it", path);
	(void)close(fd);
	return -1;
}

bool pb_state_is_written(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	(void)close(fd);
	return written;
}

struct pb_state *pb_state_open(
	const char *path, enum pb_access access, struct pb_error *error)
{
	static const char *const tables[TABLES] = {"resolver", "zones", "events"};
	struct pb_state *state = calloc(1, sizeof(*state));

	if (state == NULL || (state->path = strdup(path)) == NULL) {
		pb_error_set(error, "%s: out of memory", path);
		free(state);
		return NULL;
	}
	state->lock = -1;
	if (access != PB_STORE_READ) {
		state->lock = take_lock(path, error);
		access = PB_STORE_CREATE;
	}
	if (access == PB_STORE_READ || state->lock >= 0)
		state->db = pb_db_open(path, access, tables, TABLES, error);
	if (state->db != NULL)
		return state;
	pb_state_close(state);
	return NULL;
}

void pb_state_close(struct pb_state *state)
{
	if (state == NULL)
		return;
	pb_db_close(state->db);
	if (state->lock >= 0)
		(void)close(state->lock);
	free(state->path);
	free(state);
}

static enum pb_result damaged(const struct pb_state *state, struct pb_error *error)
{
	pb_error_set(error,
		"%s: it is damaged; remove it, run \"pinbound init\", and "
		"restart the resolver",
		state->path);
	return PB_FAILED;
}

/* --- the resolver --- */

static struct pb_bytes resolver_key(void)
{
	static const uint8_t octet = 'r';

	return (struct pb_bytes){&octet, 1};
}

enum pb_result pb_state_resolver(
	struct pb_state *state, struct pb_resolver *resolver, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	struct pb_bytes key = resolver_key(), value;
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = pb_txn_seek(txn, TABLE_RESOLVER, PB_AT, &key, &value, error);
	if (result == PB_OK && (value.size != RESOLVER_SIZE || value.data[0] != VERSION))
		result = damaged(state, error);
	if (result == PB_OK)
		*resolver = (struct pb_resolver){
			.pid = (int64_t)pb_get_u64(value.data + 1),
			.started = (int64_t)pb_get_u64(value.data + 9),
			.enforced = pb_get_u64(value.data + 17),
			.dropped = pb_get_u64(value.data + 25),
		};
	pb_txn_end(txn);
	return result;
}

static bool write_resolver(
	struct pb_txn *txn, const struct pb_resolver *resolver, struct pb_error *error)
{
	uint8_t octets[RESOLVER_SIZE] = {VERSION};
	uint8_t *at = pb_put_u64(octets + 1, (uint64_t)resolver->pid);

	at = pb_put_u64(at, (uint64_t)resolver->started);
	at = pb_put_u64(at, resolver->enforced);
	(void)pb_put_u64(at, resolver->dropped);
	return pb_txn_put(txn, TABLE_RESOLVER, resolver_key(),
		(struct pb_bytes){octets, sizeof(octets)}, error);
}

/* --- what happened --- */

static struct pb_bytes encode(
	uint8_t out[HAPPENING_MAX], const struct pb_happening *happening)
{
	size_t line = strnlen(happening->line, PB_LINE_MAX);
	uint8_t *at = out;

	*at++ = VERSION;
	*at++ = (uint8_t)happening->aspect;
	*at++ = (uint8_t)happening->action;
	*at++ = happening->logged;
	at = pb_put_u64(at, happening->reasons);
	at = pb_put_u64(at, (uint64_t)happening->when);
	at = pb_put_u64(at, happening->refused);
	*at++ = happening->zone.size;
	memcpy(at, happening->zone.wire, happening->zone.size);
	at += happening->zone.size;
	memcpy(at, happening->line, line);
	return (struct pb_bytes){out, (size_t)(at - out) + line};
}

static bool decode(struct pb_happening *happening, struct pb_bytes value)
{
	const uint8_t *at = value.data;
	size_t zone, line;

	if (value.size < HEAD_SIZE + 1 || at[0] != VERSION || at[1] >= PB_ASPECTS ||
		at[2] > PB_ACTION_REFUSED || at[3] > 1)
		return false;
	happening->aspect = at[1];
	happening->action = at[2];
	happening->logged = at[3];
	happening->reasons = (pb_reasons)pb_get_u64(at + 4);
	happening->when = (int64_t)pb_get_u64(at + 12);
	happening->refused = pb_get_u64(at + 20);
	zone = at[HEAD_SIZE - 1];
	if (zone > value.size - HEAD_SIZE ||
		pb_name_from_wire(&happening->zone, at + HEAD_SIZE, zone) != zone)
		return false;
	line = value.size - HEAD_SIZE - zone;
	if (line > PB_LINE_MAX)
		return false;
	memcpy(happening->line, at + HEAD_SIZE + zone, line);
	happening->line[line] = '\0';
	return true;
}

static bool write_zone(
	struct pb_txn *txn, const struct pb_happening *verdict, struct pb_error *error)
{
	uint8_t octets[HAPPENING_MAX], key_octets[PB_KEY_MAX + 1];
	struct pb_key key;

	pb_key_from_name(&key, &verdict->zone);
	/* LMDB has no longer keys. Only a name of 250 control characters has such. */
	if (key.size == PB_KEY_MAX)
		return true;
	memcpy(key_octets, key.octets, key.size);
	key_octets[key.size] = (uint8_t)verdict->aspect;
	return pb_txn_put(txn, TABLE_ZONES,
		(struct pb_bytes){key_octets, (size_t)key.size + 1},
		encode(octets, verdict), error);
}

/* The number of the last event, 0 if there is none. */
static enum pb_result last_event(
	struct pb_txn *txn, uint64_t *number, struct pb_error *error)
{
	struct pb_bytes key = {NULL, 0}, value;
	enum pb_result result =
		pb_txn_seek(txn, TABLE_EVENTS, PB_LAST, &key, &value, error);

	*number = result == PB_OK && key.size == 8 ? pb_get_u64(key.data) : 0;
	return result == PB_FAILED ? PB_FAILED : PB_OK;
}

static bool write_event(
	struct pb_txn *txn, const struct pb_happening *event, struct pb_error *error)
{
	uint8_t octets[HAPPENING_MAX], number[8];
	struct pb_bytes key = {number, sizeof(number)};
	uint64_t last;

	if (last_event(txn, &last, error) != PB_OK)
		return false;
	(void)pb_put_u64(number, last + 1);
	if (!pb_txn_put(txn, TABLE_EVENTS, key, encode(octets, event), error))
		return false;
	if (last + 1 <= PB_STATE_EVENTS)
		return true;
	(void)pb_put_u64(number, last + 1 - PB_STATE_EVENTS);
	return pb_txn_delete(txn, TABLE_EVENTS, key, error) != PB_FAILED;
}

bool pb_state_write(struct pb_state *state, const struct pb_resolver *resolver,
	const struct pb_happening *happenings, size_t count, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_write(state->db, error);
	bool fine;

	if (txn == NULL)
		return false;
	fine = write_resolver(txn, resolver, error);
	for (size_t i = 0; fine && i < count; i++)
		fine = write_zone(txn, &happenings[i], error) &&
		       (!happenings[i].logged || write_event(txn, &happenings[i], error));
	if (fine)
		return pb_txn_commit(txn, error);
	pb_txn_end(txn);
	return false;
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
			result = damaged(state, error);
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
	result = each_of(state, txn, TABLE_ZONES, PB_FIRST, (struct pb_bytes){NULL, 0},
		each, arg, error);
	pb_txn_end(txn);
	return result;
}

enum pb_result pb_state_events(struct pb_state *state, uint64_t after, uint64_t *last,
	bool (*each)(void *arg, const struct pb_happening *event), void *arg,
	struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	uint8_t number[8];
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	(void)pb_put_u64(number, after + 1);
	result = last_event(txn, last, error);
	if (result == PB_OK)
		result = each_of(state, txn, TABLE_EVENTS, PB_AT_OR_NEXT,
			(struct pb_bytes){number, sizeof(number)}, each, arg, error);
	pb_txn_end(txn);
	return result;
}
