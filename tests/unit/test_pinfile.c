/* test_pinfile.c - pin files: what is refused, where and why; and back again. */
#include "pinbound/pinfile.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PIN "pin:\n name: example.com\n ns: ns1.host\n"
#define SHA256 "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define LABEL63 "012345678901234567890123456789012345678901234567890123456789012"

/* One mistake each. */
static const struct {
	const char *text;
	const char *expected; /* behind "f:" */
} malformed[] = {
	{"name: example.com\n", "1: \"name:\" stands before the first \"pin:\""},
	{"pin\n", "1: \"attribute: value\" is expected"},
	{"pin: example.com\n", "1: \"pin:\" has no value"},
	{"pins:\n", "1: \"pins:\" stands before"},
	{"pin:\n name: example.com\n", "1: the pin has no \"ns:\""},
	{"pin:\n ns: ns1.host\n", "1: the pin has no \"name:\""},
	{"pin:\n" PIN, "1: the pin has no \"name:\""},
	{PIN " name: example.org\n", "4: name: it is given twice"},
	{PIN PIN, "4: name: example.com. is pinned in line 1 already"},
	{PIN "pin:\n name: EXAMPLE.com.\n ns: ns1.host\n",
		"4: name: example.com. is pinned in line 1 already"},
	{PIN " colour: blue\n", "4: unknown attribute \"colour\""},
	{PIN " NS: ns1.host\n", "4: unknown attribute \"NS\""},
	{PIN " : x\n", "4: \"attribute: value\" is expected"},
	{PIN " ns ns1.host\n", "4: \"attribute: value\" is expected"},
	{PIN " ns:\n", "4: ns: it has no value"},
	{PIN " ns: # none\n", "4: ns: it has no value"},
	{PIN " ns: ns1.host ns2.host\n", "4: ns: a name has no blanks"},
	{PIN " ns: a..b\n", "4: ns: the name has an empty label"},
	{PIN " ns: .a\n", "4: ns: the name has an empty label"},
	{PIN " ns: " LABEL63 "x.host\n", "4: ns: a label is longer than 63"},
	{PIN " ns: " LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 "\n",
		"4: ns: the name is longer than 255"},
	{PIN " ns: a\\25.host\n", "4: ns: a backslash needs"},
	{PIN " ns: a\\256.host\n", "4: ns: a backslash needs"},
	{PIN " ns: .\n", "4: ns: the root is not a host"},
	{PIN " ns: *.host\n", "4: ns: a wildcard has no meaning"},
	{PIN " ns: \"ns1.host\n", "4: a closing quote is missing"},
	{PIN " ns: \"ns1.host\" x\n", "4: something stands behind the closing quote"},
	{PIN " ns: ns1\".host\"\n", "4: a quote stands within the value"},
	{PIN " ns: \xff\xfe.host\n", "4: ns: \"\\255\\254\" is not a label"},
	{"pin:\n name: *.example.com\n ns: ns1.host\n", "2: name: a wildcard"},
	{"pin:\n name:\n", "2: name: it has no value"},
	{PIN " child-ns: a..b\n", "4: child-ns: the name has an empty label"},
	{PIN " mode: loud\n", "4: mode: \"loud\" is neither"},
	{PIN " mode: Refuse\n", "4: mode: \"Refuse\" is neither"},
	{PIN " mode: log\n mode: log\n", "5: mode: it is given twice"},
	{PIN " ds: 1 8 2 ABCD\n", "4: ds: a digest of type 2 has 64 hex digits, not 4"},
	{PIN " ds: 1 8 1 " SHA256 "\n", "4: ds: a digest of type 1 has 40"},
	{PIN " ds: 1 8 4 " SHA256 "\n", "4: ds: a digest of type 4 has 96"},
	{PIN " ds: 65536 8 2 " SHA256 "\n", "4: ds: a DS is"},
	{PIN " ds: 1 256 2 " SHA256 "\n", "4: ds: a DS is"},
	{PIN " ds: 1 8 256 " SHA256 "\n", "4: ds: a DS is"},
	{PIN " ds: 1 RSASHA256 2 " SHA256 "\n", "4: ds: a DS is"},
	{PIN " ds: -1 8 2 " SHA256 "\n", "4: ds: a DS is"},
	{PIN " ds: 1 8\n", "4: ds: a DS is"},
	{PIN " ds: 1 8 2\n", "4: ds: a DS is"},
	{PIN " ds: 1 8 200 ABC\n", "4: ds: the digest of a DS is an even number"},
	{PIN " ds: 1 8 200 AG\n", "4: ds: the digest of a DS is an even number"},
	{PIN " ds: none\n ds: 1 8 2 " SHA256 "\n", "5: ds: \"none\" must stand alone"},
	{PIN " ds: 1 8 2 " SHA256 "\n ds: none\n", "5: ds: \"none\" must stand alone"},
	{"pin:\n name: .\n ns: a.root\n ds: 1 8 2 " SHA256 "\n",
		"1: ds: the root has no DS"},
	{PIN " address: ns1.host\n", "4: address: \"SERVER ADDRESS\""},
	{PIN " address: ns1.host 192.0.2.256\n", "4: address: 192.0.2.256 is not"},
	{PIN " address: ns1.host 192.0.2\n", "4: address: 192.0.2 is not"},
	{PIN " address: ns1.host 2001:db8::g\n", "4: address: 2001:db8::g is not"},
	{PIN " address: ns1.host 192.0.2.1/24\n",
		"4: address: 192.0.2.1/24 has host bits"},
	{PIN " address: ns1.host 192.0.2.0/33\n", "4: address: /33 is not a prefix"},
	{PIN " address: ns1.host 2001:db8::/129\n", "4: address: /129 is not a prefix"},
	{PIN " address: ns1.host 192.0.2.0/\n", "4: address: / is not a prefix"},
	{PIN " address: ns9.host 192.0.2.1\n", "1: address: ns9.host. is neither"},
	{PIN " mx: a.*.host\n", "4: mx: * can only be the leftmost"},
	{PIN " mx: *\n", "4: mx: * can only be the leftmost"},
	{PIN " mx: .\n", "4: mx: the root is not a host; null MX is \"none\""},
	{PIN " mx: none\n mx: mail.host\n", "5: mx: \"none\" must stand alone"},
	{PIN " strict: maybe\n", "4: strict: \"maybe\" is neither"},
	{PIN " strict: yes\n strict: yes\n", "5: strict: it is given twice"},
	{PIN " expires: 2027-02-29\n", "4: expires: a date"},
	{PIN " expires: 27-02-01\n", "4: expires: a date"},
	{PIN " expires: 2027-13-01\n", "4: expires: a date"},
	{PIN " expires: 2027-01-01T12:00:00\n", "4: expires: a date"},
	{PIN " expires: 2027-01-01T24:00:00Z\n", "4: expires: a date"},
	{PIN " expires: 2027-01-01 12:00:00Z\n", "4: expires: a date"},
	{PIN " expires: 2027-01-01T12:00:00+25:00\n", "4: expires: a date"},
	{PIN " expires: tomorrow\n", "4: expires: a date"},
	{PIN " expires: 1970-01-01T00:00:00+01:00\n", "4: expires: it must be from 1970"},
	{PIN " expires: 9999-12-31T23:59:59-01:00\n", "4: expires: it must be from 1970"},
	{"\xef\xbb\xbf" PIN, "1: it begins with a byte order mark"},
	{PIN " on-expiry: refuse\n", "4: on-expiry: \"refuse\" is neither"},
	{PIN " on-expiry: log\n", "1: on-expiry: the pin has no \"expires:\""},
	{PIN " note: \"a\" \"b\"\n", "4: something stands behind"},
	{PIN " note: \"a\\nb\"\n", "4: within quotes, \\ needs"},
	{PIN " note: a\033b\n", "4: there is a control character"},
	{PIN " note: a\x7f"
	     "b\n",
		"4: note: a note is one line"},
	{"# pinbound-pins 2\n" PIN, "1: the pins are in format 2"},
	{"# pinbound-pins x\n" PIN, "1: \"# pinbound-pins x\" is no version"},
	{"# pinbound-pins 0\n" PIN, "1: \"# pinbound-pins 0\" is no version"},
};

