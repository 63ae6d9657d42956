/* test_judge.c - every rule of judging, one row each. */
#include "pinbound/judge.h"
#include "unit.h"

#define R(reason) PB_REASON(PB_##reason)

static const struct pb_policy refuse = {PB_MODE_REFUSE, false};

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

	observation.ns = ns;
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
	expect(pin, observation, PB_SCOPE_CUT, reasons);
}

static void referrals(void **state)
{
	struct pb_set ns = NAMES("ns1.host", "ns2.host");
	struct pb_pin pin = pin_of("example.com", ns);

	(void)state;
	expect(&pin, referral("com", "example.com", "example.com", ns), PB_SCOPE_CUT, 0);
	expect(&pin, referral(".", "mail.example.com", "example.com", ns), PB_SCOPE_CUT,
		0);
	expect(&pin, referral("com", "example.com", "example.com", NAMES("ns1.evil")),
		PB_SCOPE_CUT, R(NS_UNEXPECTED));
	/* One of the servers is new, the others stay: new is what counts. */
	expect(&pin,
		referral("com", "example.com", "example.com",
			NAMES("ns1.host", "ns2.host", "ns1.evil")),
		PB_SCOPE_CUT, R(NS_UNEXPECTED));
	expect(&pin,
		referral("com", "example.com", "example.com",
			NAMES("ns1.host", "ns1.evil")),
		PB_SCOPE_CUT, R(NS_UNEXPECTED));
	expect(&pin, referral("com", "example.com", "example.com", NAMES("ns2.host")),
		PB_SCOPE_CUT, R(NS_MISSING));
	/* Between the servers asked and the pin: nothing to judge. */
	expect(&pin, referral(".", "com", "com", NAMES("ns1.evil")), PB_SCOPE_NOTHING, 0);
	/* Past the cut. */
	expect(&pin, referral("com", "mail.example.com", "mail.example.com", ns),
		PB_SCOPE_CUT, R(ANSWERED_BY_PARENT));
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
	many.too_many_ns = true;
	expect(&pin, many, PB_SCOPE_CUT, R(NS_UNEXPECTED));
}

static void answers(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host"));

	(void)state;
	expect(&pin, seen(PB_POSITIVE, "com", "example.com", 15), PB_SCOPE_CUT,
		R(ANSWERED_BY_PARENT));
	expect(&pin, seen(PB_POSITIVE, "com", "mail.example.com", 1), PB_SCOPE_CUT,
		R(ANSWERED_BY_PARENT));
	expect_shared(&pin, seen(PB_POSITIVE, "com", "mail.example.com", 1), 0);
	/* The parent has the say about DS at the cut, not below it. */
	expect(&pin, seen(PB_POSITIVE, "com", "example.com", 43), PB_SCOPE_NOTHING, 0);
	expect(&pin, seen(PB_NODATA, "com", "example.com", 43), PB_SCOPE_NOTHING, 0);
	expect(&pin, seen(PB_POSITIVE, "com", "sub.example.com", 43), PB_SCOPE_CUT,
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
		PB_SCOPE_CUT, R(DELEGATION_GONE));
	expect(&pin, with_owner(seen(PB_NXDOMAIN, "com", "mail.example.com", 1), "com"),
		PB_SCOPE_CUT, R(DELEGATION_GONE));
	expect(&pin, with_owner(seen(PB_NODATA, "com", "example.com", 15), "com"),
		PB_SCOPE_CUT, R(DELEGATION_GONE));
	expect(&pin, with_owner(seen(PB_NXDOMAIN, "com", "example.com", 43), "com"),
		PB_SCOPE_CUT, R(DELEGATION_GONE));
	/* The name above is gone, and the pinned one with it. */
	expect(&pin, with_owner(seen(PB_NXDOMAIN, ".", "com", 1), "."), PB_SCOPE_CUT,
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
		PB_SCOPE_CUT, R(DELEGATION_GONE));
	/* The child's own denial. */
	expect(&pin,
		with_owner(seen(PB_NXDOMAIN, "example.com", "no.example.com", 1),
			"example.com"),
		PB_SCOPE_CHILD, 0);
}

static void child_ns(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host", "ns2.host"));
	struct pb_observation own = seen(PB_POSITIVE, "example.com", "example.com", 2);
	struct pb_observation other;

	(void)state;
	own.ns = NAMES("ns1.host", "ns3.host");
	expect(&pin, own, PB_SCOPE_CHILD, R(CHILD_NS_UNEXPECTED));
	other = seen(PB_POSITIVE, "com", "example.com", 2); /* parent and child in one */
	other.ns = own.ns;
	expect_shared(&pin, other, R(CHILD_NS_UNEXPECTED));
	pin.child_ns = NAMES("ns3.host");
	expect(&pin, own, PB_SCOPE_CHILD, 0);
	own.ns = NAMES("ns1.host"); /* fewer are fine */
	expect(&pin, own, PB_SCOPE_CHILD, 0);
	other = seen(PB_POSITIVE, "example.com", "sub.example.com", 2);
	other.ns = NAMES("ns1.evil");
	expect(&pin, other, PB_SCOPE_CHILD, 0);
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
	priming.ns = NAMES("k.root");
	expect(&pin, priming, PB_SCOPE_CUT, 0);
	priming.ns = NAMES("evil.root");
	expect(&pin, priming, PB_SCOPE_CUT, R(NS_UNEXPECTED));
	expect(&pin, referral(".", "com", "com", NAMES("ns1.evil")), PB_SCOPE_CHILD, 0);
}

static void decisions(void **state)
{
	struct pb_pin pin = pin_of("example.com", NAMES("ns1.host"));
	struct pb_policy policy = {PB_MODE_REFUSE, false};
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
		cmocka_unit_test(several_pins),
		cmocka_unit_test(root),
		cmocka_unit_test(decisions),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
