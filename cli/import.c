/* import.c - storing the pins of a file. */
#include "change.h"
#include "colour.h"
#include "gather.h"
#include "json.h"
#include "pinbound/pinfile.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct import {
	struct cli *cli;
	struct cli_change change;
	struct pb_name *names; /* of the file, for --replace */
	size_t count, room;
	struct pb_name origin; /* of a zone file */

	/* For --dry-run: what would change, said only if all of the file is good. */
	bool dry_run;
	FILE *said;
	char *text;
	size_t size;
	struct json json; /* into `said` */
};

static bool remember(struct import *import, const struct pb_name *name)
{
	if (import->count == import->room) {
		size_t room = import->room == 0 ? 256 : import->room * 2;
		struct pb_name *names = reallocarray(import->names, room, sizeof(*names));

		if (names == NULL)
			return false;
		import->names = names;
		import->room = room;
	}
	import->names[import->count++] = *name;
	return true;
}

static enum cli_colour sign_colour(char sign)
{
	switch (sign) {
	case '+':
		return CLI_GOOD;
	case '-':
		return CLI_BAD;
	default:
		return CLI_WARN;
	}
}

static void say_one(
	struct import *import, char sign, const char *change, const struct pb_name *name)
{
	char text[PB_NAME_TEXT_MAX];

	(void)pb_name_to_text(name, text);
	if (!import->cli->json) {
		(void)fprintf(import->said, "%s%c %s%s\n",
			cli_colour(stdout, sign_colour(sign)), sign, text,
			cli_colour(stdout, CLI_PLAIN));
		return;
	}
	json_open(&import->json, NULL, '{');
	json_text(&import->json, "name", text);
	json_text(&import->json, "change", change);
	json_close(&import->json, '}');
}

/* Notes what a pin of the file changes, for --dry-run. */
static void say(struct import *import, const struct pb_edit_counts *before,
	const struct pb_name *name)
{
	struct pb_edit_counts after = pb_edit_counts(import->change.edit);

	if (!import->dry_run)
		return;
	if (after.added > before->added)
		say_one(import, '+', "added", name);
	else if (after.changed > before->changed)
		say_one(import, '~', "changed", name);
	else if (after.removed > before->removed)
		say_one(import, '-', "removed", name);
}

static bool store(
	void *arg, const struct pb_pin *pin, unsigned line, struct pb_error *error)
{
	struct import *import = arg;
	struct pb_edit_counts before = pb_edit_counts(import->change.edit);

	(void)line;
	if (import->room > 0 && !remember(import, &pin->name)) {
		pb_error_set(error, "out of memory");
		return false;
	}
	if (pb_edit_put(import->change.edit, pin, error) != PB_OK)
		return false;
	say(import, &before, &pin->name);
	return true;
}

static int order_names(const void *a, const void *b)
{
	return pb_name_order(a, b);
}

/* The first pin behind `after` that the file does not have. */
struct search {
	const struct import *import;
	struct pb_name *found;
	size_t count, room;
	bool failed;
};

static bool collect_others(void *arg, const struct pb_pin *pin)
{
	struct search *search = arg;

	if (bsearch(&pin->name, search->import->names, search->import->count,
		    sizeof(pin->name), order_names) != NULL)
		return true;
	if (search->count == search->room) {
		size_t room = search->room == 0 ? 256 : search->room * 2;
		struct pb_name *found = reallocarray(search->found, room, sizeof(*found));

		search->failed = found == NULL;
		if (found == NULL)
			return false;
		search->found = found;
		search->room = room;
	}
	search->found[search->count++] = pin->name;
	return true;
}

/* Removes the pins that the file does not have. */
static bool remove_others(struct import *import, struct pb_error *error)
{
	struct search search = {.import = import};
	bool fine;

	if (import->count > 0)
		qsort(import->names, import->count, sizeof(*import->names), order_names);
	fine = pb_edit_each(import->change.edit, collect_others, &search, error) == PB_OK;
	if (search.failed)
		pb_error_set(error, "out of memory");
	fine = fine && !search.failed;
	for (size_t i = 0; fine && i < search.count; i++) {
		struct pb_edit_counts before = pb_edit_counts(import->change.edit);

		fine = pb_edit_remove(import->change.edit, &search.found[i], error) ==
		       PB_OK;
		if (fine)
			say(import, &before, &search.found[i]);
	}
	free(search.found);
	return fine;
}

static bool begin_dry_run(struct import *import)
{
	import->said = open_memstream(&import->text, &import->size);
	if (import->said == NULL)
		return false;
	if (import->cli->json) {
		json_begin(&import->json, import->said);
		json_open(&import->json, NULL, '{');
		json_open(&import->json, "changes", '[');
	}
	return true;
}

