/* test_doctor.c - checks of "pinbound doctor" that look at what no file can show: the
 * answers of name servers, and the time. */
#include "../../cli/doctor/doctor.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW 1800000000
#define DAY 86400

/* What one check finds in these facts. */
static enum doctor_severity found(
	doctor_check *check, const struct doctor_facts *facts, const char *text)
{
	struct doctor_findings findings = {.check = "test"};
	enum doctor_severity worst;

	check(facts, &findings);
	worst = doctor_worst(&findings);
	if (text != NULL) {
		assert_int_equal(findings.count, 1);
		assert_non_null(strstr(findings.all[0].problem, text));
		assert_true(findings.all[0].remedy_count > 0);
	}
	doctor_findings_free(&findings);
	return worst;
}

static struct doctor_facts machine(void)
{
	return (struct doctor_facts){
		.now = NOW,
		.built = NOW - 30 * DAY,
		.signature_known = true,
		.inception = NOW - 5 * DAY,
		.expiration = NOW + 8 * DAY,
		.sync_known = true,
	};
}

static void clock_is_right(void **state)
{
	struct doctor_facts facts = machine();

	(void)state;
	assert_int_equal(found(doctor_clock, &facts, NULL), DOCTOR_OK);
	facts.now = facts.inception;
	assert_int_equal(found(doctor_clock, &facts, NULL), DOCTOR_OK);
	facts.now = facts.expiration;
	assert_int_equal(found(doctor_clock, &facts, NULL), DOCTOR_OK);
	/* Without an answer there is nothing to compare it with. */
	facts.signature_known = false;
	facts.now = NOW + 365 * DAY;
	assert_int_equal(found(doctor_clock, &facts, NULL), DOCTOR_OK);
}

static void clock_is_off(void **state)
{
	struct doctor_facts facts = machine();

	(void)state;
	facts.now = facts.inception - 60;
	assert_int_equal(found(doctor_clock, &facts, "60 s slow"), DOCTOR_CRITICAL);
	facts.now = facts.expiration + 90;
	assert_int_equal(found(doctor_clock, &facts, "90 s fast"), DOCTOR_CRITICAL);
	facts = machine();
	facts.signature_known = false;
	facts.now = facts.built - 2 * DAY;
	assert_int_equal(
		found(doctor_clock, &facts, "before this program"), DOCTOR_CRITICAL);
	facts = machine();
	facts.unsynced = true;
	assert_int_equal(found(doctor_clock, &facts, "keeps the clock"), DOCTOR_INFO);
}

/* What is found when the third nameserver says this, and there are so many. */
static enum doctor_severity third(
	enum doctor_canary canary, size_t count, const char *text)
{
	struct doctor_server servers[4] = {
		{.address = "192.0.2.1", .canary = DOCTOR_PROTECTED},
		{.address = "192.0.2.2", .canary = DOCTOR_PROTECTED},
		{.address = "192.0.2.3", .canary = canary},
		{.address = "192.0.2.4", .canary = DOCTOR_UNPROTECTED},
	};
	struct doctor_facts facts = {.servers = servers, .server_count = count};

	return found(doctor_canary, &facts, text);
}

/* The C library uses three. */
static void canary(void **state)
{
	(void)state;
	assert_int_equal(third(DOCTOR_PROTECTED, 3, NULL), DOCTOR_OK);
	assert_int_equal(third(DOCTOR_PROTECTED, 4, NULL), DOCTOR_OK);
	assert_int_equal(third(DOCTOR_UNPROTECTED, 4,
				 "192.0.2.3 is not protected: the C library asks it "
				 "after a SERVFAIL"),
		DOCTOR_CRITICAL);
	assert_int_equal(
		third(DOCTOR_UNMARKED, 3, "without Pinbound's mark"), DOCTOR_WARNING);
	assert_int_equal(third(DOCTOR_SILENT, 3, "does not answer"), DOCTOR_UNKNOWN);
	assert_int_equal(third(DOCTOR_NOT_ASKED, 3, "was not asked"), DOCTOR_INFO);
}

