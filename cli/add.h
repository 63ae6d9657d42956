/*
 * add.h - what the parts of `pinbound add` share: add.c (asking, deciding, storing) and
 * what shows what was found: add_show.c, add_json.c.
 */
#ifndef PINBOUND_ADD_H
#define PINBOUND_ADD_H

#include "cli.h"
#include "survey/depend.h"
#include "survey/learn.h"

/* A zone that was found, in the order of depend.h. */
struct addition {
	struct addition *next;
	const struct depend_zone *zone;
	struct pb_pinbuf *pin;  /* what is to be pinned; NULL: nothing, see `why` */
	struct learned learned; /* if there is a pin */
	bool pinned;            /* it is pinned already, and stays as it is */
	const char *why;        /* why nothing can be learned of it */
	/* In the tree: it is there, below which, and how far its hosts have been shown.
	 */
	bool shown;
	struct addition *above;
	const struct depend_host *next_host;
};

struct adding {
	struct cli *cli;
	struct pb_name name;
	bool dependencies; /* the walk was followed */
	struct survey_options options;
	struct learn_wants wants;
	struct surveyor *surveyor;
	struct depend *depend;
	struct arena *arena;
	struct addition *additions; /* the first is of `name` */
	size_t new_pins;
	bool alarming;
};

/* For a person, to standard output. */
void add_show(const struct adding *adding);

/* The same as JSON, for --dry-run. */
void add_show_json(const struct adding *adding);

/* A pin of which nobody was asked, likewise. */
void add_show_json_pin(const struct pb_pin *pin);

#endif
