/* db.c - LMDB behind a narrow interface; see db.h. */
#include "db.h"
#include "lockfile.h"
#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if MDB_VERSION_FULL < MDB_VERINT(0, 9, 18)
#error "before 0.9.18, closing an LMDB environment could lose another's reader slots"
#endif

/* Slots in the lock file: threads of all processes that read at one time. */
#define READERS_MAX 512

/* A commit is seen before the file is made whole, and before its number is noted in the
 * lock file. Who meets that looks again, every so many milliseconds, so many times. */
#define SETTLE_MS 50
#define SETTLE_TIMES 20

struct pb_txn {
	struct pb_db *db;
	MDB_txn *txn;
	MDB_cursor *cursors[PB_DB_TABLES_MAX];
	bool ready[PB_DB_TABLES_MAX]; /* is the cursor, for this transaction? */
	bool writes;
	struct pb_txn *next; /* in the list of idle readers */
};

struct pb_db {
	MDB_env *env;
	char *path;
	struct pb_lockfile lock_file;
	MDB_dbi table[PB_DB_TABLES_MAX];
	pthread_mutex_t lock; /* of idle */
	struct pb_txn *idle;  /* readers that have been reset, to be renewed */

	/* How a sole writer left the file: see pb_db_is_as_left(). */
	off_t left_size;
	size_t left_txn;
};

/* What an LMDB or system error means to the operator. */
static const char *meaning(int code)
{
	switch (code) {
	case ENOENT:
		return "it does not exist; \"pinbound init\" makes it";
	case EEXIST:
		return "it exists already";
	case EISDIR:
		return "it is a directory";
	case EBADF: /* a reader would have to write the first page */
		return "it is empty";
	case EACCES:
	case EPERM:
		return "permission denied, to the file or to its lock file; as "
		       "\"pinbound init\" makes them, their group may read them, and "
		       "only root may change the pins";
	case EROFS:
		return "it is on a read-only file system, or its lock file, which "
		       "readers must write";
	case ENOSPC:
		return "the disk is full";
	case EIO: /* LMDB's word for a page that was written in part, too */
		return "it cannot be read or written: the disk is full, or broken";
	case MDB_INVALID:
		return "it is not a pinbound store";
	case MDB_VERSION_MISMATCH:
		return "it was written by another version of LMDB";
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
		return "it is damaged; pinbound(8) says how to restore it";
	case EFBIG:
		return "the file may not grow any further: a limit of the process";
	case MDB_MAP_FULL:
		return "it has reached its greatest size";
	case ENODATA: /* see check_size() */
		return "it has been cut short; pinbound(8) says how to restore it";
	case ESTALE: /* see is_own() */
		return "another file is, or was, in its place, and is open in another "
		       "process with the same lock file: reload Unbound, if it runs, or "
		       "end that process";
	case MDB_READERS_FULL:
		return "too many programs read it at one time";
	default:
		return mdb_strerror(code);
	}
}

static void fail(const struct pb_db *db, int code, struct pb_error *error)
{
	pb_error_set(error, "%s: %s", db->path, meaning(code));
}

/* A store that is not there gets no lock file: whoever asks for it would own that. */
static bool exists(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0;
}

/* Opens the environment; the struct is as allocated. */
static int open_env(struct pb_db *db, enum pb_access access, size_t most)
{
	unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
	int code = mdb_env_create(&db->env);

	if (code != 0)
		return code;
	if (access == PB_STORE_READ || access == PB_STORE_TRY)
		flags |= MDB_RDONLY;
	if (access == PB_STORE_TRY)
		flags |= MDB_NOLOCK;
	if ((code = mdb_env_set_mapsize(db->env, most)) != 0 ||
		(code = mdb_env_set_maxdbs(db->env, PB_DB_TABLES_MAX)) != 0 ||
		(code = mdb_env_set_maxreaders(db->env, READERS_MAX)) != 0 ||
		(access != PB_STORE_TRY && exists(db->path) &&
			(code = pb_lockfile_reserve(&db->lock_file, READERS_MAX)) != 0) ||
		(code = mdb_env_open(db->env, db->path, flags, 0640)) != 0)
		return code;
	pb_lockfile_note(&db->lock_file);
	return 0;
}

