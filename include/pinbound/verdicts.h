/*
 * verdicts.h - the memory of the last verdict on each aspect of each pinned zone.
 *
 * It decides whether data of a zone may be admitted, when a deviation is asked
 * about again, and which warnings are held back. Bounded, shared by all threads
 * (each function takes the table's mutex for its own duration), pure but for
 * that: the time, in seconds, is a parameter and may jump.
 *
 * A verdict belongs to one version of a pin, told by the generation of the store
 * that wrote it. Under another version nothing is known.
 */
#ifndef PINBOUND_VERDICTS_H
#define PINBOUND_VERDICTS_H

#include "pinbound/judge.h"

struct pb_verdicts;

struct pb_verdicts_conf {
	int recheck;      /* seconds that a deviation is refused before it is asked
			     about again */
	int log_interval; /* seconds before the same warning is repeated, 0: at once */
	size_t verdicts;  /* that are remembered at most */
};

/* What a verdict is about: an aspect of a zone, as this version of the pin has it. */
struct pb_subject {
	const struct pb_name *zone;
	enum pb_aspect aspect;
	uint64_t generation;
	uint64_t snapshot; /* of the store, that had the pin so; 0: it is not told */
};

/* NULL if there is no memory. */
struct pb_verdicts *pb_verdicts_new(const struct pb_verdicts_conf *conf);
void pb_verdicts_free(struct pb_verdicts *verdicts); /* NULL is fine */

enum pb_standing {
	PB_UNKNOWN,   /* nothing is known: the parent must be asked */
	PB_LIVE,      /* admitted */
	PB_STALE,     /* admitted while the delegation that was judged is in use, but
			 its TTL has run out */
	PB_IN_FORCE,  /* refused, without asking */
	PB_PROBE_DUE, /* refused, but for one query that asks the parent again */
};

/* Where an aspect of a zone stands. *reasons are those of the verdict, 0 if there is
 * none. */
enum pb_standing pb_verdicts_ask(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, pb_reasons *reasons);

/*
 * Takes the one slot to probe a deviation. `prober` is any pointer that tells
 * this query from others; it may take again what it has. False if the slot is
 * taken (or was not given back for less than the time that a query can live), or no
 * probe is due.
 */
bool pb_verdicts_probe(struct pb_verdicts *verdicts, const struct pb_subject *subject,
	int64_t now, const void *prober);

/* Passes the slot on, if `from` has it and a probe is still due. What is asked goes on
 * being one probe, and is given up as lost as early. */
bool pb_verdicts_probe_pass(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, const void *from, const void *to);

/* Gives the slot back, if this prober has it. */
void pb_verdicts_probe_end(struct pb_verdicts *verdicts, const struct pb_subject *subject,
	const void *prober);

/* What the caller has to say in the log. */
struct pb_report {
	bool stray;         /* the verdict was not taken over: a good answer that is not
			       from a probe does not end a deviation */
	bool first;         /* nothing had been judged of it before */
	bool news;          /* it is not what it was, or the first one on this pin */
	bool deviation;     /* warn */
	uint64_t held_back; /* warnings like it, or in its place, that were held back
			       before this one */
	bool restored;      /* say so */
	int64_t after;      /* how long it deviated, seconds */
	uint64_t refused;   /* answers that were refused meanwhile */
};

/* The same for the same reasons and observed sets, and never 0. */
uint64_t pb_fingerprint(pb_reasons reasons, const struct pb_observation *seen);

/*
 * Takes over a verdict with scope PB_SCOPE_SHOWN, on its aspect.
 * `ttl`: seconds for which the observation is good, taken for 5 if it is less: what has
 * been judged must be good for the query that had it asked. `fingerprint`: see
 * pb_fingerprint(). `prober`: of the query that made it, NULL if it is none.
 */
struct pb_report pb_verdicts_judged(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, const struct pb_verdict *verdict,
	uint32_t ttl, uint64_t fingerprint, const void *prober);

/*
 * The parent could not be reached or nothing could be observed. With `action`
 * refused, the zone is refused for 5 seconds; a deviation that is in force stays
 * so for another `recheck`. `prober`: as above; while another query has the slot,
 * nothing changes.
 */
struct pb_report pb_verdicts_unverified(struct pb_verdicts *verdicts,
	const struct pb_subject *subject, int64_t now, enum pb_action action,
	const void *prober);

/* Counts an answer that was refused for a deviation of this zone. */
void pb_verdicts_refused(struct pb_verdicts *verdicts, const struct pb_subject *subject);

/*
 * The same without a look at the pin, if that is needless: true if its delegation is
 * refused, and if the pin in this snapshot of the store is known to be the one that the
 * verdict is on. *reasons are those of the verdict.
 */
bool pb_verdicts_refuse(struct pb_verdicts *verdicts, const struct pb_name *zone,
	uint64_t snapshot, int64_t now, pb_reasons *reasons);

/*
 * A stale verdict goes on for `seconds`, since the parent is silent. Returns
 * true the first time, for the log.
 */
bool pb_verdicts_extend(struct pb_verdicts *verdicts, const struct pb_subject *subject,
	int64_t now, int64_t seconds);

/* True once a day: for a warning that has no observation behind it. */
bool pb_verdicts_remind(
	struct pb_verdicts *verdicts, const struct pb_subject *subject, int64_t now);

/* Notes that an answer of the zone went out although there are reasons. */
void pb_verdicts_logged(struct pb_verdicts *verdicts, const struct pb_subject *subject);

/* What has been counted of a zone. */
struct pb_counts {
	uint64_t refused; /* answers */
	uint64_t logged;  /* answers that went out, with reasons that are only logged */
	uint64_t deviations; /* that have begun */
	uint64_t rechecks;   /* of deviations: queries let through to ask again */
	int64_t seen;        /* when it was observed last, seconds since 1970; 0: never */
};
struct pb_counted {
	struct pb_name zone;
	struct pb_counts counts;
};

/*
 * Takes what has been counted since the last call, at most `most` entries of it, a
 * zone several times if several of its aspects were. Returns how many. What is
 * forgotten for want of room takes its counts with it.
 */
size_t pb_verdicts_take_counts(
	struct pb_verdicts *verdicts, struct pb_counted *counted, size_t most);

/* Nothing is known any more, a deviation apart. */
void pb_verdicts_forget(struct pb_verdicts *verdicts, const struct pb_subject *subject);

/* The same for all subjects. */
void pb_verdicts_forget_all(struct pb_verdicts *verdicts);

/* Memory that is in use, in octets. */
size_t pb_verdicts_size(const struct pb_verdicts *verdicts);

#endif
