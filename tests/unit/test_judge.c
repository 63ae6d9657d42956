/* test_judge.c - every rule of judging, one row each. */
#include "pinbound/judge.h"
#include "unit.h"
#include <string.h>

#define R(reason) PB_REASON(PB_##reason)

static const struct pb_policy refuse = {.default_mode = PB_MODE_REFUSE};

static struct pb_pin pin_of(const char *name, struct pb_set ns)
{
	return (struct pb_pin){.name = unit_name(name), .ns = ns, .expires = PB_NEVER};
}

static struct pb_observation seen(
	enum pb_response response, const char *asked, const char *question, uint16_t type)
{
	return (struct pb_observation){.response = response,
		.asked = unit_name(asked),
		.question = unit_name(question),
		.type = type};
}

static struct pb_observation with_owner(
	struct pb_observation observation, const char *owner)
{
	observation.owner = unit_name(owner);
	observation.has_owner = true;
	return observation;
}

static struct pb_observation referral(
	const char *asked, const char *question, const char *owner, struct pb_set ns)
{
	struct pb_observation observation =
		with_owner(seen(PB_REFERRAL, asked, question, 1), owner);

	observation.ns.set = ns;
	return observation;
}

static void expect(const struct pb_pin *pin, struct pb_observation observation,
	enum pb_scope scope, pb_reasons reasons)
{
	struct pb_verdict verdict = pb_judge(pin, &observation, &refuse, 0);

	assert_int_equal(verdict.scope, scope);
	assert_int_equal(verdict.reasons, reasons);
	assert_int_equal(verdict.action == PB_ACTION_NONE, reasons == 0);
}

static void expect_shared(
	const struct pb_pin *pin, struct pb_observation observation, pb_reasons reasons)
{
	observation.from_pinned_server = true;
	expect(pin, observation, PB_SCOPE_SHOWN, reasons);
}

static void referrals(void **state)
{
	struct pb_set ns = NAMES("ns1.host", "ns2.host");
	struct pb_pin pin = pin_of("example.com", ns);

	(void)state;
	expect(&pin, referral("com", "example.com", "example.com", ns), PB_SCOPE_SHOWN,
		0);
	expect(&pin, referral(".", "mail.example.com", "example.com", ns), PB_SCOPE_SHOWN,
		0);
	expect(&pin, referral("com", "example.com", "example.com", NAMES("ns1.evil")),
		PB_SCOPE_SHOWN, R(NS_UNEXPECTED));
	/* One of the servers is new, the others stay: new is what counts. */
	expect(&pin,
		referral("com", "example.com", "example.com",
			NAMES("ns1.host", "ns2.host", "ns1.evil")),
		PB_SCOPE_SHOWN, R(NS_UNEXPECTED));
	expect(&pin,
		referral("com", "example.com", "example.com",
			NAMES("ns1.host", "ns1.evil")),
		PB_SCOPE_SHOWN, R(NS_UNEXPECTED));
	expect(&pin, referral("com", "example.com", "example.com", NAMES("ns2.host")),
		PB_SCOPE_SHOWN, R(NS_MISSING));
	/* Between the servers asked and the pin: nothing to judge. */
	expect(&pin, referral(".", "com", "com", NAMES("ns1.evil")), PB_SCOPE_NOTHING, 0);
	/* Past the cut. */
	expect(&pin, referral("com", "mail.example.com", "mail.example.com", ns),
		PB_SCOPE_SHOWN, R(ANSWERED_BY_PARENT));
	expect_shared(
		&pin, referral("com", "mail.example.com", "mail.example.com", ns), 0);
	/* Below the cut it is the child's own business. */
	expect(&pin,
		referral("example.com", "mail.example.com", "mail.example.com",
			NAMES("ns1.evil")),
		PB_SCOPE_CHILD, 0);
}

static void more_than_a_set_holds(void **state)
{
	struct pb_set ns = NAMES("ns1.host");
	struct pb_pin pin = pin_of("example.com", ns);
	struct pb_observation many = referral("com", "example.com", "example.com", ns);

	(void)state;
	many.ns.cut_short = true;
	expect(&pin, many, PB_SCOPE_SHOWN, R(NS_UNEXPECTED));
}

