/* completion_bash.c - the table of commands for bash; see completion.h. */
#include "completion.h"
#include <stdio.h>

/* What does not depend on the table. Names are not given to compgen -W, which would
 * expand what is in them. */
static const char machinery[] =
	"# Adds those of its arguments that begin with what has been typed.\n"
	"_pinbound_add()\n"
	"{\n"
	"\tlocal word\n"
	"\tfor word; do\n"
	"\t\t[[ $word == \"$current\"* ]] && COMPREPLY+=(\"$word\")\n"
	"\tdone\n"
	"\treturn 0\n"
	"}\n"
	"\n"
	"_pinbound_names()\n"
	"{\n"
	"\tlocal name\n"
	"\twhile read -r name; do\n"
	"\t\tprintf -v name %q \"$name\"\n"
	"\t\t_pinbound_add \"$name\"\n"
	"\tdone < <(\"${COMP_WORDS[0]}\" \"${conf[@]}\" list 2> /dev/null |\n"
	"\t\tsed -n '2,$s/ .*//p')\n"
	"}\n"
	"\n"
	"_pinbound_files()\n"
	"{\n"
	"\tcompopt -o filenames 2> /dev/null\n"
	"\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	"}\n"
	"\n"
	"# The command that has been typed, and the file of -c.\n"
	"_pinbound_scan()\n"
	"{\n"
	"\tlocal at\n"
	"\tfor ((at = 1; at < COMP_CWORD; at++)); do\n"
	"\t\tcase ${COMP_WORDS[at]} in\n"
	"\t\t-c)\n"
	"\t\t\t[[ ${COMP_WORDS[at + 1]} == = ]] && ((at++))\n"
	"\t\t\tconf=(-c \"${COMP_WORDS[++at]}\")\n"
	"\t\t\t;;\n"
	"\t\t-* | =) ;;\n"
	"\t\t*) [[ -n $command ]] || command=${COMP_WORDS[at]} ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_pinbound()\n"
	"{\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} command='' conf=()\n"
	"\tlocal previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tCOMPREPLY=()\n"
	"\t_pinbound_scan\n"
	"\tif [[ $current == = ]]; then\n"
	"\t\tcurrent=''\n"
	"\telif [[ $previous == = ]]; then\n"
	"\t\tprevious=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\t_pinbound_value && return\n"
	"\tif [[ $current == -* ]]; then\n"
	"\t\t_pinbound_options\n"
	"\telse\n"
	"\t\t_pinbound_arguments\n"
	"\tfi\n"
	"}\n"
	"\n"
	"complete -F _pinbound pinbound\n";

static void print_commands(void)
{
	(void)printf("_pinbound_add");
	for (const struct cli_command *row = cli_commands; row->name != NULL; row++)
		(void)printf(" %s", row->name);
}

static void print_candidates(enum completion_kind kind, const char *called)
{
	switch (kind) {
	case COMPLETION_FILES:
		(void)printf("_pinbound_files");
		break;
	case COMPLETION_NAMES:
		(void)printf("_pinbound_names");
		break;
	case COMPLETION_COMMANDS:
		print_commands();
		break;
	case COMPLETION_WORDS:
		(void)printf("_pinbound_add ");
		completion_words(called);
		break;
	case COMPLETION_NOTHING:
	case COMPLETION_ANY:
		(void)printf(":");
		break;
	}
}

/* Of the command, or of all if it is NULL. */
static void print_values(const char *command, const struct cli_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		if (option->value == NULL)
			continue;
		if (command != NULL)
			(void)printf("\t'%s %s') ", command, option->name);
		else
			(void)printf("\t*' %s') ", option->name);
		print_candidates(completion_kind(option->value), option->value);
		(void)printf(" ;;\n");
	}
}

static void print_options(const struct cli_option *option)
{
	for (; option != NULL && option->name != NULL; option++)
		(void)printf(" %s", option->name);
}

void completion_bash(void)
{
	const struct cli_command *row;

	(void)printf("# Completion of pinbound, for bash. \"pinbound completion bash\" "
		     "wrote it.\n\n"
		     "# Of the option in front, if it takes a value.\n"
		     "_pinbound_value()\n{\n\tcase \"$command $previous\" in\n");
	for (row = cli_commands; row->name != NULL; row++)
		print_values(row->name, row->options);
	print_values(NULL, cli_common);
	(void)printf("\t*) return 1 ;;\n\tesac\n}\n\n"
		     "_pinbound_options()\n{\n\t_pinbound_add");
	print_options(cli_common);
	(void)printf("\n\tcase $command in\n");
	for (row = cli_commands; row->name != NULL; row++) {
		if (row->options == NULL)
			continue;
		(void)printf("\t%s)\n\t\t_pinbound_add", row->name);
		print_options(row->options);
		(void)printf("\n\t\t;;\n");
	}
	(void)printf("\tesac\n}\n\n_pinbound_arguments()\n{\n\tcase $command in\n\t'') ");
	print_commands();
	(void)printf(" ;;\n");
	for (row = cli_commands; row->name != NULL; row++) {
		(void)printf("\t%s) ", row->name);
		print_candidates(completion_arguments(row), row->arguments);
		(void)printf(" ;;\n");
	}
	(void)printf("\tesac\n}\n\n%s", machinery);
}
