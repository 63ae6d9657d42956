/* verdicts.c - see pinbound/verdicts.h. */
#include "pinbound/verdicts.h"
#include "pinbound/pages.h"
#include "warnings.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define WAYS 8            /* entries of one hash value, the oldest of which goes */
#define UNVERIFIED_WAIT 5 /* seconds before a silent parent is asked again */
#define PROBE_LIFE 30     /* seconds after which a probe is given up as lost */
#define FLAPS 3           /* quick returns after which it is not over so soon */
#define DAY ((int64_t)24 * 3600)
#define TTL_MAX (7 * DAY)
#define TTL_MIN 5 /* seconds: with a TTL of 0 the query that asked has yet to be done */

struct entry {
	struct pb_name zone; /* size 0: the entry is free */
	enum pb_aspect aspect;
	uint64_t generation;
	uint64_t snapshot; /* the last one known to have the pin of that generation */
	pb_reasons reasons;
	bool deviates; /* with reasons that are refused */
	bool extended;
	int64_t judged;
	int64_t until;    /* live; or, if it deviates, in force */
	int64_t since;    /* it has deviated, or had reasons */
	int64_t shown;    /* when it had reasons last */
	int64_t settles;  /* what comes back before that has not been over */
	unsigned returns; /* how often in a row it has come back so */
	uint64_t refused;
	const void *prober;
	int64_t probe_began;
	struct pb_warnings warnings;
	struct pb_counts counts; /* since they were taken last */
	bool counted;            /* it is in the list of those that have some */
	struct entry *next;      /* in that list */
};

struct pb_verdicts {
	struct pb_verdicts_conf conf;
	pthread_mutex_t lock;
	struct entry *counted; /* the first of those with something counted */
	size_t buckets;
	struct entry *entries; /* buckets * WAYS */
};

static size_t entries_size(const struct pb_verdicts *verdicts)
{
	return verdicts->buckets * WAYS * sizeof(struct entry);
}

struct pb_verdicts *pb_verdicts_new(const struct pb_verdicts_conf *conf)
{
	struct pb_verdicts *verdicts = calloc(1, sizeof(*verdicts));

	if (verdicts == NULL)
		return NULL;
	verdicts->conf = *conf;
	verdicts->buckets = conf->verdicts / WAYS + 1;
	verdicts->entries = pb_pages_new(entries_size(verdicts));
	if (verdicts->entries == NULL || pthread_mutex_init(&verdicts->lock, NULL) != 0) {
		pb_pages_free(verdicts->entries, entries_size(verdicts));
		free(verdicts);
		return NULL;
	}
	return verdicts;
}

void pb_verdicts_free(struct pb_verdicts *verdicts)
{
	if (verdicts == NULL)
		return;
	(void)pthread_mutex_destroy(&verdicts->lock);
	pb_pages_free(verdicts->entries, entries_size(verdicts));
	free(verdicts);
}

uint64_t pb_fingerprint(pb_reasons reasons, const struct pb_observation *seen)
{
	const struct pb_set *sets[] = {
		&seen->ns.set, &seen->ds.set, &seen->address.set, &seen->mx.set};
	uint64_t hash = reasons;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		hash = XXH3_64bits_withSeed(sets[i]->data, sets[i]->size, hash);
	return hash != 0 ? hash : 1;
}

size_t pb_verdicts_size(const struct pb_verdicts *verdicts)
{
	return sizeof(*verdicts) + entries_size(verdicts);
}

static struct entry *bucket_of(
	struct pb_verdicts *verdicts, const struct pb_subject *subject)
{
	uint64_t hash = XXH3_64bits_withSeed(
		subject->zone->wire, subject->zone->size, subject->aspect);

	return verdicts->entries + hash % verdicts->buckets * WAYS;
}

static struct entry *find(struct pb_verdicts *verdicts, const struct pb_subject *subject)
{
	struct entry *bucket = bucket_of(verdicts, subject);

	for (unsigned i = 0; i < WAYS; i++)
		if (bucket[i].zone.size != 0 && bucket[i].aspect == subject->aspect &&
			pb_name_equal(&bucket[i].zone, subject->zone))
			return &bucket[i];
	return NULL;
}