static void answers(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host"));

	(void)state;
	expect(&pin, seen(PB_POSITIVE, "com", "example.com", 15), PB_SCOPE_SHOWN,
		R(ANSWERED_BY_PARENT));
	expect(&pin, seen(PB_POSITIVE, "com", "mail.example.com", 1), PB_SCOPE_SHOWN,
		R(ANSWERED_BY_PARENT));
	expect_shared(&pin, seen(PB_POSITIVE, "com", "mail.example.com", 1), 0);
	/* The parent has the say about DS at the cut, not below it. */
	expect(&pin, seen(PB_POSITIVE, "com", "example.com", 43), PB_SCOPE_NOTHING, 0);
	expect(&pin, seen(PB_NODATA, "com", "example.com", 43), PB_SCOPE_NOTHING, 0);
	expect(&pin, seen(PB_POSITIVE, "com", "sub.example.com", 43), PB_SCOPE_SHOWN,
		R(ANSWERED_BY_PARENT));
	/* Of names above, an answer says nothing. */
	expect(&pin, seen(PB_POSITIVE, ".", "com", 1), PB_SCOPE_NOTHING, 0);
	expect(&pin, seen(PB_NODATA, ".", "com", 1), PB_SCOPE_NOTHING, 0);
	expect(&pin, seen(PB_POSITIVE, "example.com", "example.com", 15), PB_SCOPE_CHILD,
		0);
	expect(&pin, seen(PB_POSITIVE, "sub.example.com", "a.sub.example.com", 1),
		PB_SCOPE_CHILD, 0);
}

static void denials(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host"));

	(void)state;
	expect(&pin, with_owner(seen(PB_NXDOMAIN, "com", "example.com", 15), "com"),
		PB_SCOPE_SHOWN, R(DELEGATION_GONE));
	expect(&pin, with_owner(seen(PB_NXDOMAIN, "com", "mail.example.com", 1), "com"),
		PB_SCOPE_SHOWN, R(DELEGATION_GONE));
	expect(&pin, with_owner(seen(PB_NODATA, "com", "example.com", 15), "com"),
		PB_SCOPE_SHOWN, R(DELEGATION_GONE));
	expect(&pin, with_owner(seen(PB_NXDOMAIN, "com", "example.com", 43), "com"),
		PB_SCOPE_SHOWN, R(DELEGATION_GONE));
	/* The name above is gone, and the pinned one with it. */
	expect(&pin, with_owner(seen(PB_NXDOMAIN, ".", "com", 1), "."), PB_SCOPE_SHOWN,
		R(DELEGATION_GONE));
	/* A server of both speaks for the child, or for the parent: the SOA tells. */
	expect_shared(&pin,
		with_owner(seen(PB_NXDOMAIN, "com", "no.example.com", 1), "example.com"),
		0);
	expect_shared(&pin,
		with_owner(seen(PB_NODATA, "com", "example.com", 16), "example.com"), 0);
	expect_shared(&pin,
		with_owner(seen(PB_NXDOMAIN, "com", "no.example.com", 1), "com"),
		R(DELEGATION_GONE));
	expect_shared(&pin,
		with_owner(seen(PB_NXDOMAIN, "com", "example.com", 1), "example.com"),
		R(DELEGATION_GONE));
	expect(&pin,
		with_owner(seen(PB_NXDOMAIN, "com", "no.example.com", 1), "example.com"),
		PB_SCOPE_SHOWN, R(DELEGATION_GONE));
	/* The child's own denial. */
	expect(&pin,
		with_owner(seen(PB_NXDOMAIN, "example.com", "no.example.com", 1),
			"example.com"),
		PB_SCOPE_CHILD, 0);
}

static void expect_aspect(pb_judge_aspect *judge, const struct pb_pin *pin,
	struct pb_observation observation, enum pb_scope scope, pb_reasons reasons)
{
	struct pb_verdict verdict = judge(pin, &observation, &refuse, 0);

	assert_int_equal(verdict.scope, scope);
	assert_int_equal(verdict.reasons, reasons);
	assert_int_equal(verdict.action == PB_ACTION_NONE, reasons == 0);
}

static void expect_child_ns(const struct pb_pin *pin, struct pb_observation observation,
	enum pb_scope scope, pb_reasons reasons)
{
	expect_aspect(pb_judge_child_ns, pin, observation, scope, reasons);
}

