/*
 * test_export.c - an export is a function of what is pinned, and of nothing else: not
 * of the order in which it came to be pinned, and not of the store.
 */
#include "pinbound/pinfile.h"
#include "pinbound/store.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PINS 24
#define ROUNDS 40
#define STEPS 120

static struct pb_error error;
static unsigned seed;

/* cppcheck-suppress zerodiv */
static unsigned below(unsigned limit)
{
	return (unsigned)rand_r(&seed) % limit;
}

static const char *one_of(const char *const texts[], size_t count)
{
	return texts[below((unsigned)count)];
}

#define ONE_OF(texts) one_of(texts, COUNT(texts))

static const char *const hosts[] = {"ns1.dns-host.example", "NS2.Dns-Host.example.",
	"none", "yes", "a\\.b.host", "\\035\\034\\\\.host", "\\000\\255\\032.host",
	"\xc3\xbc.host", "x", "_25._tcp.host"};

static const char *const names[PINS] = {".", "com", "example.com", "a.example.com",
	"b.a.example.com", "none", "log", "EXAMPLE.org", "\xc3\xbc.example",
	"\\004.example", "\\\\.example", "a\\.b.example", "-.example", "\\032.example",
	"\\035.example", "*a.example", "a.*.example", "\\127.example", "\\255.example",
	"1.2.0.192.in-addr.arpa", "zz", "z.zz", "a'b`c.example", "ns1.dns-host.example"};

static void set(
	struct pb_pinbuf *buf, unsigned *seen, const char *attribute, const char *value)
{
	if (!pb_pinfile_set(buf, attribute, value, seen, &error))
		fail_msg("%s: %s: %s", attribute, value, error.text);
}

static void set_ds(struct pb_pinbuf *buf, unsigned *seen)
{
	char text[200];
	size_t digits = 2 * (size_t)(1 + below(40)), used;

	if (below(3) == 0) {
		set(buf, seen, "ds", "none");
		return;
	}
	for (unsigned left = below(4); left > 0; left--) {
		used = (size_t)snprintf(text, sizeof(text), "%u %u %u ", below(65536),
			below(256), 5 + below(251));
		for (size_t i = 0; i < digits; i++)
			text[used++] = "0123456789abcdefABCDEF"[below(22)];
		text[used] = '\0';
		set(buf, seen, "ds", text);
	}
}

static void set_mx(struct pb_pinbuf *buf, unsigned *seen)
{
	static const char *const mx[] = {"*.example", "none.", "mail.example", "*.a.b"};

	if (below(3) == 0)
		set(buf, seen, "mx", "none");
	else
		for (unsigned left = below(4); left > 0; left--)
			set(buf, seen, "mx", ONE_OF(mx));
}

static void set_address(struct pb_pinbuf *buf, unsigned *seen, const char *server)
{
	static const char *const addresses[] = {"192.0.2.1", "192.0.2.0/24", "0.0.0.0/0",
		"2001:db8::1", "2001:DB8::/32", "::/0", "::ffff:192.0.2.1", "::1"};
	char text[200];

	for (unsigned left = below(4); left > 0; left--) {
		(void)snprintf(text, sizeof(text), "%s   %s", server, ONE_OF(addresses));
		set(buf, seen, "address", text);
	}
}

static void set_expires(struct pb_pinbuf *buf, unsigned *seen)
{
	char text[64];
	unsigned year = below(4) == 0 ? 1970 : 1971 + below(8029), month = 1 + below(12),
		 day = 1 + below(28);

	if (below(2) == 0)
		(void)snprintf(text, sizeof(text), "%04u-%02u-%02u", year, month, day);
	else
		(void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u%s",
			year, month, day, below(3) == 0 ? 0 : below(24),
			below(3) == 0 ? 0 : below(60), below(3) == 0 ? 0 : below(61),
			below(2) == 0 ? "Z" : "-05:30");
	set(buf, seen, "expires", text);
	if (below(2) == 0)
		set(buf, seen, "on-expiry", below(2) == 0 ? "log" : "warn");
}

static void set_note(struct pb_pinbuf *buf, unsigned *seen)
{
	char text[PB_NOTE_MAX + 1];
	size_t size = below(8) == 0 ? PB_NOTE_MAX : below(20);

	for (size_t i = 0; i < size; i++)
		do
			text[i] = (char)(below(4) == 0 ? (unsigned)" \"\\#:"[below(5)]
						       : ' ' + below(224));
		while ((uint8_t)text[i] >= 0x7f && (uint8_t)text[i] < 0xa0);
	text[size] = '\0';
	set(buf, seen, "note", text);
}

static void random_pin(struct pb_pinbuf *buf, const char *name)
{
	const char *server = ONE_OF(hosts);
	unsigned seen = 0;

	pb_pinbuf_init(buf);
	set(buf, &seen, "name", name);
	set(buf, &seen, "ns", server);
	for (unsigned left = below(4); left > 0; left--)
		set(buf, &seen, below(2) == 0 ? "ns" : "child-ns", ONE_OF(hosts));
	if (buf->pin.name.size > 1)
		set_ds(buf, &seen);
	set_mx(buf, &seen);
	set_address(buf, &seen, server);
	if (below(2) == 0)
		set(buf, &seen, "mode", below(2) == 0 ? "log" : "refuse");
	if (below(2) == 0)
		set(buf, &seen, "strict", below(2) == 0 ? "yes" : "no");
	if (below(2) == 0)
		set_expires(buf, &seen);
	if (below(2) == 0)
		set_note(buf, &seen);
	if (!pb_pin_check(&buf->pin, &error))
		fail_msg("%s", error.text);
}

