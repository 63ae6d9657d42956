/* test_state.c - what the resolver tells of itself, written and read again. */
#include "db.h"
#include "evidence.h"
#include "pinbound/state.h"
#include "unit.h"
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char directory[64], path[96];
	struct pb_state *state;
};

static struct pb_error error;

static int setup(void **state)
{
	static struct fixture fixture;
	int fd;

	(void)snprintf(fixture.directory, sizeof(fixture.directory),
		"/tmp/pinbound-state-XXXXXX");
	if (mkdtemp(fixture.directory) == NULL)
		return 1;
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/s.mdb", fixture.directory);
	fd = open(fixture.path, O_CREAT | O_EXCL | O_WRONLY, 0600); /* as init does */
	if (fd < 0 || close(fd) != 0)
		return 1;
	fixture.state = pb_state_open(fixture.path, PB_STORE_WRITE, &error);
	*state = &fixture;
	return fixture.state == NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char lock[128];

	pb_state_close(f->state);
	(void)snprintf(lock, sizeof(lock), "%s-lock", f->path);
	(void)unlink(lock);
	(void)unlink(f->path);
	return rmdir(f->directory);
}

static struct pb_happening happening(const char *zone, int64_t when, bool logged)
{
	struct pb_happening event = {.zone = unit_name(zone),
		.aspect = PB_ASPECT_MX,
		.reasons = PB_REASON(PB_MX_UNEXPECTED),
		.action = PB_ACTION_REFUSED,
		.when = when,
		.refused = 7,
		.logged = logged};

	(void)snprintf(event.line, sizeof(event.line), "line %lld", (long long)when);
	return event;
}

struct seen {
	unsigned count;
	int64_t first, last;
};

static bool count(void *arg, const struct pb_happening *event)
{
	struct seen *seen = arg;
	char line[64];

	if (seen->count++ == 0)
		seen->first = event->when;
	seen->last = event->when;
	(void)snprintf(line, sizeof(line), "line %lld", (long long)event->when);
	assert_string_equal(event->line, line);
	assert_int_equal(event->aspect, PB_ASPECT_MX);
	assert_int_equal(event->reasons, PB_REASON(PB_MX_UNEXPECTED));
	assert_int_equal(event->action, PB_ACTION_REFUSED);
	assert_int_equal(event->refused, 7);
	return true;
}

static bool write_all(struct fixture *f, const struct pb_happening *events, size_t many)
{
	struct pb_news news = {.happenings = events, .happening_count = many};

	return pb_state_write(f->state, &news, &error);
}

static void written_and_read(void **state)
{
	struct fixture *f = *state;
	struct pb_resolver read;
	struct pb_happening events[] = {happening("b.example", 1, true),
		happening("a.example", 2, false), happening("b.example", 3, true)};
	struct pb_news news = {
		.resolver = {4711, 1000, 12, 900, {50, 40, 30, 20, 3}},
		.happenings = events,
		.happening_count = 3,
	};
	struct seen zones = {0}, all = {0}, later = {0};
	uint64_t last;

	assert_int_equal(pb_state_resolver(f->state, &read, &error), PB_NOT_FOUND);
	assert_true(pb_state_write(f->state, &news, &error));
	assert_int_equal(pb_state_resolver(f->state, &read, &error), PB_OK);
	assert_memory_equal(&read, &news.resolver, sizeof(read));
	assert_int_equal(pb_state_zones(f->state, count, &zones, &error), PB_OK);
	assert_int_equal(zones.count, 2); /* of each, the last */
	assert_int_equal(zones.first, 2);
	assert_int_equal(zones.last, 3);
	assert_int_equal(pb_state_events(f->state, 0, &last, count, &all, &error), PB_OK);
	assert_int_equal(all.count, 2); /* that were logged */
	assert_int_equal(last, 2);
	assert_int_equal(
		pb_state_events(f->state, 1, &last, count, &later, &error), PB_OK);
	assert_int_equal(later.count, 1);
	assert_int_equal(later.first, 3);
	/* Whoever writes the store says which number the last one has. */
	assert_int_equal(
		pb_state_events(f->state, UINT64_MAX, &last, count, &later, &error),
		PB_OK);
	assert_int_equal(later.count, 1);
}

