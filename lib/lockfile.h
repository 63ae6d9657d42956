/*
 * lockfile.h - the file beside an LMDB file, "-lock" behind its name, in which those who
 * have it open find each other.
 *
 * To close it takes all locks of this process on it away, as POSIX has it: what opens it
 * says when.
 */
#ifndef PINBOUND_LOCKFILE_H
#define PINBOUND_LOCKFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct pb_lockfile {
	char *path;
	dev_t device; /* as it was when it was noted */
	ino_t inode;
	int asked; /* open until the lock file is freed, -1 if not */
};

/* That of the LMDB file at the path. False if there is no memory. */
bool pb_lockfile_init(struct pb_lockfile *lock, const char *store);
void pb_lockfile_free(struct pb_lockfile *lock);

/*
 * Has it made, and all the room on the disk that it needs: LMDB writes to it through a
 * map, and a disk that is full then would end the process. Opens and closes it: for
 * before this process has it open. Returns 0 or an errno; what stands in the way of
 * opening it is for LMDB to find.
 */
int pb_lockfile_reserve(const struct pb_lockfile *lock, size_t readers);

/* Notes which file it is, now that it is open. */
void pb_lockfile_note(struct pb_lockfile *lock);

/* Is that which was noted the lock file of the LMDB file at the path? */
bool pb_lockfile_is_of(const struct pb_lockfile *lock, const char *store);

/* The id of another process that has it open, as LMDB does; -1 if that one has none here,
 * being of another PID namespace; 0 if there is none. Opens it, and closes it in free. */
pid_t pb_lockfile_sharer(struct pb_lockfile *lock);

#endif
