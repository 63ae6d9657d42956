/* status.c - status: what the resolver sees, and what it has counted. */
#include "colour.h"
#include "observed.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the name. */
#define NAME_WIDTH 30

/* The last part of the state store that was shown, for what comes behind it. */
struct report {
	const struct cli *cli;
	struct json json;
	bool verbose;
	struct pb_store *pins; /* NULL: it cannot be read, and all is reported */
	struct pb_pinbuf *pin; /* of the zone that is reported */
	bool unsure;           /* some pin could not be read: */
	struct pb_error why;
};

/* What was said of a zone before its pin was dropped is of no use any more. Nor is a
 * verdict on another version of its pin: *old. */
static bool is_pinned(
	struct report *report, const struct pb_happening *verdict, bool *old)
{
	*old = false;
	if (report->pins == NULL)
		return true;
	switch (pb_store_get(report->pins, &verdict->zone, report->pin, &report->why)) {
	case PB_OK:
		*old = report->pin->pin.generation != verdict->generation;
		return true;
	case PB_NOT_FOUND:
		return false;
	case PB_FAILED:
		report->unsure = true;
		break;
	}
	return true;
}

/* A name that is too long for its column has a line of its own. */
static void print_name(const struct pb_name *name)
{
	char text[PB_NAME_TEXT_MAX];
	int width = printf("%-*s ", NAME_WIDTH, pb_name_to_text(name, text));

	if (width > NAME_WIDTH + 1)
		(void)printf("\n%*s ", NAME_WIDTH, "");
}

static const char *verdict_colour(const char *verdict)
{
	enum cli_colour colour = CLI_WEAK;

	if (strcmp(verdict, "refused") == 0)
		colour = CLI_BAD;
	else if (strcmp(verdict, "logged") == 0)
		colour = CLI_WARN;
	else if (strcmp(verdict, "ok") == 0)
		colour = CLI_GOOD;
	return cli_colour(stdout, colour);
}

/* With the column of reasons, a table of 80 columns has no room for seconds. */
static void print_verdict(
	const struct report *report, const struct pb_happening *verdict, const char *text)
{
	char reasons[PB_REASONS_TEXT_MAX], when[OBSERVED_TIME_MAX];
	bool known = strcmp(text, "unknown") != 0;

	print_name(&verdict->zone);
	(void)printf("%s%-8s%s %.16s  %s\n", verdict_colour(text), text,
		cli_colour(stdout, CLI_PLAIN), observed_local_time(verdict->when, when),
		known && verdict->reasons != 0
			? pb_reasons_to_text(verdict->reasons, reasons)
			: "");
	if (report->verbose)
		(void)printf("    %s, judged by generation %" PRIu64 ", at %s\n",
			observed_aspect(verdict->aspect), verdict->generation, when);
	if (report->verbose && verdict->line[0] != '\0')
		(void)printf("    %s\n", verdict->line);
}

static bool report_zone(void *arg, const struct pb_happening *verdict)
{
	struct report *report = arg;
	const char *text = observed_verdict(verdict);
	bool old;

	if (!observed_asked_for(report->cli, &verdict->zone) ||
		!is_pinned(report, verdict, &old))
		return true;
	if (old)
		text = "unknown";
	if (report->cli->json) {
		json_open(&report->json, NULL, '{');
		observed_json_happening(&report->json, verdict, text);
		json_close(&report->json, '}');
	} else {
		print_verdict(report, verdict, text);
	}
	return true;
}

static void json_counts(struct json *json, const struct pb_counted *counted)
{
	char text[PB_NAME_TEXT_MAX], when[OBSERVED_TIME_MAX];

	json_open(json, NULL, '{');
	json_text(json, "zone", pb_name_to_text(&counted->zone, text));
	json_number(json, "refused", (int64_t)counted->counts.refused);
	json_number(json, "logged", (int64_t)counted->counts.logged);
	json_number(json, "deviations", (int64_t)counted->counts.deviations);
	json_number(json, "rechecks", (int64_t)counted->counts.rechecks);
	if (counted->counts.seen != 0)
		json_text(json, "seen", observed_utc_time(counted->counts.seen, when));
	json_close(json, '}');
}

static void print_counts(const struct pb_counted *counted)
{
	char when[OBSERVED_TIME_MAX];

	print_name(&counted->zone);
	(void)printf("%7" PRIu64 " %6" PRIu64 " %5" PRIu64 " %8" PRIu64 "  %.16s\n",
		counted->counts.refused, counted->counts.logged,
		counted->counts.deviations, counted->counts.rechecks,
		counted->counts.seen != 0
			? observed_local_time(counted->counts.seen, when)
			: "-");
}

static bool report_counts(void *arg, const struct pb_counted *counted)
{
	struct report *report = arg;
	struct pb_happening zone = {.zone = counted->zone};
	bool old;

	if (!observed_asked_for(report->cli, &counted->zone) ||
		!is_pinned(report, &zone, &old))
		return true;
	if (report->cli->json)
		json_counts(&report->json, counted);
	else
		print_counts(counted);
	return true;
}

static void json_resolver(
	struct json *json, const struct pb_resolver *resolver, bool runs)
{
	char when[OBSERVED_TIME_MAX];

	json_bool(json, "runs", runs);
	json_number(json, "pid", resolver->pid);
	json_text(json, "started", observed_utc_time(resolver->started, when));
	json_number(json, "generation", (int64_t)resolver->enforced);
	json_open(json, "counters", '{');
	json_text(json, "since", observed_utc_time(resolver->since, when));
	json_number(json, "queries", (int64_t)resolver->tally.queries);
	json_number(json, "refused", (int64_t)resolver->tally.refused);
	json_number(json, "logged", (int64_t)resolver->tally.logged);
	json_number(json, "unverified", (int64_t)resolver->tally.unverified);
	json_number(json, "dropped", (int64_t)resolver->tally.dropped);
	json_close(json, '}');
}