/* Are all pages there? To read one that the file has lost would end the process with
 * SIGBUS. With `fill`, they are made: as zeros they are an error like any other. */
static int check_size(const struct pb_db *db, bool fill)
{
	MDB_envinfo info;
	struct stat file;
	MDB_stat stat;
	off_t whole;
	int fd, code;

	if ((code = mdb_env_get_fd(db->env, &fd)) != 0 ||
		(code = mdb_env_info(db->env, &info)) != 0 ||
		(code = mdb_env_stat(db->env, &stat)) != 0)
		return code;
	whole = (off_t)(info.me_last_pgno + 1) * stat.ms_psize;
	if (fstat(fd, &file) != 0)
		return errno;
	if (file.st_size >= whole)
		return 0;
	if (!fill)
		return ENODATA;
	return ftruncate(fd, whole) == 0 ? 0 : errno;
}

/*
 * The number of the last change is in the lock file, too, and tells LMDB which of the
 * file's two states to read. If another file has been put in the place of this one, and
 * both are open, they share the lock file: then LMDB reads what one of them held before
 * its last change, calls that the newest, and writes a change over the newest.
 *
 * A commit notes its number in the lock file last: a reader may see one less than the
 * file has, `before` it began. A writer has the lock that every commit is made under.
 */
static bool is_own(struct pb_db *db, MDB_txn *txn, unsigned flags, size_t before)
{
	bool writes = (flags & MDB_RDONLY) == 0;
	size_t seen = mdb_txn_id(txn) - (writes ? 1 : 0), last = pb_db_last(db);

	return writes ? seen == last : seen <= last && before <= seen + 1;
}

static void settle(void)
{
	static const struct timespec step = {.tv_nsec = SETTLE_MS * 1000000L};

	(void)nanosleep(&step, NULL);
}

/* Readers that were killed keep their slots, until somebody looks for them. */
static int begin(struct pb_db *db, unsigned flags, MDB_txn **txn)
{
	size_t before = pb_db_last(db);
	int code = mdb_txn_begin(db->env, NULL, flags, txn), dead = 0;

	if (code == MDB_READERS_FULL && mdb_reader_check(db->env, &dead) == 0 && dead > 0)
		code = mdb_txn_begin(db->env, NULL, flags, txn);
	if (code == 0 && !is_own(db, *txn, flags, before)) {
		mdb_txn_abort(*txn);
		*txn = NULL;
		code = ESTALE;
	}
	return code;
}

/* A file that was begun, and in which nothing was ever stored, has no tables. */
static int without_table(MDB_txn *txn)
{
	return mdb_txn_id(txn) == 0 ? EBADF : MDB_INVALID;
}

static int open_tables(struct pb_db *db, enum pb_access access,
	const char *const tables[], unsigned count)
{
	MDB_txn *txn;
	unsigned open = access == PB_STORE_CREATE ? MDB_CREATE : 0;
	int code = begin(db, access == PB_STORE_CREATE ? 0 : MDB_RDONLY, &txn);

	if (code != 0)
		return code;
	for (unsigned i = 0; i < count; i++) {
		code = mdb_dbi_open(txn, tables[i], open, &db->table[i]);
		if (code != 0) {
			code = code == MDB_NOTFOUND ? without_table(txn) : code;
			mdb_txn_abort(txn);
			return code;
		}
	}
	return mdb_txn_commit(txn); /* a reader must too, to keep the table handles */
}

