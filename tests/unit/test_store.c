/* test_store.c - records, and the pin store on a real file. */
#include "key.h"
#include "pinbound/store.h"
#include "record.h"
#include "unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char directory[64];
	char path[80];
	struct pb_store *store;
};

static struct pb_error error;

static int setup(void **state)
{
	static struct fixture f;

	(void)snprintf(f.directory, sizeof(f.directory), "/tmp/pinbound-test-XXXXXX");
	assert_non_null(mkdtemp(f.directory));
	(void)snprintf(f.path, sizeof(f.path), "%s/pins.mdb", f.directory);
	f.store = pb_store_open(f.path, PB_STORE_CREATE, &error);
	*state = &f;
	return f.store == NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char lock[96];

	pb_store_close(f->store);
	(void)snprintf(lock, sizeof(lock), "%s-lock", f->path);
	(void)unlink(f->path);
	(void)unlink(lock);
	return rmdir(f->directory);
}

static struct pb_pin pin_of(const char *name, struct pb_set ns)
{
	return (struct pb_pin){.name = unit_name(name), .ns = ns, .expires = PB_NEVER};
}

static struct pb_edit *begin(struct fixture *f)
{
	struct pb_edit *edit = pb_edit_begin(f->store, "root", "test", 1000, &error);

	assert_non_null(edit);
	return edit;
}

static uint64_t commit(struct pb_edit *edit)
{
	uint64_t generation;

	assert_int_equal(pb_edit_commit(edit, &generation, &error), PB_OK);
	return generation;
}

static void put(struct pb_edit *edit, const char *name, struct pb_set ns)
{
	struct pb_pin pin = pin_of(name, ns);

	if (pb_edit_put(edit, &pin, &error) != PB_OK)
		fail_msg("%s", error.text);
}

static uint64_t store(struct fixture *f, const char *name)
{
	struct pb_edit *edit = begin(f);

	put(edit, name, NAMES("ns1.host"));
	return commit(edit);
}

static uint64_t removed(struct fixture *f, const char *name)
{
	struct pb_name owner = unit_name(name);
	struct pb_edit *edit = begin(f);

	assert_int_equal(pb_edit_remove(edit, &owner, &error), PB_OK);
	return commit(edit);
}

/* The pinned names on the way to a name, as "0 1 2" label counts. */
static const char *path_to(struct fixture *f, const char *name)
{
	static char text[512];
	struct pb_name owner = unit_name(name);
	struct pb_path path;
	size_t used = 0;

	text[0] = '\0';
	if (pb_store_path(f->store, &owner, &path, &error) != PB_OK)
		return "none";
	for (unsigned i = 0; i < path.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u",
			i > 0 ? " " : "", path.labels[i]);
	return text;
}

static void verified(struct fixture *f, uint64_t pins)
{
	struct pb_store_stat stat;

	if (pb_store_verify(f->store, &stat, &error) != PB_OK)
		fail_msg("%s", error.text);
	assert_int_equal(stat.pins, pins);
}

static void put_get_remove(void **state)
{
	struct fixture *f = *state;
	struct pb_pinbuf *buf = malloc(sizeof(*buf));
	struct pb_pin pin = pin_of("Example.com", NAMES("ns1.host", "ns2.host"));
	struct pb_edit *edit = begin(f);
	uint64_t first, generation;

	assert_non_null(buf);
	pin.strict = true;
	pin.mode = PB_MODE_LOG;
	pin.expires = -5;
	pin.note = (struct pb_bytes){(const uint8_t *)"ticket 4711", 11};
	assert_int_equal(pb_edit_put(edit, &pin, &error), PB_OK);
	first = commit(edit);
	assert_int_equal(pb_store_get(f->store, &pin.name, buf, &error), PB_OK);
	assert_true(pb_pin_equal(&pin, &buf->pin));
	assert_int_equal(buf->pin.generation, first);
	/* The same once more changes nothing, and commits nothing. */
	edit = begin(f);
	assert_int_equal(pb_edit_put(edit, &pin, &error), PB_OK);
	assert_int_equal(commit(edit), first);
	pin.mode = PB_MODE_REFUSE;
	edit = begin(f);
	assert_int_equal(pb_edit_put(edit, &pin, &error), PB_OK);
	assert_int_equal(pb_edit_counts(edit).changed, 1);
	generation = commit(edit);
	assert_int_equal(generation, first + 1);
	verified(f, 1);
	generation = removed(f, "example.com");
	assert_int_equal(generation, first + 2);
	assert_int_equal(pb_store_get(f->store, &pin.name, buf, &error), PB_NOT_FOUND);
	edit = begin(f);
	assert_int_equal(pb_edit_remove(edit, &pin.name, &error), PB_NOT_FOUND);
	pb_edit_abort(edit);
	verified(f, 0);
	free(buf);
}

