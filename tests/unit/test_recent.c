/* test_recent.c - a set of numbers that forgets the older ones. */
#include "pinbound/recent.h"
#include "unit.h"

/* Spread as hashes are, and the same each time: splitmix64. */
static uint64_t hash_of(uint64_t i)
{
	uint64_t z = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static void add(struct pb_recent *recent, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		pb_recent_add(recent, hash_of(i));
}

static unsigned has(const struct pb_recent *recent, uint64_t from, uint64_t to)
{
	unsigned count = 0;

	for (uint64_t i = from; i < to; i++)
		count += pb_recent_has(recent, hash_of(i));
	return count;
}

/* The smallest there is: eight, of which the oldest goes. */
static void oldest_goes(void **state)
{
	struct pb_recent *recent = pb_recent_new(0);

	(void)state;
	assert_non_null(recent);
	add(recent, 0, 8);
	assert_int_equal(has(recent, 0, 8), 8);
	add(recent, 8, 9);
	assert_false(pb_recent_has(recent, hash_of(0)));
	assert_int_equal(has(recent, 1, 9), 8);
	pb_recent_free(recent);
}

/* One that comes again is the newest, and takes no room of others. */
static void comes_again(void **state)
{
	struct pb_recent *recent = pb_recent_new(0);

	(void)state;
	add(recent, 0, 8);
	for (int i = 0; i < 100; i++)
		add(recent, 0, 1);
	assert_int_equal(has(recent, 0, 8), 8);
	add(recent, 8, 15);
	assert_true(pb_recent_has(recent, hash_of(0)));
	assert_int_equal(has(recent, 1, 8), 0);
	pb_recent_free(recent);
}

/* However many have come before, of a quarter of the room hardly any is forgotten. */
static void remembers_a_quarter(void **state)
{
	struct pb_recent *recent = pb_recent_new(32768);

	(void)state;
	add(recent, 0, 500000);
	assert_true(has(recent, 500000 - 8192, 500000) > 8192 - 8192 / 500);
	assert_true(has(recent, 0, 400000) < 400);
	pb_recent_free(recent);
}

static void none_at_first(void **state)
{
	struct pb_recent *recent = pb_recent_new(100);

	(void)state;
	assert_int_equal(has(recent, 0, 1000), 0);
	assert_true(pb_recent_size(recent) >= 100 * sizeof(uint64_t));
	pb_recent_free(recent);
	pb_recent_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_at_first),
		cmocka_unit_test(oldest_goes),
		cmocka_unit_test(comes_again),
		cmocka_unit_test(remembers_a_quarter),
	};

	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
