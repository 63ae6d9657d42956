/* ask.c - see ask.h. */
#include "ask.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char cli_ask_letter(const char *explanation, const char *question, const char *letters)
{
	char answer[16] = "";
	char letter;

	if (!isatty(STDIN_FILENO)) {
		(void)cli_fail("there is no terminal to ask \"%s\" on; --yes answers it",
			question);
		return 0;
	}
	/* Standard output may be for a program. */
	(void)fflush(stdout);
	if (explanation != NULL)
		(void)fprintf(stderr, "%s\n", explanation);
	(void)fprintf(stderr, "%s [", question);
	for (const char *each = letters; *each != '\0'; each++)
		(void)fprintf(stderr, "%c/", *each);
	(void)fputs("N] ", stderr);
	if (fgets(answer, sizeof(answer), stdin) != NULL) {
		letter = (char)tolower((unsigned char)answer[0]);
		if (letter != '\0' && strchr(letters, letter) != NULL)
			return letter;
	}
	(void)cli_fail("nothing was changed");
	return 0;
}

bool cli_ask(const struct cli *cli, const char *question)
{
	return cli_value(cli, "--yes") != NULL ||
	       cli_ask_letter(NULL, question, "y") != 0;
}