static void print_resolver(const struct pb_resolver *resolver, bool runs)
{
	const struct pb_tally *tally = &resolver->tally;
	char when[OBSERVED_TIME_MAX];

	if (runs)
		(void)printf("resolver: runs (pid %" PRId64 "), since %s\n",
			resolver->pid, observed_local_time(resolver->started, when));
	else
		(void)printf("resolver: %snone runs%s; the last began %s\n",
			cli_colour(stdout, CLI_WARN), cli_colour(stdout, CLI_PLAIN),
			observed_local_time(resolver->started, when));
	(void)printf("pins: generation %" PRIu64 " enforced\n", resolver->enforced);
	(void)printf("queries: %" PRIu64 "; answers refused: %" PRIu64
		     ", logged: %" PRIu64 ", unverified: %" PRIu64 "\n",
		tally->queries, tally->refused, tally->logged, tally->unverified);
	if (tally->dropped > 0)
		(void)printf("events dropped: %" PRIu64 "\n", tally->dropped);
	(void)printf("counted since %s\n", observed_local_time(resolver->since, when));
}

static enum pb_result report_json(struct report *report, struct pb_state *state,
	const struct pb_resolver *resolver, bool runs, struct pb_error *error)
{
	enum pb_result result;

	json_open(&report->json, NULL, '{');
	json_resolver(&report->json, resolver, runs);
	json_open(&report->json, "zones", '[');
	result = pb_state_zones(state, report_zone, report, error);
	json_close(&report->json, ']');
	json_open(&report->json, "counts", '[');
	if (result == PB_OK)
		result = pb_state_counts(state, report_counts, report, error);
	json_close(&report->json, ']');
	json_close(&report->json, '}');
	json_end(&report->json);
	return result;
}

static enum pb_result report_text(struct report *report, struct pb_state *state,
	const struct pb_resolver *resolver, bool runs, struct pb_error *error)
{
	enum pb_result result;

	print_resolver(resolver, runs);
	(void)printf("\n%s%-*s %-8s %-16s  %s%s\n", cli_colour(stdout, CLI_STRONG),
		NAME_WIDTH, "ZONE", "VERDICT", "SINCE", "REASONS",
		cli_colour(stdout, CLI_PLAIN));
	result = pb_state_zones(state, report_zone, report, error);
	if (result != PB_OK || !report->verbose)
		return result;
	(void)printf("\n%s%-*s %7s %6s %5s %8s  %s%s\n", cli_colour(stdout, CLI_STRONG),
		NAME_WIDTH, "ZONE", "REFUSED", "LOGGED", "BEGUN", "RECHECKS", "SEEN",
		cli_colour(stdout, CLI_PLAIN));
	return pb_state_counts(state, report_counts, report, error);
}

/* A name that is not pinned is most likely not the one that was meant. */
static bool names_are_pinned(struct report *report, struct pb_error *error)
{
	const struct cli *cli = report->cli;
	struct pb_name name;

	for (size_t i = 0; report->pins != NULL && i < cli->argument_count; i++) {
		const char *text = cli->arguments[i];

		if (pb_name_from_user(&name, text, strlen(text), NULL) &&
			pb_store_get(report->pins, &name, report->pin, error) ==
				PB_NOT_FOUND) {
			pb_error_set(error,
				"%s is not pinned; \"pinbound list\" lists what is",
				text);
			return false;
		}
	}
	return true;
}

static enum pb_result report_all(struct report *report, struct pb_state *state,
	const struct pb_resolver *resolver, struct pb_error *error)
{
	bool runs = pb_state_is_written(report->cli->conf.state);
	enum pb_result result = PB_NOT_FOUND;

	json_begin(&report->json, stdout);
	report->pins = pb_store_open(report->cli->conf.pins, PB_STORE_READ, &report->why);
	report->unsure = report->pins == NULL;
	if (names_are_pinned(report, error))
		result = report->cli->json
				 ? report_json(report, state, resolver, runs, error)
				 : report_text(report, state, resolver, runs, error);
	pb_store_close(report->pins);
	if (result == PB_OK && report->unsure) {
		pb_error_set(error,
			"%s; verdicts on pins that are gone may be among these",
			report->why.text);
		result = PB_FAILED;
	}
	return result;
}

int cli_status(struct cli *cli)
{
	struct report report = {.cli = cli,
		.verbose =
			cli_value(cli, "--verbose") != NULL || cli->argument_count > 0};
	struct pb_resolver resolver = {0};
	struct pb_state *state;
	struct pb_error error;
	enum pb_result result;
	int code = observed_check_names(cli);

	if (code != CLI_DONE)
		return code;
	report.pin = malloc(sizeof(*report.pin));
	if (report.pin == NULL)
		return cli_fail("out of memory");
	state = observed_open(cli);
	if (state == NULL) {
		free(report.pin);
		return CLI_FAILED;
	}
	result = pb_state_resolver(state, &resolver, &error);
	if (result == PB_OK)
		result = report_all(&report, state, &resolver, &error);
	else if (result == PB_NOT_FOUND)
		pb_error_set(&error, "no resolver has run yet");
	free(report.pin);
	pb_state_close(state);
	return result == PB_OK ? CLI_DONE : cli_fail("%s", error.text);
}