/* True if a is the better one to forget: free, then not deviating, then older. */
static bool more_expendable(const struct entry *a, const struct entry *b)
{
	if ((a->zone.size == 0) != (b->zone.size == 0))
		return a->zone.size == 0;
	if (a->deviates != b->deviates)
		return !a->deviates;
	return a->judged < b->judged;
}

static struct entry *find_or_make(
	struct pb_verdicts *verdicts, const struct pb_subject *subject)
{
	struct entry *entry = find(verdicts, subject);

	if (entry != NULL)
		return entry;
	entry = bucket_of(verdicts, subject);
	for (struct entry *other = entry + 1, *end = entry + WAYS; other < end; other++)
		if (more_expendable(other, entry))
			entry = other;
	*entry = (struct entry){.zone = *subject->zone,
		.aspect = subject->aspect,
		.counted = entry->counted,
		.next = entry->next};
	return entry;
}

/* The counts of an entry, to be changed. */
static struct pb_counts *count(struct pb_verdicts *verdicts, struct entry *entry)
{
	if (!entry->counted) {
		entry->counted = true;
		entry->next = verdicts->counted;
		verdicts->counted = entry;
	}
	return &entry->counts;
}

static bool slot_taken(const struct entry *entry, int64_t now)
{
	return entry->prober != NULL &&
	       pb_is_between(now, entry->probe_began, entry->probe_began + PROBE_LIFE);
}

static enum pb_standing standing_of(
	const struct entry *entry, uint64_t generation, int64_t now)
{
	bool in_time;

	if (entry == NULL || entry->generation != generation)
		return PB_UNKNOWN;
	in_time = pb_is_between(now, entry->judged, entry->until);
	if (entry->deviates)
		return in_time ? PB_IN_FORCE : PB_PROBE_DUE;
	return in_time ? PB_LIVE : PB_STALE;
}

enum pb_standing pb_verdicts_ask(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, pb_reasons *reasons)
{
	struct entry *entry;
	enum pb_standing standing;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	standing = standing_of(entry, subject->generation, now);
	if (standing != PB_UNKNOWN)
		entry->snapshot = subject->snapshot;
	*reasons = standing == PB_UNKNOWN ? 0 : entry->reasons;
	(void)pthread_mutex_unlock(&verdicts->lock);
	return standing;
}

bool pb_verdicts_probe(struct pb_verdicts *verdicts, const struct pb_subject *subject,
	int64_t now, const void *prober)
{
	struct entry *entry;
	bool taken = false;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	if (standing_of(entry, subject->generation, now) == PB_PROBE_DUE &&
		(!slot_taken(entry, now) || entry->prober == prober)) {
		if (entry->prober != prober)
			count(verdicts, entry)->rechecks++;
		entry->prober = prober;
		entry->probe_began = now;
		taken = true;
	}
	(void)pthread_mutex_unlock(&verdicts->lock);
	return taken;
}

bool pb_verdicts_probe_pass(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, const void *from, const void *to)
{
	struct entry *entry;
	bool passed;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	passed = standing_of(entry, subject->generation, now) == PB_PROBE_DUE &&
		 entry->prober == from;
	if (passed)
		entry->prober = to;
	(void)pthread_mutex_unlock(&verdicts->lock);
	return passed;
}

void pb_verdicts_probe_end(struct pb_verdicts *verdicts, const struct pb_subject *subject,
	const void *prober)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	if (entry != NULL && entry->prober == prober)
		entry->prober = NULL;
	(void)pthread_mutex_unlock(&verdicts->lock);
}

static void restored(const struct pb_verdicts *verdicts, struct entry *entry, int64_t now,
	struct pb_report *report)
{
	report->restored = true;
	report->after = now > entry->since ? now - entry->since : 0;
	report->refused = entry->refused;
	entry->refused = 0;
	entry->settles = now + verdicts->conf.recheck;
	/* Should it come again, that is news. */
	memset(&entry->warnings, 0, sizeof(entry->warnings));
}

/* Reasons that are not about the delegation, but about not having seen it. */
static pb_reasons seen_reasons(pb_reasons reasons)
{
	return reasons & ~PB_REASON(PB_UNVERIFIED);
}

/*
 * Is a good answer no end of it? What is only logged is not asked about, and goes on
 * being seen: of two servers, one may be as pinned. If it has come back a few times soon
 * after it seemed to be over, it is over when it has not been seen for as long as a
 * deviation is refused.
 */
