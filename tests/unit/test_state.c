/* test_state.c - what the resolver tells of itself, written and read again. */
#include "pinbound/state.h"
#include "unit.h"
#include <fcntl.h>
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

static void written_and_read(void **state)
{
	struct fixture *f = *state;
	struct pb_resolver resolver = {4711, 1000, 12, 3}, read;
	struct pb_happening events[] = {happening("b.example", 1, true),
		happening("a.example", 2, false), happening("b.example", 3, true)};
	struct seen zones = {0}, all = {0}, later = {0};
	uint64_t last;

	assert_int_equal(pb_state_resolver(f->state, &read, &error), PB_NOT_FOUND);
	assert_true(pb_state_write(f->state, &resolver, events, 3, &error));
	assert_int_equal(pb_state_resolver(f->state, &read, &error), PB_OK);
	assert_memory_equal(&read, &resolver, sizeof(read));
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
}

static void bounded(void **state)
{
	struct fixture *f = *state;
	struct pb_resolver resolver = {0};
	struct seen all = {0};
	uint64_t last;

	for (int i = 0; i < PB_STATE_EVENTS / 100 + 2; i++) {
		static struct pb_happening events[100];

		for (int k = 0; k < 100; k++)
			events[k] = happening("a.example", i * 100 + k, true);
		assert_true(pb_state_write(f->state, &resolver, events, 100, &error));
	}
	assert_int_equal(pb_state_events(f->state, 0, &last, count, &all, &error), PB_OK);
	assert_int_equal(all.count, PB_STATE_EVENTS);
	assert_int_equal(all.first, 200);
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
		TEST(bounded),
		TEST(one_writer),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