/* It is printed on a terminal as it is. */
static void line_that_steers_a_terminal(void **state)
{
	static const char *const lines[][2] = {{"a.example", "a\033[2J"},
		{"b.example", "a\nb"}, {"c.example", "a\177"}, {"d.example", "a\233"}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct pb_happening event = happening(lines[i][0], 1, true);
		struct seen all = {0};
		uint64_t last;

		(void)snprintf(event.line, sizeof(event.line), "%s", lines[i][1]);
		assert_true(write_all(f, &event, 1));
		assert_int_equal(pb_state_events(f->state, i, &last, count, &all, &error),
			PB_FAILED);
		assert_int_equal(all.count, 0);
	}
}

static void bounded(void **state)
{
	struct fixture *f = *state;
	struct seen all = {0};
	uint64_t last;

	for (int i = 0; i < PB_STATE_EVENTS / 100 + 2; i++) {
		static struct pb_happening events[100];

		for (int k = 0; k < 100; k++)
			events[k] = happening("a.example", i * 100 + k, true);
		assert_true(write_all(f, events, 100));
	}
	assert_int_equal(pb_state_events(f->state, 0, &last, count, &all, &error), PB_OK);
	assert_int_equal(all.count, PB_STATE_EVENTS);
	assert_int_equal(all.first, 200);
}

/* --- counts --- */

static bool take_counts(void *arg, const struct pb_counted *counted)
{
	*(struct pb_counted *)arg = *counted;
	return true;
}

static void counted_on(void **state)
{
	struct fixture *f = *state;
	struct pb_counted some[] = {{unit_name("a.example"), {1, 2, 3, 4, 100}},
		{unit_name("a.example"), {10, 20, 30, 40, 0}}};
	struct pb_news news = {
		.resolver = {1, 1000, 12, 900, {5, 4, 3, 2, 1}},
		.counted = some,
		.counted_count = 2,
	};
	struct pb_resolver read;
	struct pb_counted all = {0};

	assert_true(pb_state_write(f->state, &news, &error));
	news.resolver.since = 1900; /* it began before */
	news.counted_count = 0;
	assert_true(pb_state_write(f->state, &news, &error));
	assert_int_equal(pb_state_resolver(f->state, &read, &error), PB_OK);
	assert_int_equal(read.since, 900);
	assert_int_equal(read.tally.queries, 10);
	assert_int_equal(read.tally.refused, 8);
	assert_int_equal(read.tally.logged, 6);
	assert_int_equal(read.tally.unverified, 4);
	assert_int_equal(read.tally.dropped, 2);
	assert_int_equal(pb_state_counts(f->state, take_counts, &all, &error), PB_OK);
	assert_true(pb_name_equal(&all.zone, &some[0].zone));
	assert_int_equal(all.counts.refused, 11);
	assert_int_equal(all.counts.logged, 22);
	assert_int_equal(all.counts.deviations, 33);
	assert_int_equal(all.counts.rechecks, 44);
	assert_int_equal(all.counts.seen, 100);
}

/* --- evidence --- */

static struct pb_evidence evidence(const char *zone, const uint8_t *wire, size_t size)
{
	return (struct pb_evidence){
		.zone = unit_name(zone),
		.aspect = PB_ASPECT_MX,
		.reasons = PB_REASON(PB_MX_UNEXPECTED),
		.when = 1000,
		.generation = 7,
		.transport = PB_TRANSPORT_TCP,
		.server = {6, 128, {0x20, 1, 0xd, 0xb8}},
		.port = 53,
		.asked = unit_name("example"),
		.ns = {.set = NAMES("ns1.example", "ns2.example")},
		.mx = {.set = NAMES("mail.example"), .cut_short = true},
		.wire = {wire, size},
	};
}