static void child_ns(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host", "ns2.host"));
	struct pb_observation own = seen(PB_POSITIVE, "example.com", "example.com", 2);
	struct pb_observation other;

	(void)state;
	expect_child_ns(&pin, own, PB_SCOPE_NOTHING, 0); /* none in it */
	own.ns.set = NAMES("ns1.host", "ns3.host");
	expect_child_ns(&pin, own, PB_SCOPE_SHOWN, R(CHILD_NS_UNEXPECTED));
	other = seen(PB_POSITIVE, "com", "example.com", 2); /* parent and child in one */
	other.ns = own.ns;
	expect_child_ns(&pin, other, PB_SCOPE_NOTHING, 0);
	other.from_pinned_server = true;
	expect_child_ns(&pin, other, PB_SCOPE_SHOWN, R(CHILD_NS_UNEXPECTED));
	pin.child_ns = NAMES("ns3.host");
	expect_child_ns(&pin, own, PB_SCOPE_SHOWN, 0);
	own.ns.cut_short = true;
	expect_child_ns(&pin, own, PB_SCOPE_SHOWN, R(CHILD_NS_UNEXPECTED));
	own.ns.cut_short = false;
	own.ns.set = NAMES("ns1.host"); /* fewer are fine */
	expect_child_ns(&pin, own, PB_SCOPE_SHOWN, 0);
	other = seen(PB_POSITIVE, "example.com", "sub.example.com", 2);
	other.ns.set = NAMES("ns1.evil");
	expect_child_ns(&pin, other, PB_SCOPE_NOTHING, 0);
}

static struct pb_set one(const void *octets, size_t size)
{
	static uint8_t memory[16][64];
	static unsigned next;
	struct pb_setbuf buf;

	pb_setbuf_init(&buf, memory[next++ % 16], sizeof(memory[0]), pb_order_octets);
	assert_true(pb_setbuf_add(&buf, octets, size));
	return buf.set;
}

static struct pb_set both(struct pb_set a, struct pb_set b)
{
	static uint8_t memory[4][128];
	static unsigned next;
	struct pb_setbuf buf;
	struct pb_bytes element;

	pb_setbuf_init(&buf, memory[next++ % 4], sizeof(memory[0]), pb_order_octets);
	for (size_t at = 0; pb_set_next(&a, &at, &element);)
		assert_true(pb_setbuf_add(&buf, element.data, element.size));
	for (size_t at = 0; pb_set_next(&b, &at, &element);)
		assert_true(pb_setbuf_add(&buf, element.data, element.size));
	return buf.set;
}

static void ds(void **state)
{
	struct pb_set ns = NAMES("ns1.host"), old = one("\0\1\10\2old", 7),
		      new = one("\0\2\10\2new", 7), evil = one("\0\3\10\2bad", 7);
	struct pb_pin pin = pin_of("example.com", ns);
	struct pb_observation by = referral("com", "example.com", "example.com", ns);
	/* By a referral, and by an answer of its own. */
	pb_judge_aspect *const judges[] = {pb_judge, pb_judge_ds};

	(void)state;
	by.ds_seen = PB_DS_SHOWN;
	by.ds.set = evil;
	expect_aspect(pb_judge, &pin, by, PB_SCOPE_SHOWN, 0); /* not pinned */
	expect_aspect(pb_judge_ds, &pin, by, PB_SCOPE_NOTHING, 0);
	for (size_t i = 0; i < 2; i++) {
		pb_judge_aspect *judge = judges[i];

		by.ds_seen = PB_DS_SHOWN;
		pin.ds_none = true;
		pin.ds = (struct pb_set){0};
		by.ds.set = evil;
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, R(DS_APPEARED));
		by.ds_seen = PB_DS_DENIED;
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, 0);
		pin.ds_none = false;
		pin.ds = both(old, new);
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, R(DS_REMOVED));
		by.ds_seen = PB_DS_SHOWN;
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, R(DS_UNEXPECTED));
		by.ds.set = both(old, evil); /* new is what counts */
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, R(DS_UNEXPECTED));
		by.ds.set = new;
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, R(DS_MISSING));
		by.ds.cut_short = true;
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, R(DS_UNEXPECTED));
		by.ds.cut_short = false;
		by.ds.set = both(old, new);
		expect_aspect(judge, &pin, by, PB_SCOPE_SHOWN, 0);
	}
	by.ds_seen = PB_DS_UNSEEN;
	expect_aspect(pb_judge, &pin, by, PB_SCOPE_SHOWN, 0);
	expect_aspect(pb_judge_ds, &pin, by, PB_SCOPE_NOTHING, 0);
	by.ds_seen = PB_DS_DENIED;
	by.ns.set = NAMES("ns1.evil");
	expect_aspect(
		pb_judge, &pin, by, PB_SCOPE_SHOWN, R(NS_UNEXPECTED) | R(DS_REMOVED));
}

