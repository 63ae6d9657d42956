/*
 * store.h - the pin store, pins.mdb: one LMDB file, written by the command only.
 *
 * Nothing beyond lib/store*.c knows that it is LMDB. An open store may be used
 * by any number of threads. It must not be used across fork(), nor opened twice
 * in one process (LMDB's own rules).
 */
#ifndef PINBOUND_STORE_H
#define PINBOUND_STORE_H

#include "pinbound/names.h"
#include "pinbound/pin.h"
#include <sys/types.h>

struct pb_store;

enum pb_access {
	PB_STORE_READ,   /* the resolver: pins.mdb may be read-only to it */
	PB_STORE_WRITE,  /* the command */
	PB_STORE_CREATE, /* makes the file, which must not be there, mode 0640 */
	PB_STORE_TRY,    /* reads without the lock file; see pb_store_try() */
};

/* Returns NULL with the reason in *error. Free with pb_store_close(). */
struct pb_store *pb_store_open(
	const char *path, enum pb_access access, struct pb_error *error);
void pb_store_close(struct pb_store *store); /* NULL is fine */

/* True if it is the very file that the path leads to now, with the same lock file. */
bool pb_store_is_at(const struct pb_store *store, const char *path);

/* True if it is that which the path leads to that it was opened with. */
bool pb_store_is_in_place(const struct pb_store *store);

/* If another file at the path could not be opened in its place now, the id of a process,
 * a command as a rule, that reads or writes this one, or -1 if it has none here: that
 * other one would have the same lock file. Else 0. */
pid_t pb_store_sharer(struct pb_store *store, const char *path);

/* True if it has a change that nobody sees yet: another file was put in its place while a
 * process had it open, or a command was killed as it stored one. Waits up to a second for
 * a change that is being stored. */
bool pb_store_is_behind(struct pb_store *store);

struct pb_store_stat {
	uint64_t generation; /* number of the last change; grows with each */
	uint64_t pins;
};
enum pb_result pb_store_stat(
	struct pb_store *store, struct pb_store_stat *stat, struct pb_error *error);

/* Its generation alone, without a system call or a lock; 0 if it cannot be told. */
uint64_t pb_store_generation(const struct pb_store *store);

/*
 * Which names at and above a name are pinned, by their number of labels,
 * shallowest first.
 */
struct pb_path {
	uint8_t count;
	uint8_t labels[PB_LABELS_MAX + 1];
};

/*
 * Finds the pins on the path from the root to name: PB_OK, PB_NOT_FOUND if no
 * name on it is pinned (no allocation, no system call), PB_FAILED. It goes by what the
 * store is known to hold (see pb_store_know()) as long as that has not changed.
 */
enum pb_result pb_store_path(struct pb_store *store, const struct pb_name *name,
	struct pb_path *path, struct pb_error *error);

/* Is any name at or below this one pinned? PB_OK, PB_NOT_FOUND, PB_FAILED. */
enum pb_result pb_store_any_below(
	struct pb_store *store, const struct pb_name *name, struct pb_error *error);

/*
 * Copies the pin of exactly this name into buf: PB_OK, PB_NOT_FOUND, or
 * PB_FAILED, also for a record that does not decode.
 */
enum pb_result pb_store_get(struct pb_store *store, const struct pb_name *name,
	struct pb_pinbuf *buf, struct pb_error *error);

/*
 * The same without pb_pinbuf's size, for a query's path: alloc(arg, size) gives
 * the memory that pin's sets then point into, NULL is PB_FAILED. So is a pin that the
 * store is known to hold, and that is not there.
 */
enum pb_result pb_store_load(struct pb_store *store, const struct pb_name *name,
	struct pb_pin *pin, void *(*alloc)(void *arg, size_t size), void *arg,
	struct pb_error *error);

/*
 * Calls each(arg, pin) for every pin, in canonical order of the names, in one
 * snapshot. Stops when each returns false, which is no error. The pin is valid
 * during the call only.
 */
enum pb_result pb_store_each(struct pb_store *store,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_error *error);

/*
 * Reads every record and compares the digest over the set with the one that
 * was stored. PB_OK or PB_FAILED.
 */
enum pb_result pb_store_verify(
	struct pb_store *store, struct pb_store_stat *stat, struct pb_error *error);

/*
 * The same for one who needs the names of all pins anyway: calls each(arg, pin) for
 * every pin, in one snapshot, of whose pins only name, mode and generation are told. What
 * was told is true only if it returns PB_OK at the end. PB_FAILED also if each returns
 * false; *error is then as it was. stat->generation is that of the snapshot in any case,
 * or 0 if there was none.
 */
