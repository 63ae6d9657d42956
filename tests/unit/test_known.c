/* test_known.c - the pin store looked through as a whole, and lookups by what that has
 * found, in a store that loses pins. */
#include "pinbound/store.h"
#include "store_tables.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char directory[64];
	char path[80];
	struct pb_store *store;
	struct pb_names *names; /* that a scan has found */
	struct pb_store_stat stat;
};

static struct pb_error error;

static void change(struct fixture *f, const char *name, bool add)
{
	struct pb_edit *edit = pb_edit_begin(f->store, "root", "test", 1000, &error);
	struct pb_pin pin = {.name = unit_name(name),
		.ns = NAMES("ns1.host"),
		.mode = PB_MODE_LOG,
		.expires = PB_NEVER};
	uint64_t generation;

	assert_non_null(edit);
	assert_int_equal(add ? pb_edit_put(edit, &pin, &error)
			     : pb_edit_remove(edit, &pin.name, &error),
		PB_OK);
	assert_int_equal(pb_edit_commit(edit, &generation, &error), PB_OK);
}

/* As a flipped bit in a page does: without a word in the digest. */
static void lose(struct fixture *f, const char *name)
{
	struct pb_txn *txn = pb_db_write(f->store->db, &error);
	struct pb_name owner = unit_name(name);
	struct pb_key key;

	assert_non_null(txn);
	pb_key_from_name(&key, &owner);
	assert_int_equal(pb_txn_delete(txn, PB_TABLE_PINS,
				 (struct pb_bytes){key.octets, key.size}, &error),
		PB_OK);
	assert_true(pb_txn_commit(txn, &error));
}

static void damage(struct fixture *f, const char *name, size_t at)
{
	struct pb_txn *txn = pb_db_write(f->store->db, &error);
	struct pb_name owner = unit_name(name);
	uint8_t copy[1000];
	struct pb_bytes record;
	struct pb_key key;

	assert_non_null(txn);
	pb_key_from_name(&key, &owner);
	assert_int_equal(pb_tables_record(txn, &key, &record, &error), PB_OK);
	memcpy(copy, record.data, record.size);
	copy[at] ^= 0x10;
	assert_true(
		pb_txn_put(txn, PB_TABLE_PINS, (struct pb_bytes){key.octets, key.size},
			(struct pb_bytes){copy, record.size}, &error));
	assert_true(pb_txn_commit(txn, &error));
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	(void)snprintf(f.directory, sizeof(f.directory), "/tmp/pinbound-test-XXXXXX");
	assert_non_null(mkdtemp(f.directory));
	(void)snprintf(f.path, sizeof(f.path), "%s/pins.mdb", f.directory);
	f.store = pb_store_open(f.path, PB_STORE_CREATE, &error);
	assert_non_null(f.store);
	change(&f, "example", true);
	change(&f, "a.b.example", true);
	change(&f, "other.example", true);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char lock[96];

	pb_store_close(f->store);
	pb_names_free(f->names);
	(void)snprintf(lock, sizeof(lock), "%s-lock", f->path);
	(void)unlink(f->path);
	(void)unlink(lock);
	return rmdir(f->directory);
}

static bool note(void *arg, const struct pb_pin *pin)
{
	struct fixture *f = arg;

	assert_int_equal(pin->mode, PB_MODE_LOG);
	assert_true(pin->generation > 0);
	return pb_names_add(f->names, &pin->name);
}

static enum pb_result scan(struct fixture *f)
{
	pb_names_free(f->names);
	f->names = pb_names_new(0);
	assert_non_null(f->names);
	return pb_store_scan(f->store, note, f, &f->stat, &error);
}

/* Scans it, and has lookups go by that. */
static void know(struct fixture *f)
{
	pb_store_know(f->store, NULL, 0, NULL);
	assert_int_equal(scan(f), PB_OK);
	pb_store_know(f->store, f->names, f->stat.generation, NULL);
}

/* The pinned names on the way to a name, as their labels. */
static const char *path_to(struct fixture *f, const char *name)
{
	static char text[64];
	struct pb_name owner = unit_name(name);
	struct pb_path path;
	size_t used = 0;

	switch (pb_store_path(f->store, &owner, &path, &error)) {
	case PB_NOT_FOUND:
		return "none";
	case PB_FAILED:
		return "failed";
	case PB_OK:
		break;
	}
	for (unsigned i = 0; i < path.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u",
			i > 0 ? " " : "", path.labels[i]);
	return text;
}

static uint8_t memory[4096];

static void *give(void *arg, size_t size)
{
	(void)arg;
	return size <= sizeof(memory) ? memory : NULL;
}

static enum pb_result load(struct fixture *f, const char *name)
{
	struct pb_name owner = unit_name(name);
	struct pb_pin pin;