static struct pb_set address_at(const char *server, const char *text)
{
	struct pb_name name = unit_name(server);
	struct pb_address address;
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];

	assert_true(pb_address_from_text(&address, text, strlen(text), NULL));
	return one(element, pb_address_element(element, &name, &address));
}

static void addresses(void **state)
{
	struct pb_set ns = NAMES("ns1.host", "ns2.host");
	struct pb_pin pin = pin_of("example.com", ns);
	struct pb_observation glue = referral("com", "example.com", "example.com", ns);
	struct pb_observation answer = seen(PB_POSITIVE, "example.com", "example.com", 1);
	const pb_reasons deviates = R(ADDRESS_UNEXPECTED);

	(void)state;
	glue.address.set = answer.address.set = address_at("ns1.host", "203.0.113.66");
	expect_aspect(pb_judge, &pin, glue, PB_SCOPE_SHOWN, 0); /* not pinned */
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_NOTHING, 0);
	pin.address = both(address_at("ns1.host", "192.0.2.0/28"),
		address_at("ns1.host", "2001:db8::1"));
	expect_aspect(pb_judge, &pin, glue, PB_SCOPE_SHOWN, deviates);
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_SHOWN, deviates);
	/* Of several, one is enough in glue; an answer has come from only one. */
	glue.address.set = answer.address.set =
		both(address_at("ns1.host", "203.0.113.66"),
			address_at("ns2.host", "203.0.113.66"));
	expect_aspect(pb_judge, &pin, glue, PB_SCOPE_SHOWN, deviates);
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_SHOWN, 0);
	glue.address.set = answer.address.set = address_at("ns2.host", "203.0.113.66");
	expect_aspect(pb_judge, &pin, glue, PB_SCOPE_SHOWN, 0);
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_SHOWN, 0);
	glue.address.set = answer.address.set = both(address_at("ns1.host", "192.0.2.15"),
		address_at("ns1.host", "2001:db8::1"));
	expect_aspect(pb_judge, &pin, glue, PB_SCOPE_SHOWN, 0);
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_SHOWN, 0);
	answer.address.set = address_at("ns1.host", "192.0.2.16");
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_SHOWN, deviates);
	answer.address.set = address_at("ns1.host", "2001:db8::2");
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_SHOWN, deviates);
	answer.asked = unit_name("sub.example.com");
	expect_aspect(pb_judge_server, &pin, answer, PB_SCOPE_NOTHING, 0);
}

static void expect_mx(const struct pb_pin *pin, struct pb_observation observation,
	enum pb_scope scope, pb_reasons reasons)
{
	expect_aspect(pb_judge_mx, pin, observation, scope, reasons);
}

