/* help.c - what the table of commands says, for people and as JSON. */
#include "cli.h"
#include "json.h"

static void print_options(const struct cli_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		int used =
			printf("  %s%s%s", option->name, option->value != NULL ? " " : "",
				option->value != NULL ? option->value : "");

		if (used > 25) {
			(void)putchar('\n');
			used = 0;
		}
		(void)printf("%*s%s\n", 26 - used, "", option->help);
	}
}

static void print_overview(void)
{
	(void)printf("Usage: pinbound COMMAND [OPTIONS] [ARGUMENTS]\n\n"
		     "Pins the delegations of domains, for Unbound to refuse what "
		     "deviates.\n\n");
	for (const struct cli_command *row = cli_commands; row->name != NULL; row++)
		(void)printf("  %-10s  %s\n", row->name, row->summary);
	(void)printf("\nOptions common to all:\n");
	print_options(cli_common);
	(void)printf("\n\"pinbound help COMMAND\" tells more.\n");
}

static void print_command(const struct cli_command *row)
{
	(void)printf("Usage: pinbound %s%s%s%s\n\n%s\n", row->name,
		row->options != NULL ? " [OPTIONS]" : "", *row->arguments ? " " : "",
		row->arguments, row->help);
	if (row->options != NULL) {
		(void)printf("\nOptions:\n");
		print_options(row->options);
	}
}

static void json_options(struct json *json, const struct cli_option *option)
{
	json_open(json, "options", '[');
	for (; option != NULL && option->name != NULL; option++) {
		json_open(json, NULL, '{');
		json_text(json, "name", option->name);
		if (option->value != NULL)
			json_text(json, "value", option->value);
		json_text(json, "help", option->help);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_overview(struct json *json)
{
	json_open(json, "commands", '[');
	for (const struct cli_command *row = cli_commands; row->name != NULL; row++) {
		json_open(json, NULL, '{');
		json_text(json, "name", row->name);
		json_text(json, "arguments", row->arguments);
		json_text(json, "summary", row->summary);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_options(json, cli_common);
}

static void json_command(struct json *json, const struct cli_command *row)
{
	json_text(json, "name", row->name);
	json_text(json, "arguments", row->arguments);
	json_text(json, "summary", row->summary);
	json_text(json, "help", row->help);
	json_options(json, row->options);
}

int cli_help_on(const struct cli *cli, const struct cli_command *row)
{
	struct json json;

	if (!cli->json && row == NULL) {
		print_overview();
	} else if (!cli->json) {
		print_command(row);
	} else {
		json_begin(&json, stdout);
		json_open(&json, NULL, '{');
		if (row == NULL)
			json_overview(&json);
		else
			json_command(&json, row);
		json_close(&json, '}');
		json_end(&json);
	}
	return CLI_DONE;
}

int cli_help(struct cli *cli)
{
	const struct cli_command *row;

	if (cli->argument_count == 0)
		return cli_help_on(cli, NULL);
	row = cli_find_command(cli->arguments[0]);
	if (row == NULL)
		return cli_misused(cli, "there is no command \"%s\"", cli->arguments[0]);
	return cli_help_on(cli, row);
}
