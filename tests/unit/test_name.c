/* test_name.c - owner names, and their keys. */
#include "key.h"
#include "unit.h"
#include <stdlib.h>

static void text_round_trip(void **state)
{
	static const char *const texts[][2] = {
		{".", "."},
		{"com", "com."},
		{"Example.COM.", "example.com."},
		{"_dmarc.example.com", "_dmarc.example.com."},
		{"*.example.com", "*.example.com."},
		{"a\\.b.example", "a\\.b.example."},
		{"a\\046b.example", "a\\.b.example."},
		{"a\\\\b", "a\\\\b."},
		{"\\000\\001\\255", "\\000\\001\\255."},
		{"a\\032b", "a\\032b."},
		{"a\\\"b\\#c\\;d", "a\\034b\\035c\\059d."},
		{"\\065", "a."},
	};
	char text[PB_NAME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct pb_name name = unit_name(texts[i][0]);
		struct pb_name again;

		assert_string_equal(pb_name_to_text(&name, text), texts[i][1]);
		again = unit_name(text);
		assert_true(pb_name_equal(&name, &again));
	}
}

static void bad_text(void **state)
{
	static const char *const texts[][2] = {
		{"", "empty"},
		{"a..b", "empty label"},
		{".a", "empty label"},
		{"..", "empty label"},
		{"a\\", "backslash"},
		{"a\\25", "backslash"},
		{"a\\256", "backslash"},
		{"a\\2x5", "backslash"},
		{"0123456789012345678901234567890123456789012345678901234567890123.com",
			"63"},
	};
	struct pb_error error;
	struct pb_name name;
	char text[300];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_false(pb_name_from_text(
			&name, texts[i][0], strlen(texts[i][0]), &error));
		assert_non_null(strstr(error.text, texts[i][1]));
	}
	/* 127 labels of one octet are 255 octets; one more octet is too long. */
	for (size_t i = 0; i < 254; i += 2)
		memcpy(text + i, "a.", 2);
	assert_true(pb_name_from_text(&name, text, 254, &error));
	assert_int_equal(name.size, 255);
	assert_int_equal(pb_name_labels(&name), PB_LABELS_MAX);
	assert_true(pb_name_from_text(&name, text, 253, &error));
	assert_int_equal(name.size, 255);
	memcpy(text + 254, "a", 1);
	assert_false(pb_name_from_text(&name, text, 255, &error));
	assert_non_null(strstr(error.text, "255"));
}

static void wire(void **state)
{
	static const uint8_t good[] = "\3CoM", rest[] = "\3com\0more";
	static const uint8_t compressed[] = {3, 'c', 'o', 'm', 0xc0, 0};
	static const uint8_t cut[] = {3, 'c', 'o'};
	uint8_t longest[300];
	struct pb_name name, com = unit_name("com");

	(void)state;
	assert_int_equal(pb_name_from_wire(&name, good, sizeof(good)), 5);
	assert_true(pb_name_equal(&name, &com));
	assert_int_equal(pb_name_from_wire(&name, rest, sizeof(rest)), 5);
	assert_int_equal(pb_name_from_wire(&name, compressed, sizeof(compressed)), 0);
	assert_int_equal(pb_name_from_wire(&name, cut, sizeof(cut)), 0);
	assert_int_equal(pb_name_from_wire(&name, good, 4), 0);
	assert_int_equal(pb_name_from_wire(&name, good, 0), 0);
	memset(longest, 0, sizeof(longest));
	for (size_t i = 0; i < 256; i += 2)
		longest[i] = 1;
	assert_int_equal(pb_name_from_wire(&name, longest, sizeof(longest)), 0);
	longest[254] = 0;
	assert_int_equal(pb_name_from_wire(&name, longest, sizeof(longest)), 255);
}

static void ancestors(void **state)
{
	struct pb_name name = unit_name("a.b.example.com"), above;
	struct pb_name com = unit_name("com"), root = unit_name(".");
	struct pb_name other = unit_name("xcom");

	(void)state;
	assert_int_equal(pb_name_labels(&name), 4);
	assert_int_equal(pb_name_labels(&root), 0);
	pb_name_ancestor(&above, &name, 1);
	assert_true(pb_name_equal(&above, &com));
	pb_name_ancestor(&above, &name, 0);
	assert_true(pb_name_equal(&above, &root));
	pb_name_ancestor(&above, &name, 4);
	assert_true(pb_name_equal(&above, &name));
	assert_true(pb_name_below(&name, &com));
	assert_true(pb_name_below(&com, &root));
	assert_true(pb_name_at_or_below(&com, &com));
	assert_false(pb_name_below(&com, &com));
	assert_false(pb_name_at_or_below(&other, &com));
	assert_false(pb_name_at_or_below(&com, &name));
}

