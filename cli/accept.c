/* accept.c - accept: a pin is made to allow what the resolver has observed. */
#include "accept.h"
#include "ask.h"
#include "change.h"
#include "observed.h"
#include "pinbound/repin.h"
#include "sides.h"
#include <stdlib.h>
#include <string.h>

/* What deviates of one zone, an aspect each. */
struct deviations {
	struct pb_name zone;
	struct {
		pb_reasons reasons;
		uint64_t generation, evidence;
		int64_t when;
	} of[PB_ASPECTS];
};

struct acceptance {
	struct cli *cli;
	struct deviations deviations;
	pb_reasons reasons;
	struct pb_pinbuf *pin, *repinned;
	bool asked; /* the zone, whether it vouches for it */
	struct vouching vouching;
};

static bool note_verdict(void *arg, const struct pb_happening *verdict)
{
	struct deviations *deviations = arg;

	if (!pb_name_equal(&verdict->zone, &deviations->zone))
		return true;
	deviations->of[verdict->aspect].reasons = verdict->reasons;
	deviations->of[verdict->aspect].generation = verdict->generation;
	deviations->of[verdict->aspect].evidence = verdict->evidence;
	deviations->of[verdict->aspect].when = verdict->when;
	return true;
}

/* The pin as it is, of which the new one begins as a copy. */
static bool read_pin(struct acceptance *a)
{
	struct pb_error error;
	struct pb_store *store = pb_store_open(a->cli->conf.pins, PB_STORE_READ, &error);
	enum pb_result found = PB_FAILED;

	if (store != NULL)
		found = pb_store_get(store, &a->deviations.zone, a->pin, &error);
	pb_store_close(store);
	if (found == PB_OK)
		pb_pinbuf_copy(a->repinned, &a->pin->pin);
	else if (found == PB_NOT_FOUND)
		(void)cli_fail("%s is not pinned; \"pinbound list\" lists what is",
			a->cli->arguments[0]);
	else
		(void)cli_fail("%s", error.text);
	return found == PB_OK;
}

/* Makes the pin allow one aspect, and says who said so. */
static bool repin_aspect(
	struct acceptance *a, struct pb_state *state, enum pb_aspect aspect)
{
	char reasons[PB_REASONS_TEXT_MAX], source[OBSERVED_SOURCE_MAX];
	char when[OBSERVED_TIME_MAX];
	uint64_t number = a->deviations.of[aspect].evidence;
	struct pb_evidence evidence;
	struct pb_error error;
	uint8_t *memory = NULL;
	enum pb_result result = number == 0 ? PB_NOT_FOUND
					    : pb_state_evidence(state, number, &evidence,
						      &memory, &error);
	bool fine;

	(void)pb_reasons_to_text(a->deviations.of[aspect].reasons, reasons);
	if (result != PB_OK) {
		(void)cli_fail("%s: %s", reasons,
			result == PB_FAILED
				? error.text
				: "what was observed is not known; \"pinbound set\" "
				  "changes the pin");
		return false;
	}
	fine = pb_repin(a->repinned, &evidence, &error);
	if (!fine)
		(void)cli_fail("%s: %s", reasons, error.text);
	else if (!a->cli->json && !a->cli->quiet)
		(void)printf("%s, said by %s\n  at %s\n", reasons,
			observed_source(&evidence, source),
			observed_local_time(evidence.when, when));
	free(memory);
	return fine;
}

/* Nothing deviates from the pin as it is, as far as is known. */
static bool complain_of_nothing(const struct acceptance *a)
{
	bool other = false;

	for (unsigned i = 0; i < PB_ASPECTS; i++)
		if (a->deviations.of[i].reasons != 0)
			other = true;
	(void)cli_fail(other ? "%s: the pin has been changed since the resolver saw a "
			       "deviation, and it has seen none from the pin as it is now"
			     : "%s: the resolver has seen nothing that deviates now",
		a->cli->arguments[0]);
	return false;
}

/* Does an aspect deviate from the pin as it is now? */
static bool deviates_now(const struct acceptance *a, unsigned aspect)
{
	return a->deviations.of[aspect].reasons != 0 &&
	       a->deviations.of[aspect].generation == a->pin->pin.generation;
}

/* The aspect that was seen first of those not done yet; PB_ASPECTS: none is left. */
static unsigned next_aspect(const struct acceptance *a, unsigned done)
{
	unsigned next = PB_ASPECTS;

	for (unsigned i = 0; i < PB_ASPECTS; i++)
		if (deviates_now(a, i) && (done & 1U << i) == 0 &&
			(next == PB_ASPECTS ||
				a->deviations.of[i].when < a->deviations.of[next].when))
			next = i;
	return next;
}

