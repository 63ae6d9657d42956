/* verdicts.h - what the tests of the verdicts share: a memory of them, and one subject.
 */
#ifndef PINBOUND_UNIT_VERDICTS_H
#define PINBOUND_UNIT_VERDICTS_H

#include "pinbound/verdicts.h"
#include "unit.h"

#define GENERATION 7
#define RECHECK 60
#define INTERVAL 300

static const struct pb_verdict fine = {PB_ASPECT_CUT, PB_SCOPE_SHOWN, 0, PB_ACTION_NONE};
static const struct pb_verdict hijacked = {
	PB_ASPECT_CUT, PB_SCOPE_SHOWN, PB_REASON(PB_NS_UNEXPECTED), PB_ACTION_REFUSED};
static const struct pb_verdict tolerated = {
	PB_ASPECT_CUT, PB_SCOPE_SHOWN, PB_REASON(PB_NS_MISSING), PB_ACTION_LOGGED};

struct fixture {
	struct pb_verdicts *verdicts;
	struct pb_name zone;
	struct pb_subject subject;
};

static inline int setup(void **state)
{
	static struct fixture fixture;
	struct pb_verdicts_conf conf = {RECHECK, INTERVAL, 64};

	fixture.verdicts = pb_verdicts_new(&conf);
	fixture.zone = unit_name("example.com");
	fixture.subject =
		(struct pb_subject){&fixture.zone, PB_ASPECT_CUT, GENERATION, 0};
	*state = &fixture;
	return fixture.verdicts == NULL;
}

static inline int teardown(void **state)
{
	pb_verdicts_free(((struct fixture *)*state)->verdicts);
	return 0;
}

static inline enum pb_standing standing(struct fixture *f, int64_t now)
{
	pb_reasons reasons;

	return pb_verdicts_ask(f->verdicts, &f->subject, now, &reasons);
}

static inline struct pb_report judged(struct fixture *f, const struct pb_verdict *verdict,
	int64_t now, const void *prober)
{
	return pb_verdicts_judged(f->verdicts, &f->subject, now, verdict, 100,
		verdict->reasons + 1, prober);
}

static inline bool probe(struct fixture *f, int64_t now, const void *prober)
{
	return pb_verdicts_probe(f->verdicts, &f->subject, now, prober);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
