/* test_verdicts_flood.c - the memory of verdicts, when what is seen changes all the time:
 * what the log is told of it. */
#include "verdicts.h"

/* One that is only logged, of this observation. */
static struct pb_report seen(struct fixture *f, int64_t now, uint64_t fingerprint)
{
	return pb_verdicts_judged(
		f->verdicts, &f->subject, now, &tolerated, 100, fingerprint, NULL);
}

static pb_reasons reasons_at(struct fixture *f, int64_t now, enum pb_standing expected)
{
	pb_reasons reasons;

	assert_int_equal(
		pb_verdicts_ask(f->verdicts, &f->subject, now, &reasons), expected);
	return reasons;
}

/* Of two servers one deviates, and they take turns: after a few ends nothing is over
 * until it has not been seen for a while. */
static void in_turns(struct fixture *f, int64_t begin)
{
	int64_t now = begin;
	struct pb_report report;

	f->subject.generation++;
	for (int i = 0; i < 3; i++) {
		assert_true(judged(f, &tolerated, now, NULL).deviation);
		assert_true(judged(f, &fine, now, NULL).restored);
	}
	report = judged(f, &tolerated, now, NULL);
	assert_true(report.deviation && report.news);
	for (; now < begin + 100; now++) {
		report = judged(f, &fine, now, NULL);
		assert_false(report.restored || report.stray);
		report = judged(f, &tolerated, now, NULL);
		assert_false(report.deviation);
		/* At time 0, what was judged is not told from what was not. */
		assert_false(report.news && now > 0);
	}
	now--; /* when it was seen last */
	judged(f, &fine, now + 20, NULL);
	assert_int_equal(
		reasons_at(f, now + RECHECK - 1, PB_LIVE), PB_REASON(PB_NS_MISSING));
	/* It is asked about again then, whatever the TTL. */
	(void)reasons_at(f, now + RECHECK, PB_STALE);
	report = judged(f, &fine, now + RECHECK, NULL);
	assert_true(report.restored);
	assert_int_equal(report.after, now + RECHECK - begin);
	assert_int_equal(reasons_at(f, now + RECHECK, PB_LIVE), 0);
}

static void takes_turns(void **state)
{
	/* The clock may stand at its beginning, too. */
	in_turns(*state, 0);
	in_turns(*state, 1000);
}

/* What comes back late has been over, and is over again at the first good answer. */
static void comes_back_late(void **state)
{
	struct fixture *f = *state;

	judged(f, &tolerated, 1000, NULL);
	assert_true(judged(f, &fine, 1000, NULL).restored);
	assert_true(judged(f, &tolerated, 1000 + RECHECK, NULL).deviation);
	assert_true(judged(f, &fine, 1000 + RECHECK, NULL).restored);
}

/* A probe that is good ends what is refused, however often that comes back. */
static void refused_in_turns(void **state)
{
	struct fixture *f = *state;
	int a;

	for (int64_t now = 1000; now < 2000; now += RECHECK + 1) {
		judged(f, &hijacked, now, NULL);
		assert_true(probe(f, now + RECHECK, &a));
		assert_true(judged(f, &fine, now + RECHECK, &a).restored);
	}
}

/* Nor does what came back so outlast a change of the pin. */
static void under_another_pin(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++) {
		judged(f, &tolerated, 1000, NULL);
		judged(f, &fine, 1000, NULL);
	}
	judged(f, &tolerated, 1000, NULL);
	f->subject.generation++;
	judged(f, &fine, 1001, NULL);
	assert_int_equal(reasons_at(f, 1001, PB_LIVE), 0);
}

/* Two observations take turns: each is a warning of its own, said once an interval. */
static void two_sorts(void **state)
{
	struct fixture *f = *state;
	unsigned said = 0;

	for (int64_t now = 1000; now < 1000 + INTERVAL; now++)
		for (uint64_t sort = 1; sort <= 2; sort++)
			said += seen(f, now, sort).deviation;
	assert_int_equal(said, 2);
	for (uint64_t sort = 1; sort <= 2; sort++) {
		struct pb_report report = seen(f, 1000 + INTERVAL, sort);

		assert_true(report.deviation);
		assert_int_equal(report.held_back, INTERVAL - 1);
	}
}

/* Each answer shows another one. The first few are said at once, and after each interval
 * as many, with how many were held back. */
static void many_sorts(void **state)
{
	struct fixture *f = *state;
	uint64_t sort = 0, said = 0, held_back = 0;

	for (int64_t now = 1000; now < 1000 + 10 * INTERVAL; now++) {
		struct pb_report report = seen(f, now, ++sort);

		said += report.deviation;
		held_back += report.held_back;
	}
	assert_true(said >= 10);
	assert_true(said <= 40);
	assert_true(held_back > sort - said - INTERVAL);
	/* All of it is over: whatever comes then is said at once. */
	assert_true(judged(f, &fine, 1000 + 10 * INTERVAL, NULL).restored);
	assert_true(seen(f, 1000 + 10 * INTERVAL + RECHECK, ++sort).deviation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_turns),
		TEST(comes_back_late),
		TEST(refused_in_turns),
		TEST(under_another_pin),
		TEST(two_sorts),
		TEST(many_sorts),
	};

	return cmocka_run_group_tests_name("verdicts_flood", tests, NULL, NULL);
}
