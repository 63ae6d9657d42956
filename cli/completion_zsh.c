/* completion_zsh.c - the table of commands for zsh; see completion.h. */
#include "completion.h"
#include <stdio.h>
#include <string.h>

static const char head[] =
	"#compdef pinbound\n"
	"# Completion of pinbound, for zsh. \"pinbound completion zsh\" wrote it.\n"
	"\n"
	"_pinbound_names() {\n"
	"\tlocal -a names from\n"
	"\tfrom=(${opt_args[-c]:+-c} ${opt_args[-c]:-$conf})\n"
	"\tnames=(${(f)\"$($program $from list 2> /dev/null | sed -n '2,$s/ .*//p')\"})\n"
	"\tcompadd -a names\n"
	"}\n"
	"\n"
	"_pinbound_commands() {\n"
	"\tlocal -a commands\n"
	"\tcommands=(\n";

static const char middle[] = "\t)\n"
			     "\t_describe command commands\n"
			     "}\n"
			     "\n"
			     "_pinbound() {\n"
			     "\tlocal context state state_descr line program=$words[1]\n"
			     "\tlocal -a common conf\n"
			     "\tlocal -A opt_args\n"
			     "\tcommon=(";

static const char main_part[] = "\n\t)\n"
				"\t_arguments -C -S : $common '1: :_pinbound_commands' "
				"'*:: :->rest' && return\n"
				"\t[[ $state == rest ]] || return 1\n"
				"\tconf=(${opt_args[-c]:+-c} $opt_args[-c])\n"
				"\tcase $words[1] in\n";

static const char tail[] =
	"\tesac\n"
	"}\n"
	"\n"
	"if [[ $funcstack[1] == _pinbound ]]; then _pinbound \"$@\"; else compdef "
	"_pinbound pinbound; fi\n";

static void print_action(enum completion_kind kind, const char *called)
{
	switch (kind) {
	case COMPLETION_FILES:
		(void)printf("_files");
		break;
	case COMPLETION_NAMES:
		(void)printf("_pinbound_names");
		break;
	case COMPLETION_COMMANDS:
		(void)printf("_pinbound_commands");
		break;
	case COMPLETION_WORDS:
		(void)printf("(");
		completion_words(called);
		(void)printf(")");
		break;
	case COMPLETION_NOTHING:
	case COMPLETION_ANY:
		(void)printf(" ");
		break;
	}
}

/* One that may be repeated says so in its help. */
static void print_options(const struct cli_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		bool is_long = strncmp(option->name, "--", 2) == 0;

		(void)printf(" \\\n\t\t\t'%s%s%s[",
			strstr(option->help, "repeatable") != NULL ? "*" : "",
			option->name, is_long && option->value != NULL ? "=" : "");
		completion_quote(option->help, "[]:\\", "'\\''");
		(void)printf("]");
		if (option->value != NULL) {
			(void)printf(":");
			completion_quote(option->value, ":\\", "'\\''");
			(void)printf(":");
			print_action(completion_kind(option->value), option->value);
		}
		(void)printf("'");
	}
}

static void print_command(const struct cli_command *row)
{
	(void)printf("\t%s)\n\t\t_arguments -S : $common", row->name);
	print_options(row->options);
	if (row->most > 0) {
		(void)printf(
			" \\\n\t\t\t'%s:%s:", row->most > 1 ? "*" : "1", row->arguments);
		print_action(completion_arguments(row), row->arguments);
		(void)printf("'");
	}
	(void)printf("\n\t\t;;\n");
}

void completion_zsh(void)
{
	const struct cli_command *row;

	(void)fputs(head, stdout);
	for (row = cli_commands; row->name != NULL; row++) {
		(void)printf("\t\t'%s:", row->name);
		completion_quote(row->summary, ":\\", "'\\''");
		(void)printf("'\n");
	}
	(void)fputs(middle, stdout);
	print_options(cli_common);
	(void)fputs(main_part, stdout);
	for (row = cli_commands; row->name != NULL; row++)
		print_command(row);
	(void)fputs(tail, stdout);
}
