/*
 * store.c - what the pin store costs, beside the plainest use of LMDB.
 *
 *   bench-store known STORE NAMES    looks up each name as the module does: the pins on
 *                                    its path, and those themselves
 *   bench-store plain STORE NAMES    mdb_txn_renew, an mdb_get per label, mdb_txn_reset
 *   bench-store put STORE NEW        stores what is in STORE anew with mdb_put, at once
 *   bench-store scan STORE           reads all of it, as behind the start
 *   bench-store walk STORE           reads each octet of the pins with a cursor
 *
 * NAMES has a name per line. Each prints a number: nanoseconds for a lookup, seconds
 * else. What was found is said on standard error, lest it is left out.
 */
#include "pinbound/store.h"
#include "key.h"
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAMES_MAX 200000
#define MAP_SIZE ((size_t)16 << 30)

static struct pb_name *names;
static size_t count;

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench-store: %s: %s\n", what, why);
	exit(1);
}

static void must(int code, const char *what)
{
	if (code != 0)
		die(what, mdb_strerror(code));
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void read_names(const char *path)
{
	char line[PB_NAME_TEXT_MAX + 2];
	struct pb_error error;
	FILE *in = fopen(path, "re");

	names = malloc(NAMES_MAX * sizeof(*names));
	if (in == NULL || names == NULL)
		die(path, "cannot be read");
	while (count < NAMES_MAX && fgets(line, sizeof(line), in) != NULL) {
		size_t size = strcspn(line, "\n");

		if (!pb_name_from_text(&names[count++], line, size, &error))
			die(line, error.text);
	}
	(void)fclose(in);
	if (count == 0)
		die(path, "it is empty");
}

static void say_lookups(double began, size_t found)
{
	(void)printf("%.1f\n", (now() - began) * 1e9 / (double)count);
	(void)fprintf(stderr, "%zu names, %zu pins found\n", count, found);
}

static bool note(void *arg, const struct pb_pin *pin)
{
	return pb_names_add(arg, &pin->name);
}

static void *give(void *arg, size_t size)
{
	return size <= 65536 ? arg : NULL;
}

static struct pb_names *scan(struct pb_store *store, struct pb_store_stat *stat)
{
	struct pb_error error;
	struct pb_names *pinned;

	if (pb_store_stat(store, stat, &error) != PB_OK)
		die("stat", error.text);
	pinned = pb_names_new(stat->pins);
	if (pinned == NULL || pb_store_scan(store, note, pinned, stat, &error) != PB_OK)
		die("scan", error.text);
	return pinned;
}

static struct pb_store *open_store(const char *path)
{
	struct pb_error error;
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, &error);

	if (store == NULL)
		die("open", error.text);
	return store;
}

__attribute__((noinline)) static size_t look_up(
	struct pb_store *store, const struct pb_name *name, void *memory)
{
	struct pb_error error;
	struct pb_path path;
	struct pb_name zone;
	struct pb_pin pin;

	if (pb_store_path(store, name, &path, &error) != PB_OK)
		return 0;
	for (unsigned i = 0; i < path.count; i++) {
		pb_name_ancestor(&zone, name, path.labels[i]);
		if (pb_store_load(store, &zone, &pin, give, memory, &error) != PB_OK)
			die("load", error.text);
	}
	return path.count;
}

static void known(const char *path, const char *file)
{
	struct pb_store *store = open_store(path);
	struct pb_store_stat stat;
	struct pb_names *pinned = scan(store, &stat);
	void *memory = malloc(65536);
	size_t found = 0;
	double began;

	read_names(file);
	pb_store_know(store, pinned, stat.generation, NULL);
	for (int round = 0; round < 2; round++) { /* the first warms up */
		found = 0;
		began = now();
		for (size_t i = 0; i < count; i++)
			found += look_up(store, &names[i], memory);
	}
	say_lookups(began, found);
	pb_store_close(store);
	pb_names_free(pinned);
	free(memory);
}

