/* colour.c - see colour.h. */
#include "colour.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_colour_on(FILE *out)
{
	const char *no_colour = secure_getenv("NO_COLOR");
	const char *terminal = secure_getenv("TERM");

	return (no_colour == NULL || *no_colour == '\0') && terminal != NULL &&
	       *terminal != '\0' && strcmp(terminal, "dumb") != 0 && isatty(fileno(out));
}

/* ECMA-48; a terminal of today knows these, whatever terminfo calls it. */
const char *cli_colour(FILE *out, enum cli_colour colour)
{
	static const char *const sequences[CLI_COLOURS] = {
		[CLI_PLAIN] = "\033[0m",
		[CLI_BAD] = "\033[31m",
		[CLI_WARN] = "\033[33m",
		[CLI_GOOD] = "\033[32m",
		[CLI_STRONG] = "\033[1m",
		[CLI_WEAK] = "\033[2m",
	};

	return cli_colour_on(out) ? sequences[colour] : "";
}
