/* test_verdicts.c - the memory of verdicts, over time. */
#include "verdicts.h"
#include <stdio.h>

static void life_of_a_good_one(void **state)
{
	struct fixture *f = *state;
	struct pb_subject other = f->subject;
	pb_reasons reasons;

	assert_int_equal(standing(f, 1000), PB_UNKNOWN);
	judged(f, &fine, 1000, NULL);
	assert_int_equal(standing(f, 1000), PB_LIVE);
	assert_int_equal(standing(f, 1099), PB_LIVE);
	assert_int_equal(standing(f, 1100), PB_STALE);
	/* Another version of the pin: nothing is known. */
	other.generation++;
	assert_int_equal(
		pb_verdicts_ask(f->verdicts, &other, 1000, &reasons), PB_UNKNOWN);
	/* Of another aspect, too. */
	other = f->subject;
	other.aspect = PB_ASPECT_MX;
	assert_int_equal(
		pb_verdicts_ask(f->verdicts, &other, 1000, &reasons), PB_UNKNOWN);
}

static void life_of_a_deviation(void **state)
{
	struct fixture *f = *state;
	struct pb_report report = judged(f, &hijacked, 1000, NULL);
	int a, b;

	assert_true(report.deviation);
	assert_int_equal(standing(f, 1000), PB_IN_FORCE);
	assert_int_equal(standing(f, 1059), PB_IN_FORCE);
	assert_false(probe(f, 1059, &a));
	assert_int_equal(standing(f, 1060), PB_PROBE_DUE);
	assert_true(probe(f, 1060, &a));
	assert_false(probe(f, 1060, &b)); /* one at a time */
	judged(f, &hijacked, 1061, &a);
	assert_int_equal(standing(f, 1120), PB_IN_FORCE);
	assert_true(probe(f, 1121, &b));
	pb_verdicts_refused(f->verdicts, &f->subject);
	pb_verdicts_refused(f->verdicts, &f->subject);
	report = judged(f, &fine, 1122, &b);
	assert_true(report.restored);
	assert_int_equal(report.after, 122);
	assert_int_equal(report.refused, 2);
	assert_int_equal(standing(f, 1122), PB_LIVE);
}

static void a_stray_good_answer(void **state)
{
	struct fixture *f = *state;
	int a, b;

	judged(f, &hijacked, 1000, NULL);
	assert_true(judged(f, &fine, 1030, NULL).stray);
	assert_int_equal(standing(f, 1030), PB_IN_FORCE);
	assert_true(probe(f, 1060, &a));
	assert_true(judged(f, &fine, 1060, &b).stray);
	assert_true(judged(f, &fine, 1060, NULL).stray);
	assert_true(judged(f, &fine, 1060, &a).restored);
}

static void a_lost_probe(void **state)
{
	struct fixture *f = *state;
	int a, b;

	judged(f, &hijacked, 1000, NULL);
	assert_true(probe(f, 1060, &a));
	pb_verdicts_probe_end(f->verdicts, &f->subject, &b); /* not his */
	assert_false(probe(f, 1060, &b));
	pb_verdicts_probe_end(f->verdicts, &f->subject, &a);
	assert_true(probe(f, 1060, &b));
	assert_false(probe(f, 1089, &a));
	assert_true(probe(f, 1090, &a)); /* b never came back */
}

static void tolerated_deviation(void **state)
{
	struct fixture *f = *state;

	assert_true(judged(f, &tolerated, 1000, NULL).deviation);
	assert_int_equal(standing(f, 1000), PB_LIVE);
	assert_int_equal(standing(f, 1100), PB_STALE);
	assert_true(judged(f, &fine, 1100, NULL).restored);
}

