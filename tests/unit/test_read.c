/* test_read.c - what a response of a server is read as, and that nothing in it can do
 * harm. */
#include "survey/engine.h"
#include "survey/read.h"
#include "unit.h"
#include <stdlib.h>

enum { RA = 1, AA = 2, TC = 4 };

static const ldns_pkt_section sections[] = {
	LDNS_SECTION_ANSWER, LDNS_SECTION_AUTHORITY, LDNS_SECTION_ADDITIONAL};

/* A message for (question, type). Records are "A: ..." for the answer section, "N: "
 * for the authority section, "+: " for the additional one. */
static size_t make(uint8_t **wire, const char *question, ldns_rr_type type, int rcode,
	unsigned flags, const char *const *records)
{
	ldns_pkt *message = ldns_pkt_query_new(
		ldns_dname_new_frm_str(question), type, LDNS_RR_CLASS_IN, 0);
	size_t size;

	ldns_pkt_set_qr(message, true);
	ldns_pkt_set_id(message, 0x1234);
	ldns_pkt_set_rcode(message, (uint8_t)rcode);
	ldns_pkt_set_aa(message, (flags & AA) != 0);
	ldns_pkt_set_ra(message, (flags & RA) != 0);
	ldns_pkt_set_tc(message, (flags & TC) != 0);
	for (; *records != NULL; records++) {
		ldns_rr *rr = NULL;
		size_t which = (*records)[0] == 'A' ? 0 : (*records)[0] == 'N' ? 1 : 2;

		assert_int_equal(
			ldns_rr_new_frm_str(&rr, *records + 3, 300, NULL, NULL), 0);
		assert_true(ldns_pkt_push_rr(message, sections[which], rr));
	}
	assert_int_equal(ldns_pkt2wire(wire, message, &size), 0);
	ldns_pkt_free(message);
	return size;
}

static struct arena *arena;

/* Reads one as an answer of a server of `asked`. */
static struct read_response said(const char *asked, const char *question,
	ldns_rr_type type, int rcode, unsigned flags, const char *const *records)
{
	struct pb_name zone = unit_name(asked), name = unit_name(question);
	struct read_response response;
	ldns_pkt *message = NULL;
	uint8_t *wire;
	size_t size = make(&wire, question, type, rcode, flags, records);

	assert_int_equal(ldns_wire2pkt(&message, wire, size), 0);
	read_response(
		&response, message, &zone, &name, (uint16_t)type, &name, false, arena);
	ldns_pkt_free(message);
	free(wire);
	return response;
}

#define SAID(asked, question, type, rcode, flags, ...)                                   \
	said(asked, question, LDNS_RR_TYPE_##type, rcode, flags,                         \
		(const char *const[]){__VA_ARGS__, NULL})

static bool names(const struct pb_seen_set *seen, struct pb_set expected)
{
	return !seen->cut_short && pb_set_equal(&seen->set, &expected);
}

#define DIGEST "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define SIGNED "8 2 300 20300101000000 20200101000000 1 com. AAAA"

static void referrals(void **state)
{
	struct read_response r = SAID("com", "example.com", NS, 0, 0,
		"N: EXAMPLE.com. NS ns2.Host.example.",
		"N: example.com. NS ns1.example.com.", "N: example.com. DS 1 8 2 " DIGEST,
		"+: ns1.example.com. A 192.0.2.1", "+: ns1.example.com. AAAA 2001:db8::1",
		"+: ns2.host.example. A 192.0.2.9", "+: www.example.com. A 192.0.2.8");

	(void)state;
	assert_int_equal(r.sort, READ_SAYS);
	assert_int_equal(r.seen.response, PB_REFERRAL);
	assert_true(names(&r.seen.ns, NAMES("ns1.example.com", "ns2.host.example")));
	assert_int_equal(r.seen.ds_seen, PB_DS_SHOWN);
	assert_int_equal(r.seen.ds.set.count, 1);
	/* Not the address of a host that lies elsewhere, nor of one that is no server. */
	assert_int_equal(r.glue.set.count, 2);
	assert_int_equal(r.ttl, 300);
	r = SAID("com", "example.com", NS, 0, 0, "N: example.com. NS ns1.host.example.",
		"N: example.com. NSEC f.com. NS RRSIG NSEC",
		"N: example.com. RRSIG NSEC " SIGNED);
	assert_int_equal(r.seen.ds_seen, PB_DS_DENIED);
	r = SAID("com", "example.com", NS, 0, 0, "N: example.com. NS ns1.host.example.");
	assert_int_equal(r.seen.ds_seen, PB_DS_UNSEEN);
	/* The parent's NS set in the answer section, without AA, is the parent's. */
	r = SAID("com", "example.com", NS, 0, 0, "A: example.com. NS ns1.host.example.");
	assert_int_equal(r.seen.response, PB_REFERRAL);
	assert_true(names(&r.seen.ns, NAMES("ns1.host.example")));
	r = SAID("com", "example.com", NS, 0, AA, "A: example.com. NS ns1.host.example.");
	assert_int_equal(r.seen.response, PB_POSITIVE);
}

