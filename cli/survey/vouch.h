/*
 * vouch.h - does a zone vouch for a change of its delegation, under the key that is
 * pinned? Pure.
 *
 * A zone says what its DS set should be with CDS and CDNSKEY (RFC 7344, RFC 8078), and
 * that its NS set is meant for the parent with CSYNC (RFC 7477). Whoever has taken over
 * the registrar's account cannot sign these with a key that the pinned DS stands for.
 */
#ifndef PINBOUND_SURVEY_VOUCH_H
#define PINBOUND_SURVEY_VOUCH_H

#include "survey.h"

enum vouch {
	VOUCH_NO_CHANGE, /* the set is to stay as it is */
	VOUCH_NO_KEY,    /* no DS is pinned that could stand for a key */
	VOUCH_UNKNOWN,   /* no server of the zone answers */
	VOUCH_SILENT,    /* the zone has nothing that says so and is signed like that */
	VOUCH_SAYS_SO,
	VOUCH_SAYS_OTHERWISE, /* on one server at least */
};

struct vouching {
	enum vouch ns, ds;
};

/* What must be asked for. `pin` must live as long as the survey. */
struct survey_wants vouch_survey(const struct pb_pin *pin);

/* What the zone says to the change from one pin to the other. */
void vouch(struct vouching *vouching, const struct survey *survey,
	const struct pb_pin *pinned, const struct pb_pin *wanted);

#endif