/* --- stores and files ------------------------------------------------------- */

struct place {
	char directory[64], path[80], lock[96];
	struct pb_store *store;
};

/* In memory, if the machine has that: each change is waited for until it is on disk. */
static void make(struct place *place)
{
	(void)snprintf(place->directory, sizeof(place->directory),
		"%s/pinbound-test-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(place->directory));
	(void)snprintf(place->path, sizeof(place->path), "%s/pins.mdb", place->directory);
	(void)snprintf(place->lock, sizeof(place->lock), "%s-lock", place->path);
	place->store = pb_store_open(place->path, PB_STORE_CREATE, &error);
	assert_non_null(place->store);
}

static void drop(struct place *place)
{
	pb_store_close(place->store);
	(void)unlink(place->path);
	(void)unlink(place->lock);
	assert_int_equal(rmdir(place->directory), 0);
}

static bool write_pin(void *out, const struct pb_pin *pin)
{
	return pb_pinfile_write(out, pin);
}

/* To be freed. */
static char *exported(struct place *place)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(pb_pinfile_write_head(out));
	assert_int_equal(pb_store_each(place->store, write_pin, out, &error), PB_OK);
	assert_int_equal(fclose(out), 0);
	return text;
}

static struct pb_edit *begin(struct place *place)
{
	struct pb_edit *edit = pb_edit_begin(place->store, "root", "test", 1000, &error);

	assert_non_null(edit);
	return edit;
}

static void commit(struct pb_edit *edit)
{
	uint64_t generation;

	assert_int_equal(pb_edit_commit(edit, &generation, &error), PB_OK);
}

static bool store(
	void *edit, const struct pb_pin *pin, unsigned line, struct pb_error *why)
{
	(void)line;
	return pb_edit_put(edit, pin, why) == PB_OK;
}

static void import(struct place *place, const char *text)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct pb_edit *edit = begin(place);

	if (!pb_pinfile_read(in, "export", store, edit, &error))
		fail_msg("%s in:\n%s", error.text, text);
	commit(edit);
	(void)fclose(in);
}

/* --- the test --------------------------------------------------------------- */

struct world {
	struct pb_pinbuf pins[PINS]; /* what is to be pinned in the end */
	bool pinned[PINS];
	struct pb_pinbuf other;
};

static void remove_pin(struct pb_edit *edit, const struct pb_pin *pin)
{
	assert_int_not_equal(pb_edit_remove(edit, &pin->name, &error), PB_FAILED);
}

/* Anything at all happens to one name. */
static void step(struct world *world, struct place *place)
{
	unsigned which = below(PINS);
	struct pb_edit *edit = begin(place);

	switch (below(4)) {
	case 0:
		random_pin(&world->other, names[which]);
		assert_int_equal(pb_edit_put(edit, &world->other.pin, &error), PB_OK);
		break;
	case 1:
		remove_pin(edit, &world->pins[which].pin);
		break;
	case 2:
		assert_int_equal(
			pb_edit_put(edit, &world->pins[which].pin, &error), PB_OK);
		break;
	default:
		assert_int_not_equal(pb_edit_undo(edit, &error), PB_FAILED);
		break;
	}
	commit(edit);
}

/* Puts all as it is to be, beginning anywhere, in one change or many. */
static void finish(const struct world *world, struct place *place)
{
	unsigned first = below(PINS),
		 stride = below(2) == 0 ? 1 : 5; /* coprime to PINS */
	bool many = below(2) == 0;
	struct pb_edit *edit = begin(place);

	for (unsigned i = 0; i < PINS; i++) {
		unsigned which = (first + i * stride) % PINS;

		if (world->pinned[which])
			assert_int_equal(
				pb_edit_put(edit, &world->pins[which].pin, &error),
				PB_OK);
		else
			remove_pin(edit, &world->pins[which].pin);
		if (many) {
			commit(edit);
			edit = begin(place);
		}
	}
	commit(edit);
}

static char *built_at_random(struct world *world)
{
	struct pb_store_stat stat;
	struct place place;
	char *text;

	make(&place);
	for (unsigned i = below(STEPS); i > 0; i--)
		step(world, &place);
	finish(world, &place);
	if (pb_store_verify(place.store, &stat, &error) != PB_OK)
		fail_msg("%s", error.text);
	text = exported(&place);
	drop(&place);
	return text;
}

static char *imported(const char *text)
{
	struct place place;
	char *again;

	make(&place);
	import(&place, text);
	again = exported(&place);
	/* And once more, over what is there: nothing changes. */
	import(&place, text);
	drop(&place);
	return again;
}

static void one_export_whatever_came_before(void **state)
{
	struct world *world = malloc(sizeof(*world));

	(void)state;
	assert_non_null(world);
	for (unsigned round = 0; round < ROUNDS; round++) {
		char *one, *two, *three;

		seed = round + 1;
		for (unsigned i = 0; i < PINS; i++) {
			random_pin(&world->pins[i], names[i]);
			world->pinned[i] = below(4) > 0;
		}
		one = built_at_random(world);
		two = built_at_random(world);
		three = imported(one);
		assert_string_equal(one, two);
		assert_string_equal(one, three);
		free(one);
		free(two);
		free(three);
	}
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_export_whatever_came_before),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
