/* test_repin.c - a pin that is made to allow what was observed. */
#include "pinbound/repin.h"
#include "unit.h"
#include <stdlib.h>

#define R(reason) PB_REASON(PB_##reason)

static struct pb_error error;

static int setup(void **state)
{
	struct pb_pinbuf *buf = malloc(sizeof(*buf));
	struct pb_pin pin = {.name = unit_name("example.com"),
		.mode = PB_MODE_REFUSE,
		.strict = true,
		.expires = 4711,
		.ns = NAMES("ns1.host", "ns2.host"),
		.child_ns = NAMES("ns3.host"),
		.mx = NAMES("mail.example.com"),
		.note = {(const uint8_t *)"note", 4}};

	if (buf == NULL)
		return 1;
	pb_pinbuf_copy(buf, &pin);
	*state = buf;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void add_address(struct pb_pinbuf *buf, const char *server, const char *text)
{
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	struct pb_name name = unit_name(server);
	struct pb_address address;

	assert_true(pb_address_from_text(&address, text, strlen(text), &error));
	assert_true(pb_pinbuf_add(buf, PB_SET_ADDRESS, element,
		pb_address_element(element, &name, &address)));
}

static void assert_set(const struct pb_set *set, struct pb_set expected)
{
	assert_true(pb_set_equal(set, &expected));
}

static void assert_addresses(const struct pb_pinbuf *buf, const char *expected)
{
	char text[1000] = "";
	struct pb_bytes element;

	for (size_t at = 0, used = 0; pb_set_next(&buf->pin.address, &at, &element);) {
		used += pb_element_to_text(
			PB_KIND_ADDRESS, element, text + used, sizeof(text) - used - 2);
		text[used++] = ';';
		text[used] = '\0';
	}
	assert_string_equal(text, expected);
}

static void ns(void **state)
{
	struct pb_pinbuf *buf = *state;
	struct pb_evidence seen = {.reasons = R(NS_UNEXPECTED),
		.ns = {.set = NAMES("ns1.host", "ns9.other")}};

	add_address(buf, "ns1.host", "192.0.2.1");
	add_address(buf, "ns2.host", "192.0.2.2");
	add_address(buf, "ns3.host", "192.0.2.3");
	assert_true(pb_repin(buf, &seen, &error));
	assert_set(&buf->pin.ns, NAMES("ns1.host", "ns9.other"));
	/* The addresses of a server that is gone go, too; all else stays. */
	assert_addresses(buf, "ns1.host. 192.0.2.1;ns3.host. 192.0.2.3;");
	assert_set(&buf->pin.child_ns, NAMES("ns3.host"));
	assert_set(&buf->pin.mx, NAMES("mail.example.com"));
	assert_true(buf->pin.strict);
	assert_int_equal(buf->pin.expires, 4711);
	assert_int_equal(buf->pin.note.size, 4);
	assert_true(pb_pin_check(&buf->pin, &error));
}

static void ds(void **state)
{
	static const uint8_t data[] = {0, 3, 1, 2, 3};
	struct pb_set set = {data, sizeof(data), 1}, none = {0};
	struct pb_pinbuf *buf = *state;
	struct pb_evidence seen = {.reasons = R(DS_APPEARED), .ds = {.set = set}};

	buf->pin.ds_none = true;
	assert_true(pb_repin(buf, &seen, &error));
	assert_set(&buf->pin.ds, set);
	assert_false(buf->pin.ds_none);
	seen = (struct pb_evidence){.reasons = R(DS_REMOVED), .ds_seen = PB_DS_DENIED};
	assert_true(pb_repin(buf, &seen, &error));
	assert_set(&buf->pin.ds, none);
	assert_true(buf->pin.ds_none);
	assert_set(&buf->pin.ns, NAMES("ns1.host", "ns2.host"));
}

static struct pb_evidence addresses(enum pb_aspect aspect, const struct pb_set *set)
{
	return (struct pb_evidence){.aspect = aspect,
		.reasons = R(ADDRESS_UNEXPECTED),
		.address = {.set = *set}};
}

/* What is not in the glue any more goes, by server and family. */
static void glue(void **state)
{
	struct pb_pinbuf *buf = *state, *seen = malloc(sizeof(*seen));
	struct pb_evidence evidence;

	assert_non_null(seen);
	pb_pinbuf_init(seen);
	add_address(buf, "ns1.host", "192.0.2.1");
	add_address(buf, "ns1.host", "198.51.100.0/24");
	add_address(buf, "ns1.host", "2001:db8::1");
	add_address(buf, "ns2.host", "192.0.2.2");
	add_address(seen, "ns1.host", "203.0.113.1");
	add_address(seen, "ns1.host", "198.51.100.7");
	add_address(seen, "ns9.host", "203.0.113.9"); /* of no pinned server */
	evidence = addresses(PB_ASPECT_CUT, &seen->pin.address);
	assert_true(pb_repin(buf, &evidence, &error));
	assert_addresses(buf, "ns1.host. 198.51.100.0/24;ns1.host. 203.0.113.1;"
			      "ns1.host. 2001:db8::1;ns2.host. 192.0.2.2;");
	free(seen);
}

/* The address that answered says nothing of the others that the server has. */
static void server(void **state)
{
	struct pb_pinbuf *buf = *state, *seen = malloc(sizeof(*seen));
	struct pb_evidence evidence;

	assert_non_null(seen);
	pb_pinbuf_init(seen);
	add_address(buf, "ns1.host", "192.0.2.1");
	add_address(seen, "ns1.host", "203.0.113.1");
	add_address(seen, "ns2.host", "203.0.113.1"); /* has no pinned address */
	evidence = addresses(PB_ASPECT_SERVER, &seen->pin.address);
	assert_true(pb_repin(buf, &evidence, &error));
	assert_addresses(buf, "ns1.host. 192.0.2.1;ns1.host. 203.0.113.1;");
	free(seen);
}

static void child_ns(void **state)
{
	struct pb_pinbuf *buf = *state;
	struct pb_evidence seen = {.aspect = PB_ASPECT_CHILD_NS,
		.reasons = R(CHILD_NS_UNEXPECTED),
		.ns = {.set = NAMES("ns1.host", "ns4.host")}};

	assert_true(pb_repin(buf, &seen, &error));
	assert_set(&buf->pin.ns, NAMES("ns1.host", "ns2.host"));
	assert_set(&buf->pin.child_ns, NAMES("ns4.host"));
}

static void mx(void **state)
{
	struct pb_pinbuf *buf = *state;
	struct pb_evidence seen = {.aspect = PB_ASPECT_MX,
		.reasons = R(MX_UNEXPECTED),
		.mx = {.set = NAMES("mx.other")}};
	struct pb_set none = {0};

	assert_true(pb_repin(buf, &seen, &error));
	assert_set(&buf->pin.mx, NAMES("mx.other"));
	seen.mx.set = NAMES(".");
	assert_true(pb_repin(buf, &seen, &error));
	assert_set(&buf->pin.mx, none);
	assert_true(buf->pin.mx_none);
	seen.mx.set = NAMES("mx.other");
	assert_true(pb_repin(buf, &seen, &error));
	assert_false(buf->pin.mx_none);
	seen.mx.set = none; /* gone */
	assert_false(pb_repin(buf, &seen, &error));
}

static void no_pin_can(void **state)
{
	static const pb_reasons none[] = {R(DELEGATION_GONE), R(ANSWERED_BY_PARENT),
		R(UNVERIFIED), R(NS_UNEXPECTED) | R(DELEGATION_GONE)};
	struct pb_evidence seen = {.ns = {.set = NAMES("ns9.other")}};

	for (size_t i = 0; i < COUNT(none); i++) {
		seen.reasons = none[i];
		assert_false(pb_repin(*state, &seen, &error));
	}
	seen.reasons = R(NS_UNEXPECTED);
	seen.ns.cut_short = true;
	assert_false(pb_repin(*state, &seen, &error));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ns),
		TEST(ds),
		TEST(glue),
		TEST(server),
		TEST(child_ns),
		TEST(mx),
		TEST(no_pin_can),
	};

	return cmocka_run_group_tests_name("repin", tests, NULL, NULL);
}
