/*
 * file.h - files that are written as a whole: whoever reads one never sees half of it.
 */
#ifndef PINBOUND_FILE_H
#define PINBOUND_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct cli_file {
	const char *path;
	char *other; /* what it is called until it is complete */
	FILE *out;
};

/* Opens PATH.new. False, and an error is out, on failure. */
bool cli_file_open(struct cli_file *file, const char *path);

/* Puts it in the place of PATH if `keep`, else removes it; frees. False, and an error is
 * out, if it could not be written. */
bool cli_file_close(struct cli_file *file, bool keep);

#endif