enum pb_result pb_store_scan(struct pb_store *store,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_store_stat *stat, struct pb_error *error);

/*
 * Calls each(arg, pin) for the pins that are newer than a generation, for some several
 * times, without reading the others: *generation is that of the snapshot. PB_NOT_FOUND,
 * perhaps after some were told, if that cannot be known: too many were stored at one
 * time, or too long ago. PB_FAILED also if each returns false.
 */
enum pb_result pb_store_newer(struct pb_store *store, uint64_t since,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	uint64_t *generation, struct pb_error *error);

/*
 * Says what a scan has found, for lookups to go by. The names stay the caller's, and
 * must stay as they are until other ones are given: when this returns no lookup uses
 * those before any more. NULL, as at first: nothing is known.
 *
 * `names` were all that was pinned in `generation`. As long as that is the last one, a
 * name that is not pinned is found out without a look at the store.
 *
 * With `damage`, which says what a scan has found, pins are missing or altered, and
 * `names` were pinned before that: they are looked for, beside what the store still has.
 * Without names, each one may be pinned, and pb_store_path() fails with that reason.
 */
void pb_store_know(struct pb_store *store, const struct pb_names *names,
	uint64_t generation, const struct pb_error *damage);

/*
 * Could the file be opened and used? Reads all of it, as pb_store_verify() does,
 * without a trace in its lock file: so this is the one thing that may be done with a
 * file while this process has another one open with the same lock file, as one that
 * was put in the other's place has. It holds changes by the command up meanwhile.
 */
bool pb_store_try(const char *path, struct pb_error *error);

/* Who made a change, when and with which command, as pb_utf8_escape() has it. */
struct pb_change {
	uint64_t generation;
	int64_t when; /* seconds since 1970 */
	char who[128];
	char what[256];
};

/*
 * Looks up the change that made a generation, such as that of a pin. PB_NOT_FOUND
 * if it is too long ago: the last thousand are kept.
 */
enum pb_result pb_store_change(struct pb_store *store, uint64_t generation,
	struct pb_change *change, struct pb_error *error);

/*
 * Changing. One edit at a time in all processes: pb_edit_begin() waits for the
 * edit of another process to end. All that is done between begin and commit is
 * stored at once or not at all; when pb_edit_commit() returns true it is on the
 * disk. `who` and `what` (the command) are kept with the change; `now` is
 * seconds since 1970.
 */
struct pb_edit;
struct pb_edit *pb_edit_begin(struct pb_store *store, const char *who, const char *what,
	int64_t now, struct pb_error *error);

/* Stores a pin, over one of the same name if there is one. A pin that is there
 * already, equal in all, is left as it is. */
enum pb_result pb_edit_put(
	struct pb_edit *edit, const struct pb_pin *pin, struct pb_error *error);

/* PB_NOT_FOUND if the name is not pinned. */
enum pb_result pb_edit_remove(
	struct pb_edit *edit, const struct pb_name *name, struct pb_error *error);

/* As pb_store_get(), of what the edit has made of it so far. */
enum pb_result pb_edit_get(struct pb_edit *edit, const struct pb_name *name,
	struct pb_pinbuf *buf, struct pb_error *error);

/* As pb_store_each(), likewise. `each` must not change anything. */
enum pb_result pb_edit_each(struct pb_edit *edit,
	bool (*each)(void *arg, const struct pb_pin *pin), void *arg,
	struct pb_error *error);

/* The pins that the edit has added, changed and removed so far. */
struct pb_edit_counts {
	uint64_t added, changed, removed;
};
struct pb_edit_counts pb_edit_counts(const struct pb_edit *edit);

/*
 * Makes it durable, and frees the edit in any case. *generation is that of the
 * store afterwards; an edit that changed nothing commits nothing.
 */
enum pb_result pb_edit_commit(
	struct pb_edit *edit, uint64_t *generation, struct pb_error *error);
void pb_edit_abort(struct pb_edit *edit); /* NULL is fine */

/* Looks up the last change, which pb_edit_undo() would take back: PB_NOT_FOUND if there
 * is none. The edit must be fresh. */
enum pb_result pb_edit_last(
	struct pb_edit *edit, struct pb_change *change, struct pb_error *error);

/*
 * Takes the last change back, as a change of its own (which a second undo takes
 * back in turn): PB_NOT_FOUND if there is none. The edit must be fresh.
 */
enum pb_result pb_edit_undo(struct pb_edit *edit, struct pb_error *error);

#endif
