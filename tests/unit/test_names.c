/* test_names.c - names at or above another, among many. */
#include "pinbound/names.h"
#include "unit.h"
#include <stdio.h>

static void covered(void **state)
{
	struct pb_names *names = pb_names_new();
	struct pb_name name;
	char text[64];

	(void)state;
	assert_non_null(names);
	pb_names_finish(names);
	name = unit_name("example.com");
	assert_false(pb_names_cover(names, &name));
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof(text), "d%d.example", i);
		name = unit_name(text);
		assert_true(pb_names_add(names, &name));
	}
	pb_names_finish(names);
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
	struct pb_names *names = pb_names_new();
	struct pb_name root = unit_name("."), name = unit_name("a.example");

	(void)state;
	assert_true(pb_names_add(names, &root));
	pb_names_finish(names);
	assert_true(pb_names_cover(names, &root));
	assert_true(pb_names_cover(names, &name));
	pb_names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covered),
		cmocka_unit_test(root_covers_all),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
