/* teller.c - see teller.h. */
#include "teller.h"
#include "report.h"
#include <pthread.h>
#include <time.h>
#include <unistd.h>

/* What can wait to be written: events, and octets of their evidence. */
#define QUEUE_MAX 512
#define EVIDENCE_MAX ((size_t)1 << 20)

/* Zones whose counts are written at one time. */
#define COUNTED_MAX 256

/* Seconds between two tries to open a store that failed, and between two looks whether
 * another file has taken its place. */
#define RETRY 5
#define LOOK 1

/* Events that wait, or are being written. */
struct queue {
	struct pb_happening *events; /* QUEUE_MAX */
	size_t count;
	size_t octets; /* of evidence */
};

struct pbm_teller {
	struct pbm *pb;
	const char *path;
	pthread_mutex_t lock; /* of the next two */
	struct queue waiting;
	uint64_t dropped; /* since the start */

	/* The writing thread's own. */
	struct queue taken; /* and not yet written */
	struct pb_counted counted[COUNTED_MAX];
	size_t counted_count; /* likewise */
	struct pb_tally told; /* of what has been counted since the start */
	struct pb_resolver resolver;
	bool known; /* what the resolver is has been written */
	struct pb_state *state;
	bool failed;       /* and has not been written since */
	int64_t try_again; /* monotonic seconds */
	int64_t look_again;
	int64_t count_again;
};

static int64_t seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static struct pb_tally tally_of(const struct pbm *pb)
{
	return (struct pb_tally){
		.queries = __atomic_load_n(&pb->tally.queries, __ATOMIC_RELAXED),
		.refused = __atomic_load_n(&pb->tally.refused, __ATOMIC_RELAXED),
		.logged = __atomic_load_n(&pb->tally.logged, __ATOMIC_RELAXED),
		.unverified = __atomic_load_n(&pb->tally.unverified, __ATOMIC_RELAXED),
	};
}

static void empty(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		free((void *)(uintptr_t)queue->events[i].response.data);
	queue->count = 0;
	queue->octets = 0;
}

struct pbm_teller *pbm_teller_new(struct pbm *pb, const char *path)
{
	struct pbm_teller *teller = calloc(1, sizeof(*teller));

	if (teller == NULL)
		return NULL;
	teller->pb = pb;
	teller->path = path;
	teller->told = tally_of(pb); /* that of settings from before a reload goes on */
	teller->resolver.pid = getpid();
	teller->resolver.started = time(NULL);
	teller->resolver.since = teller->resolver.started;
	(void)pthread_mutex_init(&teller->lock, NULL);
	teller->waiting.events = calloc(QUEUE_MAX, sizeof(*teller->waiting.events));
	teller->taken.events = calloc(QUEUE_MAX, sizeof(*teller->taken.events));
	if (teller->waiting.events != NULL && teller->taken.events != NULL)
		return teller;
	pbm_teller_free(teller);
	return NULL;
}

void pbm_teller_free(struct pbm_teller *teller)
{
	if (teller == NULL)
		return;
	pb_state_close(teller->state);
	empty(&teller->waiting);
	empty(&teller->taken);
	free(teller->waiting.events);
	free(teller->taken.events);
	(void)pthread_mutex_destroy(&teller->lock);
	free(teller);
}

/* --- on the path of a query --- */

/* The evidence as it will be stored; empty if there is no memory. */
static struct pb_bytes encode(const struct pb_evidence *evidence)
{
	size_t size = pb_evidence_size(evidence);
	uint8_t *octets = malloc(size);

	if (octets == NULL)
		return (struct pb_bytes){NULL, 0};
	pb_evidence_encode(octets, evidence);
	return (struct pb_bytes){octets, size};
}

static bool has_room(const struct pbm_teller *teller, size_t size)
{
	return size <= EVIDENCE_MAX - teller->waiting.octets;
}

/* With too little room, without the message, which is the bulk. */
static struct pb_bytes pack(struct pbm_teller *teller, const struct pb_evidence *evidence)
{
	struct pb_evidence bare = *evidence;
	bool fits;

