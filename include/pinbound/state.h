/*
 * state.h - the state store, state.mdb: what the resolver tells of itself. Written by
 * the module only, read by the command.
 */
#ifndef PINBOUND_STATE_H
#define PINBOUND_STATE_H

#include "pinbound/evidence.h"
#include "pinbound/line.h"
#include "pinbound/store.h"
#include "pinbound/verdicts.h"

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

/* True as long as the path leads to the file that was opened, and for the writer, as
 * long as nobody else has written to that. */
bool pb_state_is_current(const struct pb_state *state);

/* What the resolver has counted in all, since the file was made. */
struct pb_tally {
	uint64_t queries; /* for names at or below a pinned one, that no cache answered */
	uint64_t refused; /* answers */
	uint64_t logged;  /* answers that went out, with reasons that are only logged */
	uint64_t unverified; /* answers, of those that were refused and of others */
	uint64_t dropped;    /* events and evidence that there was no room for */
};

/* The resolver as a whole. */
struct pb_resolver {
	int64_t pid;
	int64_t started;   /* seconds since 1970 */
	uint64_t enforced; /* generation of the pins that its caches are clean of */
	int64_t since;     /* when counting began */
	struct pb_tally tally;
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
	uint64_t generation;        /* of the pin that it was judged by */
	uint64_t refused;           /* answers, in the deviation that is over with this */
	bool logged;                /* it is an event; else only the zone's verdict */
	char line[PB_LINE_MAX + 1]; /* as it was logged, or empty */

	/* Read: the number of its evidence; of a verdict that is ok again, that of the
	 * last deviation. 0: none. The evidence may have gone since. */
	uint64_t evidence;
	/* To be written: the evidence, encoded. Empty: none. */
	struct pb_bytes response;
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

/* The same for what has been counted of each zone, in canonical order. */
enum pb_result pb_state_counts(struct pb_state *state,
	bool (*each)(void *arg, const struct pb_counted *counted), void *arg,
	struct pb_error *error);

/*
 * Reads the evidence of that number: PB_OK, PB_NOT_FOUND, PB_FAILED. It points into
 * *memory, which the caller frees.
 */
enum pb_result pb_state_evidence(struct pb_state *state, uint64_t number,
	struct pb_evidence *evidence, uint8_t **memory, struct pb_error *error);

/* What the resolver has to tell at one time. */
struct pb_news {
	struct pb_resolver resolver; /* the tally is what is to be added; `since` is when
					counting begins, if this is the first */
	const struct pb_happening *happenings;
	size_t happening_count;
	const struct pb_counted *counted; /* to be added */
	size_t counted_count;
};

/*
 * Stores all of it, or nothing. Evidence takes the place of that of the same zone and
 * aspect. The oldest events go when there are more than PB_STATE_EVENTS, and the
 * oldest evidence when it has more than PB_STATE_EVIDENCE octets in all.
 */
#define PB_STATE_EVENTS 10000
#define PB_STATE_EVIDENCE ((uint64_t)16 << 20)
bool pb_state_write(
	struct pb_state *state, const struct pb_news *news, struct pb_error *error);

/* Drops the verdicts and counts of the zones that are not to be kept. Events and
 * evidence stay until they are the oldest. */
bool pb_state_prune(struct pb_state *state,
	bool (*keep)(void *arg, const struct pb_name *zone), void *arg,
	struct pb_error *error);

#endif