static void mx(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host"));
	struct pb_observation own = seen(PB_POSITIVE, "example.com", "example.com", 15);
	struct pb_observation other = own;
	const pb_reasons deviates = R(MX_UNEXPECTED);

	(void)state;
	own.mx.set = NAMES("mx.evil");
	expect_mx(&pin, own, PB_SCOPE_NOTHING, 0); /* not pinned */
	pin.mx = NAMES("mail.example.com", "*.mx.host");
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.set = NAMES("mail.example.com", "mx.evil");
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.set = NAMES("mail.example.com", "a.mx.host", "b.mx.host");
	expect_mx(&pin, own, PB_SCOPE_SHOWN, 0);
	own.mx.set = NAMES("a.mx.host"); /* missing ones are fine */
	expect_mx(&pin, own, PB_SCOPE_SHOWN, 0);
	own.mx.cut_short = true;
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.cut_short = false;
	own.mx.set = NAMES("mx.host"); /* one whole label, no fewer, no more */
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.set = NAMES("a.b.mx.host");
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.set = NAMES("."); /* null MX */
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.set = (struct pb_set){0};
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.response = PB_NODATA;
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.response = PB_REFERRAL;
	expect_mx(&pin, own, PB_SCOPE_NOTHING, 0);

	pin.mx = (struct pb_set){0};
	pin.mx_none = true;
	own.response = PB_POSITIVE;
	own.mx.set = NAMES(".");
	expect_mx(&pin, own, PB_SCOPE_SHOWN, 0);
	own.mx.set = NAMES("mail.example.com");
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);
	own.mx.set = (struct pb_set){0};
	expect_mx(&pin, own, PB_SCOPE_SHOWN, deviates);

	other.question = unit_name("sub.example.com"); /* that of the name only */
	other.mx.set = NAMES("mx.evil");
	expect_mx(&pin, other, PB_SCOPE_NOTHING, 0);
	other = seen(PB_POSITIVE, "example.com", "example.com", 255); /* ANY */
	expect_mx(&pin, other, PB_SCOPE_NOTHING, 0);
	other.mx.set = NAMES("mx.evil");
	expect_mx(&pin, other, PB_SCOPE_SHOWN, deviates);
	other.asked = unit_name("com"); /* parent and child in one */
	expect_mx(&pin, other, PB_SCOPE_NOTHING, 0);
	other.from_pinned_server = true;
	expect_mx(&pin, other, PB_SCOPE_SHOWN, deviates);
}

static void several_pins(void **state)
{
	struct pb_pin com = pin_of("com", NAMES("a.gtld"));
	struct pb_pin sub = pin_of("sub.example.com", NAMES("ns1.host"));
	struct pb_observation onwards =
		referral("com", "sub.example.com", "example.com", NAMES("ns1.evil"));

	(void)state;
	expect(&com, onwards, PB_SCOPE_CHILD, 0);
	expect(&sub, onwards, PB_SCOPE_NOTHING, 0);
}

static void root(void **state)
{
	struct pb_pin pin = pin_of(".", NAMES("k.root"));
	struct pb_observation priming = seen(PB_POSITIVE, ".", ".", 2);

	(void)state;
	priming.ns.set = NAMES("k.root");
	expect(&pin, priming, PB_SCOPE_SHOWN, 0);
	priming.ns.set = NAMES("evil.root");
	expect(&pin, priming, PB_SCOPE_SHOWN, R(NS_UNEXPECTED));
	expect(&pin, referral(".", "com", "com", NAMES("ns1.evil")), PB_SCOPE_CHILD, 0);
}

static void decisions(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host"));
	struct pb_policy policy = {.default_mode = PB_MODE_REFUSE};
	const pb_reasons lenient = R(NS_MISSING) | R(CHILD_NS_UNEXPECTED) | R(DS_MISSING);

	(void)state;
	assert_int_equal(pb_decide(&pin, 0, &policy, 0), PB_ACTION_NONE);
	for (unsigned i = 0; i < PB_REASONS; i++) {
		bool only_logged = (lenient & PB_REASON(i)) != 0;

		pin.strict = false;
		assert_int_equal(pb_decide(&pin, PB_REASON(i), &policy, 0),
			only_logged ? PB_ACTION_LOGGED : PB_ACTION_REFUSED);
		pin.strict = true;
		assert_int_equal(
			pb_decide(&pin, PB_REASON(i), &policy, 0), PB_ACTION_REFUSED);
	}
	pin.strict = false;
	assert_int_equal(
		pb_decide(&pin, lenient | R(DS_REMOVED), &policy, 0), PB_ACTION_REFUSED);
	policy.default_mode = PB_MODE_LOG;
	assert_int_equal(pb_decide(&pin, R(NS_UNEXPECTED), &policy, 0), PB_ACTION_LOGGED);
	pin.mode = PB_MODE_REFUSE;
	assert_int_equal(
		pb_decide(&pin, R(NS_UNEXPECTED), &policy, 0), PB_ACTION_REFUSED);
	policy.override = true;
	assert_int_equal(pb_decide(&pin, R(NS_UNEXPECTED), &policy, 0), PB_ACTION_LOGGED);
	policy.override = false;
	pin.expires = 1000;
	assert_int_equal(
		pb_decide(&pin, R(NS_UNEXPECTED), &policy, 1000), PB_ACTION_REFUSED);
	pin.expires_to_log = true;
	assert_int_equal(
		pb_decide(&pin, R(NS_UNEXPECTED), &policy, 999), PB_ACTION_REFUSED);
	assert_int_equal(
		pb_decide(&pin, R(NS_UNEXPECTED), &policy, 1000), PB_ACTION_LOGGED);
	policy.in_force = true;
	assert_int_equal(
		pb_decide(&pin, R(NS_UNEXPECTED), &policy, 1000), PB_ACTION_REFUSED);
}