static bool ignore(
	void *arg, const struct pb_pin *pin, unsigned line, struct pb_error *error)
{
	unsigned *count = arg;

	(void)pin;
	(void)line;
	(void)error;
	++*count;
	return true;
}

static bool read_text(
	const char *text, size_t size, unsigned *count, struct pb_error *error)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, size, "r");
	bool fine;

	assert_non_null(in);
	*count = 0;
	fine = pb_pinfile_read(in, "f", ignore, count, error);
	fclose(in);
	return fine;
}

/* What a pipe gives cannot be read twice. */
static FILE *open_pipe(const char *text)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	(void)close(ends[1]);
	return fdopen(ends[0], "r");
}

/* Whatever was sorted before, and whether the file can be read again or not. */
static void twice_in_any_order(void **state)
{
	static const char *const orders[] = {"abcb", "abca", "cbab", "abdcd", "zaz"};
	struct pb_error error;
	unsigned count;
	char text[400];

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		for (int piped = 0; piped < 2; piped++) {
			const char *letter = orders[i];
			char said[80];
			size_t used = 0;
			FILE *in;

			for (; *letter != '\0'; letter++)
				used += (size_t)snprintf(text + used, sizeof(text) - used,
					"pin:\n name: %c.example\n ns: ns1.host\n",
					*letter);
			letter--; /* the one that comes twice */
			(void)snprintf(said, sizeof(said),
				"f:%d: name: %c.example. is pinned in line %d already",
				(int)(3 * (letter - orders[i])) + 1, *letter,
				(int)(3 * (strchr(orders[i], *letter) - orders[i])) + 1);
			in = piped ? open_pipe(text) : fmemopen(text, used, "r");
			assert_non_null(in);
			count = 0;
			assert_false(pb_pinfile_read(in, "f", ignore, &count, &error));
			assert_string_equal(error.text, said);
			assert_int_equal(count, strlen(orders[i]) - 1);
			fclose(in);
		}
	}
}

