/*
 * gather.h - pins from files that are none of ours: their records are gathered, and
 * then put together, a pin for each zone.
 */
#ifndef PINBOUND_GATHER_H
#define PINBOUND_GATHER_H

#include "pinbound/store.h"
#include <stdio.h>

/* One element of a set, and the line that it was read from. */
struct gather_record {
	struct pb_name zone;
	enum pb_pin_set set;
	unsigned line;
	size_t size;
	uint8_t *octets;
};

/* Begins as all zero. */
struct gather {
	struct gather_record *records;
	size_t count, room;
};

/* A file, and where its pins go. */
struct gather_file {
	FILE *in;
	const char *path;
	struct pb_edit *edit;  /* what is pinned already */
	struct pb_name origin; /* of a zone file; size 0: not given */
	bool addresses;        /* pin those of a zone file, too */
	bool (*each)(void *arg, const struct pb_pin *pin, unsigned line,
		struct pb_error *error);
	void *arg;
};

/* Copies the octets. False, with the error, if there is no memory. */
bool gather_add(struct gather *gather, const struct pb_name *zone, enum pb_pin_set set,
	struct pb_bytes octets, unsigned line, struct pb_error *error);

/* Sorts the records by zone, line and set; gather_find() needs that. */
void gather_sort(struct gather *gather);

/* The first record of a zone; the others follow. NULL if there is none. */
const struct gather_record *gather_find(
	const struct gather *gather, const struct pb_name *zone);

void gather_free(struct gather *gather);

/*
 * Calls file->each() for each zone, in canonical order. Where the zone is pinned, the
 * sets that the file speaks of take the place of those of the pin, and all else stays.
 * The error has file and line.
 */
bool gather_pins(
	struct gather *gather, const struct gather_file *file, struct pb_error *error);

/* Says to standard error that something was left out. */
void gather_note(const struct gather_file *file, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Readers. The error has file and line. */
bool gather_unbound(struct gather_file *file, struct pb_error *error);
bool gather_zone(struct gather_file *file, struct pb_error *error);

#endif