static void led_astray(void **state)
{
	struct read_response r = SAID("com", "example.com", NS, 0, 0, "N: . NS a.root.");

	(void)state;
	assert_int_equal(r.sort, READ_LAME);
	assert_string_equal(r.why, "refers to .");
	r = SAID("com", "example.com", NS, 0, 0, "N: com. NS a.nic.com.");
	assert_int_equal(r.sort, READ_LAME);
	r = SAID("com", "example.com", NS, 0, 0, "N: other.com. NS ns.other.com.");
	assert_int_equal(r.sort, READ_LAME);
	r = SAID("com", "example.com", NS, 0, 0, "N: www.example.com. NS ns.other.com.");
	assert_int_equal(r.sort, READ_LAME);
	r = SAID("com", "example.com", NS, 0, RA, "A: example.com. NS ns.other.com.");
	assert_int_equal(r.seen.response, PB_REFERRAL);
	r = SAID("example.com", "example.com", NS, 0, RA,
		"A: example.com. NS ns.other.com.");
	assert_int_equal(r.sort, READ_LAME);
	assert_string_equal(r.why, "answers from a cache");
	r = SAID("com", "example.com", NS, 0, 0, NULL);
	assert_string_equal(r.why, "says nothing");
	r = SAID("com", "example.com", NS, LDNS_RCODE_REFUSED, 0, NULL);
	assert_int_equal(r.sort, READ_ERROR);
	assert_string_equal(r.why, "REFUSED");
	r = SAID("com", "example.com", NS, 0, TC, "N: example.com. NS ns1.host.example.");
	assert_int_equal(r.sort, READ_ERROR);
	/* One that leads on counts, whatever stands beside it. */
	r = SAID("com", "example.com", NS, 0, AA, "N: other.com. NS ns.other.com.",
		"N: example.com. NS ns1.host.example.");
	assert_int_equal(r.sort, READ_SAYS);
	assert_true(names(&r.seen.ns, NAMES("ns1.host.example")));
}

#define SOA(zone) "N: " zone " SOA ns. hostmaster. 1 2 3 4 5"

static void denials(void **state)
{
	struct read_response r =
		SAID("com", "example.com", NS, LDNS_RCODE_NXDOMAIN, AA, SOA("com."));

	(void)state;
	assert_int_equal(r.seen.response, PB_NXDOMAIN);
	assert_true(r.seen.has_owner);
	r = SAID("com", "example.com", NS, 0, AA, SOA("com."));
	assert_int_equal(r.sort, READ_SAYS);
	assert_int_equal(r.seen.response, PB_NODATA);
	r = SAID("com", "example.com", DS, 0, AA, SOA("com."));
	assert_int_equal(r.seen.ds_seen, PB_DS_DENIED);
	/* The child has no say about it. */
	r = SAID("com", "example.com", DS, 0, AA, SOA("example.com."));
	assert_int_equal(r.seen.ds_seen, PB_DS_UNSEEN);
}

static void answers(void **state)
{
	struct read_response r = SAID("example.com", "example.com", MX, 0, AA,
		"A: example.com. MX 10 Mail.example.com.", "A: example.com. MX 20 .",
		"A: other.com. MX 5 mail.other.com.");

	(void)state;
	assert_int_equal(r.seen.response, PB_POSITIVE);
	assert_true(names(&r.seen.mx, NAMES(".", "mail.example.com")));
	r = SAID("example.com", "example.com", MX, 0, AA,
		"A: example.com. CNAME example.com.");
	assert_int_equal(r.seen.response, PB_POSITIVE);
	assert_true(r.seen.alias);
	assert_int_equal(r.seen.mx.set.count, 0);
	r = SAID("com", "example.com", NS, LDNS_RCODE_NXDOMAIN, AA,
		"A: com. DNAME no-such.");
	assert_true(r.seen.alias);
	r = SAID("example.com", "example.com", CDS, 0, AA,
		"A: example.com. CDS 1 8 2 " DIGEST, "A: example.com. CDS 2 8 2 " DIGEST);
	assert_int_equal(r.rdata.set.count, 2);
}

