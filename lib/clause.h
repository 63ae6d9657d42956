/*
 * clause.h - the line syntax that pinbound.conf and pin files share, that of
 * unbound.conf: "attribute: value", # comments, optional double quotes (inside
 * them only \" and \\ are special and # is itself).
 */
#ifndef PINBOUND_CLAUSE_H
#define PINBOUND_CLAUSE_H

#include "pinbound/error.h"
#include <stdbool.h>
#include <stdio.h>

#define PB_CLAUSE_LINE_MAX 4096

struct pb_clause {
	FILE *in;
	const char *path; /* for messages */
	unsigned line;    /* of the attribute that was read last */
	/* Sees each line that is only a comment; false, with a reason, ends it all.
	 * NULL if nobody cares. */
	bool (*comment)(const char *text, unsigned line, struct pb_error *error);
	char *attribute;
	char *value; /* "" if there is none; both live until the next read */
	char text[PB_CLAUSE_LINE_MAX];

	/* What was read of the file, and is still to be looked at. */
	size_t at, size;
	char chunk[4 * PB_CLAUSE_LINE_MAX];
};

/* The file is read in large pieces: where it stands then says nothing. */
void pb_clause_begin(struct pb_clause *clause, FILE *in, const char *path);

enum pb_clause_read { PB_CLAUSE_READ, PB_CLAUSE_END, PB_CLAUSE_BAD };

/* Reads the next attribute. The error of PB_CLAUSE_BAD has file and line. */
enum pb_clause_read pb_clause_next(struct pb_clause *clause, struct pb_error *error);

/* Puts file and line in front of an error about the attribute read last. */
void pb_clause_blame(const struct pb_clause *clause, struct pb_error *error);

#endif
