/* test_line.c - log lines: nothing from the network gets out of its quotes. */
#include "pinbound/line.h"
#include "unit.h"

static void pairs(void **state)
{
	struct pb_set ns = NAMES("ns2.host", "ns1.host"), none = {0};
	struct pb_name zone = unit_name("Example.com");
	struct pb_line line;

	(void)state;
	pb_line_begin(&line, "deviation");
	pb_line_name(&line, "zone", &zone);
	pb_line_set(&line, "observed-ns", PB_KIND_NAME, &ns);
	pb_line_set(&line, "observed-ds", PB_KIND_DS, &none);
	pb_line_number(&line, "held-back", 12);
	assert_string_equal(line.text,
		"pinbound: deviation zone=\"example.com.\" observed-ns=\"ns1.host. "
		"ns2.host.\" observed-ds=\"\" held-back=\"12\"");
	assert_int_equal(line.used, strlen(line.text));
}

static void escapes(void **state)
{
	struct pb_name zone = unit_name("a\\\"b\\\\\\010\\027.com");
	struct pb_line line;

	(void)state;
	pb_line_begin(&line, "x");
	pb_line_text(&line, "a", "q\" b\\ n\n e\033[31m \177 \xc3\xa9");
	pb_line_name(&line, "z", &zone);
	assert_string_equal(line.text,
		"pinbound: x a=\"q\\\" b\\\\ n\\010 e\\027[31m \\127 \\195\\169\" "
		"z=\"a\\\\034b\\\\\\\\\\\\010\\\\027.com.\"");
}

/* Whatever the lengths, the line is at most 1 KiB, whole, and says so. */
static void truncation(void **state)
{
	static char value[2000];
	static const char mark[] = " truncated=\"yes\"";

	(void)state;
	for (size_t size = 900; size < 1200; size++) {
		struct pb_line line;

		memset(value, 'v', size);
		value[size] = '\0';
		pb_line_begin(&line, "x");
		pb_line_text(&line, "a", value);
		pb_line_text(&line, "b", "\"\"\"\"");
		pb_line_text(&line, "c", "1");
		pb_line_text(&line, "d", "1");
		assert_int_equal(line.used, strlen(line.text));
		assert_true(line.used <= PB_LINE_MAX);
		if (strstr(line.text, " d=\"1\"") == NULL) {
			assert_string_equal(line.text + line.used - strlen(mark), mark);
			assert_int_equal(line.text[line.used - strlen(mark) - 1], '"');
		} else {
			assert_null(strstr(line.text, mark));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(escapes),
		cmocka_unit_test(truncation),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