/* A crowd is more than a set can hold. */
static void crowd(void **state)
{
	static char text[1000][64];
	static const char *records[1001];
	struct read_response r;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		(void)snprintf(text[i], sizeof(text[i]),
			"N: example.com. NS ns%zu.host.example.", i);
		records[i] = text[i];
	}
	r = said("com", "example.com", LDNS_RR_TYPE_NS, 0, 0, records);
	assert_int_equal(r.seen.response, PB_REFERRAL);
	assert_true(r.seen.ns.cut_short);
	assert_true(pb_set_check(&r.seen.ns.set, pb_order_names));
}

/* --- hostile octets --------------------------------------------------------- */

static void check_sets(const struct read_response *r)
{
	assert_true(pb_set_check(&r->seen.ns.set, pb_order_names));
	assert_true(pb_set_check(&r->seen.mx.set, pb_order_names));
	assert_true(pb_set_check(&r->seen.ds.set, pb_order_octets));
	assert_true(pb_set_check(&r->glue.set, pb_order_names));
	assert_true(pb_set_check(&r->rdata.set, pb_order_octets));
	assert_true(strlen(r->why) < sizeof(r->why));
	for (const char *c = r->why; *c != '\0'; c++)
		assert_true(*c >= ' ' && *c <= '~');
}

static void read_hostile(const uint8_t *octets, size_t size, uint16_t type)
{
	static const char *const zones[] = {"com", "example.com", "."};
	struct asking asking = {.id = 0x1234,
		.question = {.name = unit_name("example.com"), .type = type}};
	uint8_t *wire = malloc(size > 0 ? size : 1); /* a sanitizer sees its end */
	struct arena *own = arena_new();
	ldns_pkt *message = NULL;

	memcpy(wire, octets, size);
	(void)net_matches(&asking, (struct pb_bytes){wire, size});
	if (ldns_wire2pkt(&message, wire, size) == LDNS_STATUS_OK) {
		for (size_t i = 0; i < COUNT(zones); i++) {
			struct pb_name zone = unit_name(zones[i]);
			struct read_response r;

			read_response(&r, message, &zone, &asking.question.name, type,
				&asking.question.name, i == 1, own);
			check_sets(&r);
		}
		ldns_rr_list_deep_free(read_rrset(message, LDNS_SECTION_ANSWER,
			&asking.question.name, LDNS_RR_TYPE_DNSKEY));
	}
	ldns_pkt_free(message);
	arena_free(own);
	free(wire);
}

static const char *const seeds[][9] = {
	{"N: example.com. NS ns1.example.com.", "N: example.com. NS ns2.host.example.",
		"N: example.com. DS 1 8 2 " DIGEST, "N: example.com. RRSIG DS " SIGNED,
		"+: ns1.example.com. A 192.0.2.1",
		"+: ns1.example.com. AAAA 2001:db8::1"},
	{"A: example.com. NS ns1.example.com.", "A: example.com. MX 10 mail.example.com.",
		"A: example.com. DNSKEY 257 3 8 AAAA",
		"A: example.com. CDNSKEY 0 3 0 AA==", "A: example.com. CSYNC 66 3 NS A",
		"A: example.com. RRSIG DNSKEY " SIGNED},
	{"A: com. DNAME net.", "A: example.com. CNAME example.net.", SOA("com."),
		"N: example.com. NSEC f.com. NS RRSIG NSEC"},
};
static const uint16_t types[] = {LDNS_RR_TYPE_NS, LDNS_RR_TYPE_DS, LDNS_RR_TYPE_MX,
	LDNS_RR_TYPE_DNSKEY, LDNS_RR_TYPE_CSYNC};