static bool goes_on(const struct pb_verdicts *verdicts, const struct entry *entry,
	const struct pb_subject *subject, int64_t now)
{
	return entry->returns >= FLAPS && !entry->deviates && entry->reasons != 0 &&
	       entry->generation == subject->generation &&
	       pb_is_between(now, entry->shown, entry->shown + verdicts->conf.recheck);
}

static void begin(const struct pb_verdicts *verdicts, struct entry *entry, int64_t now)
{
	entry->since = now;
	if (pb_is_between(now, entry->settles - verdicts->conf.recheck, entry->settles))
		entry->returns++;
	else
		entry->returns = 0;
}

static void take_over(struct pb_verdicts *verdicts, struct entry *entry,
	const struct pb_subject *subject, int64_t now, const struct pb_verdict *verdict,
	int64_t seconds, uint64_t fingerprint, struct pb_report *report)
{
	bool lasts = verdict->reasons == 0 && goes_on(verdicts, entry, subject, now);
	pb_reasons reasons = lasts ? entry->reasons : verdict->reasons;

	report->first = entry->judged == 0;
	report->news = report->first || entry->generation != subject->generation ||
		       entry->reasons != reasons ||
		       entry->deviates != (verdict->action == PB_ACTION_REFUSED);
	if (reasons == 0 && entry->reasons != 0)
		restored(verdicts, entry, now, report);
	if (reasons != 0 && entry->reasons == 0)
		begin(verdicts, entry, now);
	if (seen_reasons(reasons) != 0 && seen_reasons(entry->reasons) == 0)
		count(verdicts, entry)->deviations++;
	entry->generation = subject->generation;
	entry->snapshot = subject->snapshot;
	entry->reasons = reasons;
	entry->deviates = verdict->action == PB_ACTION_REFUSED;
	entry->judged = now;
	entry->until = now + seconds;
	entry->extended = false;
	entry->prober = NULL;
	if (lasts && entry->until > entry->shown + verdicts->conf.recheck)
		entry->until = entry->shown + verdicts->conf.recheck;
	if (verdict->reasons != 0) {
		entry->shown = now;
		report->deviation = pb_warning_due(&entry->warnings, fingerprint, now,
			verdicts->conf.log_interval, &report->held_back);
	}
}

/* Is a query about to ask whether it still deviates from this version of the pin? */
static bool is_probed(const struct entry *entry, uint64_t generation, int64_t now)
{
	return slot_taken(entry, now) && entry->generation == generation;
}

/* Only a probe does, or an answer at a time when a probe is due and none is made. */
static bool may_end_deviation(
	const struct entry *entry, uint64_t generation, int64_t now, const void *prober)
{
	if (is_probed(entry, generation, now))
		return prober == entry->prober;
	return standing_of(entry, generation, now) != PB_IN_FORCE;
}

struct pb_report pb_verdicts_judged(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, const struct pb_verdict *verdict,
	uint32_t ttl, uint64_t fingerprint, const void *prober)
{
	struct pb_report report = {0};
	struct entry *entry;
	int64_t seconds = ttl < TTL_MIN ? TTL_MIN : ttl < TTL_MAX ? ttl : TTL_MAX;
	bool probes;

	if (verdict->scope != PB_SCOPE_SHOWN)
		return report;
	if (verdict->action == PB_ACTION_REFUSED)
		seconds = verdicts->conf.recheck;
	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find_or_make(verdicts, subject);
	probes = may_end_deviation(entry, subject->generation, now, prober);
	count(verdicts, entry)->seen = now;
	report.stray = !probes && verdict->action != PB_ACTION_REFUSED;
	if (!report.stray)
		take_over(verdicts, entry, subject, now, verdict, seconds, fingerprint,
			&report);
	(void)pthread_mutex_unlock(&verdicts->lock);
	return report;
}

struct pb_report pb_verdicts_unverified(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, enum pb_action action,
	const void *prober)
{
	static const pb_reasons unverified = PB_REASON(PB_UNVERIFIED);
	struct pb_verdict verdict = {subject->aspect, PB_SCOPE_SHOWN, unverified, action};
	struct pb_report report = {0};
	struct entry *entry;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find_or_make(verdicts, subject);
	if (is_probed(entry, subject->generation, now) && entry->prober != prober) {
		/* It is for that one to say. */
	} else if (entry->generation == subject->generation && entry->deviates &&
		   entry->reasons != unverified) {
		entry->judged = now;
		entry->until = now + verdicts->conf.recheck;
		entry->prober = NULL;
	} else {
		take_over(verdicts, entry, subject, now, &verdict, UNVERIFIED_WAIT,
			unverified, &report);
	}
	(void)pthread_mutex_unlock(&verdicts->lock);
	return report;
}