static void end_dry_run(struct import *import)
{
	struct pb_edit_counts counts = pb_edit_counts(import->change.edit);
	struct json *json = &import->json;

	if (import->cli->json) {
		json_close(json, ']');
		json_number(json, "added", (int64_t)counts.added);
		json_number(json, "changed", (int64_t)counts.changed);
		json_number(json, "removed", (int64_t)counts.removed);
		json_close(json, '}');
		json_end(json);
	} else {
		(void)fprintf(import->said,
			"%llu would be added, %llu changed, %llu removed; nothing was "
			"changed\n",
			(unsigned long long)counts.added,
			(unsigned long long)counts.changed,
			(unsigned long long)counts.removed);
	}
}

static int finish(struct import *import)
{
	struct pb_edit_counts counts = pb_edit_counts(import->change.edit);
	struct cli *cli = import->cli;

	if (!import->dry_run)
		return cli_change_commit(cli, &import->change,
			"%llu added, %llu changed, %llu removed",
			(unsigned long long)counts.added,
			(unsigned long long)counts.changed,
			(unsigned long long)counts.removed);
	end_dry_run(import);
	(void)cli_change_drop(&import->change);
	if (fflush(import->said) != 0)
		return cli_fail("out of memory");
	if (cli->json || !cli->quiet)
		(void)fwrite(import->text, 1, import->size, stdout);
	return CLI_DONE;
}

/* An export that failed leaves a file of no octets, and --replace would remove all. */
static bool check_not_empty(FILE *in, const char *path, struct pb_error *error)
{
	int first = getc(in);

	if (first == EOF && !ferror(in)) {
		pb_error_set(error,
			"%s: it is empty, and would remove all pins; an export of none "
			"has the line \"# pinbound-pins %d\"",
			path, PB_PINFILE_VERSION);
		return false;
	}
	(void)ungetc(first, in);
	return true;
}

/* Reads the file, whatever it is. */
static bool read_pins(
	struct import *import, FILE *in, const char *path, struct pb_error *error)
{
	const char *format = cli_value(import->cli, "--format");
	struct gather_file file = {.in = in,
		.path = path,
		.edit = import->change.edit,
		.origin = import->origin,
		.addresses = cli_value(import->cli, "--addresses") != NULL,
		.each = store,
		.arg = import};

	if (format != NULL && strcmp(format, "unbound") == 0)
		return gather_unbound(&file, error);
	if (format != NULL && strcmp(format, "zone") == 0)
		return gather_zone(&file, error);
	if (import->room > 0 && !check_not_empty(in, path, error))
		return false;
	return pb_pinfile_read(in, path, store, import, error);
}

/* Gets the memory that is needed. */
static bool prepare(struct import *import, bool replace, struct pb_error *error)
{
	if (replace) {
		import->names = malloc(256 * sizeof(*import->names));
		import->room = 256;
	}
	if ((!replace || import->names != NULL) &&
		(!import->dry_run || begin_dry_run(import)))
		return true;
	pb_error_set(error, "out of memory");
	return false;
}

static int import_from(
	struct cli *cli, FILE *in, const char *path, const struct pb_name *origin)
{
	struct import import = {.cli = cli, .origin = *origin};
	bool replace = cli_value(cli, "--replace") != NULL;
	struct pb_error error;
	int code;

	import.dry_run = cli_value(cli, "--dry-run") != NULL;
	if (!cli_change_begin(cli, &import.change))
		return CLI_FAILED;
	if (prepare(&import, replace, &error) && read_pins(&import, in, path, &error) &&
		(!replace || remove_others(&import, &error))) {
		code = finish(&import);
	} else {
		(void)cli_fail("%s; nothing was stored", error.text);
		code = cli_change_drop(&import.change);
	}
	if (import.said != NULL)
		(void)fclose(import.said);
	free(import.text);
	free(import.names);
	return code;
}

/* Is there such a format, with what else was given? Returns an exit code. */
static int check_format(const struct cli *cli, struct pb_name *origin)
{
	const char *format = cli_value(cli, "--format");
	const char *text = cli_value(cli, "--origin");
	bool zone = format != NULL && strcmp(format, "zone") == 0;

	if (format != NULL && !zone && strcmp(format, "pins") != 0 &&
		strcmp(format, "unbound") != 0)
		return cli_misused(
			cli, "--format: \"%s\" is none of pins, unbound, zone", format);
	if (!zone && cli_value(cli, "--addresses") != NULL)
		return cli_misused(cli, "--addresses is for --format zone");
	if (!zone && text != NULL)
		return cli_misused(cli, "--origin is for --format zone");
	return text == NULL || cli_read_name(origin, text) ? CLI_DONE : CLI_USAGE;
}

int cli_import(struct cli *cli)
{
	const char *path = cli->arguments[0];
	struct pb_name origin = {.size = 0};
	FILE *in;
	int code = check_format(cli, &origin);

	if (code != CLI_DONE)
		return code;
	if (strcmp(path, "-") == 0)
		return import_from(cli, stdin, "standard input", &origin);
	in = fopen(path, "re");
	if (in == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	code = import_from(cli, in, path, &origin);
	(void)fclose(in);
	return code;
}