/* Each seed, cut at each octet, and with each octet changed. */
static void hostile(void **state)
{
	static const uint8_t values[] = {0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xff};

	(void)state;
	for (size_t s = 0; s < COUNT(seeds); s++) {
		uint8_t *wire;
		size_t size =
			make(&wire, "example.com", LDNS_RR_TYPE_NS, 0, AA, seeds[s]);

		for (size_t cut = 0; cut <= size; cut++)
			read_hostile(wire, cut, types[cut % COUNT(types)]);
		for (size_t at = 0; at < size; at++) {
			uint8_t was = wire[at];

			for (size_t v = 0; v < COUNT(values); v++) {
				wire[at] = values[v];
				read_hostile(wire, size, types[(at + v) % COUNT(types)]);
			}
			wire[at] = was;
		}
		free(wire);
	}
}

/* Many octets changed at once; the same ones in each run. */
static void random_octets(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		size_t s = round % COUNT(seeds);
		uint8_t *wire;
		size_t size = make(&wire, "example.com", LDNS_RR_TYPE_NS, 0, 0, seeds[s]);

		for (int i = 0; i < 8; i++) {
			seed = seed * 1664525 + 1013904223;
			wire[(seed >> 8) % size] = (uint8_t)(seed >> 24);
		}
		read_hostile(wire, size, types[round % COUNT(types)]);
		free(wire);
	}
}

/* --- which message is an answer --------------------------------------------- */

static void matching(void **state)
{
	struct asking asking = {.id = 0x1234,
		.question = {.name = unit_name("example.com"),
			.type = LDNS_RR_TYPE_NS,
			.dnssec_ok = true}};
	uint8_t query[QUERY_MAX], *wire;
	const char *const none[] = {NULL};
	size_t size = net_write_query(&asking, query);
	ldns_pkt *message = NULL;

	(void)state;
	assert_int_equal(ldns_wire2pkt(&message, query, size), 0);
	assert_true(ldns_pkt_edns_do(message));
	assert_int_equal(ldns_pkt_edns_udp_size(message), 1232);
	assert_false(ldns_pkt_rd(message));
	ldns_pkt_free(message);
	assert_false(net_matches(&asking, (struct pb_bytes){query, size})); /* no QR */
	size = make(&wire, "EXAMPLE.com", LDNS_RR_TYPE_NS, 0, 0, none);
	assert_true(net_matches(&asking, (struct pb_bytes){wire, size}));
	wire[1] ^= 1;
	assert_false(net_matches(&asking, (struct pb_bytes){wire, size}));
	free(wire);
	size = make(&wire, "example.org", LDNS_RR_TYPE_NS, 0, 0, none);
	assert_false(net_matches(&asking, (struct pb_bytes){wire, size}));
	free(wire);
	size = make(&wire, "example.com", LDNS_RR_TYPE_MX, 0, 0, none);
	assert_false(net_matches(&asking, (struct pb_bytes){wire, size}));
	free(wire);
}

/* A relative $ORIGIN is below the one before. */
static void origins(void **state)
{
	static const char text[] =
		"$ORIGIN net.\n\n;\n$ORIGIN hints ; below\na A 192.0.2.1\n";
	FILE *file = fmemopen((char *)(uintptr_t)text, sizeof(text) - 1, "r");
	ldns_rdf *origin = ldns_dname_new_frm_str("."), *previous = NULL;
	uint32_t ttl = 0;
	int lines = 0;
	ldns_rr *rr = NULL;
	struct pb_name owner, expected = unit_name("a.hints.net");

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 2; i++)
		assert_int_equal(read_record(&rr, file, &ttl, &origin, &previous, &lines),
			LDNS_STATUS_SYNTAX_ORIGIN);
	assert_int_equal(read_record(&rr, file, &ttl, &origin, &previous, &lines), 0);
	assert_int_equal(lines, 5);
	assert_true(read_name(&owner, ldns_rr_owner(rr)));
	assert_true(pb_name_equal(&owner, &expected));
	ldns_rr_free(rr);
	assert_int_equal(read_record(&rr, file, &ttl, &origin, &previous, &lines),
		LDNS_STATUS_SYNTAX_EMPTY);
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(previous);
	(void)fclose(file);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return arena == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(referrals),
		cmocka_unit_test(led_astray),
		cmocka_unit_test(denials),
		cmocka_unit_test(answers),
		cmocka_unit_test(crowd),
		cmocka_unit_test(hostile),
		cmocka_unit_test(random_octets),
		cmocka_unit_test(matching),
		cmocka_unit_test(origins),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