static void an_abort_keeps_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_edit *edit = begin(f);

	put(edit, "example.com", NAMES("ns1.host"));
	pb_edit_abort(edit);
	assert_string_equal(path_to(f, "example.com"), "none");
	verified(f, 0);
}

static void closest_ancestors(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(path_to(f, "example.com"), "none");
	store(f, "example.com");
	store(f, "aaa.com");
	store(f, "zzz.com");
	assert_string_equal(path_to(f, "example.com"), "2");
	assert_string_equal(path_to(f, "EXAMPLE.com"), "2");
	assert_string_equal(path_to(f, "a.b.example.com"), "2");
	assert_string_equal(path_to(f, "example.co"), "none");
	assert_string_equal(path_to(f, "examplf.com"), "none");
	assert_string_equal(path_to(f, "xexample.com"), "none");
	assert_string_equal(path_to(f, "com"), "none");
	assert_string_equal(path_to(f, "."), "none");
	/* Ancestors that are pinned later, and taken away again. */
	store(f, "com");
	store(f, "x.b.example.com");
	assert_string_equal(path_to(f, "a.b.example.com"), "1 2");
	assert_string_equal(path_to(f, "y.x.b.example.com"), "1 2 4");
	store(f, ".");
	assert_string_equal(path_to(f, "y.x.b.example.com"), "0 1 2 4");
	assert_string_equal(path_to(f, "org"), "0");
	assert_string_equal(path_to(f, "zzzz.com"), "0 1");
	verified(f, 6);
	removed(f, "example.com");
	assert_string_equal(path_to(f, "y.x.b.example.com"), "0 1 4");
	removed(f, ".");
	removed(f, "com");
	assert_string_equal(path_to(f, "y.x.b.example.com"), "4");
	assert_string_equal(path_to(f, "example.com"), "none");
	verified(f, 3);
}

/* Random names in a small space, against the obvious way to find ancestors. */
static void ancestors_at_random(void **state)
{
	struct fixture *f = *state;
	static const char *const labels[] = {"a", "b", "\\000", "\\001", "ab"};
	static bool pinned[3905];
	struct pb_edit *edit;
	unsigned seed = 7, pins = 0;
	char names[3905][32];
	size_t count = 0;

	for (unsigned depth = 1; depth <= 4; depth++) {
		unsigned combinations = 1;

		for (unsigned i = 0; i < depth; i++)
			combinations *= 5;
		for (unsigned c = 0; c < combinations; c++) {
			size_t used = 0;
			unsigned rest = c;

			for (unsigned i = 0; i < depth; i++, rest /= 5)
				used += (size_t)snprintf(names[count] + used,
					sizeof(names[count]) - used, "%s.",
					labels[rest % 5]);
			count++;
		}
	}
	for (unsigned round = 0; round < 20; round++) {
		edit = begin(f);
		for (unsigned i = 0; i < 40; i++) {
			/* cppcheck-suppress zerodiv */
			size_t which = (size_t)rand_r(&seed) % count;
			struct pb_name name = unit_name(names[which]);

			if (pinned[which])
				assert_int_equal(
					pb_edit_remove(edit, &name, &error), PB_OK);
			else
				put(edit, names[which], NAMES("ns1.host"));
			pinned[which] = !pinned[which];
			pins += pinned[which] ? 1 : (unsigned)-1;
		}
		commit(edit);
		verified(f, pins);
	}
	for (size_t i = 0; i < count; i++) {
		struct pb_name name = unit_name(names[i]);
		char expected[32] = "";
		size_t used = 0;

		for (unsigned depth = 1; depth <= pb_name_labels(&name); depth++) {
			struct pb_name above;

			pb_name_ancestor(&above, &name, depth);
			for (size_t j = 0; j < count; j++) {
				struct pb_name other;

				if (!pinned[j])
					continue;
				other = unit_name(names[j]);
				if (pb_name_equal(&above, &other))
					used += (size_t)snprintf(expected + used,
						sizeof(expected) - used, "%s%u",
						used > 0 ? " " : "", depth);
			}
		}
		assert_string_equal(path_to(f, names[i]), used > 0 ? expected : "none");
	}
}