/* Notes how the file is, as its only writer leaves it. */
static void leave(struct pb_db *db)
{
	MDB_envinfo info;
	struct stat file;
	int fd;

	if (mdb_env_get_fd(db->env, &fd) != 0 || fstat(fd, &file) != 0 ||
		mdb_env_info(db->env, &info) != 0)
		return;
	db->left_size = file.st_size;
	db->left_txn = info.me_last_txnid;
}

bool pb_db_is_as_left(const struct pb_db *db)
{
	MDB_envinfo info;
	struct stat file;
	int fd;

	/* The size first: what has gone from the file must not be looked at. */
	return mdb_env_get_fd(db->env, &fd) == 0 && fstat(fd, &file) == 0 &&
	       file.st_size >= db->left_size && mdb_env_info(db->env, &info) == 0 &&
	       info.me_last_txnid == db->left_txn;
}

struct pb_db *pb_db_open(const char *path, enum pb_access access,
	const char *const tables[], unsigned count, size_t most, struct pb_error *error)
{
	struct pb_db *db = calloc(1, sizeof(*db));
	int code;

	if (db == NULL || (db->path = strdup(path)) == NULL ||
		!pb_lockfile_init(&db->lock_file, path)) {
		pb_error_set(error, "%s: out of memory", path);
		if (db != NULL)
			free(db->path);
		free(db);
		return NULL;
	}
	(void)pthread_mutex_init(&db->lock, NULL);
	code = open_env(db, access, most);
	if (code == 0)
		code = check_size(db, access == PB_STORE_CREATE);
	for (unsigned i = 0; code == ENODATA && i < SETTLE_TIMES; i++) {
		settle();
		code = check_size(db, false);
	}
	if (code == 0)
		code = open_tables(db, access, tables, count);
	if (code != 0) {
		fail(db, code, error);
		pb_db_close(db);
		return NULL;
	}
	leave(db);
	return db;
}

static void free_txn(struct pb_txn *txn)
{
	for (unsigned i = 0; i < PB_DB_TABLES_MAX; i++)
		if (txn->cursors[i] != NULL)
			mdb_cursor_close(txn->cursors[i]);
	if (txn->txn != NULL)
		mdb_txn_abort(txn->txn);
	free(txn);
}

void pb_db_close(struct pb_db *db)
{
	if (db == NULL)
		return;
	while (db->idle != NULL) {
		struct pb_txn *txn = db->idle;

		db->idle = txn->next;
		free_txn(txn);
	}
	if (db->env != NULL)
		mdb_env_close(db->env);
	pb_lockfile_free(&db->lock_file);
	(void)pthread_mutex_destroy(&db->lock);
	free(db->path);
	free(db);
}

bool pb_db_is_at(const struct pb_db *db, const char *path)
{
	struct stat ours, there;
	int fd;

	return mdb_env_get_fd(db->env, &fd) == 0 && fstat(fd, &ours) == 0 &&
	       stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino && pb_lockfile_is_of(&db->lock_file, path);
}

pid_t pb_db_sharer(struct pb_db *db, const char *path)
{
	return pb_lockfile_is_of(&db->lock_file, path)
		       ? pb_lockfile_sharer(&db->lock_file)
		       : 0;
}

bool pb_db_is_behind(struct pb_db *db)
{
	struct pb_error error;

	for (unsigned i = 0; i < SETTLE_TIMES; i++) {
		size_t before = pb_db_last(db);
		struct pb_txn *txn = pb_db_read(db, &error);
		bool behind = txn != NULL && pb_txn_id(txn) < before;

		if (txn != NULL)
			pb_txn_end(txn);
		if (!behind)
			return false;
		settle();
	}
	return true;
}

uint64_t pb_db_last(const struct pb_db *db)
{
	MDB_envinfo info;

	return mdb_env_info(db->env, &info) == 0 ? info.me_last_txnid : 0;
}

