/* pins.c - set, remove, undo, and what they share with add; see pins.h. */
#include "pins.h"
#include "change.h"
#include "observed.h"
#include "pinbound/pinfile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pb_pinbuf *pins_new(void)
{
	struct pb_pinbuf *buf = malloc(sizeof(*buf));

	if (buf == NULL)
		(void)cli_fail("out of memory");
	else
		pb_pinbuf_init(buf);
	return buf;
}

/* Applies one option, if it sets an attribute. Returns an exit code. */
static int apply(struct cli *cli, struct pb_pinbuf *buf, const struct cli_given *given,
	unsigned *seen)
{
	const char *attribute = given->option->name + 2;
	const char *value = given->option->value != NULL ? given->value : "yes";
	struct pb_error error;

	if (!pb_pinfile_has(attribute) || value == cli_no_value)
		return CLI_DONE;
	if (pb_pinfile_set(buf, attribute, value, seen, &error))
		return CLI_DONE;
	return cli_misused(cli, "--%s", error.text);
}

/* Takes away what the option --no-ATTRIBUTE names. */
static void take_away(struct pb_pinbuf *buf, const char *attribute)
{
	if (strcmp(attribute, "child-ns") == 0) {
		pb_pinbuf_clear(buf, PB_SET_CHILD_NS);
	} else if (strcmp(attribute, "ds") == 0) {
		pb_pinbuf_clear(buf, PB_SET_DS);
		buf->pin.ds_none = false;
	} else if (strcmp(attribute, "address") == 0) {
		pb_pinbuf_clear(buf, PB_SET_ADDRESS);
	} else if (strcmp(attribute, "mx") == 0) {
		pb_pinbuf_clear(buf, PB_SET_MX);
		buf->pin.mx_none = false;
	} else if (strcmp(attribute, "mode") == 0) {
		buf->pin.mode = PB_MODE_UNSET;
	} else if (strcmp(attribute, "strict") == 0) {
		buf->pin.strict = false;
	} else if (strcmp(attribute, "expires") == 0) {
		buf->pin.expires = PB_NEVER;
		buf->pin.expires_to_log = false;
	} else if (strcmp(attribute, "note") == 0) {
		(void)pb_pinbuf_note(buf, "", 0);
	}
}

static bool is_no(const struct cli_given *given)
{
	return strncmp(given->option->name, "--no-", 5) == 0;
}

/* Nothing may be set and taken away at once. Returns an exit code. */
static int check_contradictions(const struct cli *cli)
{
	char option[32];

	for (size_t i = 0; i < cli->given_count; i++) {
		if (!is_no(&cli->given[i]))
			continue;
		(void)snprintf(
			option, sizeof(option), "--%s", cli->given[i].option->name + 5);
		if (cli_value(cli, option) != NULL)
			return cli_misused(cli, "%s and %s contradict each other", option,
				cli->given[i].option->name);
	}
	return CLI_DONE;
}

int pins_apply(struct cli *cli, struct pb_pinbuf *buf)
{
	unsigned seen = 0;
	int code = check_contradictions(cli);

	for (size_t i = 0; i < cli->given_count; i++) {
		const char *name = cli->given[i].option->name;

		if (is_no(&cli->given[i]))
			take_away(buf, name + 5);
		else if (cli->given[i].value == cli_no_value)
			continue;
		else if (strcmp(name, "--ns") == 0)
			pb_pinbuf_clear(buf, PB_SET_NS);
		else if (strcmp(name, "--child-ns") == 0 || strcmp(name, "--ds") == 0 ||
			 strcmp(name, "--address") == 0 || strcmp(name, "--mx") == 0)
			take_away(buf, name + 2);
	}
	for (size_t i = 0; i < cli->given_count && code == CLI_DONE; i++)
		if (!is_no(&cli->given[i]))
			code = apply(cli, buf, &cli->given[i], &seen);
	return code;
}

static int put(struct cli *cli, struct cli_change *change, const struct pb_pin *pin,
	const char *done)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_error error;

	if (pb_edit_put(change->edit, pin, &error) != PB_OK) {
		(void)cli_fail("%s", error.text);
		return cli_change_drop(change);
	}
	return cli_change_commit(
		cli, change, "%s %s", pb_name_to_text(&pin->name, text), done);
}

/* Ends a change of a name that is not pinned, or cannot be read. */
static int drop_missing(
	struct cli *cli, struct cli_change *change, enum pb_result found, const char *why)
{
	if (found == PB_NOT_FOUND)
		(void)cli_fail("%s is not pinned; \"pinbound list\" lists what is",
			cli->arguments[0]);
	else
		(void)cli_fail("%s", why);
	return cli_change_drop(change);
}

static int change_one(struct cli *cli, const struct pb_name *name, struct pb_pinbuf *buf)
{
	struct cli_change change;
	struct pb_error error;
	enum pb_result found;
	int code;

	if (!cli_change_begin(cli, &change))
		return CLI_FAILED;
	found = pb_edit_get(change.edit, name, buf, &error);
	if (found != PB_OK)
		return drop_missing(cli, &change, found, error.text);
	code = pins_apply(cli, buf);
	if (code == CLI_DONE && !pb_pin_check(&buf->pin, &error))
		code = cli_misused(cli, "%s", error.text);
	if (code == CLI_DONE)
		return put(cli, &change, &buf->pin, "changed");
	(void)cli_change_drop(&change);
	return code;
}

int cli_set(struct cli *cli)
{
	struct pb_pinbuf *buf;
	struct pb_name name;
	int code;

	if (cli->given_count == 0)
		return cli_misused(cli, "set needs an option that says what to change");
	if (!cli_read_name(&name, cli->arguments[0]))
		return CLI_USAGE;
	buf = pins_new();
	if (buf == NULL)
		return CLI_FAILED;
	code = change_one(cli, &name, buf);
	free(buf);
	return code;
}

int cli_remove(struct cli *cli)
{
	char text[PB_NAME_TEXT_MAX];
	struct cli_change change;
	struct pb_error error;
	enum pb_result found;
	struct pb_name name;

	if (!cli_read_name(&name, cli->arguments[0]))
		return CLI_USAGE;
	if (!cli_change_begin(cli, &change))
		return CLI_FAILED;
	found = pb_edit_remove(change.edit, &name, &error);
	if (found != PB_OK)
		return drop_missing(cli, &change, found, error.text);
	return cli_change_commit(
		cli, &change, "%s is no longer pinned", pb_name_to_text(&name, text));
}

int cli_undo(struct cli *cli)
{
	struct pb_edit_counts counts;
	struct cli_change change;
	struct pb_change last;
	struct pb_error error;
	enum pb_result found;
	char when[OBSERVED_TIME_MAX];

	if (!cli_change_begin(cli, &change))
		return CLI_FAILED;
	found = pb_edit_last(change.edit, &last, &error);
	if (found == PB_OK)
		found = pb_edit_undo(change.edit, &error);
	if (found != PB_OK) {
		(void)cli_fail("%s", found == PB_NOT_FOUND
					     ? "there is no change to take back"
					     : error.text);
		return cli_change_drop(&change);
	}
	counts = pb_edit_counts(change.edit);
	return cli_change_commit(cli, &change,
		"undone: generation %llu, %s, by %s: %s\n"
		"taken back: %llu added, %llu changed, %llu removed",
		(unsigned long long)last.generation, observed_utc_time(last.when, when),
		last.who, last.what, (unsigned long long)counts.added,
		(unsigned long long)counts.changed, (unsigned long long)counts.removed);
}
