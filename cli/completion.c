/* completion.c - completion: see completion.h. */
#include "completion.h"
#include <stdio.h>
#include <string.h>

enum completion_kind completion_kind(const char *called)
{
	static const struct {
		const char *word;
		enum completion_kind kind;
	} kinds[] = {{"FILE", COMPLETION_FILES}, {"NAME", COMPLETION_NAMES},
		{"DIR", COMPLETION_FILES}, {"PATTERN", COMPLETION_NAMES},
		{"COMMAND", COMPLETION_COMMANDS}};
	size_t size;

	if (called == NULL || *called == '\0')
		return COMPLETION_NOTHING;
	if (strchr(called, '|') != NULL)
		return COMPLETION_WORDS;
	called += *called == '[';
	size = strcspn(called, ".]");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].word) == size &&
			memcmp(kinds[i].word, called, size) == 0)
			return kinds[i].kind;
	return COMPLETION_ANY;
}

/* A name that is to be added is not pinned yet. */
enum completion_kind completion_arguments(const struct cli_command *row)
{
	return row->run == cli_add ? COMPLETION_ANY : completion_kind(row->arguments);
}

void completion_words(const char *called)
{
	for (; *called != '\0'; called++)
		if (strchr("[].", *called) == NULL)
			(void)putchar(*called == '|' ? ' ' : *called);
}

void completion_quote(const char *text, const char *special, const char *quote)
{
	for (; *text != '\0'; text++) {
		if (strchr(special, *text) != NULL)
			(void)putchar('\\');
		if (*text == '\'')
			(void)fputs(quote, stdout);
		else
			(void)putchar(*text);
	}
}

int cli_completion(struct cli *cli)
{
	static const struct {
		const char *shell;
		void (*write)(void);
	} shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh},
		{"fish", completion_fish}};

	if (cli->json)
		return cli_misused(cli, "completion writes a script, and has no --json");
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(cli->arguments[0], shells[i].shell) != 0)
			continue;
		shells[i].write();
		return CLI_DONE;
	}
	return cli_misused(
		cli, "\"%s\" is none of bash, zsh and fish", cli->arguments[0]);
}