/* In order of time: of what two aspects show, such as DS, the newest counts. */
static bool repin_all(struct acceptance *a, struct pb_state *state)
{
	struct pb_error error;
	unsigned done = 0, aspect;

	while ((aspect = next_aspect(a, done)) != PB_ASPECTS) {
		done |= 1U << aspect;
		a->reasons |= a->deviations.of[aspect].reasons;
		if (!repin_aspect(a, state, (enum pb_aspect)aspect))
			return false;
	}
	if (a->reasons == 0)
		return complain_of_nothing(a);
	if (pb_pin_check(&a->repinned->pin, &error))
		return true;
	(void)cli_fail("%s", error.text);
	return false;
}

static bool read_state(struct acceptance *a)
{
	struct pb_state *state = observed_open(a->cli);
	struct pb_error error;
	bool fine = false;

	if (state == NULL)
		return false;
	if (pb_state_zones(state, note_verdict, &a->deviations, &error) == PB_OK)
		fine = read_pin(a) && repin_all(a, state);
	else
		(void)cli_fail("%s", error.text);
	pb_state_close(state);
	return fine;
}

static void show(const struct acceptance *a)
{
	char text[PB_NAME_TEXT_MAX];
	struct json json;

	if (!a->cli->json) {
		if (!a->cli->quiet)
			cli_sides(&a->pin->pin, "PINNED", &a->repinned->pin, "OBSERVED");
		if (a->asked && (!a->cli->quiet || accept_is_denied(&a->vouching)))
			accept_show_vouching(&a->vouching);
		return;
	}
	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_text(&json, "zone", pb_name_to_text(&a->deviations.zone, text));
	observed_json_reasons(&json, a->reasons);
	json_pin(&json, "pinned", &a->pin->pin);
	json_pin(&json, "observed", &a->repinned->pin);
	if (a->asked)
		accept_json_vouching(&json, &a->vouching);
	json_close(&json, '}');
	json_end(&json);
}

/* Stores the new pin, if the old one is still as it was shown. */
static int repin(struct acceptance *a)
{
	struct pb_pinbuf *there = malloc(sizeof(*there));
	char text[PB_NAME_TEXT_MAX];
	struct cli_change change;
	struct pb_error error = {"the pin has been changed meanwhile"};
	bool fine;

	if (there == NULL)
		return cli_fail("out of memory");
	if (!cli_change_begin(a->cli, &change)) {
		free(there);
		return CLI_FAILED;
	}
	fine = pb_edit_get(change.edit, &a->deviations.zone, there, &error) == PB_OK &&
	       there->pin.generation == a->pin->pin.generation &&
	       pb_edit_put(change.edit, &a->repinned->pin, &error) == PB_OK;
	free(there);
	if (fine)
		return cli_change_commit(a->cli, &change, "%s repinned as observed",
			pb_name_to_text(&a->deviations.zone, text));
	(void)cli_fail("%s", error.text);
	return cli_change_drop(&change);
}

static int confirm_and_repin(struct acceptance *a)
{
	bool denied = a->asked && accept_is_denied(&a->vouching);

	if (denied && cli_value(a->cli, "--yes") != NULL &&
		cli_value(a->cli, "--despite-warnings") == NULL)
		return cli_fail("nothing was changed: the zone itself says otherwise; "
				"--despite-warnings repins it all the same");
	return cli_ask(a->cli,
		       denied ? "repin as observed, ALL THE SAME?" : "repin as observed?")
		       ? repin(a)
		       : CLI_FAILED;
}

static int accept_shown(struct acceptance *a)
{
	bool only_shows = cli_value(a->cli, "--dry-run") != NULL;
	int code;

	if (!read_state(a))
		return CLI_FAILED;
	code = accept_ask_zone(
		a->cli, &a->pin->pin, &a->repinned->pin, &a->vouching, &a->asked);
	if (code != CLI_DONE)
		return code;
	/* With --json, what is done is said in one object. */
	if (only_shows || !a->cli->json)
		show(a);
	return only_shows ? CLI_DONE : confirm_and_repin(a);
}

int cli_accept(struct cli *cli)
{
	struct acceptance a = {.cli = cli};
	int code = CLI_FAILED;

	if (!cli_read_name(&a.deviations.zone, cli->arguments[0]) ||
		(cli_value(cli, "--offline") != NULL &&
			survey_options_refuse(cli, "--offline") != CLI_DONE))
		return CLI_USAGE;
	a.pin = malloc(sizeof(*a.pin));
	a.repinned = malloc(sizeof(*a.repinned));
	if (a.pin != NULL && a.repinned != NULL)
		code = accept_shown(&a);
	else
		(void)cli_fail("out of memory");
	free(a.pin);
	free(a.repinned);
	return code;
}
