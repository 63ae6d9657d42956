/*
 * disk.c - preloaded into a program, stands between LMDB and the disk.
 *
 *   FAULT_AT=N         the N-th write or sync of a store fails, or that its lock file
 *                      has its room on the disk
 *   FAULT_HOW=HOW      ... with "ENOSPC" or "EIO"; or it is a "short" one, of half of it;
 *                      or the process is killed: "kill" before, "killed-short" after
 *                      half, "killed-after" it
 *   FAULT_ON=YES       ... and all behind it
 *   FAULT_HIT=FILE     is made when it comes to that
 *   FAULT_MAP=SIZE     no store can grow to more than so many octets
 *   FAULT_RECORD=FILE  what reaches the disk, and when, is appended to this file
 *
 * A store is a file whose name ends in ".mdb". The record has a line for each thing,
 * and behind "write" and "durable" the octets:
 *
 *   write PATH OFFSET SIZE    into the page cache
 *   durable PATH OFFSET SIZE  the same, with O_DSYNC: it is on the disk when it returns
 *   sync PATH 0               all of the file that was written before is on the disk
 *   size PATH SIZE            ftruncate()
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATH_SIZE 512

static unsigned long count;

/* What the C library has under that name. */
static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

#define REAL(function) ((__typeof__(&(function)))real(#function))

/* The path of what is open there, if it ends so. */
static bool has_end(int fd, const char *end, char path[PATH_SIZE])
{
	char link[64];
	ssize_t size, end_size = (ssize_t)strlen(end);

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, PATH_SIZE - 1);
	if (size < end_size)
		return false;
	path[size] = '\0';
	return strcmp(path + size - end_size, end) == 0;
}

static bool is_store(int fd, char path[PATH_SIZE])
{
	return has_end(fd, ".mdb", path);
}

enum how { NOT, FAILS, SHORT, DIES, DIES_SHORT, DIES_AFTER };

static enum how how_from_text(const char *text)
{
	if (strcmp(text, "short") == 0)
		return SHORT;
	if (strcmp(text, "kill") == 0)
		return DIES;
	if (strcmp(text, "killed-short") == 0)
		return DIES_SHORT;
	if (strcmp(text, "killed-after") == 0)
		return DIES_AFTER;
	errno = strcmp(text, "EIO") == 0 ? EIO : ENOSPC;
	return FAILS;
}

/* Counts, and says what happens to this one; with FAILS, errno is set. */
static enum how fate(void)
{
	const char *at = getenv("FAULT_AT"), *how = getenv("FAULT_HOW");
	const char *hit = getenv("FAULT_HIT");
	unsigned long chosen = at == NULL ? 0 : strtoul(at, NULL, 10);
	enum how chosen_how;