static void held_back(void **state)
{
	struct fixture *f = *state;
	struct pb_report report;
	int64_t now = 1000, interval = INTERVAL;

	assert_true(judged(f, &hijacked, now, NULL).deviation);
	for (int i = 0; i < 8; i++) {
		assert_false(judged(f, &hijacked, now + 1, NULL).deviation);
		assert_false(judged(f, &hijacked, now + interval - 1, NULL).deviation);
		report = judged(f, &hijacked, now + interval, NULL);
		assert_true(report.deviation);
		assert_int_equal(report.held_back, 2);
		now += interval;
		interval = interval * 2 > 3600 ? 3600 : interval * 2;
	}
	/* A change is said at once, and so is the same after it was over. */
	assert_true(judged(f, &tolerated, now + 60, NULL).deviation);
	judged(f, &fine, now + 61, NULL);
	assert_true(judged(f, &tolerated, now + 62, NULL).deviation);
}

static void never_held_back(void **state)
{
	struct pb_verdicts_conf conf = {RECHECK, 0, 64};
	struct fixture f = {
		.verdicts = pb_verdicts_new(&conf), .zone = unit_name("example.com")};

	(void)state;
	f.subject = (struct pb_subject){&f.zone, PB_ASPECT_CUT, GENERATION, 0};
	for (int i = 0; i < 3; i++)
		assert_true(judged(&f, &hijacked, 1000, NULL).deviation);
	pb_verdicts_free(f.verdicts);
}

static void unverified(void **state)
{
	struct fixture *f = *state;
	struct pb_report report = pb_verdicts_unverified(
		f->verdicts, &f->subject, 1000, PB_ACTION_REFUSED, NULL);

	assert_true(report.deviation);
	assert_int_equal(standing(f, 1004), PB_IN_FORCE);
	assert_int_equal(standing(f, 1005), PB_PROBE_DUE);
	/* A silent parent does not end a deviation, nor make it a lesser one. */
	judged(f, &hijacked, 1005, NULL);
	pb_verdicts_unverified(f->verdicts, &f->subject, 1065, PB_ACTION_REFUSED, NULL);
	assert_int_equal(standing(f, 1124), PB_IN_FORCE);
}

static void unverified_beside_a_probe(void **state)
{
	struct fixture *f = *state;
	struct pb_report report;
	int a, b;

	judged(f, &hijacked, 1000, NULL);
	assert_true(probe(f, 1060, &a));
	/* Others that have seen nothing neither stop the probe nor are heard. */
	report = pb_verdicts_unverified(
		f->verdicts, &f->subject, 1060, PB_ACTION_REFUSED, NULL);
	assert_false(report.deviation);
	pb_verdicts_unverified(f->verdicts, &f->subject, 1060, PB_ACTION_REFUSED, &b);
	assert_int_equal(standing(f, 1060), PB_PROBE_DUE);
	assert_false(probe(f, 1060, &b));
	assert_true(judged(f, &fine, 1061, &a).restored);
	/* The probe itself is. */
	judged(f, &hijacked, 1062, NULL);
	assert_true(probe(f, 1122, &a));
	pb_verdicts_unverified(f->verdicts, &f->subject, 1122, PB_ACTION_REFUSED, &a);
	assert_int_equal(standing(f, 1181), PB_IN_FORCE);
	assert_int_equal(standing(f, 1182), PB_PROBE_DUE);
}

static void extended(void **state)
{
	struct fixture *f = *state;

	judged(f, &fine, 1000, NULL);
	assert_false(pb_verdicts_extend(f->verdicts, &f->subject, 1050, 60));
	assert_true(pb_verdicts_extend(f->verdicts, &f->subject, 1100, 60));
	assert_int_equal(standing(f, 1159), PB_LIVE);
	assert_int_equal(standing(f, 1160), PB_STALE);
	assert_false(pb_verdicts_extend(f->verdicts, &f->subject, 1160, 60));
	judged(f, &hijacked, 1161, NULL);
	assert_false(pb_verdicts_extend(f->verdicts, &f->subject, 1300, 60));
}

/* A full table forgets what is fine before what deviates. */
static void bounded(void **state)
{
	struct fixture *f = *state;
	char text[32];

	judged(f, &hijacked, 1000, NULL);
	for (int i = 0; i < 2000; i++) {
		struct pb_name zone;
		struct pb_subject subject = {&zone, PB_ASPECT_CUT, GENERATION, 0};

		(void)snprintf(text, sizeof(text), "z%d.example", i);
		zone = unit_name(text);
		pb_verdicts_judged(f->verdicts, &subject, 2000, &fine, 100, 1, NULL);
	}
	assert_int_equal(standing(f, 1000), PB_IN_FORCE);
}