	return pb_store_load(f->store, &owner, &pin, give, NULL, &error);
}

static void says(const char *text)
{
	if (strstr(error.text, text) == NULL)
		fail_msg("\"%s\" is not in: %s", text, error.text);
}

static void same_as_the_store(void **state)
{
	struct fixture *f = *state;

	for (int known = 0; known < 2; known++) {
		assert_string_equal(path_to(f, "a.b.example"), "1 3");
		assert_string_equal(path_to(f, "x.a.b.example"), "1 3");
		assert_string_equal(path_to(f, "b.example"), "1");
		assert_string_equal(path_to(f, "example"), "1");
		assert_string_equal(path_to(f, "exampl"), "none");
		assert_string_equal(path_to(f, "."), "none");
		assert_int_equal(load(f, "a.b.example"), PB_OK);
		assert_int_equal(load(f, "b.example"), PB_NOT_FOUND);
		know(f);
	}
	assert_int_equal(f->stat.pins, 3);
}

/* What was known of another generation is not gone by: a change is seen at once. */
static void only_in_its_generation(void **state)
{
	struct fixture *f = *state;

	know(f);
	change(f, "com", true);
	assert_string_equal(path_to(f, "com"), "1");
	change(f, "a.b.example", false);
	assert_string_equal(path_to(f, "a.b.example"), "1");
	assert_int_equal(load(f, "a.b.example"), PB_NOT_FOUND);
	know(f);
	assert_string_equal(path_to(f, "com"), "1");
	assert_string_equal(path_to(f, "a.b.example"), "1");
}

/* Who has seen a pin misses it. */
static void lost_after_a_scan(void **state)
{
	struct fixture *f = *state;
	struct pb_error why;

	know(f);
	lose(f, "a.b.example");
	/* Another generation: the pin may have been removed. */
	assert_string_equal(path_to(f, "a.b.example"), "1");
	pb_store_know(f->store, f->names, pb_db_last(f->store->db), NULL);
	assert_string_equal(path_to(f, "a.b.example"), "1 3");
	assert_int_equal(load(f, "a.b.example"), PB_FAILED);
	says("the record of a.b.example. is missing");
	assert_int_equal(load(f, "b.example"), PB_NOT_FOUND);
	/* Damage is known: beside what is there, what was there. */
	why = error;
	change(f, "com", true);
	pb_store_know(f->store, f->names, f->stat.generation, &why);
	assert_string_equal(path_to(f, "a.b.example"), "1 3");
	assert_int_equal(load(f, "a.b.example"), PB_FAILED);
	assert_string_equal(path_to(f, "com"), "1");
	assert_string_equal(path_to(f, "org"), "none");
	assert_int_equal(load(f, "example"), PB_OK);
}

/* Nobody has seen all pins: each name may have had one. */
static void lost_before_a_scan(void **state)
{
	struct fixture *f = *state;
	struct pb_error why;

	lose(f, "a.b.example");
	assert_int_equal(scan(f), PB_FAILED);
	says("pins are missing or altered: 2 found, 3 stored");
	why = error;
	pb_store_know(f->store, NULL, 0, &why);
	error.text[0] = '\0';
	assert_string_equal(path_to(f, "org"), "failed");
	says("pins are missing or altered: 2 found, 3 stored");
	/* A good store in its place. */
	pb_store_know(f->store, NULL, 0, NULL);
	assert_string_equal(path_to(f, "org"), "none");
}

/* One bit, wherever it is, in a record that is not looked at by itself. */
static void a_scan_sees_each_bit(void **state)
{
	struct fixture *f = *state;
	struct pb_name owner = unit_name("other.example");
	struct pb_pinbuf *buf = malloc(sizeof(*buf));

	assert_non_null(buf);
	for (size_t at = 0; at < 40; at++) {
		assert_int_equal(scan(f), PB_OK);
		damage(f, "other.example", at);
		assert_int_equal(scan(f), PB_FAILED);
		says("the record of other.example. is damaged");
		assert_int_equal(pb_store_get(f->store, &owner, buf, &error), PB_FAILED);
		damage(f, "other.example", at); /* and back */
	}
	free(buf);
}

static bool one_only(void *arg, const struct pb_pin *pin)
{
	int *left = arg;

	(void)pin;
	return --*left > 0;
}

