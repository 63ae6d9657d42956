/* main.c - options, dispatch and help of the pinbound command. */
#include "cli.h"
#include "colour.h"
#include "lost.h"
#include "pinbound/version.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char cli_no_value[] = "";

static void begin_error(void)
{
	(void)fflush(stdout); /* so that what is said comes in order */
	(void)fprintf(stderr, "%spinbound:%s ", cli_colour(stderr, CLI_BAD),
		cli_colour(stderr, CLI_PLAIN));
}

int cli_fail(const char *format, ...)
{
	va_list args;

	begin_error();
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)putc('\n', stderr);
	return CLI_FAILED;
}

int cli_misused(const struct cli *cli, const char *format, ...)
{
	va_list args;

	begin_error();
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fprintf(stderr, "; see \"pinbound help%s%s\"\n",
		cli->command != NULL ? " " : "",
		cli->command != NULL ? cli->command->name : "");
	return CLI_USAGE;
}

const struct cli_command *cli_find_command(const char *name)
{
	for (const struct cli_command *row = cli_commands; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const char *cli_value(const struct cli *cli, const char *option)
{
	for (size_t i = cli->given_count; i > 0; i--)
		if (strcmp(cli->given[i - 1].option->name, option) == 0)
			return cli->given[i - 1].value;
	return NULL;
}

bool cli_read_name(struct pb_name *name, const char *text)
{
	struct pb_error error;

	if (pb_name_from_user(name, text, strlen(text), &error))
		return true;
	(void)cli_fail("\"%s\" is not a domain name: %s", text, error.text);
	return false;
}

static const struct cli_option *find_option(
	const struct cli_option *row, const char *text, size_t size)
{
	for (; row != NULL && row->name != NULL; row++)
		if (strlen(row->name) == size && memcmp(row->name, text, size) == 0)
			return row;
	return NULL;
}

static bool take_common(struct cli *cli, const struct cli_given *given)
{
	if (strcmp(given->option->name, "--json") == 0)
		cli->json = true;
	else if (strcmp(given->option->name, "-q") == 0)
		cli->quiet = true;
	else if (strcmp(given->option->name, "--help") == 0)
		cli->wants_help = true;
	else if (strcmp(given->option->name, "-c") == 0)
		cli->conf_path = given->value;
	else
		return false;
	return true;
}

/* "[HOST]": what follows is the value, unless it is an option. */
static bool may_be_left_out(const struct cli_option *option)
{
	return option->value[0] == '[';
}

/* Reads the value of the option at argv[*at]. Returns an exit code. */
static int take_value(
	const struct cli *cli, struct cli_given *given, char **argv, int *at, size_t size)
{
	const char *text = argv[*at], *next;

	given->joined = text[size] == '=';
	if (given->joined) {
		given->value = text + size + 1;
		return CLI_DONE;
	}
	next = argv[*at + 1];
	if (may_be_left_out(given->option) && (next == NULL || next[0] == '-'))
		return CLI_DONE;
	(*at)++;
	if (next == NULL)
		return cli_misused(cli, "%s needs a value", given->option->name);
	given->value = next;
	return CLI_DONE;
}

/* Reads the option at argv[*at], and its value. Returns an exit code. */
static int take_option(struct cli *cli, char **argv, int *at)
{
	const char *text = strcmp(argv[*at], "-h") == 0 ? "--help" : argv[*at];
	size_t size = strcspn(text, "=");
	struct cli_given given = {.value = cli_no_value};
	int code = CLI_DONE;

	given.option = find_option(cli_common, text, size);
	if (given.option == NULL && cli->command != NULL)
		given.option = find_option(cli->command->options, text, size);
	if (given.option == NULL)
		return cli_misused(cli, "unknown option \"%.*s\"", (int)size, text);
	if (given.option->value == NULL && text[size] == '=')
		return cli_misused(cli, "%s takes no value", given.option->name);
	if (given.option->value != NULL)
		code = take_value(cli, &given, argv, at, size);
	if (code == CLI_DONE && !take_common(cli, &given))
		cli->given[cli->given_count++] = given;
	return code;
}

/* "add --mx example.com": what was taken for a value is the argument that is missing. */
static void give_back(struct cli *cli)
{
	for (size_t i = cli->given_count;
		i > 0 && cli->argument_count < cli->command->least; i--) {
		struct cli_given *given = &cli->given[i - 1];

		if (given->option->value == NULL || !may_be_left_out(given->option) ||
			given->joined || given->value == cli_no_value)
			continue;
		cli->arguments[cli->argument_count++] = given->value;
		given->value = cli_no_value;
	}
}

static int take_word(struct cli *cli, const char *word)
{
	if (cli->command != NULL) {
		cli->arguments[cli->argument_count++] = word;
		return CLI_DONE;
	}
	cli->command = cli_find_command(word);
	return cli->command != NULL
		       ? CLI_DONE
		       : cli_misused(cli, "there is no command \"%s\"", word);
}

static int parse(struct cli *cli, char **argv)
{
	bool only_words = false;
	int code = CLI_DONE;

	for (int at = 1; argv[at] != NULL && code == CLI_DONE; at++) {
		if (!only_words && strcmp(argv[at], "--") == 0)
			only_words = true;
		else if (!only_words && argv[at][0] == '-' && argv[at][1] != '\0')
			code = take_option(cli, argv, &at);
		else
			code = take_word(cli, argv[at]);
		if (argv[at] == NULL)
			break;
	}
	if (cli->command != NULL)
		give_back(cli);
	return code;
}

/* Is there a command, with as many arguments as it takes? Returns an exit code. */
static int check_arguments(const struct cli *cli)
{
	if (cli->command == NULL)
		return cli_misused(cli, "a command is missing");
	if (cli->argument_count < cli->command->least)
		return cli_misused(
			cli, "%s needs %s", cli->command->name, cli->command->arguments);
	if (cli->argument_count > cli->command->most)
		return cli_misused(cli, "%s: \"%s\" is one argument too many",
			cli->command->name, cli->arguments[cli->command->most]);
	return CLI_DONE;
}

static bool reads_standard_input(const struct cli *cli)
{
	for (size_t i = 0; i < cli->argument_count; i++)
		if (strcmp(cli->arguments[i], "-") == 0)
			return true;
	return false;
}

static int run_command(struct cli *cli)
{
	struct pb_error error;
	int code = check_arguments(cli);

	if (code != CLI_DONE || cli->command == NULL)
		return code;
	if (strcmp(cli->conf_path, "-") == 0) {
		if (reads_standard_input(cli))
			return cli_misused(
				cli, "standard input cannot be pinbound.conf and a FILE");
		cli->conf_path = "/dev/stdin";
	}
	if (cli->command->needs_conf && !pb_conf_read(&cli->conf, cli->conf_path, &error))
		return cli_fail("%s", error.text);
	code = cli->command->run(cli);
	pb_conf_free(&cli->conf);
	return code;
}

static int run(struct cli *cli, char **argv)
{
	int code = parse(cli, argv);

	if (code != CLI_DONE)
		return code;
	return cli->wants_help ? cli_help_on(cli, cli->command) : run_command(cli);
}

/* Exits as a plugin for monitoring: 1 would be a warning. */
static bool is_plugin(const struct cli *cli)
{
	return !cli->wants_help && cli->command != NULL &&
	       (cli->command->run == cli_check || cli->command->run == cli_doctor);
}

/* Is all that was written out of our hands? Returns the exit code. */
static int end(const struct cli *cli, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	(void)cli_fail("standard output: it cannot be written");
	if (is_plugin(cli))
		return code == CLI_CRITICAL ? code : CLI_UNKNOWN;
	return CLI_FAILED;
}

/* Where one of the three is closed, the next file to be opened would get its number: what
 * is said would be written into a store. */
static bool hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct cli cli = {.conf_path = pb_conf_path()};
	int code;

	if (!hold_standard_files())
		return CLI_UNKNOWN; /* 1 would be a warning of some */
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("pinbound " PB_VERSION "\n");
		return end(&cli, CLI_DONE);
	}
	lost_watch();
	cli.arguments = calloc((size_t)argc + 1, sizeof(*cli.arguments));
	cli.given = calloc((size_t)argc + 1, sizeof(*cli.given));
	code = cli.arguments == NULL || cli.given == NULL ? cli_fail("out of memory")
							  : run(&cli, argv);
	code = end(&cli, code);
	free(cli.arguments);
	free(cli.given);
	return code;
}