static void evidence_decodes(void **state)
{
	static const uint8_t wire[] = {1, 2, 3};
	struct pb_evidence from = evidence("a.example", wire, sizeof(wire)), to;
	struct pb_bytes octets = encoded(&from);

	(void)state;
	assert_true(pb_evidence_decode(&to, octets));
	assert_true(pb_name_equal(&to.zone, &from.zone));
	assert_true(pb_name_equal(&to.asked, &from.asked));
	assert_int_equal(to.aspect, from.aspect);
	assert_int_equal(to.reasons, from.reasons);
	assert_int_equal(to.when, from.when);
	assert_int_equal(to.generation, from.generation);
	assert_int_equal(to.transport, from.transport);
	assert_memory_equal(&to.server, &from.server, sizeof(to.server));
	assert_int_equal(to.port, 53);
	assert_true(pb_set_equal(&to.ns.set, &from.ns.set));
	assert_true(pb_set_equal(&to.mx.set, &from.mx.set));
	assert_true(to.mx.cut_short);
	assert_int_equal(to.wire.size, sizeof(wire));
	assert_memory_equal(to.wire.data, wire, sizeof(wire));
}

/* Not one octet may be another, none too few and none too many. */
static void evidence_is_strict(void **state)
{
	static const uint8_t wire[] = {1, 2, 3};
	struct pb_evidence from = evidence("a.example", wire, sizeof(wire)), to;
	struct pb_bytes octets = encoded(&from);
	uint8_t *copy = malloc(octets.size + 1);

	(void)state;
	assert_non_null(copy);
	for (size_t i = 0; i < octets.size; i++) {
		memcpy(copy, octets.data, octets.size);
		copy[i] ^= 1;
		assert_false(
			pb_evidence_decode(&to, (struct pb_bytes){copy, octets.size}));
		memcpy(copy, octets.data, octets.size);
		assert_false(pb_evidence_decode(&to, (struct pb_bytes){copy, i}));
	}
	copy[octets.size] = 0;
	assert_false(pb_evidence_decode(&to, (struct pb_bytes){copy, octets.size + 1}));
	free(copy);
}

static bool last_evidence(void *arg, const struct pb_happening *verdict)
{
	*(uint64_t *)arg = verdict->evidence;
	return true;
}

static enum pb_result find(struct fixture *f, uint64_t number, struct pb_evidence *found)
{
	static uint8_t *memory;

	free(memory);
	return pb_state_evidence(f->state, number, found, &memory, &error);
}

/* One of each zone and aspect, which is kept when the zone is fine again. */
static void evidence_is_kept(void **state)
{
	static const uint8_t one[] = {1}, two[] = {2};
	struct fixture *f = *state;
	struct pb_evidence first = evidence("a.example", one, 1);
	struct pb_evidence second = evidence("a.example", two, 1), found;
	struct pb_happening event = happening("a.example", 1, true);
	struct pb_happening restored = happening("a.example", 2, true);
	uint64_t number = 0, of_event = 0, last;

	event.response = encoded(&first);
	assert_true(write_all(f, &event, 1));
	event.response = encoded(&second);
	assert_true(write_all(f, &event, 1));
	assert_true(write_all(f, &restored, 1));
	assert_int_equal(pb_state_zones(f->state, last_evidence, &number, &error), PB_OK);
	assert_int_equal(number, 2);
	assert_int_equal(find(f, 1, &found), PB_NOT_FOUND);
	assert_int_equal(find(f, 2, &found), PB_OK);
	assert_int_equal(found.wire.data[0], 2);
	/* The restoration has none of its own. */
	assert_int_equal(
		pb_state_events(f->state, 0, &last, last_evidence, &of_event, &error),
		PB_OK);
	assert_int_equal(of_event, 0);
	assert_int_equal(
		pb_state_events(f->state, 1, &last, last_evidence, &of_event, &error),
		PB_OK);
}

