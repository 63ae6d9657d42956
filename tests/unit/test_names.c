/* test_names.c - names at or above another, among many. */
#include "pinbound/names.h"
#include "unit.h"
#include <stdio.h>

static void covered(void **state)
{
	struct pb_names *names = pb_names_new(0);
	struct pb_name name;
	char text[64];

	(void)state;
	assert_non_null(names);
	name = unit_name("example.com");
	assert_false(pb_names_cover(names, &name));
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof(text), "d%d.example", i);
		name = unit_name(text);
		assert_true(pb_names_add(names, &name));
	}
	assert_int_equal(pb_names_count(names), 1000);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof(text), "a.b.D%d.example", i);
		name = unit_name(text);
		assert_true(pb_names_cover(names, &name));
		(void)snprintf(text, sizeof(text), "xd%d.example", i);
		name = unit_name(text);
		assert_false(pb_names_cover(names, &name));
	}
	name = unit_name("a.b.D7.example");
	assert_int_equal(pb_names_longest(names, &name), 2);
	name = unit_name("example");
	assert_int_equal(pb_names_longest(names, &name), -1);
	name = unit_name("example");
	assert_false(pb_names_cover(names, &name));
	pb_names_free(names);
}

static void root_covers_all(void **state)
{
	struct pb_names *names = pb_names_new(0);
	struct pb_name root = unit_name("."), name = unit_name("a.example");

	(void)state;
	assert_true(pb_names_add(names, &root));
	assert_true(pb_names_cover(names, &root));
	assert_true(pb_names_cover(names, &name));
	pb_names_free(names);
}

/* As many as were expected, and more; the same one twice is one. */
static void grows(void **state)
{
	struct pb_names *names = pb_names_new(10);
	struct pb_name name;
	char text[64];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 100000; i++) {
			(void)snprintf(text, sizeof(text), "d%d.example", i);
			name = unit_name(text);
			assert_true(pb_names_add(names, &name));
		}
	assert_int_equal(pb_names_count(names), 100000);
	for (int i = 0; i < 200000; i++) {
		(void)snprintf(text, sizeof(text), "d%d.example", i);
		name = unit_name(text);
		assert_int_equal(pb_names_cover(names, &name), i < 100000);
	}
	pb_names_free(names);
}

/* All that are on the way, fewest labels first. */
static void paths(void **state)
{
	struct pb_names *names = pb_names_new(0);
	struct pb_name name = unit_name("a.b.c.example");
	uint8_t labels[PB_LABELS_MAX + 1];

	(void)state;
	assert_int_equal(pb_names_path(names, &name, labels), 0);
	for (int i = 0; i < 3; i++) {
		static const char *const on_it[] = {
			"b.c.example", "example", "a.b.c.example"};
		struct pb_name one = unit_name(on_it[i]);

		assert_true(pb_names_add(names, &one));
	}
	assert_int_equal(pb_names_path(names, &name, labels), 3);
	assert_int_equal(labels[0], 1);
	assert_int_equal(labels[1], 3);
	assert_int_equal(labels[2], 4);
	assert_int_equal(pb_names_longest(names, &name), 4);
	pb_names_free(names);
}

/* How many there are may be what a store says that is damaged. */
static void too_many(void **state)
{
	(void)state;
	assert_null(pb_names_new(((size_t)1 << 62) + 100));
	assert_null(pb_names_new(SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covered),
		cmocka_unit_test(root_covers_all),
		cmocka_unit_test(grows),
		cmocka_unit_test(paths),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