	if (how == NULL || chosen == 0)
		return NOT;
	count++;
	if (count < chosen || (count > chosen && getenv("FAULT_ON") == NULL))
		return NOT;
	if (hit != NULL)
		(void)close(open(hit, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	chosen_how = how_from_text(how);
	if (chosen_how == DIES)
		(void)kill(getpid(), SIGKILL);
	return chosen_how;
}

static void put(int fd, const void *octets, size_t size)
{
	const char *at = octets;

	while (size > 0) {
		ssize_t written = REAL(write)(fd, at, size);

		/* cppcheck-suppress knownConditionTrueFalse */
		if (written < 0)
			abort();
		at += written;
		size -= (size_t)written;
	}
}

/* Appends to the record: the line, and what is behind it. */
static void record(const char *line, const struct iovec *parts, int part_count)
{
	const char *path = getenv("FAULT_RECORD");
	int fd;

	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		abort();
	put(fd, line, strlen(line));
	for (int i = 0; i < part_count; i++)
		put(fd, parts[i].iov_base, parts[i].iov_len);
	(void)close(fd);
}

static void record_write(int fd, const char *path, off_t offset,
	const struct iovec *parts, int part_count, size_t size)
{
	char line[PATH_SIZE + 64];
	bool durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;

	(void)snprintf(line, sizeof(line), "%s %s %lld %zu\n",
		durable ? "durable" : "write", path, (long long)offset, size);
	record(line, parts, part_count);
}

static void record_line(const char *what, const char *path, off_t size)
{
	char line[PATH_SIZE + 64];

	(void)snprintf(line, sizeof(line), "%s %s %lld\n", what, path, (long long)size);
	record(line, NULL, 0);
}

static size_t size_of(const struct iovec *parts, int part_count)
{
	size_t size = 0;

	for (int i = 0; i < part_count; i++)
		size += parts[i].iov_len;
	return size;
}

/* Writes the first octets of it, where the file stands at `offset`. */
static ssize_t write_some(int fd, const struct iovec *parts, int part_count, off_t offset,
	bool moves, size_t left)
{
	size_t done = 0;

	for (int i = 0; i < part_count && left > 0; i++) {
		size_t part = parts[i].iov_len < left ? parts[i].iov_len : left;

		if (REAL(pwrite)(fd, parts[i].iov_base, part, offset + (off_t)done) !=
			(ssize_t)part)
			abort();
		done += part;
		left -= part;
	}
	if (moves)
		(void)lseek(fd, offset + (off_t)done, SEEK_SET);
	return (ssize_t)done;
}

/* All that writes comes here. Returns false if it is to be done by the C library. */
static bool write_fate(int fd, const struct iovec *parts, int part_count, off_t offset,
	bool moves, ssize_t *result)
{
	char path[PATH_SIZE];
	enum how how;

	if (!is_store(fd, path))
		return false;
	if (moves)
		offset = lseek(fd, 0, SEEK_CUR);
	how = fate();
	*result = -1;
	if (how == FAILS)
		return true;
	if (how == NOT) {
		record_write(
			fd, path, offset, parts, part_count, size_of(parts, part_count));
		return false;
	}
	*result = write_some(fd, parts, part_count, offset, moves,
		size_of(parts, part_count) / (how == DIES_AFTER ? 1 : 2));
	if (how != SHORT)
		(void)kill(getpid(), SIGKILL);
	return true;
}

ssize_t pwrite(int fd, const void *octets, size_t size, off_t offset)
{
	struct iovec part = {(void *)(uintptr_t)octets, size};
	ssize_t result;

	return write_fate(fd, &part, 1, offset, false, &result)
		       ? result
		       : REAL(pwrite)(fd, octets, size, offset);
}

ssize_t write(int fd, const void *octets, size_t size)
{
	struct iovec part = {(void *)(uintptr_t)octets, size};
	ssize_t result;

	return write_fate(fd, &part, 1, 0, true, &result) ? result
							  : REAL(write)(fd, octets, size);
}

ssize_t writev(int fd, const struct iovec *parts, int part_count)
{
	ssize_t result;

	return write_fate(fd, parts, part_count, 0, true, &result)
		       ? result
		       : REAL(writev)(fd, parts, part_count);
}

/* Half a sync is none. */
static bool sync_fails(int fd)
{
	char path[PATH_SIZE];
	enum how how;

	if (!is_store(fd, path))
		return false;
	how = fate();
	if (how == DIES_AFTER)
		(void)REAL(fdatasync)(fd);
	if (how == DIES_SHORT || how == DIES_AFTER)
		(void)kill(getpid(), SIGKILL);
	if (how == SHORT)
		errno = EIO;
	if (how != NOT)
		return true;
	record_line("sync", path, 0);
	return false;
}

int fdatasync(int fd)
{
	return sync_fails(fd) ? -1 : REAL(fdatasync)(fd);
}

int fsync(int fd)
{
	return sync_fails(fd) ? -1 : REAL(fsync)(fd);
}

int ftruncate(int fd, off_t size)
{
	char path[PATH_SIZE];

	if (!is_store(fd, path))
		return REAL(ftruncate)(fd, size);
	if (fate() != NOT)
		return -1;
	record_line("size", path, size);
	return REAL(ftruncate)(fd, size);
}

/* There is no room for half a lock file. */
int fallocate(int fd, int mode, off_t offset, off_t size)
{
	char path[PATH_SIZE];
	enum how how = has_end(fd, ".mdb-lock", path) ? fate() : NOT;

	if (how == NOT)
		return REAL(fallocate)(fd, mode, offset, size);
	if (how == DIES_SHORT || how == DIES_AFTER)
		(void)kill(getpid(), SIGKILL);
	if (how == SHORT)
		errno = ENOSPC;
	return -1;
}

int mdb_env_set_mapsize(MDB_env *env, size_t size)
{
	const char *text = getenv("FAULT_MAP");

	return REAL(mdb_env_set_mapsize)(
		env, text == NULL ? size : strtoul(text, NULL, 10));
}
