/* ask.c - see ask.h. */
#include "ask.h"
#include <stdio.h>
#include <unistd.h>

bool cli_ask(const struct cli *cli, const char *question)
{
	char answer[16] = "";

	if (cli_value(cli, "--yes") != NULL)
		return true;
	if (!isatty(STDIN_FILENO)) {
		(void)cli_fail("there is no terminal to ask \"%s\" on; --yes answers it",
			question);
		return false;
	}
	/* Standard output may be for a program. */
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
		(answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	(void)cli_fail("nothing was changed");
	return false;
}
