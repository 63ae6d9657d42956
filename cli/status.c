/* status.c - status and log: what the resolver tells of itself. */
#include "cli.h"
#include "json.h"
#include "pinbound/state.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds between two looks for new events. */
#define FOLLOW_NS 200000000

static struct pb_state *open_state(const struct cli *cli)
{
	struct pb_error error;
	struct pb_state *state = pb_state_open(cli->conf.state, PB_STORE_READ, &error);

	if (state == NULL)
		(void)cli_fail("%s; a resolver with Pinbound writes it when it runs",
			error.text);
	return state;
}

#define TIME_MAX 32

/* A time that cannot be written out is written as seconds. */
static const char *or_seconds(size_t written, int64_t when, char text[TIME_MAX])
{
	if (written == 0)
		(void)snprintf(text, TIME_MAX, "%" PRId64, when);
	return text;
}

static const char *local_time(int64_t when, char text[TIME_MAX])
{
	time_t seconds = (time_t)when;
	struct tm parts;
	bool fine = localtime_r(&seconds, &parts) != NULL;

	return or_seconds(
		fine ? strftime(text, TIME_MAX, "%Y-%m-%d %H:%M:%S", &parts) : 0, when,
		text);
}

static const char *utc_time(int64_t when, char text[TIME_MAX])
{
	time_t seconds = (time_t)when;
	struct tm parts;
	bool fine = gmtime_r(&seconds, &parts) != NULL;

	return or_seconds(
		fine ? strftime(text, TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) : 0, when,
		text);
}

struct report {
	const struct cli *cli;
	struct json json;
	struct pb_store *pins; /* NULL: it cannot be read, and all is reported */
};

/* What was said of a zone before its pin was dropped is of no use any more. */
static bool is_pinned(struct pb_store *pins, const struct pb_name *zone)
{
	struct pb_error error;
	struct pb_path path;

	switch (pins == NULL ? PB_FAILED : pb_store_path(pins, zone, &path, &error)) {
	case PB_OK:
		return path.labels[path.count - 1] == pb_name_labels(zone);
	case PB_NOT_FOUND:
		return false;
	case PB_FAILED:
		break;
	}
	return true;
}

/* True if the zone is one of the arguments, or there are none. */
static bool asked_for(const struct cli *cli, const struct pb_name *zone)
{
	for (size_t i = 0; i < cli->argument_count; i++) {
		struct pb_name name;

		if (pb_name_from_user(
			    &name, cli->arguments[i], strlen(cli->arguments[i]), NULL) &&
			pb_name_equal(&name, zone))
			return true;
	}
	return cli->argument_count == 0;
}

static const char *verdict_text(const struct pb_happening *verdict)
{
	if (verdict->reasons == 0)
		return "ok";
	return pb_action_name(verdict->action);
}

static void json_happening(struct json *json, const struct pb_happening *happening)
{
	char text[PB_NAME_TEXT_MAX], when[TIME_MAX];

	json_open(json, NULL, '{');
	json_text(json, "zone", pb_name_to_text(&happening->zone, text));
	json_text(json, "verdict", verdict_text(happening));
	json_open(json, "reasons", '[');
	for (unsigned i = 0; i < PB_REASONS; i++)
		if (happening->reasons & PB_REASON(i))
			json_text(json, NULL, pb_reason_name((enum pb_reason)i));
	json_close(json, ']');
	json_text(json, "time", utc_time(happening->when, when));
	if (happening->refused > 0)
		json_number(json, "refused", (int64_t)happening->refused);
	if (happening->line[0] != '\0')
		json_text(json, "line", happening->line);
	json_close(json, '}');
}

static bool report_zone(void *arg, const struct pb_happening *verdict)
{
	struct report *report = arg;
	char zone[PB_NAME_TEXT_MAX], reasons[PB_REASONS_TEXT_MAX], when[TIME_MAX];

	if (!asked_for(report->cli, &verdict->zone) ||
		!is_pinned(report->pins, &verdict->zone))
		return true;
	if (report->cli->json) {
		json_happening(&report->json, verdict);
		return true;
	}
	(void)printf("%-30s %-8s %-19s  %s\n", pb_name_to_text(&verdict->zone, zone),
		verdict_text(verdict), local_time(verdict->when, when),
		verdict->reasons != 0 ? pb_reasons_to_text(verdict->reasons, reasons)
				      : "");
	return true;
}

