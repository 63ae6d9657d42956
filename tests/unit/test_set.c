/* test_set.c - packed sorted sets. */
#include "unit.h"

static void sorted_and_distinct(void **state)
{
	struct pb_set set = NAMES("b.example", "A.example", "a.EXAMPLE", "example");
	static const char *const expected[] = {"example", "a.example", "b.example"};
	struct pb_bytes element;
	size_t at = 0, i = 0;

	(void)state;
	assert_int_equal(set.count, 3);
	assert_true(pb_set_check(&set, pb_order_names));
	while (pb_set_next(&set, &at, &element)) {
		struct pb_name name = unit_name(expected[i++]);

		assert_int_equal(element.size, name.size);
		assert_memory_equal(element.data, name.wire, name.size);
	}
	assert_int_equal(i, 3);
}

static void relations(void **state)
{
	struct pb_set none = {0}, ab = NAMES("a", "b"), ba = NAMES("b", "a");
	struct pb_set abc = NAMES("a", "b", "c"), bc = NAMES("b", "c");
	struct pb_name c = unit_name("c");

	(void)state;
	assert_true(pb_set_equal(&ab, &ba));
	assert_false(pb_set_equal(&ab, &abc));
	assert_true(pb_set_within(&ab, &abc));
	assert_false(pb_set_within(&abc, &ab));
	assert_false(pb_set_within(&bc, &ab));
	assert_true(pb_set_within(&none, &ab));
	assert_false(pb_set_within(&ab, &none));
	assert_true(pb_set_equal(&none, &none));
	assert_true(pb_set_has(&bc, (struct pb_bytes){c.wire, c.size}));
	assert_false(pb_set_has(&ab, (struct pb_bytes){c.wire, c.size}));
}

static void full(void **state)
{
	uint8_t octets[10];
	struct pb_setbuf buf;
	struct pb_set was;

	(void)state;
	pb_setbuf_init(&buf, octets, sizeof(octets), pb_order_octets);
	assert_true(pb_setbuf_add(&buf, "bb", 2));
	assert_true(pb_setbuf_add(&buf, "aa", 2));
	was = buf.set;
	assert_false(pb_setbuf_add(&buf, "c", 1));
	assert_true(pb_setbuf_add(&buf, "aa", 2));
	assert_memory_equal(&was, &buf.set, sizeof(was));
	assert_true(pb_setbuf_add(&buf, "", 0));
	assert_int_equal(buf.set.count, 3);
	assert_true(pb_set_check(&buf.set, pb_order_octets));
}

static void too_many(void **state)
{
	static uint8_t octets[4096];
	struct pb_setbuf buf;

	(void)state;
	pb_setbuf_init(&buf, octets, sizeof(octets), pb_order_octets);
	for (unsigned i = 0; i <= PB_SET_ELEMENTS_MAX; i++) {
		uint8_t element[2] = {(uint8_t)(i >> 8), (uint8_t)i};

		assert_int_equal(
			pb_setbuf_add(&buf, element, 2), i < PB_SET_ELEMENTS_MAX);
	}
}

static void damaged(void **state)
{
	static const struct {
		const char *octets;
		uint16_t size, count;
	} bad[] = {
		{"\0\1a", 3, 2},      /* fewer than it says */
		{"\0\1a\0\1b", 6, 1}, /* more */
		{"\0\1b\0\1a", 6, 2}, /* out of order */
		{"\0\1a\0\1a", 6, 2}, /* twice */
		{"\0\2a", 3, 1},      /* past the end */
		{"\0\1a\0", 4, 1},    /* half a length */
		{"\377\377a", 3, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct pb_set set = {
			(const uint8_t *)bad[i].octets, bad[i].size, bad[i].count};

		assert_false(pb_set_check(&set, pb_order_octets));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_and_distinct),
		cmocka_unit_test(relations),
		cmocka_unit_test(full),
		cmocka_unit_test(too_many),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests_name("set", tests, NULL, NULL);
}