/* RFC 4034 section 6.1, its own example, and what zero octets could break. */
static void order(void **state)
{
	static const char *const sorted[] = {".", "example", "a.example",
		"yljkjljk.a.example", "Z.a.example", "zABC.a.EXAMPLE", "z.example",
		"\\000.z.example", "\\000\\000.z.example", "\\000\\001.z.example",
		"\\001.z.example", "\\001\\000.z.example", "\\002.z.example",
		"*.z.example", "\\200.z.example"};

	(void)state;
	for (size_t i = 0; i < COUNT(sorted); i++) {
		for (size_t j = 0; j < COUNT(sorted); j++) {
			struct pb_name a = unit_name(sorted[i]), b = unit_name(sorted[j]);
			struct pb_key x, y;
			int of_names = pb_name_order(&a, &b), of_keys;

			pb_key_from_name(&x, &a);
			pb_key_from_name(&y, &b);
			of_keys = pb_order_octets((struct pb_bytes){x.octets, x.size},
				(struct pb_bytes){y.octets, y.size});
			assert_int_equal(
				(of_names > 0) - (of_names < 0), (i > j) - (i < j));
			assert_int_equal(
				(of_keys > 0) - (of_keys < 0), (i > j) - (i < j));
		}
	}
}

/* Random names, many of them nasty: the key leads back, and no key is too long. */
static void keys(void **state)
{
	unsigned seed = 1;
	size_t longest = 0;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		uint8_t octets[PB_NAME_MAX];
		size_t at = 0;
		struct pb_name name, again;
		struct pb_key key;

		while (at < PB_NAME_MAX - 2 && rand_r(&seed) % 8 != 0) {
			size_t size = 1 + (size_t)rand_r(&seed) % 63;

			if (at + 1 + size > PB_NAME_MAX - 1)
				break;
			octets[at++] = (uint8_t)size;
			while (size-- > 0)
				octets[at++] = (uint8_t)(rand_r(&seed) % 4);
		}
		octets[at++] = 0;
		assert_int_equal(pb_name_from_wire(&name, octets, at), at);
		pb_key_from_name(&key, &name);
		assert_true(pb_key_to_name(&again, key.octets, key.size));
		assert_true(pb_name_equal(&name, &again));
		if (key.size > longest)
			longest = key.size;
	}
	assert_true(longest <= PB_KEY_MAX);
}

static void bad_keys(void **state)
{
	static const struct {
		const char *octets;
		size_t size;
	} bad[] = {
		{"", 0},
		{"a", 1},
		{"\0a", 2},
		{"\0\0", 2},
		{"\0a\0\0", 4},
		{"\0\1\0", 3},
		{"\0\1\3\0", 4},
		{"\0\1\0\0", 4},
		{"\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			66},
	};
	struct pb_name name;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(pb_key_to_name(
			&name, (const uint8_t *)bad[i].octets, bad[i].size));
}

static void common(void **state)
{
	struct pb_name a = unit_name("a.example.com"), b = unit_name("ab.example.com");
	struct pb_name c = unit_name("example.org"), d = unit_name("example.com");
	struct pb_key x, y;

	(void)state;
	pb_key_from_name(&x, &a);
	pb_key_from_name(&y, &b);
	assert_int_equal(pb_key_common_labels(x.octets, x.size, y.octets, y.size), 2);
	pb_key_from_name(&y, &c);
	assert_int_equal(pb_key_common_labels(x.octets, x.size, y.octets, y.size), 0);
	pb_key_from_name(&y, &d);
	assert_int_equal(pb_key_common_labels(x.octets, x.size, y.octets, y.size), 2);
	assert_int_equal(pb_key_common_labels(y.octets, y.size, y.octets, y.size), 2);
}

/* ASCII letters, and nothing else, wherever they are. */
static void into_lower_case(void **state)
{
	uint8_t given[PB_NAME_MAX];
	struct pb_name name;

	(void)state;
	for (size_t length = 1; length <= 20; length++) {
		for (unsigned octet = 0; octet <= UINT8_MAX; octet++) {
			bool upper = octet >= 'A' && octet <= 'Z';

			given[0] = (uint8_t)length;
			memset(given + 1, (int)octet, length);
			given[length + 1] = 0;
			assert_int_equal(pb_name_from_wire(&name, given, sizeof(given)),
				length + 2);
			for (size_t i = 1; i <= length; i++)
				assert_int_equal(
					name.wire[i], upper ? octet + 32 : octet);
			assert_int_equal(name.wire[0], length);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(into_lower_case),
		cmocka_unit_test(text_round_trip),
		cmocka_unit_test(bad_text),
		cmocka_unit_test(wire),
		cmocka_unit_test(ancestors),
		cmocka_unit_test(order),
		cmocka_unit_test(keys),
		cmocka_unit_test(bad_keys),
		cmocka_unit_test(common),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
