/* import.c - storing the pins of a file. */
#include "change.h"
#include "pinbound/pinfile.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct import {
	struct cli *cli;
	struct cli_change change;
	bool dry_run;
	struct pb_name *names; /* of the file, for --replace */
	size_t count, room;
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

/* Says what a pin of the file changes, for --dry-run. */
static void say(const struct import *import, const struct pb_edit_counts *before,
	const struct pb_name *name)
{
	struct pb_edit_counts after = pb_edit_counts(import->change.edit);
	char text[PB_NAME_TEXT_MAX];

	if (!import->dry_run || import->cli->json || import->cli->quiet)
		return;
	if (after.added > before->added)
		(void)printf("+ %s\n", pb_name_to_text(name, text));
	else if (after.changed > before->changed)
		(void)printf("~ %s\n", pb_name_to_text(name, text));
	else if (after.removed > before->removed)
		(void)printf("- %s\n", pb_name_to_text(name, text));
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
	(void)cli_change_drop(&import->change);
	if (cli->json)
		(void)printf("{\"added\": %llu, \"changed\": %llu, \"removed\": %llu}\n",
			(unsigned long long)counts.added,
			(unsigned long long)counts.changed,
			(unsigned long long)counts.removed);
	else if (!cli->quiet)
		(void)printf("%llu would be added, %llu changed, %llu removed; nothing "
			     "was changed\n",
			(unsigned long long)counts.added,
			(unsigned long long)counts.changed,
			(unsigned long long)counts.removed);
	return CLI_DONE;
}

static int import_from(struct cli *cli, FILE *in, const char *path)
{
	struct import import = {.cli = cli};
	bool replace = cli_value(cli, "--replace") != NULL;
	struct pb_error error;
	int code;

	import.dry_run = cli_value(cli, "--dry-run") != NULL;
	if (!cli_change_begin(cli, &import.change))
		return CLI_FAILED;
	if (replace) {
		import.names = malloc(256 * sizeof(*import.names));
		import.room = 256;
	}
	if (replace && import.names == NULL)
		pb_error_set(&error, "out of memory");
	else if (pb_pinfile_read(in, path, store, &import, &error) &&
		 (!replace || remove_others(&import, &error))) {
		code = finish(&import);
		free(import.names);
		return code;
	}
	free(import.names);
	(void)cli_fail("%s; nothing was stored", error.text);
	return cli_change_drop(&import.change);
}

int cli_import(struct cli *cli)
{
	const char *path = cli->arguments[0];
	FILE *in;
	int code;

	if (strcmp(path, "-") == 0)
		return import_from(cli, stdin, "standard input");
	in = fopen(path, "re");
	if (in == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	code = import_from(cli, in, path);
	(void)fclose(in);
	return code;
}