__attribute__((noinline)) static size_t look_up_plainly(
	MDB_txn *txn, MDB_dbi table, const struct pb_name *name, const struct pb_key *key)
{
	size_t found = 0;

	(void)name;
	must(mdb_txn_renew(txn), "renew");
	/* An ancestor's key is a prefix, up to the end of a label. */
	for (size_t size = key->size; size > 0; size--) {
		MDB_val at = {size, (void *)(uintptr_t)key->octets}, value;

		if (key->octets[size - 1] == 0 && mdb_get(txn, table, &at, &value) == 0)
			found++;
	}
	mdb_txn_reset(txn);
	return found;
}

static MDB_env *open_plainly(const char *path, unsigned flags)
{
	MDB_env *env;

	must(mdb_env_create(&env), "create");
	must(mdb_env_set_mapsize(env, MAP_SIZE), "map");
	must(mdb_env_set_maxdbs(env, 3), "tables");
	must(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOTLS | flags, 0600), path);
	return env;
}

static void plain(const char *path, const char *file)
{
	MDB_env *env = open_plainly(path, MDB_RDONLY);
	struct pb_key key;
	MDB_txn *txn;
	MDB_dbi table;
	size_t found = 0;
	double began;

	read_names(file);
	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
	must(mdb_dbi_open(txn, "pins", 0, &table), "table");
	must(mdb_txn_commit(txn), "commit");
	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
	mdb_txn_reset(txn);
	for (int round = 0; round < 2; round++) {
		found = 0;
		began = now();
		for (size_t i = 0; i < count; i++) {
			pb_key_from_name(&key, &names[i]);
			found += look_up_plainly(txn, table, &names[i], &key);
		}
	}
	say_lookups(began, found);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

static void put(const char *from, const char *to)
{
	MDB_env *old = open_plainly(from, MDB_RDONLY), *new = open_plainly(to, 0);
	MDB_txn *reads, *writes;
	MDB_dbi there, here;
	MDB_cursor *cursor;
	MDB_val key, value;
	double began = now();

	must(mdb_txn_begin(old, NULL, MDB_RDONLY, &reads), "begin");
	must(mdb_dbi_open(reads, "pins", 0, &there), "table");
	must(mdb_cursor_open(reads, there, &cursor), "cursor");
	must(mdb_txn_begin(new, NULL, 0, &writes), "begin");
	must(mdb_dbi_open(writes, "pins", MDB_CREATE, &here), "table");
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
		must(mdb_put(writes, here, &key, &value, 0), "put");
	must(mdb_txn_commit(writes), "commit");
	(void)printf("%.3f\n", now() - began);
	mdb_cursor_close(cursor);
	mdb_txn_abort(reads);
	mdb_env_close(new);
	mdb_env_close(old);
}

static void scan_alone(const char *path)
{
	struct pb_store *store = open_store(path);
	struct pb_store_stat stat;
	double began = now();
	struct pb_names *pinned = scan(store, &stat);

	(void)printf("%.3f\n", now() - began);
	pb_names_free(pinned);
	pb_store_close(store);
}

static void walk(const char *path)
{
	MDB_env *env = open_plainly(path, MDB_RDONLY);
	MDB_txn *txn;
	MDB_dbi table;
	MDB_cursor *cursor;
	MDB_val key, value;
	uint64_t sum = 0;
	double began = now();

	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
	must(mdb_dbi_open(txn, "pins", 0, &table), "table");
	must(mdb_cursor_open(txn, table, &cursor), "cursor");
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
		for (size_t i = 0; i < value.mv_size; i++)
			sum += ((const uint8_t *)value.mv_data)[i];
	(void)printf("%.3f\n", now() - began);
	(void)fprintf(stderr, "sum %llu\n", (unsigned long long)sum);
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "known") == 0)
		known(argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "plain") == 0)
		plain(argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "put") == 0)
		put(argv[2], argv[3]);
	else if (argc == 3 && strcmp(argv[1], "scan") == 0)
		scan_alone(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "walk") == 0)
		walk(argv[2]);
	else
		die("usage", "known|plain STORE NAMES, put STORE NEW, scan|walk STORE");
	return 0;
}
