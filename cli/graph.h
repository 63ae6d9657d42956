/*
 * graph.h - what the parts of `pinbound graph` share: graph.c (asking), graph_dot.c and
 * graph_json.c (writing), graph_draw.c (running dot).
 */
#ifndef PINBOUND_GRAPH_H
#define PINBOUND_GRAPH_H

#include "cli.h"
#include "survey/depend.h"

struct graph_zone {
	struct graph_zone *next;
	const struct depend_zone *zone;
	const struct pb_pin *pin; /* NULL: it is not pinned */
	enum pb_mode mode;        /* of the pin, in force */
	pb_reasons reasons;       /* how it deviates now */
	bool is_zone;             /* it was found to be one */
	bool is_signed;           /* its parent has a DS */
	unsigned number;
};

struct graph {
	struct graph_zone *zones; /* in the order of depend.h */
	bool cut_short;           /* there are more */
};

/* Writes it in the language of Graphviz, to be laid out by dot. Names may be hostile. */
void graph_write_dot(const struct graph *graph, FILE *out);

void graph_write_json(const struct graph *graph, FILE *out);

/* Has dot(1) make a picture of what is in `text`: `format` is "svg" or "png". The file is
 * there whole, or as it was. Returns an exit code, with an error out on failure. */
int graph_draw(const char *text, size_t size, const char *format, const char *path);

#endif
