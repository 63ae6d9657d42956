/*
 * module.c - linked into a module for tests, lets its allocations fail.
 *
 *   FAULT_AT=N         the N-th allocation of the module fails
 *   FAULT_ON=YES       ... and all behind it
 *   FAULT_THREAD=YES   what counts is what its own thread does, not what Unbound's do
 *   FAULT_HIT=FILE     is made when it comes to that
 *
 * What the module asks Unbound's regions for counts, what LMDB needs memory for (each of
 * its functions that does fails as a whole), and the start of a thread.
 */
#include "fault_module.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool fails(void)
{
	static unsigned long count;
	const char *at = getenv("FAULT_AT"), *hit = getenv("FAULT_HIT");
	unsigned long chosen = at == NULL ? 0 : strtoul(at, NULL, 10);
	bool own = syscall(SYS_gettid) != getpid();
	int fd;

	if (chosen == 0 || own != (getenv("FAULT_THREAD") != NULL))
		return false;
	count++;
	if (count < chosen || (count > chosen && getenv("FAULT_ON") == NULL))
		return false;
	fd = hit == NULL ? -1 : open(hit, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t number, size_t size)
{
	return fails() ? NULL : __real_calloc(number, size);
}

void *__wrap_mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset)
{
	return fails() ? MAP_FAILED : __real_mmap(at, size, rights, flags, fd, offset);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return fails() ? NULL : __real_fopen(path, mode);
}

void *__wrap_regional_alloc(struct regional *region, size_t size)
{
	return fails() ? NULL : __real_regional_alloc(region, size);
}

void *__wrap_regional_alloc_zero(struct regional *region, size_t size)
{
	return fails() ? NULL : __real_regional_alloc_zero(region, size);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
	void *(*run)(void *), void *arg)
{
	return fails() ? EAGAIN : __real_pthread_create(thread, attributes, run, arg);
}

int __wrap_mdb_env_create(MDB_env **env)
{
	return fails() ? ENOMEM : __real_mdb_env_create(env);
}

int __wrap_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
	return fails() ? ENOMEM : __real_mdb_env_open(env, path, flags, mode);
}

int __wrap_mdb_reader_check(MDB_env *env, int *dead)
{
	return fails() ? ENOMEM : __real_mdb_reader_check(env, dead);
}

int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn)
{
	return fails() ? ENOMEM : __real_mdb_txn_begin(env, parent, flags, txn);
}

int __wrap_mdb_txn_renew(MDB_txn *txn)
{
	return fails() ? ENOMEM : __real_mdb_txn_renew(txn);
}

/* The transaction has gone, whether it fails or not. */
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails())
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return ENOMEM;
}

int __wrap_mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *table)
{
	return fails() ? ENOMEM : __real_mdb_dbi_open(txn, name, flags, table);
}

int __wrap_mdb_put(
	MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value, unsigned flags)
{
	return fails() ? ENOMEM : __real_mdb_put(txn, table, key, value, flags);
}

int __wrap_mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value)
{
	return fails() ? ENOMEM : __real_mdb_del(txn, table, key, value);
}

int __wrap_mdb_cursor_open(MDB_txn *txn, MDB_dbi table, MDB_cursor **cursor)
{
	return fails() ? ENOMEM : __real_mdb_cursor_open(txn, table, cursor);
}
