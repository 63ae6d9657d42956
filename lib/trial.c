/*
 * trial.c - looking at a pin store before it takes the place of one that is open.
 *
 * Two files with one lock file must not be open in one process: closing either takes
 * the process's reader slots and locks away from the other.
 */
#include "lockfile.h"
#include "pinbound/store.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A lock file that is not there will have to be made. */
static bool can_make(char *path)
{
	char *last = strrchr(path, '/');

	if (last == NULL)
		return access(".", W_OK) == 0;
	last[last == path] = '\0'; /* the root keeps its slash */
	return access(path, W_OK) == 0;
}

/* Only asked, not opened: to close a file takes all locks of this process on it away. */
static bool check_lock_file(const char *path, struct pb_error *error)
{
	struct pb_lockfile lock;
	bool fine;

	if (!pb_lockfile_init(&lock, path)) {
		pb_error_set(error, "%s: out of memory", path);
		return false;
	}
	/* On a read-only file system LMDB does without. */
	fine = access(lock.path, R_OK | W_OK) == 0 || errno == EROFS ||
	       (errno == ENOENT && (can_make(lock.path) || errno == EROFS));
	if (!fine)
		pb_error_set(error, "%s: permission denied, to its lock file", path);
	pb_lockfile_free(&lock);
	return fine;
}

bool pb_store_try(const char *path, struct pb_error *error)
{
	struct pb_store_stat stat;
	struct pb_store *store;
	bool fine;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* What the command takes before a change. Should it be at work just now, then
	 * the pages that are read may be used anew, and the digest will tell. */
	if (fd >= 0)
		(void)flock(fd, LOCK_SH | LOCK_NB);
	store = pb_store_open(path, PB_STORE_TRY, error);
	fine = store != NULL && pb_store_verify(store, &stat, error) == PB_OK &&
	       check_lock_file(path, error);
	pb_store_close(store);
	if (fd >= 0)
		(void)close(fd);
	return fine;
}