/* 64 KiB each, of many zones: the oldest go. */
static void evidence_is_bounded(void **state)
{
	static uint8_t wire[65535];
	struct fixture *f = *state;
	const unsigned many = PB_STATE_EVIDENCE / sizeof(wire) + 10;
	struct pb_evidence found;
	unsigned left = 0;

	for (unsigned i = 0; i < many; i++) {
		char zone[32];
		struct pb_evidence from;
		struct pb_happening event;

		(void)snprintf(zone, sizeof(zone), "z%u.example", i);
		from = evidence(zone, wire, sizeof(wire));
		event = happening(zone, 1, false);
		event.response = encoded(&from);
		assert_true(write_all(f, &event, 1));
	}
	for (unsigned i = 1; i <= many; i++)
		left += find(f, i, &found) == PB_OK;
	assert_int_equal(left, many - 11);
	assert_int_equal(find(f, 11, &found), PB_NOT_FOUND);
	assert_int_equal(find(f, 12, &found), PB_OK);
	assert_int_equal(find(f, many, &found), PB_OK);
}

static bool keep_a(void *arg, const struct pb_name *zone)
{
	struct pb_name a = unit_name("a.example");

	(void)arg;
	return pb_name_equal(zone, &a);
}

/* What is no longer pinned goes, but for its events. */
static void pruned(void **state)
{
	struct fixture *f = *state;
	struct pb_happening events[] = {happening("a.example", 1, true),
		happening("b.example", 2, true), happening("c.example", 3, true)};
	struct pb_counted some[] = {{unit_name("a.example"), {1, 0, 0, 0, 0}},
		{unit_name("b.example"), {2, 0, 0, 0, 0}}};
	struct pb_news news = {.happenings = events,
		.happening_count = 3,
		.counted = some,
		.counted_count = 2};
	struct seen zones = {0}, all = {0};
	struct pb_counted counted;
	uint64_t last;

	assert_true(pb_state_write(f->state, &news, &error));
	assert_true(pb_state_prune(f->state, keep_a, NULL, &error));
	assert_true(pb_state_prune(f->state, keep_a, NULL, &error));
	assert_int_equal(pb_state_zones(f->state, count, &zones, &error), PB_OK);
	assert_int_equal(zones.count, 1);
	assert_int_equal(zones.first, 1);
	assert_int_equal(pb_state_counts(f->state, take_counts, &counted, &error), PB_OK);
	assert_int_equal(counted.counts.refused, 1);
	assert_int_equal(pb_state_events(f->state, 0, &last, count, &all, &error), PB_OK);
	assert_int_equal(all.count, 3);
}

/* --- the file --- */

/* Cut short under the writer: it sees that before it looks at what is gone. */
static void cut_short(void **state)
{
	struct fixture *f = *state;
	struct pb_happening event = happening("a.example", 1, true);

	assert_true(write_all(f, &event, 1));
	assert_true(pb_state_is_current(f->state));
	assert_int_equal(truncate(f->path, 8192), 0);
	assert_false(pb_state_is_current(f->state));
	pb_state_close(f->state);
	/* Opened again, it is an error to read it, and not the end of the process. */
	f->state = pb_state_open(f->path, PB_STORE_WRITE, &error);
	assert_true(f->state == NULL || !write_all(f, &event, 1));
	pb_state_close(f->state);
	assert_int_equal(truncate(f->path, 0), 0);
	f->state = pb_state_open(f->path, PB_STORE_WRITE, &error);
	assert_non_null(f->state);
	assert_true(write_all(f, &event, 1));
}

/* Whoever opened it first came to its end before it wrote anything. */
static void begun(void **state)
{
	struct fixture *f = *state;
	MDB_env *env;

	pb_state_close(f->state);
	f->state = NULL;
	assert_int_equal(truncate(f->path, 0), 0);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, f->path, MDB_NOSUBDIR, 0600), 0);
	mdb_env_close(env);
	assert_null(pb_state_open(f->path, PB_STORE_READ, &error));
	assert_non_null(strstr(error.text, "it is empty"));
}

