/*
 * file.h - files that are written as a whole: whoever reads one never sees half of it.
 */
#ifndef PINBOUND_FILE_H
#define PINBOUND_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct cli_file {
	const char *path;
	char *other; /* what it is called until it is complete; NULL: it is no file */
	FILE *out;
};

/* Opens one that is to be PATH, beside it, or what PATH is if that is a device or one of
 * the process's own descriptors, as /dev/stdout. False, and an error is out, if it cannot
 * be opened. */
bool cli_file_open(struct cli_file *file, const char *path);

/* Puts it in the place of PATH if `keep`, else removes it; frees. False, and an error is
 * out, if it could not be written. */
bool cli_file_close(struct cli_file *file, bool keep);

#endif