/* LMDB does not tell where its map is: the octets in it do. */
void pb_db_release(const uint8_t *lowest, const uint8_t *highest)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t before = (uintptr_t)lowest % page;

	(void)madvise((void *)(uintptr_t)(lowest - before),
		(size_t)(highest - lowest) + before, MADV_DONTNEED);
}

static struct pb_txn *new_txn(struct pb_db *db, unsigned flags, struct pb_error *error)
{
	struct pb_txn *txn = calloc(1, sizeof(*txn));
	int code = ENOMEM;

	if (txn != NULL) {
		txn->db = db;
		txn->writes = (flags & MDB_RDONLY) == 0;
		code = begin(db, flags, &txn->txn);
	}
	if (code != 0) {
		fail(db, code, error);
		if (txn != NULL)
			free_txn(txn);
		return NULL;
	}
	return txn;
}

static struct pb_txn *take_idle(struct pb_db *db)
{
	struct pb_txn *txn;

	(void)pthread_mutex_lock(&db->lock);
	txn = db->idle;
	if (txn != NULL)
		db->idle = txn->next;
	(void)pthread_mutex_unlock(&db->lock);
	return txn;
}

struct pb_txn *pb_db_read(struct pb_db *db, struct pb_error *error)
{
	struct pb_txn *txn = take_idle(db);
	size_t before = pb_db_last(db);
	int code;

	if (txn == NULL)
		return new_txn(db, MDB_RDONLY, error);
	memset(txn->ready, 0, sizeof(txn->ready));
	code = mdb_txn_renew(txn->txn);
	if (code == 0 && !is_own(db, txn->txn, MDB_RDONLY, before))
		code = ESTALE;
	if (code != 0) {
		fail(db, code, error);
		free_txn(txn);
		return NULL;
	}
	return txn;
}

struct pb_txn *pb_db_write(struct pb_db *db, struct pb_error *error)
{
	int dead;

	/* Slots of readers that were killed would keep old pages from being reused. */
	(void)mdb_reader_check(db->env, &dead);
	return new_txn(db, 0, error);
}

void pb_txn_end(struct pb_txn *txn)
{
	struct pb_db *db = txn->db;

	if (txn->writes) {
		free_txn(txn);
		return;
	}
	mdb_txn_reset(txn->txn);
	(void)pthread_mutex_lock(&db->lock);
	txn->next = db->idle;
	db->idle = txn;
	(void)pthread_mutex_unlock(&db->lock);
}

/* A file may end before its last pages, if nobody uses them. To tell from that one which
 * has been cut short, it is made whole. Who ends this process, other than by force, does
 * not end it between the commit and the note of it in the lock file: the change would be
 * there, and be seen with the next one only. */
static int commit(struct pb_txn *txn)
{
	sigset_t ends, before;
	int code;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &ends, &before);
	code = mdb_txn_commit(txn->txn);
	if (code == 0)
		(void)check_size(txn->db, true);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

bool pb_txn_commit(struct pb_txn *txn, struct pb_error *error)
{
	int code;

	for (unsigned i = 0; i < PB_DB_TABLES_MAX; i++) {
		if (txn->cursors[i] != NULL)
			mdb_cursor_close(txn->cursors[i]);
		txn->cursors[i] = NULL;
	}
	code = commit(txn);
	txn->txn = NULL; /* freed by LMDB, in any case */
	if (code != 0)
		fail(txn->db, code, error);
	else
		leave(txn->db);
	free_txn(txn);
	return code == 0;
}

uint64_t pb_txn_id(const struct pb_txn *txn)
{
	return mdb_txn_id(txn->txn);
}

enum pb_result pb_txn_count(
	struct pb_txn *txn, unsigned table, uint64_t *count, struct pb_error *error)
{
	MDB_stat stat;
	int code = mdb_stat(txn->txn, txn->db->table[table], &stat);

	if (code != 0) {
		fail(txn->db, code, error);
		return PB_FAILED;
	}
	*count = stat.ms_entries;
	return PB_OK;
}