/* What is found when opendkim's second server says this. */
static enum doctor_severity second_of_dkim(enum doctor_canary canary, const char *text)
{
	struct doctor_server servers[2] = {
		{.address = "192.0.2.1", .canary = DOCTOR_PROTECTED},
		{.address = "192.0.2.2", .canary = canary},
	};
	struct doctor_facts facts = {.dkim_servers = servers, .dkim_server_count = 2};

	return found(doctor_opendkim, &facts, text);
}

static void servers_of_dkim(void **state)
{
	(void)state;
	assert_int_equal(second_of_dkim(DOCTOR_PROTECTED, NULL), DOCTOR_OK);
	assert_int_equal(second_of_dkim(DOCTOR_UNPROTECTED,
				 "opendkim asks 192.0.2.2, which is not protected"),
		DOCTOR_WARNING);
	assert_int_equal(second_of_dkim(DOCTOR_UNMARKED, "without Pinbound's mark"),
		DOCTOR_WARNING);
	assert_int_equal(
		second_of_dkim(DOCTOR_SILENT, "does not answer"), DOCTOR_UNKNOWN);
	assert_int_equal(second_of_dkim(DOCTOR_NOT_ASKED, "was not asked"), DOCTOR_INFO);
}

/* Of a link-local address it is not said that it is silent. */
static void scoped(void **state)
{
	struct doctor_server server = {
		.address = "fe80::1%eth0", .canary = DOCTOR_NOT_ASKED};

	(void)state;
	doctor_ask_canary(&server);
	assert_int_equal(third(server.canary, 3, "names an interface"), DOCTOR_UNKNOWN);
}

/* Both by what is said of the running one, with the chroot taken off. */
static void running_conf(void **state)
{
	struct doctor_facts facts = {.conf_fine = true, .conf_path = "/etc/a.conf"};
	char chroot[] = "/chroot";

	(void)state;
	assert_int_equal(found(doctor_conf, &facts, NULL), DOCTOR_OK);
	(void)snprintf(facts.running_conf, sizeof(facts.running_conf), "/etc/a.conf");
	assert_int_equal(found(doctor_conf, &facts, NULL), DOCTOR_OK);
	facts.conf_path = "/etc/b.conf";
	assert_int_equal(
		found(doctor_conf, &facts, "goes by /etc/a.conf"), DOCTOR_WARNING);
	facts.conf_path = "/chroot/etc/a.conf";
	assert_int_equal(
		found(doctor_conf, &facts, "goes by /etc/a.conf"), DOCTOR_WARNING);
	facts.settings[DOCTOR_CHROOT].value = chroot;
	assert_int_equal(found(doctor_conf, &facts, NULL), DOCTOR_OK);
}

/* After an upgrade, the one that runs is fine, and the one that is installed is not. */
static void two_builds(void **state)
{
	char ids[] = "aaaa bbbb", path[] = "/m.so";
	struct doctor_module module = {.file.path = path, .built_for = ids};
	struct doctor_facts facts = {
		.modules = &module,
		.module_count = 1,
		.running = {"/proc/1/exe", "aaaa"},
		.installed = {"/usr/sbin/unbound", "bbbb"},
	};

	(void)state;
	assert_int_equal(found(doctor_build, &facts, NULL), DOCTOR_OK);
	facts.installed.id[0] = 'c';
	assert_int_equal(found(doctor_build, &facts,
				 "than /usr/sbin/unbound: Unbound does not start"),
		DOCTOR_CRITICAL);
	facts.installed.path[0] = '\0';
	facts.running.id[0] = 'c';
	assert_int_equal(
		found(doctor_build, &facts, "than /proc/1/exe: at the next reload"),
		DOCTOR_CRITICAL);
	facts.running.id[0] = '\0';
	assert_int_equal(found(doctor_build, &facts, "cannot be read"), DOCTOR_UNKNOWN);
}

