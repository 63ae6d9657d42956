/* ask.h - a question to the user. */
#ifndef PINBOUND_ASK_H
#define PINBOUND_ASK_H

#include "cli.h"

/*
 * Asks "question [y/N]" on the terminal. True on a yes, and without asking with the
 * option --yes. Without a terminal it is a no, and an error is out.
 */
bool cli_ask(const struct cli *cli, const char *question);

#endif