/* A cursor looks the table up: so each is made ready when it is needed. */
static int ready_cursor(struct pb_txn *txn, unsigned table)
{
	MDB_cursor **cursor = &txn->cursors[table];
	int code = 0;

	if (!txn->ready[table])
		code = *cursor == NULL
			       ? mdb_cursor_open(txn->txn, txn->db->table[table], cursor)
			       : mdb_cursor_renew(txn->txn, *cursor);
	txn->ready[table] = code == 0;
	return code;
}

/* LMDB has no such seek: go to what is at or after the key, and step back. */
static int seek_at_or_before(MDB_cursor *cursor, MDB_val *key, MDB_val *value)
{
	MDB_val found = *key;
	int code = mdb_cursor_get(cursor, &found, value, MDB_SET_RANGE);

	if (code == MDB_NOTFOUND)
		return mdb_cursor_get(cursor, key, value, MDB_LAST);
	if (code != 0 ||
		(found.mv_size == key->mv_size &&
			memcmp(found.mv_data, key->mv_data, key->mv_size) == 0)) {
		*key = found;
		return code;
	}
	return mdb_cursor_get(cursor, key, value, MDB_PREV);
}

enum pb_result pb_txn_seek(struct pb_txn *txn, unsigned table, enum pb_seek how,
	struct pb_bytes *key, struct pb_bytes *value, struct pb_error *error)
{
	static const MDB_cursor_op ops[] = {
		[PB_AT] = MDB_SET_KEY,
		[PB_AT_OR_NEXT] = MDB_SET_RANGE,
		[PB_FIRST] = MDB_FIRST,
		[PB_LAST] = MDB_LAST,
		[PB_NEXT] = MDB_NEXT,
	};
	MDB_val k = {key->size, (void *)(uintptr_t)key->data}, v = {0, NULL};
	int code = ready_cursor(txn, table);

	if (code == 0)
		code = how == PB_AT_OR_BEFORE
			       ? seek_at_or_before(txn->cursors[table], &k, &v)
			       : mdb_cursor_get(txn->cursors[table], &k, &v, ops[how]);
	if (code == MDB_NOTFOUND)
		return PB_NOT_FOUND;
	if (code != 0) {
		fail(txn->db, code, error);
		return PB_FAILED;
	}
	*key = (struct pb_bytes){k.mv_data, k.mv_size};
	*value = (struct pb_bytes){v.mv_data, v.mv_size};
	return PB_OK;
}

static bool put(struct pb_txn *txn, unsigned table, struct pb_bytes key,
	struct pb_bytes value, unsigned flags, struct pb_error *error)
{
	MDB_val k = {key.size, (void *)(uintptr_t)key.data};
	MDB_val v = {value.size, (void *)(uintptr_t)value.data};
	int code = mdb_put(txn->txn, txn->db->table[table], &k, &v, flags);

	if (code != 0)
		fail(txn->db, code, error);
	return code == 0;
}

bool pb_txn_put(struct pb_txn *txn, unsigned table, struct pb_bytes key,
	struct pb_bytes value, struct pb_error *error)
{
	return put(txn, table, key, value, 0, error);
}

bool pb_txn_append(struct pb_txn *txn, unsigned table, struct pb_bytes key,
	struct pb_bytes value, struct pb_error *error)
{
	return put(txn, table, key, value, MDB_APPEND, error);
}

enum pb_result pb_txn_delete(
	struct pb_txn *txn, unsigned table, struct pb_bytes key, struct pb_error *error)
{
	MDB_val k = {key.size, (void *)(uintptr_t)key.data};
	int code = mdb_del(txn->txn, txn->db->table[table], &k, NULL);

	if (code == MDB_NOTFOUND)
		return PB_NOT_FOUND;
	if (code != 0) {
		fail(txn->db, code, error);
		return PB_FAILED;
	}
	return PB_OK;
}