/* Nothing is known any more, but a deviation is not forgotten. */
static void forgotten(void **state)
{
	struct fixture *f = *state;

	judged(f, &fine, 1000, NULL);
	pb_verdicts_forget(f->verdicts, &f->subject);
	assert_int_equal(standing(f, 1000), PB_UNKNOWN);
	judged(f, &hijacked, 1000, NULL);
	pb_verdicts_forget(f->verdicts, &f->subject);
	assert_int_equal(standing(f, 1000), PB_IN_FORCE);
}

static bool pass(struct fixture *f, int64_t now, const void *from, const void *to)
{
	return pb_verdicts_probe_pass(f->verdicts, &f->subject, now, from, to);
}

static void a_probe_passed_on(void **state)
{
	struct fixture *f = *state;
	int a = 0, b = 0, c = 0; /* only their addresses count */

	assert_false(pass(f, 1000, &a, &b));
	judged(f, &hijacked, 1000, NULL);
	assert_true(probe(f, 1060, &a));
	assert_false(pass(f, 1061, &b, &c)); /* he has not got it */
	assert_true(pass(f, 1061, &a, &b));
	assert_false(pass(f, 1061, &a, &c)); /* nor has he, any more */
	pb_verdicts_probe_end(f->verdicts, &f->subject, &a);
	assert_false(probe(f, 1089, &c));
	assert_true(judged(f, &fine, 1089, &a).stray);
	assert_true(judged(f, &fine, 1089, &b).restored);
	assert_false(pass(f, 1090, &b, &c)); /* there is nothing to ask */
}

/* What is counted is told once, whatever becomes of the verdict. */
static void counted(void **state)
{
	struct fixture *f = *state;
	struct pb_counted got[2];
	int a = 0, b = 0;

	judged(f, &hijacked, 1000, NULL);
	pb_verdicts_refused(f->verdicts, &f->subject);
	pb_verdicts_refused(f->verdicts, &f->subject);
	assert_true(probe(f, 1060, &a));
	assert_true(probe(f, 1060, &a)); /* after a wait: no other recheck */
	assert_true(pass(f, 1060, &a, &b));
	assert_true(pass(f, 1060, &b, &a));
	judged(f, &tolerated, 1061, &a); /* still the same deviation */
	pb_verdicts_logged(f->verdicts, &f->subject);
	assert_int_equal(pb_verdicts_take_counts(f->verdicts, got, 2), 1);
	assert_true(pb_name_equal(&got[0].zone, &f->zone));
	assert_int_equal(got[0].counts.refused, 2);
	assert_int_equal(got[0].counts.logged, 1);
	assert_int_equal(got[0].counts.deviations, 1);
	assert_int_equal(got[0].counts.rechecks, 1);
	assert_int_equal(got[0].counts.seen, 1061);
	assert_int_equal(pb_verdicts_take_counts(f->verdicts, got, 2), 0);
	judged(f, &fine, 1200, NULL);
	pb_verdicts_forget(f->verdicts, &f->subject);
	assert_int_equal(standing(f, 1200), PB_UNKNOWN);
	assert_int_equal(pb_verdicts_take_counts(f->verdicts, got, 2), 1);
	assert_int_equal(got[0].counts.seen, 1200);
	assert_int_equal(got[0].counts.refused, 0);
}

/* No more at one time than there is room for; the rest comes next. */
static void counted_in_parts(void **state)
{
	struct fixture *f = *state;
	struct pb_counted got[3];
	unsigned seen = 0;

	for (int i = 0; i < 5; i++) {
		char text[32];
		struct pb_name zone;
		struct pb_subject subject = {&zone, PB_ASPECT_CUT, GENERATION, 0};

		(void)snprintf(text, sizeof(text), "z%d.example", i);
		zone = unit_name(text);
		pb_verdicts_judged(f->verdicts, &subject, 1000, &fine, 100, 1, NULL);
	}
	for (size_t n; (n = pb_verdicts_take_counts(f->verdicts, got, 3)) > 0;)
		seen += (unsigned)n;
	assert_int_equal(seen, 5);
}

