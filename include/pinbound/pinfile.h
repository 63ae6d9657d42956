/*
 * pinfile.h - pin files, pinbound-pins(5): what `import` reads and `export`
 * writes.
 */
#ifndef PINBOUND_PINFILE_H
#define PINBOUND_PINFILE_H

#include "pinbound/pin.h"
#include <stdio.h>

/* The number after "# pinbound-pins". */
#define PB_PINFILE_VERSION 1

/*
 * Reads `in` to its end, and calls each(arg, pin, line, error) for every pin,
 * in the file's order, `line` being that of its "pin:"; the pin is valid during
 * the call only. A false return stops and fails with the error that the call
 * has set, to which file and line are added. `path` is for messages. Two pins
 * of one name are an error here.
 */
bool pb_pinfile_read(FILE *in, const char *path,
	bool (*each)(void *arg, const struct pb_pin *pin, unsigned line,
		struct pb_error *error),
	void *arg, struct pb_error *error);

/*
 * One attribute of a pin, as a pin file or a command-line option names it
 * ("ns", "ds", "expires", ...), set from its value. Returns false with the
 * reason, without file and line. Attributes that may not be repeated are an
 * error the second time, which `seen`, a bit per attribute that begins as 0,
 * remembers.
 */
bool pb_pinfile_set(struct pb_pinbuf *buf, const char *attribute, const char *value,
	unsigned *seen, struct pb_error *error);

/* True if it is the name of an attribute, "name" among them. */
bool pb_pinfile_has(const char *attribute);

/* Writes the first line of an export, and one pin. False: see errno. */
bool pb_pinfile_write_head(FILE *out);
bool pb_pinfile_write(FILE *out, const struct pb_pin *pin);

/*
 * Writes the time of `expires` as a pin file has it: the date alone if it is
 * the end of a day (UTC), else RFC 3339 in UTC. Returns text.
 */
char *pb_expires_to_text(int64_t expires, char text[32]);

#endif
