/* add.c - add: a new pin, from options or from what all servers say now; see add.h. */
#include "add.h"
#include "ask.h"
#include "change.h"
#include "pinbound/pinfile.h"
#include "pins.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- storing ---------------------------------------------------------------- */

static int complain_of_pinned(const struct cli *cli)
{
	return cli_fail("%s is pinned already; \"pinbound show\" shows the pin, "
			"\"pinbound set\" changes it",
		cli->arguments[0]);
}

/* Puts a new pin into the change. With PB_NOT_FOUND it was none: nothing was done. */
static enum pb_result put_new(
	struct cli_change *change, const struct pb_pin *pin, struct pb_error *error)
{
	struct pb_pinbuf *there = pins_new();
	enum pb_result found;

	if (there == NULL)
		return PB_FAILED;
	found = pb_edit_get(change->edit, &pin->name, there, error);
	free(there);
	if (found == PB_NOT_FOUND)
		return pb_edit_put(change->edit, pin, error);
	return found == PB_OK ? PB_NOT_FOUND : found;
}

/* The mode that it is in now, by pinbound.conf if it names none. */
static const char *mode_text(const struct cli *cli, enum pb_mode mode)
{
	return pb_mode_name(mode != PB_MODE_UNSET ? mode : cli->conf.default_mode);
}

/* Stores the pin of the argument, unless there is one of the name. */
static int store_one(struct cli *cli, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX];
	struct cli_change change;
	struct pb_error error = {"out of memory"};
	enum pb_result result;

	if (!cli_change_begin(cli, &change))
		return CLI_FAILED;
	result = put_new(&change, pin, &error);
	if (result == PB_OK)
		return cli_change_commit(cli, &change, "%s pinned in mode %s",
			pb_name_to_text(&pin->name, text), mode_text(cli, pin->mode));
	if (result == PB_NOT_FOUND)
		(void)complain_of_pinned(cli);
	else
		(void)cli_fail("%s", error.text);
	return cli_change_drop(&change);
}

/* All of them, or none. What somebody has pinned meanwhile is left as it is. */
static int store_all(const struct adding *adding)
{
	char text[PB_NAME_TEXT_MAX];
	struct cli_change change;
	struct pb_error error = {"out of memory"};
	enum pb_mode mode = PB_MODE_UNSET; /* of all of them */

	if (!cli_change_begin(adding->cli, &change))
		return CLI_FAILED;
	for (const struct addition *a = adding->additions; a != NULL; a = a->next) {
		if (a->pin == NULL)
			continue;
		mode = a->pin->pin.mode;
		if (put_new(&change, &a->pin->pin, &error) == PB_FAILED) {
			(void)cli_fail("%s", error.text);
			return cli_change_drop(&change);
		}
	}
	(void)pb_name_to_text(&adding->name, text);
	return cli_change_commit(adding->cli, &change,
		"%s and what it depends on: %llu pinned in mode %s", text,
		(unsigned long long)pb_edit_counts(change.edit).added,
		mode_text(adding->cli, mode));
}

/* --- from options ----------------------------------------------------------- */

static int show_given(const struct cli *cli, const struct pb_pin *pin)
{
	if (cli->json)
		add_show_json_pin(pin);
	else
		(void)pb_pinfile_write(stdout, pin);
	return CLI_DONE;
}

static int add_given(struct cli *cli, const struct pb_name *name)
{
	struct pb_pinbuf *buf = pins_new();
	struct pb_error error;
	int code;

	if (buf == NULL)
		return CLI_FAILED;
	code = pins_apply(cli, buf);
	buf->pin.name = *name;
	if (code == CLI_DONE && !pb_pin_check(&buf->pin, &error))
		code = cli_misused(cli, "%s", error.text);
	if (code == CLI_DONE)
		code = cli_value(cli, "--dry-run") != NULL ? show_given(cli, &buf->pin)
							   : store_one(cli, &buf->pin);
	free(buf);
	return code;
}

/* --- from what the servers say ---------------------------------------------- */

/* Is the name pinned? PB_OK: yes. */
static enum pb_result find_pin(
	struct pb_store *store, const struct pb_name *name, struct pb_error *error)
{
	struct pb_pinbuf *there = pins_new();
	enum pb_result found;

	if (there == NULL)
		return PB_FAILED;
	found = pb_store_get(store, name, there, error);
	free(there);
	return found;
}