/* A verdict on another version of the pin is news, even if it is the same. */
static void news(void **state)
{
	struct fixture *f = *state;

	assert_true(judged(f, &hijacked, 1000, NULL).news);
	assert_false(judged(f, &hijacked, 1060, NULL).news);
	f->subject.generation++;
	assert_true(judged(f, &hijacked, 1061, NULL).news);
}

/* A refusal in force is known without the pin, if the snapshot had the pin that it is on.
 */
static void refused_without_the_pin(void **state)
{
	struct fixture *f = *state;
	pb_reasons reasons = 0;

	f->subject.snapshot = 20;
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 20, 1000, &reasons));
	(void)judged(f, &hijacked, 1000, NULL);
	assert_true(pb_verdicts_refuse(f->verdicts, &f->zone, 20, 1001, &reasons));
	assert_int_equal(reasons, hijacked.reasons);
	/* The store has changed: who knows what the pin is now? */
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 21, 1001, &reasons));
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 0, 1001, &reasons));
	/* It has been read again, and is the same. */
	f->subject.snapshot = 21;
	assert_int_equal(standing(f, 1001), PB_IN_FORCE);
	assert_true(pb_verdicts_refuse(f->verdicts, &f->zone, 21, 1001, &reasons));
	/* It is another one. */
	f->subject.generation++;
	f->subject.snapshot = 22;
	assert_int_equal(standing(f, 1001), PB_UNKNOWN);
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 22, 1001, &reasons));
	f->subject.generation--;
	f->subject.snapshot = 21;
	/* Not when it is to be asked about again. */
	assert_false(
		pb_verdicts_refuse(f->verdicts, &f->zone, 21, 1001 + RECHECK, &reasons));
}

static void fine_is_not_refused_without_the_pin(void **state)
{
	struct fixture *f = *state;
	pb_reasons reasons;

	f->subject.snapshot = 20;
	(void)judged(f, &fine, 1000, NULL);
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 20, 1001, &reasons));
	(void)judged(f, &tolerated, 1002, NULL);
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 20, 1003, &reasons));
	/* What is not told is not taken for known. */
	f->subject.snapshot = 0;
	(void)judged(f, &hijacked, 1004, NULL);
	assert_false(pb_verdicts_refuse(f->verdicts, &f->zone, 0, 1005, &reasons));
}

/* What it refuses is told when the deviation has ended, and to the state store. */
static void refused_without_the_pin_counts(void **state)
{
	struct fixture *f = *state;
	struct pb_counted taken[4];
	struct pb_report report;
	pb_reasons reasons;

	f->subject.snapshot = 20;
	(void)judged(f, &hijacked, 1000, NULL);
	for (int i = 0; i < 3; i++)
		assert_true(
			pb_verdicts_refuse(f->verdicts, &f->zone, 20, 1001, &reasons));
	assert_int_equal(pb_verdicts_take_counts(f->verdicts, taken, 4), 1);
	assert_int_equal(taken[0].counts.refused, 3);
	report = judged(f, &fine, 1000 + RECHECK, NULL);
	assert_true(report.restored);
	assert_int_equal(report.refused, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refused_without_the_pin),
		TEST(fine_is_not_refused_without_the_pin),
		TEST(refused_without_the_pin_counts),
		TEST(life_of_a_good_one),
		TEST(life_of_a_deviation),
		TEST(a_stray_good_answer),
		TEST(a_lost_probe),
		TEST(a_probe_passed_on),
		TEST(tolerated_deviation),
		TEST(held_back),
		TEST(never_held_back),
		TEST(unverified),
		TEST(unverified_beside_a_probe),
		TEST(extended),
		TEST(bounded),
		TEST(forgotten),
		TEST(counted),
		TEST(counted_in_parts),
		TEST(news),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
