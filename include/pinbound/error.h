/*
 * error.h - what went wrong, as a sentence for a person.
 *
 * Every fallible function of the core takes a struct pb_error to fill in.
 * It is written only when the function fails.
 */
#ifndef PINBOUND_ERROR_H
#define PINBOUND_ERROR_H

#include <stddef.h>

#define PB_ERROR_MAX 512 /* octets, the NUL at the end among them */

struct pb_error {
	char text[PB_ERROR_MAX];
};

/* Writes the sentence, cut at the buffer's end; what is neither ASCII nor UTF-8, or is a
 * control character, becomes \DDD. error may be NULL. */
void pb_error_set(struct pb_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of the sentence that is there. error may be NULL. */
void pb_error_context(struct pb_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What a lookup or an edit came to. */
enum pb_result {
	PB_OK = 0,
	PB_NOT_FOUND, /* nothing is wrong; it just is not there */
	PB_FAILED,    /* the struct pb_error says what */
};

#endif
