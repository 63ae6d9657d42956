/* options.c - see options.h. */
#include "options.h"
#include <stdlib.h>
#include <string.h>

/* "50" and the like. */
static bool read_rate(unsigned *rate, const char *text)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value > 1000000)
		return false;
	*rate = (unsigned)value;
	return true;
}

/* "ADDRESS", "ADDRESS@PORT", "ADDRESS#NAME", "ADDRESS@PORT#NAME". */
static int read_via(
	struct survey_options *options, const struct cli *cli, const char *text)
{
	size_t size = strcspn(text, "#");
	struct survey_via *via = &options->via[options->via_count];
	struct pb_error error;
	struct pb_name name;

	if (options->via_count == SURVEY_VIAS_MAX)
		return cli_misused(
			cli, "--via: more than %d are too many", SURVEY_VIAS_MAX);
	if (!net_read_address(&via->address, &via->port, text, size, &error))
		return cli_misused(cli, "--via: %s", error.text);
	if (text[size] == '#') {
		via->tls_name = text + size + 1;
		if (!pb_name_from_text(
			    &name, via->tls_name, strlen(via->tls_name), &error))
			return cli_misused(cli, "--via: \"%s\" is no name: %s",
				via->tls_name, error.text);
	}
	options->via_count++;
	return CLI_DONE;
}

int survey_options_read(struct survey_options *options, const struct cli *cli)
{
	const char *rate = cli_value(cli, "--rate");
	int code = CLI_DONE;

	*options = (struct survey_options){
		.root_hints = cli_value(cli, "--root-hints"),
		.net = {.rate = SURVEY_RATE,
			.no_v4 = cli_value(cli, "-6") != NULL,
			.no_v6 = cli_value(cli, "-4") != NULL},
	};
	if (options->net.no_v4 && options->net.no_v6)
		return cli_misused(cli, "-4 and -6 leave nothing to ask over");
	if (rate != NULL && !read_rate(&options->net.rate, rate))
		return cli_misused(
			cli, "--rate: \"%s\" is not a number up to 1000000", rate);
	for (size_t i = 0; i < cli->given_count && code == CLI_DONE; i++)
		if (strcmp(cli->given[i].option->name, "--via") == 0)
			code = read_via(options, cli, cli->given[i].value);
	return code;
}

int survey_options_refuse(const struct cli *cli, const char *with)
{
	static const char *const asking[] = {
		"--via", "--root-hints", "--rate", "-4", "-6"};

	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (cli_value(cli, asking[i]) != NULL)
			return cli_misused(cli,
				"with %s, nobody is asked, and %s means nothing", with,
				asking[i]);
	return CLI_DONE;
}