/* In one edit, each behind the last, and then some that are not: all know their
 * ancestors, as verify makes sure of. */
static void sorted_and_not(void **state)
{
	static const char *const names[] = {"a.example", "x.a.example", "b.x.a.example",
		"c.example", "a.c.example", "c.a.c.example", "example", "b.c.example",
		"d.c.example", "z.d.c.example", "."};
	struct fixture *f = *state;
	struct pb_edit *edit = begin(f);
	struct pb_name owner = unit_name("z.d.c.example");

	for (size_t i = 0; i < COUNT(names); i++)
		put(edit, names[i], NAMES("ns1.host"));
	/* What was the last is gone. */
	assert_int_equal(pb_edit_remove(edit, &owner, &error), PB_OK);
	put(edit, "e.d.c.example", NAMES("ns1.host"));
	put(edit, "zz.d.c.example", NAMES("ns1.host"));
	put(edit, "zz.d.c.example", NAMES("ns1.host"));
	commit(edit);
	verified(f, COUNT(names) + 1);
	assert_string_equal(path_to(f, "zz.d.c.example"), "0 1 2 3 4");
	assert_string_equal(path_to(f, "c.a.c.example"), "0 1 2 3 4");
}

static bool count_pin(void *arg, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX];
	char *names = arg;

	strncat(names, pb_name_to_text(&pin->name, text), 200);
	return true;
}

static void in_canonical_order(void **state)
{
	struct fixture *f = *state;
	char names[2000] = "";

	store(f, "b.example");
	store(f, "z.a.example");
	store(f, "aa.example");
	store(f, ".");
	store(f, "example");
	store(f, "a.example");
	assert_int_equal(pb_store_each(f->store, count_pin, names, &error), PB_OK);
	assert_string_equal(
		names, ".example.a.example.z.a.example.aa.example.b.example.");
}

static void undo(void **state)
{
	struct fixture *f = *state;
	struct pb_change change;
	struct pb_edit *edit = begin(f);
	char names[2000] = "";
	uint64_t made;

	assert_int_equal(pb_edit_last(edit, &change, &error), PB_NOT_FOUND);
	assert_int_equal(pb_edit_undo(edit, &error), PB_NOT_FOUND);
	pb_edit_abort(edit);
	store(f, "kept.example");
	store(f, "changed.example");
	edit = begin(f);
	put(edit, "changed.example", NAMES("ns9.host"));
	put(edit, "added.example", NAMES("ns1.host"));
	assert_int_equal(
		pb_edit_remove(
			edit, &(struct pb_name[]){unit_name("kept.example")}[0], &error),
		PB_OK);
	made = commit(edit);
	edit = begin(f);
	assert_int_equal(pb_edit_last(edit, &change, &error), PB_OK);
	assert_int_equal(change.generation, made);
	assert_int_equal(pb_edit_undo(edit, &error), PB_OK);
	assert_int_equal(pb_edit_counts(edit).added, 1);
	assert_int_equal(pb_edit_counts(edit).changed, 1);
	assert_int_equal(pb_edit_counts(edit).removed, 1);
	assert_int_equal(pb_store_change(f->store, commit(edit), &change, &error), PB_OK);
	assert_string_equal(change.who, "root");
	assert_string_equal(change.what, "test");
	assert_int_equal(change.when, 1000);
	verified(f, 2);
	assert_int_equal(pb_store_each(f->store, count_pin, names, &error), PB_OK);
	assert_string_equal(names, "changed.example.kept.example.");
	/* And back again. */
	edit = begin(f);
	assert_int_equal(pb_edit_undo(edit, &error), PB_OK);
	commit(edit);
	names[0] = '\0';
	assert_int_equal(pb_store_each(f->store, count_pin, names, &error), PB_OK);
	assert_string_equal(names, "added.example.changed.example.");
	verified(f, 2);
}