static const char *keep_text(struct adding *adding, const char *text)
{
	return arena_copy(adding->arena, text, strlen(text) + 1);
}

/* Reads what was found of one zone. Returns an exit code. */
static int learn_one(struct adding *adding, struct addition *a, struct pb_store *store)
{
	char why[LEARN_WHY_MAX];
	struct pb_error error = {"out of memory"};
	enum pb_result found = find_pin(store, &a->zone->name, &error);

	if (found == PB_FAILED)
		return cli_fail("%s", error.text);
	a->pinned = found == PB_OK;
	if (a->pinned)
		return CLI_DONE;
	if (a->zone->survey->found != SURVEY_ZONE) {
		a->why = keep_text(adding, learn_why_not(a->zone->survey, why));
		return CLI_DONE;
	}
	a->pin = pins_new();
	if (a->pin == NULL)
		return CLI_FAILED;
	if (!learn(&a->learned, a->pin, a->zone->survey, &adding->wants, &error)) {
		free(a->pin);
		a->pin = NULL;
		a->why = keep_text(adding, error.text);
		return CLI_DONE;
	}
	adding->new_pins++;
	adding->alarming = adding->alarming || a->learned.alarming;
	return CLI_DONE;
}

static int learn_all(struct adding *adding, struct pb_store *store)
{
	struct addition **last = &adding->additions;
	int code = CLI_DONE;

	for (const struct depend_zone *zone = depend_zones(adding->depend);
		zone != NULL && code == CLI_DONE; zone = zone->next) {
		*last = arena_alloc(adding->arena, sizeof(**last));
		(*last)->zone = zone;
		code = learn_one(adding, *last, store);
		last = &(*last)->next;
		/* Only the domain's own MX is of interest. */
		adding->wants.mx = false;
	}
	if (code != CLI_DONE)
		return code;
	if (adding->additions != NULL && adding->additions->pin != NULL)
		return CLI_DONE;
	(void)cli_fail("%s",
		adding->additions != NULL ? adding->additions->why : "nothing was found");
	return CLI_FAILED;
}

/* What the options say counts more than what was learned. */
static int finish_pins(struct adding *adding)
{
	struct pb_pinbuf *own = adding->additions->pin;
	struct pb_error error;
	int code = pins_apply(adding->cli, own);
	enum pb_mode mode = own->pin.mode;

	for (struct addition *a = adding->additions; a != NULL && code == CLI_DONE;
		a = a->next) {
		if (a->pin == NULL)
			continue;
		a->pin->pin.mode = mode;
		if (!pb_pin_check(&a->pin->pin, &error))
			code = cli_misused(adding->cli, "%s", error.text);
	}
	return code;
}

static bool set_mode(struct adding *adding, enum pb_mode mode)
{
	for (struct addition *a = adding->additions; a != NULL; a = a->next)
		if (a->pin != NULL)
			a->pin->pin.mode = mode;
	return true;
}

/* The mode is always written into the pin. False, with an error out, on a no. */
static bool ask_mode(struct adding *adding)
{
	const char *question = adding->alarming ? "pin it ALL THE SAME?" : "pin it?";
	char letter;

	if (adding->additions->pin->pin.mode != PB_MODE_UNSET)
		return cli_ask(adding->cli, question);
	if (cli_value(adding->cli, "--yes") != NULL)
		return set_mode(adding, adding->cli->conf.default_mode);
	letter =
		cli_ask_letter("r: refuse what deviates, for your own domain\n"
			       "l: only log it, for a partner's, for the first two weeks",
			question, "rl");
	return letter != 0 &&
	       set_mode(adding, letter == 'r' ? PB_MODE_REFUSE : PB_MODE_LOG);
}

static int show_and_store(struct adding *adding)
{
	const struct cli *cli = adding->cli;
	bool dry = cli_value(cli, "--dry-run") != NULL;
	int code = finish_pins(adding);

	if (code != CLI_DONE)
		return code;
	/* With --json, what is done is said in one object. */
	if (cli->json && dry)
		add_show_json(adding);
	else if (!cli->json && (!cli->quiet || adding->alarming))
		add_show(adding);
	if (dry)
		return CLI_DONE;
	if (adding->alarming && cli_value(cli, "--yes") != NULL &&
		cli_value(cli, "--despite-warnings") == NULL)
		return cli_fail("nothing was pinned: it looks like a hijack, see the "
				"warnings; --despite-warnings pins it all the same");
	if (!ask_mode(adding))
		return CLI_FAILED;
	return adding->dependencies
		       ? store_all(adding)
		       : store_one(adding->cli, &adding->additions->pin->pin);
}

