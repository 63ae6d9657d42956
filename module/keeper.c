/* keeper.c - see keeper.h. */
#include "keeper.h"
#include "growth.h"
#include "known.h"
#include "order.h"
#include "place.h"
#include "purge.h"
#include "reading.h"
#include "report.h"
#include "teller.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

/* Nanoseconds between two looks at the store. */
#define POLL 50000000

/* All is read again after so many times the time that it took. */
#define REST 9

/* Looks after which a store that could not be read is read again. */
#define RETRY 200

struct pbm_keeper {
	struct pbm *pb;
	struct module_env *env;
	int subnetcache; /* number of that module, -1 if it is none of them */
	struct pbm_known known;
	pthread_t thread;
	pthread_mutex_t lock; /* of these: */
	pthread_cond_t wake;
	bool ends;
	bool wakes;   /* before its time */
	bool foreign; /* data in the caches did not come through here */

	/* The thread's own. */
	struct pbm_growth growth;
	struct pbm_place place;
	time_t doubted;  /* when data from elsewhere was last logged */
	uint64_t seen;   /* generation whose changes are known */
	uint64_t read;   /* generation that `pinned` is of */
	int64_t rests;   /* monotonic milliseconds until all is read again */
	uint64_t failed; /* the last that could not be read */
	unsigned retry;  /* looks until that is tried again */
	bool verified;   /* all that was seen of it last */
	uint64_t clean;  /* generation that the caches are clean of */
	bool doubts;     /* ... if they have nothing from elsewhere */
	bool prunes;     /* the state store may have what is no longer pinned */
};

static void set_stale(struct pbm_keeper *keeper, struct pb_names *stale)
{
	pbm_known_set(&keeper->known, &keeper->known.stale, stale);
}

/* Sets the names with a pin that is newer than all that was read. */
static void set_newer(
	struct pbm_keeper *keeper, struct pb_names *pinned, struct pb_names *refusing)
{
	pbm_known_set(&keeper->known, &keeper->known.newer_pinned, pinned);
	pbm_known_set(&keeper->known, &keeper->known.newer_refusing, refusing);
}

/* Takes over what was read. Who looks up a name may go by the old names until the store
 * has the new ones. */
static void set_names(
	struct pbm_keeper *keeper, const struct pbm_reading *reading, uint64_t generation)
{
	struct pbm_known *known = &keeper->known;

	pb_store_know(keeper->pb->store, reading->pinned, generation, NULL);
	pbm_known_set(known, &known->pinned, reading->pinned);
	pbm_known_set(known, &known->refusing, reading->refusing);
	keeper->read = generation;
	if (generation >= keeper->seen)
		set_newer(keeper, NULL, NULL);
}

/* Every name there is. NULL if there is no memory. */
static struct pb_names *all_names(void)
{
	static const struct pb_name root = {.size = 1};
	struct pb_names *names = pb_names_new(1);

	if (names != NULL)
		(void)pb_names_add(names, &root);
	return names;
}

/*
 * Pins are missing or altered, and it was never known which there are: each name may
 * have one. Until now, answers have gone into the caches as if it had none.
 */
static void doubt_all(struct pbm_keeper *keeper)
{
	bool allow = keeper->pb->conf.store_failure_allow || keeper->pb->conf.override;
	struct pb_names *refusing = all_names(), *stale = all_names();

	log_err("pinbound: any name may have a pin that is lost: all are %s, until the "
		"store is restored; \"pinbound verify\" tells more",
		allow ? "resolved as if they had none" : "refused");
	if (refusing == NULL || stale == NULL || allow) {
		pb_names_free(refusing);
		pb_names_free(stale);
		return;
	}
	pbm_known_set(&keeper->known, &keeper->known.refusing, refusing);
	set_stale(keeper, stale);
}

static void reading_failed(struct pbm_keeper *keeper, uint64_t generation, bool damaged,
	const struct pb_error *error)
{
	bool again = keeper->failed == generation;

	keeper->failed = generation;
	keeper->retry = RETRY;
	pbm_log_failure(keeper->pb, time(NULL), error->text);
	if (!damaged)
		return;
	keeper->verified = false;
	pb_store_know(keeper->pb->store, keeper->known.pinned, keeper->seen, error);
	if (keeper->known.pinned == NULL && !again)
		doubt_all(keeper);
}

