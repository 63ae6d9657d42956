/*
 * name.h - owner names: uncompressed wire format (RFC 1035 section 3.1), in
 * lower case, which is the canonical form of RFC 4034 section 6.2.
 */
#ifndef PINBOUND_NAME_H
#define PINBOUND_NAME_H

#include "pinbound/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PB_NAME_MAX 255       /* octets on the wire, the root label included */
#define PB_LABELS_MAX 127     /* labels, the root label not counted */
#define PB_NAME_TEXT_MAX 1021 /* presentation form: \DDD for each octet, and a NUL */

struct pb_name {
	uint8_t size; /* octets of wire that are used, 1 for the root */
	uint8_t wire[PB_NAME_MAX];
};

/*
 * Reads the presentation form, `size` octets of `text`, no NUL needed: RFC 1035
 * escapes (\. and \DDD), always absolute, trailing dot optional. U-labels are
 * not understood here: see pb_name_from_user().
 * Returns false, with the reason in *error, for what is no name.
 */
bool pb_name_from_text(
	struct pb_name *name, const char *text, size_t size, struct pb_error *error);

/*
 * The same for what a person typed: UTF-8 labels become A-labels (IDNA2008, by
 * libidn2). errno is ENOMEM if memory was lacking. Only programs that link libidn2 may
 * call it.
 */
bool pb_name_from_user(
	struct pb_name *name, const char *text, size_t size, struct pb_error *error);

/*
 * Copies an uncompressed wire name from `wire`, at most `size` octets, and puts
 * it into lower case. Returns the octets read, 0 if they are not a name.
 */
size_t pb_name_from_wire(struct pb_name *name, const uint8_t *wire, size_t size);

/*
 * Writes the presentation form, fully qualified and NUL terminated. Octets that
 * could mean something to a pin file, a log line or a terminal are escaped.
 * Returns `text`.
 */
char *pb_name_to_text(const struct pb_name *name, char text[PB_NAME_TEXT_MAX]);

bool pb_name_equal(const struct pb_name *a, const struct pb_name *b);

/* Canonical order of RFC 4034 section 6.1: <0, 0 or >0. */
int pb_name_order(const struct pb_name *a, const struct pb_name *b);

/* Labels, the root label not counted: 0 for the root. */
unsigned pb_name_labels(const struct pb_name *name);

/* True if its first label is "*". */
bool pb_name_is_wildcard(const struct pb_name *name);

/* True if name is at or below ancestor. */
bool pb_name_at_or_below(const struct pb_name *name, const struct pb_name *ancestor);

/* True if name is below ancestor, and not ancestor itself. */
bool pb_name_below(const struct pb_name *name, const struct pb_name *ancestor);

/*
 * The ancestor of name that has `labels` labels (name itself, if it has as
 * many; `labels` must not be more than that).
 */
void pb_name_ancestor(
	struct pb_name *ancestor, const struct pb_name *name, unsigned labels);

#endif
