/*
 * db.h - a sorted key-value file with transactions. The only place that knows
 * LMDB, its return codes and its rules.
 *
 * Readers never wait for the writer, nor the writer for them. One writer at a
 * time in all processes. Octets that a read gives point into the file's memory:
 * they are valid until the transaction ends, or, in a write transaction, until
 * its next change.
 */
#ifndef PINBOUND_DB_H
#define PINBOUND_DB_H

#include "pinbound/set.h"
#include "pinbound/store.h"

#define PB_DB_TABLES_MAX 5

struct pb_db;
struct pb_txn;

/*
 * Opens the file with these tables, table i being number i below. It grows to what
 * it holds, and to `most` octets at the most; that is only address space, fixed so
 * that a reader never has to map anew. Errors name the path and say what to do. One
 * open file may be used by many threads.
 */
struct pb_db *pb_db_open(const char *path, enum pb_access access,
	const char *const tables[], unsigned count, size_t most, struct pb_error *error);
void pb_db_close(struct pb_db *db);

/* True if the path leads to this very file, and its lock file to the one in use. */
bool pb_db_is_at(const struct pb_db *db, const char *path);

/* If the lock file in use is that of the file at the path, another process that has it
 * open, too, see pb_lockfile_sharer(): its number of the last change is of this file, and
 * will be. 0 if there is none. */
pid_t pb_db_sharer(struct pb_db *db, const char *path);

/* True if the file's last change is not seen by who reads it, as if it had not been made
 * yet: another file was put in its place, or who made it was killed as it ended. Waits up
 * to a second for one that is being made. */
bool pb_db_is_behind(struct pb_db *db);

/*
 * For a file's only writer: false if another one has written to it since it was
 * opened or last changed here, or has cut it short. What is in it then must not be
 * looked at any more: pages that are gone would end the process.
 */
bool pb_db_is_as_left(const struct pb_db *db);

/*
 * The number of the last change, as pb_txn_id() of a snapshot that began now would say,
 * or one that comes at this moment. No system call, no lock.
 */
uint64_t pb_db_last(const struct pb_db *db);

/*
 * After all of it has been read: the pages between two octets of the file's memory that
 * a read gave need not stay in the process's memory. Whoever needs one again gets it
 * from the file.
 */
void pb_db_release(const uint8_t *lowest, const uint8_t *highest);

/*
 * Begins reading a snapshot. Takes no memory and makes no system call once as
 * many readers as now have been active before. NULL on failure.
 */
struct pb_txn *pb_db_read(struct pb_db *db, struct pb_error *error);

/* Begins changing; waits for another writer to end. NULL on failure. */
struct pb_txn *pb_db_write(struct pb_db *db, struct pb_error *error);

/* Ends a transaction without keeping what it changed. */
void pb_txn_end(struct pb_txn *txn);

/* Keeps what was changed, on the disk when it returns true. Ends it in any case. */
bool pb_txn_commit(struct pb_txn *txn, struct pb_error *error);

/* The number of the last change that this transaction sees, or makes. */
uint64_t pb_txn_id(const struct pb_txn *txn);

enum pb_result pb_txn_count(
	struct pb_txn *txn, unsigned table, uint64_t *count, struct pb_error *error);

enum pb_seek {
	PB_AT,           /* exactly the key */
	PB_AT_OR_NEXT,   /* the key or the first after it */
	PB_AT_OR_BEFORE, /* the key or the last before it */
	PB_FIRST,        /* the key is not used */
	PB_LAST,
	PB_NEXT, /* from where the last seek in this table led */
};

/*
 * Looks for an entry. *key is what to look for, and then what was found.
 * PB_OK, PB_NOT_FOUND (key and value as they were), PB_FAILED.
 */
enum pb_result pb_txn_seek(struct pb_txn *txn, unsigned table, enum pb_seek how,
	struct pb_bytes *key, struct pb_bytes *value, struct pb_error *error);

/* Stores an entry, over one that is there. */
bool pb_txn_put(struct pb_txn *txn, unsigned table, struct pb_bytes key,
	struct pb_bytes value, struct pb_error *error);

/* The same for a key behind all others in the table, which is quicker. */
bool pb_txn_append(struct pb_txn *txn, unsigned table, struct pb_bytes key,
	struct pb_bytes value, struct pb_error *error);

/* Removes an entry: PB_OK, PB_NOT_FOUND, PB_FAILED. */
enum pb_result pb_txn_delete(
	struct pb_txn *txn, unsigned table, struct pb_bytes key, struct pb_error *error);

#endif
