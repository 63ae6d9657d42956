/*
 * state.h - the state store, state.mdb: what the resolver tells of itself. Written by
 * the module only, read by the command.
 */
#ifndef PINBOUND_STATE_H
#define PINBOUND_STATE_H

#include "pinbound/judge.h"
#include "pinbound/line.h"
#include "pinbound/store.h"

struct pb_state;

/*
 * PB_STORE_READ or PB_STORE_WRITE; writing also makes the tables in an empty file.
 * NULL with the reason. One process writes: a second that asks to is told so.
 */
struct pb_state *pb_state_open(
	const char *path, enum pb_access access, struct pb_error *error);
void pb_state_close(struct pb_state *state); /* NULL is fine */

/* True if a resolver that runs now has the file open for writing. */
bool pb_state_is_written(const char *path);

/* The resolver as a whole. */
struct pb_resolver {
	int64_t pid;
	int64_t started;   /* seconds since 1970 */
	uint64_t enforced; /* generation of the pins that its caches are clean of */
	uint64_t dropped;  /* events that there was no room for */
};

/* PB_NOT_FOUND if none has written yet. */
enum pb_result pb_state_resolver(
	struct pb_state *state, struct pb_resolver *resolver, struct pb_error *error);

/* The last verdict on an aspect of a zone; or an event, which is a change of one. */
struct pb_happening {
	struct pb_name zone;
	enum pb_aspect aspect;
	pb_reasons reasons; /* 0: ok */
	enum pb_action action;
	int64_t when;               /* seconds since 1970 */
	uint64_t refused;           /* answers, in the deviation that is over with this */
	bool logged;                /* it is an event; else only the zone's verdict */
	char line[PB_LINE_MAX + 1]; /* as it was logged, or empty */
};

/* Calls each for every zone and aspect in canonical order, until it says false. */
enum pb_result pb_state_zones(struct pb_state *state,
	bool (*each)(void *arg, const struct pb_happening *verdict), void *arg,
	struct pb_error *error);

/* The same for the events with a number above `after`, oldest first. *last is the
 * number of the last one there is. */
enum pb_result pb_state_events(struct pb_state *state, uint64_t after, uint64_t *last,
	bool (*each)(void *arg, const struct pb_happening *event), void *arg,
	struct pb_error *error);

/*
 * Stores what the resolver is, and what has happened, in one go. The oldest events
 * go when there are more than PB_STATE_EVENTS.
 */
#define PB_STATE_EVENTS 10000
bool pb_state_write(struct pb_state *state, const struct pb_resolver *resolver,
	const struct pb_happening *happenings, size_t count, struct pb_error *error);

#endif