	bare.wire.size = 0;
	(void)pthread_mutex_lock(&teller->lock);
	fits = has_room(teller, pb_evidence_size(evidence));
	if (!fits)
		teller->dropped++;
	(void)pthread_mutex_unlock(&teller->lock);
	return encode(fits ? evidence : &bare);
}

static void fill(struct pb_happening *next, const struct pb_pin *pin,
	const struct pb_verdict *verdict, uint64_t refused, int64_t now, const char *line)
{
	next->zone = pin->name;
	next->aspect = verdict->aspect;
	next->reasons = verdict->reasons;
	next->action = verdict->action;
	next->when = now;
	next->generation = pin->generation;
	next->refused = refused;
	next->logged = line[0] != '\0';
	next->evidence = 0;
	(void)snprintf(next->line, sizeof(next->line), "%s", line);
}

/* Puts an event into the queue, and the evidence if there is still room. Returns what
 * of the evidence is to be freed. */
static const uint8_t *push(struct pbm_teller *teller, const struct pb_happening *event)
{
	struct queue *queue = &teller->waiting;
	struct pb_happening *next;

	if (queue->count == QUEUE_MAX) {
		teller->dropped++;
		return event->response.data;
	}
	next = &queue->events[queue->count++];
	*next = *event;
	if (has_room(teller, event->response.size)) {
		queue->octets += event->response.size;
		return NULL;
	}
	teller->dropped++;
	next->response = (struct pb_bytes){NULL, 0};
	return event->response.data;
}

void pbm_tell(struct pbm_teller *teller, const struct pb_pin *pin,
	const struct pb_verdict *verdict, uint64_t refused, int64_t now, const char *line,
	const struct pb_evidence *evidence)
{
	struct pb_happening event;
	const uint8_t *left;

	if (teller == NULL)
		return;
	fill(&event, pin, verdict, refused, now, line);
	event.response =
		evidence == NULL ? (struct pb_bytes){NULL, 0} : pack(teller, evidence);
	(void)pthread_mutex_lock(&teller->lock);
	left = push(teller, &event);
	(void)pthread_mutex_unlock(&teller->lock);
	free((void *)(uintptr_t)left);
}

/* --- on the thread that writes --- */

/* The state store is of use without a word only if it works. */
static void fail(struct pbm_teller *teller, const struct pb_error *error)
{
	pbm_log_state_failure(teller->pb, time(NULL), error->text);
	pb_state_close(teller->state);
	teller->state = NULL;
	teller->failed = true;
	teller->try_again = seconds() + RETRY;
}

/* Opens the store, or another file that has taken its place. */
static bool open_state(struct pbm_teller *teller)
{
	int64_t now = seconds();
	struct pb_error error;

	if (teller->state != NULL && now >= teller->look_again) {
		teller->look_again = now + LOOK;
		if (!pb_state_is_current(teller->state)) {
			log_info("pinbound: %s: another file has taken its place",
				teller->path);
			pb_state_close(teller->state);
			teller->state = NULL;
			teller->try_again = now;
		}
	}
	if (teller->state != NULL || now < teller->try_again)
		return teller->state != NULL;
	teller->state = pb_state_open(teller->path, PB_STORE_WRITE, &error);
	if (teller->state == NULL) {
		fail(teller, &error);
		return false;
	}
	teller->known = false;
	return true;
}

static void take_events(struct pbm_teller *teller)
{
	struct queue queue = teller->taken;

	if (queue.count > 0)
		return; /* they could not be written yet */
	(void)pthread_mutex_lock(&teller->lock);
	teller->taken = teller->waiting;
	teller->waiting = queue;
	(void)pthread_mutex_unlock(&teller->lock);
}

