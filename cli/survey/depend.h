/*
 * depend.h - what a name depends on: the zones that its NS hosts and MX hosts live in,
 * and those that the NS hosts of these live in, and so on. Whoever takes one of them over
 * takes the name.
 *
 * The walk surveys each zone once, all that are known at a time. It ends where nothing
 * new is found, or at DEPEND_ZONES_MAX zones. The zones above a zone (com.) are not
 * walked: their operators can take over whatever lies in them, but are asked anyway.
 *
 *	depend = depend_new(surveyor);
 *	depend_add(depend, &name, true);
 *	surveyor_run(surveyor);
 *	... look at depend_zones() ...
 *	depend_free(depend);             before surveyor_free()
 */
#ifndef PINBOUND_SURVEY_DEPEND_H
#define PINBOUND_SURVEY_DEPEND_H

#include "survey.h"

#define DEPEND_ZONES_MAX 100

struct depend;
struct depend_zone;

enum depend_kind { DEPEND_NS, DEPEND_MX };

/* A host of a zone, and where it lives. */
struct depend_host {
	struct depend_host *next;
	enum depend_kind kind;
	struct pb_name name;
	/* NULL if that could not be found out, or is one more than DEPEND_ZONES_MAX:
	 * `why` tells. It may be the zone itself. */
	struct depend_zone *zone;
	const char *why;
};

struct depend_zone {
	struct depend_zone *next; /* those nearer to what was added first */
	struct pb_name name;
	struct survey *survey;     /* belongs to the walk */
	struct depend_host *hosts; /* NS first, each kind in canonical order */
	/* The zone for the sake of which it was found first; NULL: it was added. */
	const struct depend_zone *found_by;
	enum depend_kind found_as;
	bool listed; /* for depend.c */
};

/*
 * The pin that a zone is surveyed with (struct survey_wants), or NULL. It must live as
 * long as the walk.
 */
typedef const struct pb_pin *depend_pin(void *arg, const struct pb_name *zone);

/* NULL if there is no memory. `pin` may be NULL: there are no pins. */
struct depend *depend_new(struct surveyor *surveyor, depend_pin *pin, void *arg);
void depend_free(struct depend *depend); /* NULL is fine; frees the surveys */

/* Adds a name. With `follow`, what it depends on, too; its MX hosts only of those that
 * are added. What is found is there when surveyor_run() returns. */
void depend_add(struct depend *depend, const struct pb_name *name, bool follow);

/* The first of all zones: those that were added, then those that were found. A name
 * that is no zone is there, too, with a survey that says so. */
struct depend_zone *depend_zones(struct depend *depend);
size_t depend_count(const struct depend *depend);

#endif