static void say_verified(struct pbm_keeper *keeper, const struct pb_store_stat *stat)
{
	if (!keeper->verified)
		pbm_log_verified(stat);
	keeper->verified = true;
}

/*
 * What has changed since the caches were last clean of it is to be forgotten: a few pins
 * that are newer are found at once, without a word on all the others. True if there is
 * something new.
 */
static bool look_at_newer(struct pbm_keeper *keeper)
{
	struct pbm_newer newer;

	if (keeper->clean == 0 || keeper->doubts || keeper->failed != 0 ||
		pb_store_generation(keeper->pb->store) == keeper->seen)
		return false;
	/* Before the first reading nobody goes by what has been read. */
	if (!pbm_newer_read(&newer, keeper->pb,
		    keeper->read == 0 ? keeper->clean : keeper->read, keeper->clean))
		return false;
	keeper->seen = newer.generation;
	set_newer(keeper, newer.pinned, newer.refusing);
	set_stale(keeper, newer.changed);
	return true;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Is all to be read? What has changed is known by now, as a rule: then a large store
 * that changes all the time is not read all the time. */
static bool is_due(const struct pbm_keeper *keeper)
{
	uint64_t generation = pb_store_generation(keeper->pb->store);

	if (generation == keeper->read)
		return false;
	return keeper->doubts || generation != keeper->seen ||
	       milliseconds() >= keeper->rests;
}

/* Takes over all that was read. */
static void take_over(struct pbm_keeper *keeper, const struct pbm_reading *reading,
	const struct pb_store_stat *stat)
{
	keeper->failed = 0;
	say_verified(keeper, stat);
	set_names(keeper, reading, stat->generation);
	if (stat->generation > keeper->seen) {
		keeper->seen = stat->generation;
		set_stale(keeper, reading->changed);
	} else {
		/* That has been found out, and is being forgotten. */
		pb_names_free(reading->changed);
	}
	keeper->prunes = true;
}

/*
 * Reads the store if it has changed, and makes sure of it. What has changed since the
 * caches were last clean of it is to be forgotten: at the start, all that is pinned,
 * since a cache may have been kept or loaded.
 */
static void look(struct pbm_keeper *keeper, struct pbm_pause *breaks)
{
	int64_t began = milliseconds();
	struct pb_store_stat stat;
	struct pb_error error;
	struct pbm_reading reading;
	bool damaged;
	uint64_t generation;

	if (!is_due(keeper) || pb_store_stat(keeper->pb->store, &stat, &error) != PB_OK)
		return;
	/* The last change is not seen yet, if its command was killed as it ended. */
	if (stat.generation == keeper->read)
		return;
	if (stat.generation == keeper->failed && keeper->retry > 0) {
		keeper->retry--;
		return;
	}
	generation = stat.generation;
	if (pbm_reading_do(
		    &reading, keeper->pb, keeper->clean, breaks, &stat, &damaged, &error))
		take_over(keeper, &reading, &stat);
	else if (breaks == NULL || !breaks->ended)
		reading_failed(keeper, generation, damaged, &error);
	keeper->rests = milliseconds() + REST * (milliseconds() - began);
}

static bool take_foreign(struct pbm_keeper *keeper)
{
	bool foreign;

	(void)pthread_mutex_lock(&keeper->lock);
	foreign = keeper->foreign;
	keeper->foreign = false;
	(void)pthread_mutex_unlock(&keeper->lock);
	return foreign;
}

/* A load takes its time, and is seen several times. */
static void log_foreign(struct pbm_keeper *keeper)
{
	time_t now = time(NULL);

	if (keeper->doubted != 0 && now >= keeper->doubted &&
		now - keeper->doubted < keeper->pb->conf.log_interval)
		return;
	keeper->doubted = now;
	log_warn("pinbound: the caches have data that did not come through this module, "
		 "as after load_cache: what they have of pinned names is removed");
}

/* Whatever brought it there, nobody has judged it: begin as at the start. What was good
 * is not known any more, lest a query that uses a loaded delegation meanwhile gets its
 * answer into a cache that has been looked through. */
static void doubt_foreign(struct pbm_keeper *keeper)
{
	bool grew = pbm_growth_is_foreign(&keeper->growth, keeper->pb, keeper->env);

	if (!take_foreign(keeper) && !grew)
		return;
	log_foreign(keeper);
	__atomic_store_n(&keeper->pb->enforced, 0, __ATOMIC_RELEASE);
	pb_verdicts_forget_all(keeper->pb->verdicts);
	keeper->doubts = true;
}

static void enforce(struct pbm_keeper *keeper)
{
	__atomic_store_n(&keeper->pb->enforced, keeper->seen, __ATOMIC_RELEASE);
}

static void set_pending(struct pbm_keeper *keeper, bool pending)
{
	pbm_known_set_pending(&keeper->known, pending);
	__atomic_store_n(&keeper->pb->pending, pending, __ATOMIC_RELEASE);
}

/* The caches are clean of what was to be forgotten. */
static void forgotten(struct pbm_keeper *keeper)
{
	set_pending(keeper, false);
	set_stale(keeper, NULL);
	keeper->doubts = false;
	keeper->clean = keeper->seen;
	enforce(keeper);
}

/* Removes the names from the caches, and, if these are all, what has come since they
 * were read. */
static bool purge(struct pbm_keeper *keeper, const struct pb_names *names)
{
	return pbm_purge(keeper->env, keeper->subnetcache, names) &&
	       (names != keeper->known.pinned || keeper->known.newer_pinned == NULL ||
		       pbm_purge(keeper->env, keeper->subnetcache,
			       keeper->known.newer_pinned));
}

/*
 * Until a query has come to a worker, this thread must not walk the caches. A worker
 * could answer from them, if they were kept: pbm_is_refusing() sees to that meanwhile.
 */
static void forget(struct pbm_keeper *keeper)
{
	const struct pb_names *names = keeper->doubts && keeper->known.pinned != NULL
					       ? keeper->known.pinned
					       : keeper->known.stale;

	if (names == NULL)
		return;
	if (purge(keeper, names)) {
		forgotten(keeper);
		return;
	}
	set_pending(keeper, true);
	enforce(keeper);
}

/* In init, when no worker is at work: what is in caches that were kept goes at once. */
static void forget_kept(struct pbm_keeper *keeper)
{
	if (pbm_caches_empty(keeper->env))
		return;
	look(keeper, NULL);
	if (keeper->known.stale != NULL &&
		pbm_purge_alone(keeper->env, keeper->known.stale))
		forgotten(keeper);
}

static bool is_pinned(void *arg, const struct pb_name *zone)
{
	return pb_names_longest(arg, zone) == (int)pb_name_labels(zone);
}

/* Tells what has happened, and of what is pinned only. What was told may be of a pin that
 * is newer than all that was read. */
static void tell(struct pbm_keeper *keeper)
{
	pbm_teller_write(keeper->pb->teller);
	if (keeper->prunes && keeper->read == pb_store_generation(keeper->pb->store))
		keeper->prunes = !pbm_teller_prune(
			keeper->pb->teller, is_pinned, keeper->known.pinned);
}

static bool wait(struct pbm_keeper *keeper)
{
	struct timespec until;
	bool ends;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_mutex_lock(&keeper->lock);
	while (!keeper->ends && !keeper->wakes &&
		pthread_cond_timedwait(&keeper->wake, &keeper->lock, &until) != ETIMEDOUT)
		;
	ends = keeper->ends;
	keeper->wakes = false;
	(void)pthread_mutex_unlock(&keeper->lock);
	return !ends;
}

static void act(struct pbm_keeper *keeper)
{
	forget(keeper);
	tell(keeper);
}

/* While all is read, a change goes first; and nobody waits for the end. */
static bool pause_reading(void *arg)
{
	struct pbm_keeper *keeper = arg;
	bool ends;

	pbm_place_look(&keeper->place, keeper->pb, milliseconds());
	if (look_at_newer(keeper))
		act(keeper);
	(void)pthread_mutex_lock(&keeper->lock);
	ends = keeper->ends;
	(void)pthread_mutex_unlock(&keeper->lock);
	return !ends;
}

static void *keep(void *arg)
{
	struct pbm_keeper *keeper = arg;
	struct pbm_pause breaks = {.take = pause_reading, .arg = keeper};

	do {
		pbm_place_look(&keeper->place, keeper->pb, milliseconds());
		doubt_foreign(keeper);
		if (look_at_newer(keeper))
			act(keeper);
		look(keeper, &breaks);
		act(keeper);
	} while (wait(keeper));
	pbm_teller_finish(keeper->pb->teller);
	return NULL;
}

/* Signals are for Unbound's own threads, and SIGXFSZ is for none: see teller.h. */
static int start_thread(struct pbm_keeper *keeper)
{
	sigset_t all, before;
	int code;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	code = pthread_create(&keeper->thread, NULL, keep, keeper);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static void free_keeper(struct pbm_keeper *keeper)
{
	(void)pthread_cond_destroy(&keeper->wake);
	(void)pthread_mutex_destroy(&keeper->lock);
	pbm_known_free(&keeper->known);
	free(keeper);
}

static void init_locks(struct pbm_keeper *keeper)
{
	pthread_condattr_t monotonic;

	(void)pthread_mutex_init(&keeper->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&keeper->wake, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
}

/* One that stands in front would be gone before this module is. To be called in init: a
 * reload frees the configuration before it ends the thread. */
static int subnetcache_behind(const struct module_env *env, int id)
{
	int number = pbm_module_number(env->cfg->module_conf, "subnetcache");

	return number < id ? -1 : number;
}

struct pbm_keeper *pbm_keeper_start(
	struct pbm *pb, struct module_env *env, int id, struct pb_error *error)
{
	struct pbm_keeper *keeper = calloc(1, sizeof(*keeper));
	int code;

	if (keeper == NULL) {
		pb_error_set(error, "out of memory");
		return NULL;
	}
	pbm_known_init(&keeper->known);
	init_locks(keeper);
	keeper->pb = pb;
	keeper->env = env;
	keeper->subnetcache = subnetcache_behind(env, id);
	keeper->clean = pb->enforced;
	keeper->verified = pb->verified;
	forget_kept(keeper);
	pbm_growth_init(&keeper->growth, pb, env);
	code = start_thread(keeper);
	if (code == 0)
		return keeper;
	pb_error_set(error, "no thread could be started: %s", strerror(code));
	pb_store_know(pb->store, NULL, 0, NULL);
	free_keeper(keeper);
	return NULL;
}

void pbm_keeper_stop(struct pbm_keeper *keeper)
{
	if (keeper == NULL)
		return;
	(void)pthread_mutex_lock(&keeper->lock);
	keeper->ends = true;
	(void)pthread_cond_signal(&keeper->wake);
	(void)pthread_mutex_unlock(&keeper->lock);
	(void)pthread_join(keeper->thread, NULL);
	pb_store_know(keeper->pb->store, NULL, 0, NULL);
	free_keeper(keeper);
}

bool pbm_may_be_pinned(struct pbm_keeper *keeper, const struct pb_name *name)
{
	return keeper == NULL || pbm_known_may_be_pinned(&keeper->known, name);
}

bool pbm_is_refusing(struct pbm_keeper *keeper, const struct pb_name *name, bool marked,
	struct pb_name *zone)
{
	return pbm_known_is_refusing(&keeper->known, name, marked, zone);
}

static void wake(struct pbm_keeper *keeper, bool foreign)
{
	(void)pthread_mutex_lock(&keeper->lock);
	keeper->wakes = true;
	keeper->foreign = keeper->foreign || foreign;
	(void)pthread_cond_signal(&keeper->wake);
	(void)pthread_mutex_unlock(&keeper->lock);
}

void pbm_keeper_foreign(struct pbm_keeper *keeper)
{
	wake(keeper, true);
}

void pbm_keeper_may_walk(struct pbm_keeper *keeper)
{
	if (keeper != NULL)
		wake(keeper, false);
}