static void count_refused(struct pb_verdicts *verdicts, struct entry *entry)
{
	entry->refused++;
	count(verdicts, entry)->refused++;
}

void pb_verdicts_refused(struct pb_verdicts *verdicts, const struct pb_subject *subject)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	if (entry != NULL)
		count_refused(verdicts, entry);
	(void)pthread_mutex_unlock(&verdicts->lock);
}

bool pb_verdicts_refuse(struct pb_verdicts *verdicts, const struct pb_name *zone,
	uint64_t snapshot, int64_t now, pb_reasons *reasons)
{
	struct pb_subject cut = {.zone = zone, .aspect = PB_ASPECT_CUT};
	struct entry *entry;
	bool refused;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, &cut);
	refused = entry != NULL && snapshot != 0 && entry->snapshot == snapshot &&
		  standing_of(entry, entry->generation, now) == PB_IN_FORCE;
	if (refused) {
		*reasons = entry->reasons;
		count_refused(verdicts, entry);
	}
	(void)pthread_mutex_unlock(&verdicts->lock);
	return refused;
}

void pb_verdicts_logged(struct pb_verdicts *verdicts, const struct pb_subject *subject)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	if (entry != NULL)
		count(verdicts, entry)->logged++;
	(void)pthread_mutex_unlock(&verdicts->lock);
}

size_t pb_verdicts_take_counts(
	struct pb_verdicts *verdicts, struct pb_counted *counted, size_t most)
{
	size_t taken = 0;
	struct entry *entry;

	(void)pthread_mutex_lock(&verdicts->lock);
	while (taken < most && (entry = verdicts->counted) != NULL) {
		counted[taken++] = (struct pb_counted){entry->zone, entry->counts};
		memset(&entry->counts, 0, sizeof(entry->counts));
		verdicts->counted = entry->next;
		entry->counted = false;
	}
	(void)pthread_mutex_unlock(&verdicts->lock);
	return taken;
}

bool pb_verdicts_extend(struct pb_verdicts *verdicts, const struct pb_subject *subject,
	int64_t now, int64_t seconds)
{
	struct entry *entry;
	bool first = false;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	if (standing_of(entry, subject->generation, now) == PB_STALE) {
		first = !entry->extended;
		entry->extended = true;
		entry->judged = now;
		entry->until = now + seconds;
	}
	(void)pthread_mutex_unlock(&verdicts->lock);
	return first;
}

bool pb_verdicts_remind(
	struct pb_verdicts *verdicts, const struct pb_subject *subject, int64_t now)
{
	struct entry *entry;
	bool due;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find_or_make(verdicts, subject);
	due = entry->generation != subject->generation ||
	      !pb_is_between(now, entry->judged, entry->judged + DAY);
	if (due) {
		entry->generation = subject->generation;
		entry->judged = now;
	}
	(void)pthread_mutex_unlock(&verdicts->lock);
	return due;
}

/* What was counted is still to be told. */
static void forget(struct entry *entry)
{
	*entry = (struct entry){.zone = entry->zone,
		.aspect = entry->aspect,
		.counts = entry->counts,
		.counted = entry->counted,
		.next = entry->next};
}

void pb_verdicts_forget(struct pb_verdicts *verdicts, const struct pb_subject *subject)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&verdicts->lock);
	entry = find(verdicts, subject);
	if (entry != NULL && !entry->deviates)
		forget(entry);
	(void)pthread_mutex_unlock(&verdicts->lock);
}

void pb_verdicts_forget_all(struct pb_verdicts *verdicts)
{
	(void)pthread_mutex_lock(&verdicts->lock);
	for (size_t i = 0; i < verdicts->buckets * WAYS; i++)
		/* A page that was never used is not to become resident. */
		if (verdicts->entries[i].zone.size != 0 && !verdicts->entries[i].deviates)
			forget(&verdicts->entries[i]);
	(void)pthread_mutex_unlock(&verdicts->lock);
}
