/*
 * timers.h - what is to happen at which time: a heap.
 */
#ifndef PINBOUND_SURVEY_TIMERS_H
#define PINBOUND_SURVEY_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of what it belongs to. All zero: not set. */
struct timer {
	int64_t at; /* nanoseconds of the monotonic clock */
	size_t place;
	void (*fire)(void *owner);
	void *owner;
};

/* All zero: none is set. */
struct timers {
	struct timer **heap;
	size_t count, room;
};

int64_t timers_now(void);

/* Sets it, or moves it if it is set. Ends the program if there is no memory. */
void timers_set(struct timers *timers, struct timer *timer, int64_t at);
void timers_unset(struct timers *timers, struct timer *timer);

/* Calls all that is due, each once. */
void timers_fire(struct timers *timers, int64_t now);

/* Milliseconds until the first is due, rounded up; -1: none is set. */
int timers_left(const struct timers *timers, int64_t now);

void timers_free(struct timers *timers);

#endif
