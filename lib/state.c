/* state.c - the state store as a whole, and the resolver in it; see pinbound/state.h. */
#include "state_tables.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Events and evidence are bounded, and so are the zones, by the pins. This is for a
 * reader that was stopped in the middle, and keeps old pages from being used again. */
#define MOST ((size_t)1 << 30)

#define RESOLVER_SIZE (1 + 9 * 8)

/* The writer holds a lock on the file itself, which ends with the process. */
static int take_lock(const char *path, struct pb_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		pb_error_set(error, "%s: %s%s", path, strerror(errno),
			errno == ENOENT ? "; \"pinbound init\" makes it" : "");
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

/* As init makes it. LMDB has no word for that. */
static bool is_empty(const char *path, struct pb_error *error)
{
	struct stat file;

	if (stat(path, &file) != 0 || file.st_size > 0)
		return false;
	pb_error_set(error, "%s: no resolver with Pinbound has written it yet", path);
	return true;
}

struct pb_state *pb_state_open(
	const char *path, enum pb_access access, struct pb_error *error)
{
	static const char *const tables[PB_STATE_TABLES] = {
		"resolver", "zones", "events", "evidence", "counts"};
	bool reads = access == PB_STORE_READ;
	struct pb_state *state = calloc(1, sizeof(*state));

	if (state == NULL || (state->path = strdup(path)) == NULL) {
		pb_error_set(error, "%s: out of memory", path);
		free(state);
		return NULL;
	}
	state->lock = -1;
	if (!reads)
		state->lock = take_lock(path, error);
	if (reads ? !is_empty(path, error) : state->lock >= 0)
		state->db = pb_db_open(path, reads ? PB_STORE_READ : PB_STORE_CREATE,
			tables, PB_STATE_TABLES, MOST, error);
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

bool pb_state_is_current(const struct pb_state *state)
{
	return pb_db_is_at(state->db, state->path) &&
	       (state->lock < 0 || pb_db_is_as_left(state->db));
}

enum pb_result pb_state_damaged(const struct pb_state *state, struct pb_error *error)
{
	pb_error_set(error,
		"%s: it is damaged; remove it, and \"pinbound init\" makes it anew",
		state->path);
	return PB_FAILED;
}

struct pb_bytes pb_number_key(struct pb_number_key *key, uint64_t number)
{
	(void)pb_put_u64(key->octets, number);
	return (struct pb_bytes){key->octets, sizeof(key->octets)};
}

/* --- the resolver --- */

static struct pb_bytes resolver_key(void)
{
	static const uint8_t octet = 'r';

	return (struct pb_bytes){&octet, 1};
}

static void decode_resolver(struct pb_resolver *resolver, const uint8_t *at)
{
	*resolver = (struct pb_resolver){
		.pid = (int64_t)pb_get_u64(at),
		.started = (int64_t)pb_get_u64(at + 8),
		.enforced = pb_get_u64(at + 16),
		.since = (int64_t)pb_get_u64(at + 24),
		.tally.queries = pb_get_u64(at + 32),
		.tally.refused = pb_get_u64(at + 40),
		.tally.logged = pb_get_u64(at + 48),
		.tally.unverified = pb_get_u64(at + 56),
		.tally.dropped = pb_get_u64(at + 64),
	};
}

static enum pb_result read_resolver(struct pb_state *state, struct pb_txn *txn,
	struct pb_resolver *resolver, struct pb_error *error)
{
	struct pb_bytes key = resolver_key(), value;
	enum pb_result result =
		pb_txn_seek(txn, PB_STATE_RESOLVER, PB_AT, &key, &value, error);

	if (result != PB_OK)
		return result;
	if (value.size != RESOLVER_SIZE || value.data[0] != PB_STATE_VERSION)
		return pb_state_damaged(state, error);
	decode_resolver(resolver, value.data + 1);
	return PB_OK;
}

enum pb_result pb_state_resolver(
	struct pb_state *state, struct pb_resolver *resolver, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_read(state->db, error);
	enum pb_result result;

	if (txn == NULL)
		return PB_FAILED;
	result = read_resolver(state, txn, resolver, error);
	pb_txn_end(txn);
	return result;
}

/* The resolver as it is, with what has been counted so far. */
static bool write_resolver(struct pb_state *state, struct pb_txn *txn,
	const struct pb_resolver *resolver, struct pb_error *error)
{
	uint8_t octets[RESOLVER_SIZE] = {PB_STATE_VERSION};
	uint8_t *at = octets + 1;
	struct pb_resolver was = {.since = resolver->since};

	if (read_resolver(state, txn, &was, error) == PB_FAILED)
		return false;
	at = pb_put_u64(at, (uint64_t)resolver->pid);
	at = pb_put_u64(at, (uint64_t)resolver->started);
	at = pb_put_u64(at, resolver->enforced);
	at = pb_put_u64(at, (uint64_t)was.since);
	at = pb_put_u64(at, was.tally.queries + resolver->tally.queries);
	at = pb_put_u64(at, was.tally.refused + resolver->tally.refused);
	at = pb_put_u64(at, was.tally.logged + resolver->tally.logged);
	at = pb_put_u64(at, was.tally.unverified + resolver->tally.unverified);
	(void)pb_put_u64(at, was.tally.dropped + resolver->tally.dropped);
	return pb_txn_put(txn, PB_STATE_RESOLVER, resolver_key(),
		(struct pb_bytes){octets, sizeof(octets)}, error);
}

bool pb_state_write(
	struct pb_state *state, const struct pb_news *news, struct pb_error *error)
{
	struct pb_txn *txn = pb_db_write(state->db, error);
	bool fine;

	if (txn == NULL)
		return false;
	fine = write_resolver(state, txn, &news->resolver, error);
	for (size_t i = 0; fine && i < news->happening_count; i++)
		fine = pb_happening_write(state, txn, &news->happenings[i], error);
	for (size_t i = 0; fine && i < news->counted_count; i++)
		fine = pb_counts_add(state, txn, &news->counted[i], error);
	if (fine)
		return pb_txn_commit(txn, error);
	pb_txn_end(txn);
	return false;
}