/* Any one octet of a record changed: it is noticed, and never read past. */
static void every_damage_is_seen(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host", "ns2.host")), read;
	struct pb_path above = {.count = 1, .labels = {1}}, ancestors;
	uint8_t *record = malloc(PB_RECORD_MAX);
	struct pb_key key;
	struct pb_bytes at;
	size_t size;

	(void)state;
	assert_non_null(record);
	pin.expires = 12345;
	pin.note = (struct pb_bytes){(const uint8_t *)"n", 1};
	pb_key_from_name(&key, &pin.name);
	at = (struct pb_bytes){key.octets, key.size};
	size = pb_record_encode(record, at, &pin, &above);
	assert_true(size > 0);
	assert_true(
		pb_record_decode(at, (struct pb_bytes){record, size}, &read, &ancestors));
	assert_true(pb_pin_equal(&pin, &read));
	for (size_t i = 0; i < size * 8; i++) {
		record[i / 8] ^= (uint8_t)(1U << i % 8);
		assert_false(pb_record_decode(
			at, (struct pb_bytes){record, size}, &read, &ancestors));
		assert_false(pb_record_ancestors(
			at, (struct pb_bytes){record, size}, &ancestors));
		record[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *piece = malloc(cut + 1);

		memcpy(piece, record, cut);
		assert_false(pb_record_decode(
			at, (struct pb_bytes){piece, cut}, &read, &ancestors));
		free(piece);
	}
	/* cppcheck-suppress unreadVariable */
	key.octets[1] ^= 1; /* a record under another name */
	assert_false(
		pb_record_decode(at, (struct pb_bytes){record, size}, &read, &ancestors));
	free(record);
}

static void open_errors(void **state)
{
	struct fixture *f = *state;
	char path[128];
	int fd;

	assert_null(pb_store_open(f->path, PB_STORE_CREATE, &error));
	assert_non_null(strstr(error.text, "exists"));
	(void)snprintf(path, sizeof(path), "%s/none.mdb", f->directory);
	assert_null(pb_store_open(path, PB_STORE_READ, &error));
	assert_non_null(strstr(error.text, "pinbound init"));
	assert_non_null(strstr(error.text, path));
	(void)snprintf(path, sizeof(path), "%s/garbage", f->directory);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, "garbage ", 8), 8);
	close(fd);
	assert_null(pb_store_open(path, PB_STORE_READ, &error));
	assert_non_null(strstr(error.text, "not a pinbound store"));
	unlink(path);
	strncat(path, "-lock", 6);
	unlink(path);
	/* It was not there, and no lock file has been made for it. */
	(void)snprintf(path, sizeof(path), "%s/none.mdb-lock", f->directory);
	assert_int_equal(access(path, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(put_get_remove),
		TEST(an_abort_keeps_nothing),
		TEST(closest_ancestors),
		TEST(ancestors_at_random),
		TEST(sorted_and_not),
		TEST(in_canonical_order),
		TEST(undo),
		cmocka_unit_test(every_damage_is_seen),
		TEST(open_errors),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
