/*
 * line.h - a log line: pinbound: EVENT key="value" ..., at most 1 KiB.
 *
 * Values are in double quotes; " and \ are escaped with \, every octet outside
 * printable ASCII is \DDD, so that nothing from the network can end a line,
 * forge a pair, or steer a terminal. What does not fit is left out, and the line
 * ends in truncated="yes".
 */
#ifndef PINBOUND_LINE_H
#define PINBOUND_LINE_H

#include "pinbound/pin.h"

#define PB_LINE_MAX 1024

struct pb_line {
	char text[PB_LINE_MAX + 1]; /* always ends in NUL */
	size_t used;
	bool full;
};

void pb_line_begin(struct pb_line *line, const char *event);
void pb_line_text(struct pb_line *line, const char *key, const char *value);
void pb_line_name(struct pb_line *line, const char *key, const struct pb_name *name);
void pb_line_number(struct pb_line *line, const char *key, int64_t value);

/* The elements as text, separated by spaces. */
void pb_line_set(struct pb_line *line, const char *key, enum pb_kind kind,
	const struct pb_set *set);

#endif