static int survey_all(struct adding *adding, struct pb_store *store)
{
	struct pb_error error = {"out of memory"};

	adding->surveyor = surveyor_new(&adding->options, &error);
	if (adding->surveyor != NULL)
		adding->depend = depend_new(adding->surveyor, NULL, NULL);
	adding->arena = arena_new();
	if (adding->depend == NULL || adding->arena == NULL)
		return cli_fail("%s", error.text);
	depend_add(adding->depend, &adding->name, adding->dependencies);
	surveyor_run(adding->surveyor);
	return learn_all(adding, store);
}

static int add_surveyed(struct adding *adding)
{
	struct pb_error error = {"out of memory"};
	struct pb_store *store =
		pb_store_open(adding->cli->conf.pins, PB_STORE_READ, &error);
	enum pb_result found =
		store == NULL ? PB_FAILED : find_pin(store, &adding->name, &error);
	int code;

	if (found == PB_OK)
		code = complain_of_pinned(adding->cli);
	else if (found == PB_FAILED)
		code = cli_fail("%s", error.text);
	else
		code = survey_all(adding, store);
	pb_store_close(store);
	return code == CLI_DONE ? show_and_store(adding) : code;
}

static void free_all(struct adding *adding)
{
	for (struct addition *a = adding->additions; a != NULL; a = a->next)
		free(a->pin);
	arena_free(adding->arena);
	depend_free(adding->depend);
	surveyor_free(adding->surveyor);
}

/* Options that have no meaning when nobody is asked. */
static int check_given(const struct cli *cli)
{
	static const char *const asking[] = {
		"--with-dependencies", "--addresses", "--despite-warnings"};

	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (cli_value(cli, asking[i]) != NULL)
			return cli_misused(cli,
				"with --ns, nobody is asked, and %s means nothing",
				asking[i]);
	if (cli_value(cli, "--mx") == cli_no_value)
		return cli_misused(
			cli, "with --ns, nobody is asked, and --mx needs a host");
	return survey_options_refuse(cli, "--ns");
}

/* What is copied from elsewhere would be a name, too: "foo@example" is a label. */
static int check_domain(const struct cli *cli, const char *text)
{
	const char *url = strstr(text, "://");
	const char *at = strrchr(text, '@');
	const char *domain = url != NULL ? url + 3 : at != NULL ? at + 1 : NULL;

	if (domain == NULL)
		return CLI_DONE;
	return cli_misused(cli, "\"%s\" is a %s; the name to pin would be \"%.*s\"", text,
		url != NULL ? "URL" : "mail address", (int)strcspn(domain, "/:?#"),
		domain);
}

static int read_argument(const struct cli *cli, struct pb_name *name)
{
	const char *text = cli->arguments[0];
	struct pb_pinbuf *buf;
	struct pb_error error;
	unsigned seen = 0;
	int code = check_domain(cli, text);

	if (code != CLI_DONE)
		return code;
	/* As a pin file has it: a pin's name has no wildcard. */
	buf = pins_new();
	if (buf == NULL)
		return CLI_FAILED;
	if (!pb_pinfile_set(buf, "name", text, &seen, &error))
		code = cli_misused(cli, "\"%s\": %s", text, error.text);
	*name = buf->pin.name;
	free(buf);
	return code;
}

int cli_add(struct cli *cli)
{
	struct adding adding = {.cli = cli,
		.dependencies = cli_value(cli, "--with-dependencies") != NULL,
		.wants = {.mx = cli_value(cli, "--mx") == cli_no_value,
			.addresses = cli_value(cli, "--addresses") != NULL}};
	int code = read_argument(cli, &adding.name);

	if (code != CLI_DONE)
		return code;
	if (cli_value(cli, "--ns") != NULL) {
		code = check_given(cli);
		return code == CLI_DONE ? add_given(cli, &adding.name) : code;
	}
	code = survey_options_read(&adding.options, cli);
	if (code == CLI_DONE)
		code = add_surveyed(&adding);
	free_all(&adding);
	return code;
}
