/*
 * fuzz.h - what the fuzz targets share. A target takes octets from a stranger, hands them
 * to one reader, and checks what must hold whatever they are.
 */
#ifndef PINBOUND_FUZZ_H
#define PINBOUND_FUZZ_H

#include "pinbound/pin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, unless it holds. */
#define HOLDS(what) ((what) ? (void)0 : fuzz_fail(#what, __FILE__, __LINE__))

__attribute__((noreturn)) static inline void fuzz_fail(
	const char *what, const char *file, int line)
{
	(void)dprintf(2, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* True if all of it is printable ASCII. */
static inline bool fuzz_is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* True if nothing in it is a control character: it can be shown on a terminal, in one
 * line. */
static inline bool fuzz_is_harmless(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* An error that has been reported: a sentence of one line. */
static inline bool fuzz_is_reason(const struct pb_error *error)
{
	return error->text[0] != '\0' &&
	       memchr(error->text, '\0', sizeof(error->text)) != NULL &&
	       fuzz_is_harmless(error->text);
}

/* A directory of this process's own, below FUZZ_DIRECTORY or in memory; its files go at
 * the end, but not that of libFuzzer, which ends at once. The path of a file in it. */
const char *fuzz_file(const char *name);

/* Checks that the pin is one, that a pin file of it is read as the same pin, and that
 * nothing in that file steers a terminal. */
void fuzz_check_pin(const struct pb_pin *pin);

struct pb_txn; /* see db.h */

/* Takes all entries out of the first `tables` tables of a store. */
void fuzz_empty(struct pb_txn *txn, unsigned tables);

#endif