static void worst_of_all(void **state)
{
	struct doctor_findings findings = {.check = "test"};

	(void)state;
	assert_int_equal(doctor_worst(&findings), DOCTOR_OK);
	doctor_find(&findings, DOCTOR_INFO, "a");
	doctor_find(&findings, DOCTOR_UNKNOWN, "b");
	assert_int_equal(doctor_worst(&findings), DOCTOR_UNKNOWN);
	doctor_find(&findings, DOCTOR_WARNING, "c");
	assert_int_equal(doctor_worst(&findings), DOCTOR_WARNING);
	doctor_find(&findings, DOCTOR_CRITICAL, "d");
	doctor_find(&findings, DOCTOR_OK, "e");
	assert_int_equal(doctor_worst(&findings), DOCTOR_CRITICAL);
	doctor_findings_free(&findings);
}

static void durations(void **state)
{
	(void)state;
	assert_int_equal(doctor_duration("5d", 'd'), 5 * DAY);
	assert_int_equal(doctor_duration("5", 'd'), 5 * DAY);
	assert_int_equal(doctor_duration("1d12h", 's'), DAY + 12 * 3600);
	assert_int_equal(doctor_duration("0h", 'h'), 0);
	assert_int_equal(doctor_duration("", 'h'), -1);
	assert_int_equal(doctor_duration("5x", 'h'), -1);
	assert_int_equal(doctor_duration("-5", 'h'), -1);
	assert_int_equal(doctor_duration("99999999999999999999d", 'h'), -1);
}

/* A line or value that is longer than its buffer is cut, and what follows is read. */
static void long_lines(void **state)
{
	static char text[3 * DOCTOR_LINE_MAX];
	char line[DOCTOR_LINE_MAX];
	const char *at = text;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + 2 * DOCTOR_LINE_MAX, "\nrelayhost = a\n", 15);
	text[2 * DOCTOR_LINE_MAX + 15] = '\0';
	assert_true(doctor_next_line(&at, line));
	assert_int_equal(strlen(line), DOCTOR_LINE_MAX - 1);
	assert_true(doctor_next_line(&at, line));
	assert_string_equal(line, "relayhost = a");
	assert_true(doctor_value(text, "relayhost", '=', line));
	assert_string_equal(line, "a");
	assert_false(doctor_value(text, "relay", '=', line));
}

/* Files that are no ELF file, or are cut anywhere, are told from those that are. */
static void cut_elf(void **state)
{
	char path[] = "/tmp/pinbound-elf-XXXXXX";
	uint8_t octets[256 * 1024];
	struct doctor_elf elf;
	int fd = mkstemp(path);
	FILE *in = fopen("/proc/self/exe", "rb");
	size_t size;

	(void)state;
	assert_true(fd >= 0 && in != NULL);
	size = fread(octets, 1, sizeof(octets), in);
	(void)fclose(in);
	(void)close(fd);
	for (size_t cut = 0; cut < size; cut += 1 + size / 97) {
		FILE *out = fopen(path, "wb");

		assert_non_null(out);
		(void)fwrite(octets, 1, cut, out);
		(void)fclose(out);
		(void)doctor_read_elf(path, &elf);
		assert_string_equal(elf.built_for, "");
	}
	(void)unlink(path);
	assert_true(doctor_read_elf("/proc/self/exe", &elf));
	assert_true(strlen(elf.id) >= 16);
	assert_false(doctor_read_elf("/etc/passwd", &elf));
	assert_false(doctor_read_elf("/dev/null", &elf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_is_right),
		cmocka_unit_test(clock_is_off),
		cmocka_unit_test(canary),
		cmocka_unit_test(servers_of_dkim),
		cmocka_unit_test(scoped),
		cmocka_unit_test(running_conf),
		cmocka_unit_test(two_builds),
		cmocka_unit_test(worst_of_all),
		cmocka_unit_test(durations),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(cut_elf),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