/* True if it is time to write what has been counted: once a second. */
static bool take_counts(struct pbm_teller *teller)
{
	int64_t now = seconds();

	if (now < teller->count_again)
		return false;
	if (teller->counted_count == 0) /* else they could not be written yet */
		teller->counted_count = pb_verdicts_take_counts(
			teller->pb->verdicts, teller->counted, COUNTED_MAX);
	if (teller->counted_count < COUNTED_MAX)
		teller->count_again = now + 1;
	return true;
}

static struct pb_tally tally_now(struct pbm_teller *teller)
{
	struct pb_tally now = tally_of(teller->pb);

	(void)pthread_mutex_lock(&teller->lock);
	now.dropped = teller->dropped;
	(void)pthread_mutex_unlock(&teller->lock);
	return now;
}

static struct pb_tally less(const struct pb_tally *now, const struct pb_tally *told)
{
	return (struct pb_tally){
		.queries = now->queries - told->queries,
		.refused = now->refused - told->refused,
		.logged = now->logged - told->logged,
		.unverified = now->unverified - told->unverified,
		.dropped = now->dropped - told->dropped,
	};
}

/*
 * A store that cannot be written costs what it would have told, no more. What fails
 * again after the store was opened anew is given up, lest it fails for ever.
 */
static void give_up(struct pbm_teller *teller)
{
	(void)pthread_mutex_lock(&teller->lock);
	teller->dropped += teller->taken.count;
	(void)pthread_mutex_unlock(&teller->lock);
	empty(&teller->taken);
}

static void written(struct pbm_teller *teller, const struct pb_tally *now)
{
	empty(&teller->taken);
	teller->counted_count = 0;
	teller->told = *now;
	teller->known = true;
	if (teller->failed)
		log_info("pinbound: %s: it can be written again", teller->path);
	teller->failed = false;
}

/* True if there is anything to write; *now is what has been counted in all. */
static bool gather(struct pbm_teller *teller, struct pb_tally *now)
{
	/* Another file has generations of its own. */
	uint64_t enforced = teller->pb->displaced ? 0
						  : __atomic_load_n(&teller->pb->enforced,
							    __ATOMIC_ACQUIRE);
	bool news = !teller->known || teller->resolver.enforced != enforced;

	take_events(teller);
	*now = tally_now(teller);
	teller->resolver.enforced = enforced;
	teller->resolver.tally = less(now, &teller->told);
	if (take_counts(teller) && memcmp(now, &teller->told, sizeof(*now)) != 0)
		news = true;
	return news || teller->taken.count > 0 || teller->counted_count > 0;
}

void pbm_teller_write(struct pbm_teller *teller)
{
	bool again = teller->failed;
	struct pb_error error;
	struct pb_news news;
	struct pb_tally now;

	if (!open_state(teller) || !gather(teller, &now))
		return;
	teller->known = false;
	/* Whatever was done to the file since it was looked at. */
	if (!pb_state_is_current(teller->state)) {
		teller->look_again = 0;
		return;
	}
	news = (struct pb_news){
		.resolver = teller->resolver,
		.happenings = teller->taken.events,
		.happening_count = teller->taken.count,
		.counted = teller->counted,
		.counted_count = teller->counted_count,
	};
	if (pb_state_write(teller->state, &news, &error)) {
		written(teller, &now);
		return;
	}
	fail(teller, &error);
	if (again)
		give_up(teller);
}

void pbm_teller_finish(struct pbm_teller *teller)
{
	bool more;

	do {
		teller->count_again = 0;
		pbm_teller_write(teller);
		more = teller->state != NULL && teller->count_again == 0;
	} while (more);
	/* What waited while something else could not be written. */
	if (teller->state != NULL)
		pbm_teller_write(teller);
}

bool pbm_teller_prune(struct pbm_teller *teller,
	bool (*keep)(void *arg, const struct pb_name *zone), void *arg)
{
	struct pb_error error;

	if (teller->state == NULL || !pb_state_is_current(teller->state))
		return false;
	if (pb_state_prune(teller->state, keep, arg, &error))
		return true;
	fail(teller, &error);
	return false;
}
