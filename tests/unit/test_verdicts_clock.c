/* test_verdicts_clock.c - the memory of verdicts, when the clock is set. */
#include "verdicts.h"

/* The clock may be set: at worst one more probe. */
static void clock_jumps(void **state)
{
	struct fixture *f = *state;
	int a, b;

	judged(f, &fine, 1000000, NULL);
	assert_int_equal(standing(f, 5), PB_STALE);
	judged(f, &hijacked, 1000000, NULL);
	assert_int_equal(standing(f, 5), PB_PROBE_DUE);
	assert_true(probe(f, 5, &a));
	assert_false(probe(f, 5, &b));
	judged(f, &hijacked, 5, &a);
	assert_int_equal(standing(f, 5), PB_IN_FORCE);
	assert_int_equal(standing(f, INT64_C(1) << 40), PB_PROBE_DUE);
}

/* Where a clock may stand: at its beginning, today, and at the ends of 31 and 32 bits. */
static const int64_t clocks[] = {0, 1, 1000, INT64_C(1795000000), INT32_MAX - 30,
	INT64_C(1) << 31, (INT64_C(1) << 32) - 1, INT64_C(1) << 32, INT64_C(1) << 40};
#define CLOCKS (sizeof(clocks) / sizeof(clocks[0]))

/* From any clock to any other, once a verdict has been made. */
static void each_jump(struct fixture *f, const struct pb_verdict *verdict,
	void (*after)(struct fixture *f, int64_t now))
{
	for (size_t from = 0; from < CLOCKS; from++)
		for (size_t to = 0; to < CLOCKS; to++) {
			f->subject.generation++;
			(void)judged(f, verdict, clocks[from], NULL);
			after(f, clocks[to]);
		}
}

static void refused_no_longer(struct fixture *f, int64_t now)
{
	int64_t end = now + RECHECK;
	int a, b;

	while (now < end && standing(f, now) == PB_IN_FORCE)
		now++;
	/* Then one query asks, and no other. */
	assert_int_equal(standing(f, now), PB_PROBE_DUE);
	assert_true(probe(f, now, &a));
	assert_false(probe(f, now, &b));
	assert_false(probe(f, now + 1, &b));
	(void)judged(f, &hijacked, now + 1, &a);
	for (int64_t t = 1; t <= RECHECK; t++) {
		assert_int_equal(standing(f, now + t), PB_IN_FORCE);
		assert_false(probe(f, now + t, &b));
	}
	assert_true(probe(f, now + 1 + RECHECK, &b));
}

/* A jump costs one more probe at the most, and no refusal lasts for longer. */
static void jumps_of_a_deviation(void **state)
{
	each_jump(*state, &hijacked, refused_no_longer);
}

static void good_no_longer(struct fixture *f, int64_t now)
{
	int live = 0;

	for (int64_t t = 0; t < 300; t++) {
		if (standing(f, now + t) == PB_LIVE)
			live++;
		else
			assert_int_equal(standing(f, now + t), PB_STALE);
	}
	assert_true(live <= 100);
}

/* What was good is good for its TTL in all, and is asked about again after that. */
static void jumps_of_a_good_one(void **state)
{
	each_jump(*state, &fine, good_no_longer);
}

static void unverified_no_longer(struct fixture *f, int64_t now)
{
	int64_t end = now + 5;
	int a;

	(void)pb_verdicts_unverified(
		f->verdicts, &f->subject, now, PB_ACTION_REFUSED, NULL);
	while (now < end && standing(f, now) == PB_IN_FORCE)
		now++;
	assert_true(probe(f, now, &a));
	assert_true(judged(f, &fine, now, &a).restored);
	assert_int_equal(standing(f, now), PB_LIVE);
}

static void jumps_of_a_silent_parent(void **state)
{
	each_jump(*state, &fine, unverified_no_longer);
}

static void found_over(struct fixture *f, int64_t now)
{
	struct pb_report report;
	int64_t end = now + RECHECK;
	int a;

	while (now < end && standing(f, now) == PB_IN_FORCE)
		now++;
	assert_true(probe(f, now, &a));
	report = judged(f, &fine, now, &a);
	assert_true(report.restored);
	assert_true(report.after >= 0);
	assert_int_equal(standing(f, now), PB_LIVE);
}

static void jumps_before_the_end(void **state)
{
	each_jump(*state, &hijacked, found_over);
}

/* A clock that swings to and fro: the probe that it takes for lost is one more each
 * time, and a good answer that did not come from a probe ends nothing. */
static void swinging_clock(void **state)
{
	struct fixture *f = *state;
	int a, b, c;

	(void)judged(f, &hijacked, 1000, NULL);
	assert_true(probe(f, 1060, &a));
	assert_true(probe(f, 0, &b));
	assert_false(probe(f, 0, &c));
	assert_true(judged(f, &fine, 0, &a).stray);
	assert_true(judged(f, &fine, 0, NULL).stray);
	assert_int_equal(standing(f, 0), PB_PROBE_DUE);
	(void)judged(f, &hijacked, 0, &b);
	assert_int_equal(standing(f, 0), PB_IN_FORCE);
	assert_int_equal(standing(f, 59), PB_IN_FORCE);
	assert_int_equal(standing(f, 1061), PB_PROBE_DUE);
}

/* Nor does it hold a warning back for longer than its interval. */
static void warned_of_after_a_jump(void **state)
{
	struct fixture *f = *state;

	assert_true(judged(f, &hijacked, 1000000, NULL).deviation);
	assert_true(judged(f, &hijacked, 10, NULL).deviation);
	assert_false(judged(f, &hijacked, 70, NULL).deviation);
	assert_true(judged(f, &hijacked, 10 + 2 * INTERVAL, NULL).deviation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clock_jumps),
		TEST(jumps_of_a_deviation),
		TEST(jumps_of_a_good_one),
		TEST(jumps_of_a_silent_parent),
		TEST(jumps_before_the_end),
		TEST(swinging_clock),
		TEST(warned_of_after_a_jump),
	};

	return cmocka_run_group_tests_name("verdicts_clock", tests, NULL, NULL);
}
