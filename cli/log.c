/* log.c - log: what has happened, and the responses behind it. */
#include "colour.h"
#include "observed.h"
#include <stdlib.h>
#include <time.h>

/* Nanoseconds between two looks for new events. */
#define FOLLOW_NS 200000000

struct logging {
	const struct cli *cli;
	struct pb_state *state;
	struct json json;
	bool verbose;
	uint64_t last; /* number of the last event that was written */
	bool failed;   /* the error is out */
};

/* The evidence of an event, if that is still the last of its zone and aspect. */
static void write_evidence(struct logging *logging, const struct pb_happening *event)
{
	struct pb_evidence evidence;
	struct pb_error error;
	uint8_t *memory;

	if (!logging->verbose || event->evidence == 0)
		return;
	switch (pb_state_evidence(
		logging->state, event->evidence, &evidence, &memory, &error)) {
	case PB_OK:
		if (logging->cli->json)
			observed_json_evidence(&logging->json, &evidence);
		else
			observed_print_evidence(&evidence);
		free(memory);
		break;
	case PB_NOT_FOUND:
		break;
	case PB_FAILED:
		(void)cli_fail("%s", error.text);
		logging->failed = true;
		break;
	}
}

static const char *event_colour(const struct pb_happening *event)
{
	if (event->reasons == 0)
		return cli_colour(stdout, CLI_GOOD);
	return cli_colour(
		stdout, event->action == PB_ACTION_REFUSED ? CLI_BAD : CLI_WARN);
}

static bool write_event(void *arg, const struct pb_happening *event)
{
	struct logging *logging = arg;
	char when[OBSERVED_TIME_MAX];

	if (!observed_asked_for(logging->cli, &event->zone))
		return true;
	if (logging->cli->json) {
		json_open(&logging->json, NULL, '{');
		observed_json_happening(&logging->json, event, observed_verdict(event));
		write_evidence(logging, event);
		json_close(&logging->json, '}');
		if (logging->json.compact)
			json_end(&logging->json);
	} else {
		(void)printf("%s %s%s%s\n", observed_local_time(event->when, when),
			event_colour(event), event->line, cli_colour(stdout, CLI_PLAIN));
		write_evidence(logging, event);
	}
	return !logging->failed;
}

/* The resolver may have got another file, whose events begin anew. False if there is
 * none, or not yet one that can be read. */
static bool follow_file(struct logging *logging)
{
	struct pb_error ignored;

	if (logging->state != NULL && pb_state_is_current(logging->state))
		return true;
	pb_state_close(logging->state);
	logging->state = pb_state_open(logging->cli->conf.state, PB_STORE_READ, &ignored);
	logging->last = 0;
	return logging->state != NULL;
}

static int write_events(struct logging *logging)
{
	const struct timespec step = {.tv_nsec = FOLLOW_NS};
	bool follows = cli_value(logging->cli, "--follow") != NULL;
	struct pb_error error;

	for (;;) {
		if (pb_state_events(logging->state, logging->last, &logging->last,
			    write_event, logging, &error) != PB_OK)
			return cli_fail("%s", error.text);
		if (logging->failed)
			return CLI_FAILED;
		if (!follows || fflush(stdout) != 0)
			return CLI_DONE;
		do
			(void)nanosleep(&step, NULL);
		while (!follow_file(logging));
	}
}

int cli_log(struct cli *cli)
{
	struct logging logging = {
		.cli = cli, .verbose = cli_value(cli, "--verbose") != NULL};
	int code = observed_check_names(cli);

	if (code != CLI_DONE)
		return code;
	logging.state = observed_open(cli);
	if (logging.state == NULL)
		return CLI_FAILED;
	json_begin(&logging.json, stdout);
	/* An array that does not end is none: then each line is an object. */
	logging.json.compact = cli_value(cli, "--follow") != NULL;
	if (cli->json && !logging.json.compact)
		json_open(&logging.json, NULL, '[');
	code = write_events(&logging);
	if (cli->json && !logging.json.compact) {
		json_close(&logging.json, ']');
		json_end(&logging.json);
	}
	pb_state_close(logging.state);
	return code;
}