/* What a forwarder says is about the name that it was asked for, whoever said it. */
static struct pb_observation told(enum pb_response response, const char *forward_zone,
	const char *question, uint16_t type, struct pb_set ns)
{
	struct pb_observation observation = seen(response, forward_zone, question, type);

	observation.forwarded = true;
	observation.ns.set = ns;
	return observation;
}

static void forwarded(void **state)
{
	struct pb_set none = {0}, own = NAMES("ns1.host", "ns2.host");
	struct pb_pin pin = pin_of("example.com", own);
	const char *zones[] = {".", "com", "example.com"};

	(void)state;
	pin.child_ns = NAMES("ns3.host");
	for (size_t i = 0; i < 3; i++) {
		const char *zone = zones[i];

		expect(&pin, told(PB_POSITIVE, zone, "example.com", PB_TYPE_NS, own),
			PB_SCOPE_SHOWN, 0);
		expect(&pin,
			told(PB_POSITIVE, zone, "example.com", PB_TYPE_NS,
				NAMES("ns1.host", "ns2.host", "ns3.host")),
			PB_SCOPE_SHOWN, 0);
		expect(&pin,
			told(PB_POSITIVE, zone, "example.com", PB_TYPE_NS,
				NAMES("ns1.host", "ns1.evil")),
			PB_SCOPE_SHOWN, R(NS_UNEXPECTED));
		expect(&pin,
			told(PB_POSITIVE, zone, "example.com", PB_TYPE_NS,
				NAMES("ns1.host")),
			PB_SCOPE_SHOWN, R(NS_MISSING));
		expect(&pin, told(PB_NODATA, zone, "example.com", PB_TYPE_NS, none),
			PB_SCOPE_SHOWN, R(DELEGATION_GONE));
		expect(&pin, told(PB_NXDOMAIN, zone, "example.com", 1, none),
			PB_SCOPE_SHOWN, R(DELEGATION_GONE));
		expect(&pin, told(PB_NXDOMAIN, zone, "a.example.com", 1, none),
			PB_SCOPE_CHILD, 0);
		expect(&pin, told(PB_POSITIVE, zone, "example.com", PB_TYPE_MX, none),
			PB_SCOPE_CHILD, 0);
		expect(&pin, told(PB_NODATA, zone, "example.com", PB_TYPE_DS, none),
			PB_SCOPE_NOTHING, 0);
	}
}

static void texts(void **state)
{
	char text[PB_REASONS_TEXT_MAX];

	(void)state;
	assert_string_equal(pb_reasons_to_text(0, text), "");
	assert_string_equal(pb_reasons_to_text(R(DS_REMOVED) | R(NS_UNEXPECTED), text),
		"ns-unexpected,ds-removed");
	assert_string_equal(pb_reasons_to_text((1U << PB_REASONS) - 1, text),
		"ns-unexpected,ns-missing,child-ns-unexpected,ds-unexpected,ds-removed,"
		"ds-missing,ds-appeared,address-unexpected,delegation-gone,"
		"answered-by-parent,mx-unexpected,unverified");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(referrals),
		cmocka_unit_test(more_than_a_set_holds),
		cmocka_unit_test(answers),
		cmocka_unit_test(denials),
		cmocka_unit_test(child_ns),
		cmocka_unit_test(ds),
		cmocka_unit_test(addresses),
		cmocka_unit_test(mx),
		cmocka_unit_test(several_pins),
		cmocka_unit_test(root),
		cmocka_unit_test(forwarded),
		cmocka_unit_test(decisions),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