/* Who stops it knows why: that is not damage. */
static void a_scan_that_is_stopped(void **state)
{
	struct fixture *f = *state;
	struct pb_store_stat stat;
	int left = 2;

	(void)snprintf(error.text, sizeof(error.text), "as it was");
	assert_int_equal(
		pb_store_scan(f->store, one_only, &left, &stat, &error), PB_FAILED);
	assert_string_equal(error.text, "as it was");
	assert_int_equal(left, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static char told[256];

static bool tell(void *arg, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX];
	size_t used = strlen(told);

	(void)arg;
	(void)snprintf(told + used, sizeof(told) - used, "%s%s", used > 0 ? " " : "",
		pb_name_to_text(&pin->name, text));
	return true;
}

/* The names of the pins that are newer. */
static const char *newer(struct fixture *f, uint64_t since)
{
	uint64_t generation;

	told[0] = '\0';
	assert_int_equal(
		pb_store_newer(f->store, since, tell, NULL, &generation, &error), PB_OK);
	assert_int_equal(generation, pb_store_generation(f->store));
	return told;
}

/* What has changed is found without a look at the rest. */
static void newer_ones(void **state)
{
	struct fixture *f = *state;
	uint64_t first = pb_store_generation(f->store);

	assert_string_equal(newer(f, first), "");
	assert_string_equal(newer(f, first - 1), "other.example.");
	change(f, "new.example", true);
	assert_string_equal(newer(f, first), "new.example.");
	assert_string_equal(newer(f, first + 1), "");
	/* One that is no longer there has no pin that could be new. */
	change(f, "new.example", false);
	assert_string_equal(newer(f, first), "");
	change(f, "a.example", true);
	change(f, "example", false);
	assert_string_equal(newer(f, first), "a.example.");
}

/* What is taken back is new. */
static void newer_by_undo(void **state)
{
	struct fixture *f = *state;
	uint64_t first, generation;
	struct pb_edit *edit;

	change(f, "other.example", false);
	first = pb_store_generation(f->store);
	edit = pb_edit_begin(f->store, "root", "undo", 1000, &error);
	assert_non_null(edit);
	assert_int_equal(pb_edit_undo(edit, &error), PB_OK);
	assert_int_equal(pb_edit_commit(edit, &generation, &error), PB_OK);
	assert_string_equal(newer(f, first), "other.example.");
}

/* Adds that many names at one time. */
static void add_many(struct fixture *f, unsigned number)
{
	struct pb_edit *edit = pb_edit_begin(f->store, "root", "import", 1000, &error);
	struct pb_pin pin = {
		.ns = NAMES("ns1.host"), .mode = PB_MODE_LOG, .expires = PB_NEVER};
	uint64_t generation;
	char name[32];

	assert_non_null(edit);
	for (unsigned i = 0; i < number; i++) {
		(void)snprintf(name, sizeof(name), "n%06u.many.example", i);
		pin.name = unit_name(name);
		assert_int_equal(pb_edit_put(edit, &pin, &error), PB_OK);
	}
	assert_int_equal(pb_edit_commit(edit, &generation, &error), PB_OK);
}

static bool count_up(void *arg, const struct pb_pin *pin)
{
	(void)pin;
	++*(unsigned *)arg;
	return true;
}

/* It says so when it cannot tell all of them. */
static void newer_unknown(void **state)
{
	struct fixture *f = *state;
	uint64_t first = pb_store_generation(f->store), generation;
	unsigned count = 0;

	add_many(f, 200);
	assert_int_equal(
		pb_store_newer(f->store, first, count_up, &count, &generation, &error),
		PB_OK);
	assert_int_equal(count, 200);
	add_many(f, 200); /* nothing has changed */
	assert_int_equal(generation, pb_store_generation(f->store));
	first = generation;
	lose(f, "n000007.many.example"); /* a change that has no history */
	assert_int_equal(
		pb_store_newer(f->store, first, count_up, &count, &generation, &error),
		PB_NOT_FOUND);
	first = pb_store_generation(f->store);
	add_many(f, 5000);
	assert_int_equal(
		pb_store_newer(f->store, first, count_up, &count, &generation, &error),
		PB_NOT_FOUND);
	/* All that there is, the first change included. */
	assert_int_equal(
		pb_store_newer(f->store, 0, count_up, &count, &generation, &error),
		PB_NOT_FOUND);
}

/* A record that does not decode is no pin that is new. */
static void newer_damaged(void **state)
{
	struct fixture *f = *state;
	uint64_t first = pb_store_generation(f->store), generation;

	change(f, "new.example", true);
	damage(f, "new.example", 12);
	assert_int_equal(pb_store_newer(f->store, first, tell, NULL, &generation, &error),
		PB_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(same_as_the_store),
		TEST(only_in_its_generation),
		TEST(lost_after_a_scan),
		TEST(lost_before_a_scan),
		TEST(a_scan_sees_each_bit),
		TEST(a_scan_that_is_stopped),
		TEST(newer_ones),
		TEST(newer_by_undo),
		TEST(newer_unknown),
		TEST(newer_damaged),
	};

	return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
