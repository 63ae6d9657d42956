/*
 * learn.h - what a pin of a name would be, by what all its servers say now, and what
 * speaks against believing them. Pure: no network, no clock, no store.
 *
 * Learning while a domain is hijacked pins the hijacker. So whatever is as it was in a
 * hijack that happened is a remark that alarms: servers of the parent that disagree, a
 * resolver that says otherwise, a zone whose own servers name other servers or do not
 * answer for it, a DS that no key of the zone matches, and a signed zone without DS. So
 * is what the resolver would refuse with that pin, although nobody hijacks anything.
 */
#ifndef PINBOUND_SURVEY_LEARN_H
#define PINBOUND_SURVEY_LEARN_H

#include "survey.h"

/* A sentence for a person, without its full stop; nothing in it steers a terminal. */
struct learn_remark {
	struct learn_remark *next;
	bool alarming;
	const char *text;
};

struct learned {
	const struct survey *survey;
	struct learn_remark *remarks; /* those that alarm first */
	bool alarming;
	size_t agree, asked;            /* servers of the parent that say so; of all */
	size_t zone_answer, zone_asked; /* servers of the zone that answer for it */
	size_t with_key; /* those that have a good key which one of the DS stands for */
	/* What there is, pinned or not. */
	struct pb_seen_set mx;
	bool null_mx; /* RFC 7505 */
};

struct learn_wants {
	bool mx;        /* pin the MX hosts */
	bool addresses; /* pin the addresses of the servers */
};

/*
 * What a survey had to be asked for to learn from it.
 */
struct survey_wants learn_survey(void);

/*
 * Reads a survey of a name that is a zone (SURVEY_ZONE) into a pin: `pin` is
 * initialised, and has what most servers of the parent say. NS that only the zone itself
 * names become child-ns. A zone without DS has none in its pin, so that it may be signed
 * one day; a zone without MX likewise, but for null MX. The remarks lie in the survey's
 * arena.
 *
 * False with the reason in *error if a set is too large for a pin.
 */
bool learn(struct learned *learned, struct pb_pinbuf *pin, struct survey *survey,
	const struct learn_wants *wants, struct pb_error *error);

/* Why a survey cannot be learned from, for a person: it is no zone, does not exist, or
 * nobody could be asked. `text` has room for LEARN_WHY_MAX octets. */
#define LEARN_WHY_MAX (2 * PB_NAME_TEXT_MAX + 192)
char *learn_why_not(const struct survey *survey, char text[LEARN_WHY_MAX]);

#endif
