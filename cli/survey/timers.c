/* timers.c - see timers.h. */
#include "timers.h"
#include "arena.h"
#include <stdlib.h>
#include <time.h>

int64_t timers_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* heap[place - 1], so that a place of 0 is none. */
static void put(struct timers *timers, size_t place, struct timer *timer)
{
	timers->heap[place - 1] = timer;
	timer->place = place;
}

static void rise(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;

	while (place > 1 && timers->heap[place / 2 - 1]->at > timer->at) {
		put(timers, place, timers->heap[place / 2 - 1]);
		place /= 2;
	}
	put(timers, place, timer);
}

static void sink(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;

	for (;;) {
		size_t child = 2 * place;

		if (child < timers->count &&
			timers->heap[child]->at < timers->heap[child - 1]->at)
			child++;
		if (child > timers->count || timers->heap[child - 1]->at >= timer->at)
			break;
		put(timers, place, timers->heap[child - 1]);
		place = child;
	}
	put(timers, place, timer);
}

static void grow(struct timers *timers)
{
	size_t room = timers->room == 0 ? 256 : 2 * timers->room;

	timers->heap = arena_need(realloc(timers->heap, room * sizeof(struct timer *)));
	timers->room = room;
}

void timers_set(struct timers *timers, struct timer *timer, int64_t at)
{
	timer->at = at;
	if (timer->place == 0) {
		if (timers->count == timers->room)
			grow(timers);
		timer->place = ++timers->count;
		timers->heap[timer->place - 1] = timer;
	}
	rise(timers, timer);
	sink(timers, timer);
}

void timers_unset(struct timers *timers, struct timer *timer)
{
	struct timer *last;

	if (timer->place == 0)
		return;
	last = timers->heap[--timers->count];
	if (last != timer) {
		put(timers, timer->place, last);
		rise(timers, last);
		sink(timers, last);
	}
	timer->place = 0;
}

void timers_fire(struct timers *timers, int64_t now)
{
	while (timers->count > 0 && timers->heap[0]->at <= now) {
		struct timer *timer = timers->heap[0];

		timers_unset(timers, timer);
		timer->fire(timer->owner);
	}
}

int timers_left(const struct timers *timers, int64_t now)
{
	int64_t left;

	if (timers->count == 0)
		return -1;
	left = (timers->heap[0]->at - now + 999999) / 1000000;
	return left < 0 ? 0 : left > 1000 ? 1000 : (int)left;
}

void timers_free(struct timers *timers)
{
	free(timers->heap);
	*timers = (struct timers){0};
}
