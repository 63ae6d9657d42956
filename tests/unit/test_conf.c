/* test_conf.c - pinbound.conf. */
#include "pinbound/conf.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct pb_error error;

static bool read_text(struct pb_conf *conf, const char *text)
{
	char path[] = "/tmp/pinbound-conf-XXXXXX";
	int fd = mkstemp(path);
	size_t context;
	bool fine;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	fine = pb_conf_read(conf, path, &error);
	unlink(path);
	/* Errors begin with the path; what follows is what is compared. */
	context = strlen(path) + 1;
	if (!fine)
		memmove(error.text, error.text + context, sizeof(error.text) - context);
	return fine;
}

static void defaults(void **state)
{
	struct pb_conf conf;

	(void)state;
	assert_true(read_text(&conf, "# nothing\n"));
	assert_string_equal(conf.pins, "/var/lib/unbound/pinbound/pins.mdb");
	assert_string_equal(conf.state, "/var/lib/unbound/pinbound/state.mdb");
	assert_int_equal(conf.default_mode, PB_MODE_REFUSE);
	assert_int_equal(conf.recheck, 60);
	assert_int_equal(conf.log_interval, 300);
	assert_false(conf.store_failure_allow);
	assert_false(conf.override);
	pb_conf_free(&conf);
}

static void everything(void **state)
{
	struct pb_conf conf;

	(void)state;
	assert_true(read_text(&conf,
		"pins: \"/a # \\\"b\\\\\"\nstate: /c # d\ndefault-mode: log\nrecheck: "
		"3600\n"
		"\tlog-interval:0\nstore-failure: allow\noverride: yes"));
	assert_string_equal(conf.pins, "/a # \"b\\");
	assert_string_equal(conf.state, "/c");
	assert_int_equal(conf.default_mode, PB_MODE_LOG);
	assert_int_equal(conf.recheck, 3600);
	assert_int_equal(conf.log_interval, 0);
	assert_true(conf.store_failure_allow);
	assert_true(conf.override);
	pb_conf_free(&conf);
}

static void mistakes(void **state)
{
	static const char *const bad[][2] = {
		{"colour: blue\n", "1: unknown attribute \"colour\""},
		{"recheck: 60\n\nrecheck: 60\n",
			"3: recheck: it is set in line 1 already"},
		{"recheck: 0\n",
			"1: recheck: \"0\" is not a number of seconds from 1 to 3600"},
		{"recheck: 3601\n", "1: recheck: \"3601\" is not"},
		{"recheck: -5\n", "1: recheck: \"-5\" is not"},
		{"recheck: 5s\n", "1: recheck: \"5s\" is not"},
		{"recheck: 99999999999999999999\n", "1: recheck:"},
		{"recheck:\n", "1: recheck: \"\" is not"},
		{"log-interval: 86401\n", "1: log-interval:"},
		{"default-mode: loud\n", "1: default-mode: \"loud\" is neither"},
		{"store-failure: no\n", "1: store-failure: \"no\" is neither"},
		{"override: on\n", "1: override: \"on\" is neither"},
		{"pins: pins.mdb\n", "1: pins: \"pins.mdb\" is not an absolute path"},
		{"pins:\n", "1: pins: \"\" is not an absolute path"},
		{"pins /a\n", "1: \"attribute: value\" is expected"},
		{"pins: \"/a\n", "1: a closing quote is missing"},
	};
	struct pb_conf conf;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (read_text(&conf, bad[i][0]))
			fail_msg("accepted: %s", bad[i][0]);
		if (strncmp(error.text, bad[i][1], strlen(bad[i][1])) != 0)
			fail_msg("%s: %s", bad[i][0], error.text);
	}
	assert_false(pb_conf_read(&conf, "/does/not/exist", &error));
	assert_non_null(strstr(error.text, "/does/not/exist: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
