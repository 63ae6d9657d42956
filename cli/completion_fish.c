/* completion_fish.c - the table of commands for fish; see completion.h. */
#include "completion.h"
#include <stdio.h>
#include <string.h>

static const char head[] =
	"# Completion of pinbound, for fish. \"pinbound completion fish\" wrote it.\n"
	"\n"
	"# Is this the command that has been typed? Without an argument: is there none "
	"yet?\n"
	"function __pinbound_is\n"
	"    set -l words (commandline -opc)\n"
	"    set -l at 2\n"
	"    while test $at -le (count $words)\n"
	"        switch $words[$at]\n"
	"            case -c\n"
	"                set at (math $at + 1)\n"
	"            case '-*'\n"
	"            case '*'\n"
	"                test $words[$at] = \"$argv[1]\"\n"
	"                return\n"
	"        end\n"
	"        set at (math $at + 1)\n"
	"    end\n"
	"    test -z \"$argv[1]\"\n"
	"end\n"
	"\n"
	"function __pinbound_names\n"
	"    set -l words (commandline -opc)\n"
	"    set -l conf\n"
	"    if set -l at (contains -i -- -c $words)\n"
	"        set conf -c $words[(math $at + 1)]\n"
	"    end\n"
	"    $words[1] $conf list 2>/dev/null | string replace -r ' .*' '' | tail -n +2\n"
	"end\n"
	"\n"
	"complete -c pinbound -f\n";

static void print_commands(const char *condition)
{
	for (const struct cli_command *row = cli_commands; row->name != NULL; row++) {
		(void)printf("complete -c pinbound -n '__pinbound_is%s' -a %s -d '",
			condition, row->name);
		completion_quote(row->summary, "\\", "\\'");
		(void)printf("'\n");
	}
}

static void print_value(const char *called)
{
	switch (completion_kind(called)) {
	case COMPLETION_NOTHING:
		break;
	case COMPLETION_FILES:
		(void)printf(" -r -F");
		break;
	case COMPLETION_NAMES:
		(void)printf(" -x -a '(__pinbound_names)'");
		break;
	case COMPLETION_WORDS:
		(void)printf(" -x -a '");
		completion_words(called);
		(void)printf("'");
		break;
	case COMPLETION_COMMANDS:
	case COMPLETION_ANY:
		(void)printf(" -x");
		break;
	}
}

/* Of the command, or of all if it is NULL. */
static void print_options(const char *command, const struct cli_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		bool is_long = strncmp(option->name, "--", 2) == 0;

		(void)printf("complete -c pinbound");
		if (command != NULL)
			(void)printf(" -n '__pinbound_is %s'", command);
		(void)printf(
			" -%c %s", is_long ? 'l' : 's', option->name + (is_long ? 2 : 1));
		print_value(option->value);
		(void)printf(" -d '");
		completion_quote(option->help, "\\", "\\'");
		(void)printf("'\n");
	}
}

static void print_arguments(const struct cli_command *row)
{
	char condition[64];

	(void)snprintf(condition, sizeof(condition), " %s", row->name);
	switch (completion_arguments(row)) {
	case COMPLETION_FILES:
		(void)printf("complete -c pinbound -n '__pinbound_is%s' -F\n", condition);
		break;
	case COMPLETION_NAMES:
		(void)printf("complete -c pinbound -n '__pinbound_is%s' "
			     "-a '(__pinbound_names)'\n",
			condition);
		break;
	case COMPLETION_COMMANDS:
		print_commands(condition);
		break;
	case COMPLETION_WORDS:
		(void)printf("complete -c pinbound -n '__pinbound_is%s' -a '", condition);
		completion_words(row->arguments);
		(void)printf("'\n");
		break;
	case COMPLETION_NOTHING:
	case COMPLETION_ANY:
		break;
	}
}

void completion_fish(void)
{
	(void)fputs(head, stdout);
	print_options(NULL, cli_common);
	print_commands("");
	for (const struct cli_command *row = cli_commands; row->name != NULL; row++) {
		print_options(row->name, row->options);
		print_arguments(row);
	}
}