static void copy_file(const char *from, const char *to)
{
	char command[300];

	(void)snprintf(command, sizeof(command), "cp %s %s", from, to);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

/* An older copy of it, written over it: its numbers tell. */
static void written_over(void **state)
{
	struct fixture *f = *state;
	struct pb_happening event = happening("a.example", 1, true);
	char saved[128];

	(void)snprintf(saved, sizeof(saved), "%s.saved", f->path);
	assert_true(write_all(f, &event, 1));
	copy_file(f->path, saved);
	assert_true(write_all(f, &event, 1));
	assert_true(pb_state_is_current(f->state));
	copy_file(saved, f->path);
	assert_false(pb_state_is_current(f->state));
	(void)unlink(saved);
}

static void taken_away(void **state)
{
	struct fixture *f = *state;
	char other[128];

	(void)snprintf(other, sizeof(other), "%s.other", f->path);
	assert_int_equal(rename(f->path, other), 0);
	assert_false(pb_state_is_current(f->state));
	assert_int_equal(rename(other, f->path), 0);
	assert_true(pb_state_is_current(f->state));
}

/* Octets that do not decode are an error. */
static void not_a_store(void **state)
{
	struct fixture *f = *state;
	FILE *file;

	pb_state_close(f->state);
	file = fopen(f->path, "we");
	assert_non_null(file);
	for (int i = 0; i < 20000; i++)
		(void)fputc(i & 0xff, file);
	(void)fclose(file);
	f->state = pb_state_open(f->path, PB_STORE_WRITE, &error);
	assert_null(f->state);
	assert_non_null(strstr(error.text, "not a pinbound store"));
}

/* A file that has reached its greatest size is an error, and goes on being read. */
static void full(void **state)
{
	static const char *const tables[] = {"t"};
	static const uint8_t octets[4096];
	struct fixture *f = *state;
	struct pb_db *db;
	struct pb_txn *txn;
	uint64_t entries = 0, left;
	bool fine = true;

	pb_state_close(f->state);
	f->state = NULL;
	assert_int_equal(truncate(f->path, 0), 0);
	db = pb_db_open(f->path, PB_STORE_CREATE, tables, 1, 1 << 18, &error);
	assert_non_null(db);
	while (fine) {
		uint8_t key = (uint8_t)entries;

		txn = pb_db_write(db, &error);
		assert_non_null(txn);
		fine = pb_txn_put(txn, 0, (struct pb_bytes){&key, 1},
			(struct pb_bytes){octets, sizeof(octets)}, &error);
		if (fine)
			fine = pb_txn_commit(txn, &error);
		else
			pb_txn_end(txn);
		entries += fine;
		assert_true(entries < 100);
	}
	assert_non_null(strstr(error.text, "greatest size"));
	txn = pb_db_read(db, &error);
	assert_int_equal(pb_txn_count(txn, 0, &left, &error), PB_OK);
	assert_int_equal(left, entries);
	pb_txn_end(txn);
	pb_db_close(db);
}

/* The lock tells whether a resolver runs; only one may write. */
static void one_writer(void **state)
{
	struct fixture *f = *state;

	assert_true(pb_state_is_written(f->path));
	assert_null(pb_state_open(f->path, PB_STORE_WRITE, &error));
	assert_non_null(strstr(error.text, "another resolver"));
	pb_state_close(f->state);
	f->state = NULL;
	assert_false(pb_state_is_written(f->path));
	assert_false(pb_state_is_written("/does/not/exist"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(written_and_read),
		TEST(line_that_steers_a_terminal),
		TEST(bounded),
		TEST(counted_on),
		TEST(evidence_decodes),
		TEST(evidence_is_strict),
		TEST(evidence_is_kept),
		TEST(evidence_is_bounded),
		TEST(pruned),
		TEST(cut_short),
		TEST(begun),
		TEST(written_over),
		TEST(taken_away),
		TEST(not_a_store),
		TEST(full),
		TEST(one_writer),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
