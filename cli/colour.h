/* colour.h - colours, for a person at a terminal. */
#ifndef PINBOUND_COLOUR_H
#define PINBOUND_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum cli_colour {
	CLI_PLAIN,  /* ends any other */
	CLI_BAD,    /* refused, removed, failed: red */
	CLI_WARN,   /* logged, about to expire: yellow */
	CLI_GOOD,   /* as pinned, added: green */
	CLI_STRONG, /* a heading: bold */
	CLI_WEAK,   /* what is there for completeness: dim */
	CLI_COLOURS
};

/* True if `out` is a terminal that takes colours, and the user has not set NO_COLOR
 * (https://no-color.org: to anything but the empty string). */
bool cli_colour_on(FILE *out);

/*
 * What to write to `out` so that what follows has that colour, "" if it is to have
 * none. Columns are kept when it is an argument of its own:
 *
 *   printf("%s%-8s%s", cli_colour(stdout, CLI_BAD), text, cli_colour(stdout, CLI_PLAIN));
 */
const char *cli_colour(FILE *out, enum cli_colour colour);

#endif