static void every_mistake_is_named(void **state)
{
	struct pb_error error;
	unsigned count;

	(void)state;
	assert_true(COUNT(malformed) >= 60);
	for (size_t i = 0; i < COUNT(malformed); i++) {
		if (read_text(
			    malformed[i].text, strlen(malformed[i].text), &count, &error))
			fail_msg("accepted: %s", malformed[i].text);
		if (strncmp(error.text, "f:", 2) != 0 ||
			strncmp(error.text + 2, malformed[i].expected,
				strlen(malformed[i].expected)) != 0)
			fail_msg("%s\nsays: %s\nexpected: f:%s", malformed[i].text,
				error.text, malformed[i].expected);
	}
}

static void lines(void **state)
{
	static char text[6000];
	static const char nul[] = PIN " note: a\0b\n";
	struct pb_error error;
	unsigned count;

	(void)state;
	assert_false(read_text(nul, sizeof(nul) - 1, &count, &error));
	assert_string_equal(error.text, "f:4: there is a NUL octet in the line");
	memset(text, '#', 5000);
	assert_false(read_text(text, 5000, &count, &error));
	assert_string_equal(error.text, "f:1: the line is longer than 4095 octets");
	assert_true(read_text(text, 4095, &count, &error));
	/* No end of line, other ends of line, no pin at all. */
	assert_true(
		read_text(PIN " mode: log", strlen(PIN " mode: log"), &count, &error));
	assert_int_equal(count, 1);
	assert_true(read_text("pin:\r\n name: a\r\n ns: b\r\n", 24, &count, &error));
	assert_int_equal(count, 1);
	assert_true(read_text("\n", 1, &count, &error));
	assert_int_equal(count, 0);
}

static void a_note_can_be_255_long(void **state)
{
	char text[400];
	struct pb_error error;
	unsigned count;

	(void)state;
	for (int size = 255; size <= 256; size++) {
		int used = snprintf(text, sizeof(text), PIN " note: %0*d\n", size, 0);

		assert_int_equal(
			read_text(text, (size_t)used, &count, &error), size == 255);
	}
	assert_non_null(strstr(error.text, "f:4: note: a note has at most 255 octets"));
}

struct copy {
	struct pb_pinbuf *buf;
};

static bool keep(
	void *arg, const struct pb_pin *pin, unsigned line, struct pb_error *error)
{
	(void)line;
	(void)error;
	pb_pinbuf_copy(((struct copy *)arg)->buf, pin);
	return true;
}

static void written_and_read_again(void **state)
{
	static const char whole[] = "pin:\n"
				    "    name: a\\034\\035.example\n"
				    "    mode: refuse\n"
				    "    ns: ns1.host\n"
				    "    ns: ns2.host\n"
				    "    child-ns: ns3.host\n"
				    "    ds: 1 8 2 " SHA256 "\n"
				    "    address: ns1.host 192.0.2.0/24\n"
				    "    address: ns1.host 2001:db8::1\n"
				    "    mx: *.host\n"
				    "    strict: yes\n"
				    "    expires: 2027-11-23\n"
				    "    on-expiry: log\n"
				    "    note: \"a \\\" # \\\\\"\n";
	struct copy first = {malloc(sizeof(*first.buf))};
	struct pb_error error;
	char *text = NULL;
	size_t size;
	FILE *in = fmemopen((void *)(uintptr_t)whole, strlen(whole), "r");
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(first.buf);
	if (!pb_pinfile_read(in, "f", keep, &first, &error))
		fail_msg("%s", error.text);
	assert_true(pb_pinfile_write(out, &first.buf->pin));
	fclose(in);
	fclose(out);
	assert_string_equal(text, whole);
	/* To the end of that day, UTC. */
	assert_int_equal(first.buf->pin.expires, 1827014400);
	free(text);
	free(first.buf);
}

static bool write_file(
	const char *directory, size_t number, const char *ending, const char *text)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%03zu.%s", directory, number, ending);
	out = fopen(path, "w");
	return out != NULL && fputs(text, out) >= 0 && fclose(out) == 0;
}

/* Given a directory, writes the malformed files there, NUMBER.pins, with what is to
 * be said of each, NUMBER.says, for the test of the command. */
static int write_malformed(const char *directory)
{
	for (size_t i = 0; i < COUNT(malformed); i++)
		if (!write_file(directory, i, "pins", malformed[i].text) ||
			!write_file(directory, i, "says", malformed[i].expected))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(twice_in_any_order),
		cmocka_unit_test(lines),
		cmocka_unit_test(a_note_can_be_255_long),
		cmocka_unit_test(written_and_read_again),
	};

	if (argc == 2)
		return write_malformed(argv[1]);
	return cmocka_run_group_tests_name("pinfile", tests, NULL, NULL);
}
