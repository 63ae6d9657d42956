/*
 * survey_in.h - what the parts of survey.h share: survey.c (who is asked what), sum.c
 * (what all say together), groups.c and signed.c. Nobody else reads it.
 */
#ifndef PINBOUND_SURVEY_IN_H
#define PINBOUND_SURVEY_IN_H

#include "survey.h"

struct surveyor {
	struct net *net;
	struct cuts *cuts;
	struct arena *arena; /* of the roots */
	struct roots roots;
	struct survey_via via[SURVEY_VIAS_MAX];
	size_t via_count;
	size_t running;
};

/* An answer while the survey is under way. */
struct held {
	struct survey_answer answer; /* first */
	struct run *run;
	ldns_rr_list *rrset; /* of the child's side, with its signatures; or NULL */
};

struct run {
	struct survey survey; /* first: what the caller is given */
	struct surveyor *surveyor;
	struct survey_wants wants;
	survey_done *done;
	void *arg;
	struct cuts_work work;
	size_t pending;
	void (*next)(struct run *run); /* when nothing is pending any more */
	struct pb_seen_set delegated;  /* the zone's servers that are to be asked */
	struct pb_seen_set hosts;      /* whose addresses were asked for */
	struct pb_seen_set known;      /* addresses, by glue or asked for */
	size_t room;                   /* of survey.answers */
};

/* Fills in what the parent's servers say together, and survey.found. */
void sum_parent(struct run *run);
/* Likewise the zone's own. */
void sum_child(struct run *run);

/* Does this DS RDATA stand for the key of this DNSKEY or CDNSKEY RDATA? */
bool signed_stands_for(
	const struct pb_name *zone, struct pb_bytes ds, struct pb_bytes key);

/* Sets signed_by_parent_ds and signed_by_pin_ds of all answers. */
void check_signatures(struct run *run);

#endif
