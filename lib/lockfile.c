/* lockfile.c - see lockfile.h. */
#include "lockfile.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* LMDB's structs, of a reader and of the rest, which its header does not show. */
#define READER_SIZE 64
#define REST_SIZE 4096

#define BLOCK 512 /* what st_blocks counts */

/* False if there is no room. */
static bool path_of(char *path, size_t room, const char *store)
{
	int size = snprintf(path, room, "%s-lock", store);

	return size >= 0 && (size_t)size < room;
}

bool pb_lockfile_init(struct pb_lockfile *lock, const char *store)
{
	size_t size = strlen(store) + sizeof("-lock");

	*lock = (struct pb_lockfile){.path = malloc(size), .asked = -1};
	if (lock->path == NULL)
		return false;
	return path_of(lock->path, size, store);
}

void pb_lockfile_free(struct pb_lockfile *lock)
{
	if (lock->asked >= 0)
		(void)close(lock->asked);
	free(lock->path);
	*lock = (struct pb_lockfile){.asked = -1};
}

int pb_lockfile_reserve(const struct pb_lockfile *lock, size_t readers)
{
	off_t room = (off_t)(readers * READER_SIZE + REST_SIZE);
	int fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0640), code = 0;
	struct stat file;

	if (fd < 0)
		return 0;
	/* Its size is LMDB's to set. */
	if (fstat(fd, &file) == 0 && (off_t)file.st_blocks * BLOCK < room &&
		fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, room) != 0)
		code = errno;
	(void)close(fd);
	return code == ENOSPC || code == EDQUOT || code == EIO ? code : 0;
}

void pb_lockfile_note(struct pb_lockfile *lock)
{
	struct stat file;

	if (stat(lock->path, &file) != 0)
		return;
	lock->device = file.st_dev;
	lock->inode = file.st_ino;
}

bool pb_lockfile_is_of(const struct pb_lockfile *lock, const char *store)
{
	char path[PATH_MAX];
	struct stat file = {.st_ino = 0};

	/* On a read-only file system LMDB does without: none then, and none now. */
	return path_of(path, sizeof(path), store) &&
	       (stat(path, &file) == 0 || errno == ENOENT) &&
	       file.st_dev == lock->device && file.st_ino == lock->inode;
}

pid_t pb_lockfile_sharer(struct pb_lockfile *lock)
{
	struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	if (lock->asked < 0)
		lock->asked = open(lock->path, O_RDWR | O_CLOEXEC);
	if (lock->asked < 0 || fcntl(lock->asked, F_GETLK, &held) != 0 ||
		held.l_type == F_UNLCK)
		return 0;
	return held.l_pid > 0 ? held.l_pid : -1;
}