static void report_resolver(
	struct report *report, const struct pb_resolver *resolver, bool runs)
{
	char when[TIME_MAX];

	if (report->cli->json) {
		json_bool(&report->json, "runs", runs);
		json_number(&report->json, "pid", resolver->pid);
		json_text(&report->json, "started", utc_time(resolver->started, when));
		json_number(&report->json, "generation", (int64_t)resolver->enforced);
		json_number(&report->json, "dropped", (int64_t)resolver->dropped);
		return;
	}
	if (runs)
		(void)printf("resolver: runs (pid %" PRId64 "), since %s\n",
			resolver->pid, local_time(resolver->started, when));
	else
		(void)printf("resolver: none runs; the last began %s\n",
			local_time(resolver->started, when));
	(void)printf("pins: generation %" PRIu64 " enforced\n", resolver->enforced);
	if (resolver->dropped > 0)
		(void)printf("dropped: %" PRIu64 " events\n", resolver->dropped);
}

int cli_status(struct cli *cli)
{
	struct report report = {.cli = cli};
	struct pb_resolver resolver = {0};
	struct pb_error error;
	struct pb_name name;
	struct pb_state *state;
	enum pb_result result;

	for (size_t i = 0; i < cli->argument_count; i++)
		if (!cli_read_name(&name, cli->arguments[i]))
			return CLI_USAGE;
	state = open_state(cli);
	if (state == NULL)
		return CLI_FAILED;
	result = pb_state_resolver(state, &resolver, &error);
	if (result != PB_OK) {
		pb_state_close(state);
		return cli_fail("%s",
			result == PB_FAILED ? error.text : "no resolver has run yet");
	}
	json_begin(&report.json, stdout);
	if (cli->json)
		json_open(&report.json, NULL, '{');
	report_resolver(&report, &resolver, pb_state_is_written(cli->conf.state));
	if (cli->json)
		json_open(&report.json, "zones", '[');
	else
		(void)printf("\n%-30s %-8s %-19s  %s\n", "ZONE", "VERDICT", "SINCE",
			"REASONS");
	report.pins = pb_store_open(cli->conf.pins, PB_STORE_READ, &error);
	result = pb_state_zones(state, report_zone, &report, &error);
	pb_store_close(report.pins);
	if (cli->json) {
		json_close(&report.json, ']');
		json_close(&report.json, '}');
		json_end(&report.json);
	}
	pb_state_close(state);
	return result == PB_OK ? CLI_DONE : cli_fail("%s", error.text);
}

static bool print_event(void *arg, const struct pb_happening *event)
{
	struct report *report = arg;
	char when[TIME_MAX];

	if (!asked_for(report->cli, &event->zone))
		return true;
	if (report->cli->json) {
		json_happening(&report->json, event);
	} else {
		(void)printf("%s %s\n", local_time(event->when, when), event->line);
	}
	return true;
}

int cli_log(struct cli *cli)
{
	const struct timespec step = {.tv_nsec = FOLLOW_NS};
	struct report report = {.cli = cli};
	struct pb_error error;
	struct pb_name name;
	struct pb_state *state;
	uint64_t last = 0;
	enum pb_result result;

	for (size_t i = 0; i < cli->argument_count; i++)
		if (!cli_read_name(&name, cli->arguments[i]))
			return CLI_USAGE;
	state = open_state(cli);
	if (state == NULL)
		return CLI_FAILED;
	json_begin(&report.json, stdout);
	if (cli->json)
		json_open(&report.json, NULL, '[');
	for (;;) {
		result =
			pb_state_events(state, last, &last, print_event, &report, &error);
		if (result != PB_OK || cli_value(cli, "--follow") == NULL ||
			fflush(stdout) != 0)
			break;
		(void)nanosleep(&step, NULL);
	}
	if (cli->json) {
		json_close(&report.json, ']');
		json_end(&report.json);
	}
	pb_state_close(state);
	return result == PB_OK ? CLI_DONE : cli_fail("%s", error.text);
}
