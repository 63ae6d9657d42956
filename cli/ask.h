/* ask.h - a question to the user. */
#ifndef PINBOUND_ASK_H
#define PINBOUND_ASK_H

#include "cli.h"

/*
 * Asks "question [y/N]" on the terminal. True on a yes, and without asking with the
 * option --yes. Without a terminal it is a no, and an error is out.
 */
bool cli_ask(const struct cli *cli, const char *question);

/*
 * Asks "question [r/l/N]", for the letters "rl", with an explanation of them in a line
 * above, or NULL. Returns the letter that was chosen, or 0 with an error out; without a
 * terminal that names --yes.
 */
char cli_ask_letter(const char *explanation, const char *question, const char *letters);

#endif
