/* expires.h - the times of "expires:". */
#ifndef PINBOUND_EXPIRES_H
#define PINBOUND_EXPIRES_H

#include "pinbound/pinfile.h"

/*
 * Reads a date, which lasts to the end of that day (UTC), or a time of RFC 3339
 * with its zone. *expires is the first second at which it is over.
 */
bool pb_expires_from_text(int64_t *expires, const char *text, struct pb_error *error);

#endif
