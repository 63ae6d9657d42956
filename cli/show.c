/* show.c - list, show, export, verify, checkconf: what only reads. */
#include "cli.h"
#include "colour.h"
#include "export.h"
#include "json.h"
#include "observed.h"
#include "pinbound/pinfile.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct pb_store *open_store(const struct cli *cli)
{
	struct pb_error error;
	struct pb_store *store = pb_store_open(cli->conf.pins, PB_STORE_READ, &error);

	if (store == NULL)
		(void)cli_fail("%s", error.text);
	return store;
}

/* Of a store that is behind: see store.h. */
static const char not_in_use[] =
	"its last change is not in use: another file was put in its place, "
	"and \"unbound-control reload\" helps; or a command was killed as it stored "
	"it, and the next one helps";

/* ... to tell what it has. */
static struct pb_store *open_to_tell(const struct cli *cli)
{
	struct pb_store *store = open_store(cli);

	if (store != NULL && pb_store_is_behind(store))
		(void)fprintf(stderr, "%spinbound: warning:%s %s: %s\n",
			cli_colour(stderr, CLI_WARN), cli_colour(stderr, CLI_PLAIN),
			cli->conf.pins, not_in_use);
	return store;
}

/* Without the trailing dot, the root apart. */
static const char *plain(const struct pb_name *name, char text[PB_NAME_TEXT_MAX])
{
	size_t size = strlen(pb_name_to_text(name, text));

	if (size > 1)
		text[size - 1] = '\0';
	return text;
}

/* A set as an array of texts. */
static void json_set(
	struct json *json, const char *key, enum pb_kind kind, const struct pb_set *set)
{
	char text[PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;

	json_open(json, key, '[');
	for (size_t at = 0; pb_set_next(set, &at, &element);) {
		(void)pb_element_to_text(kind, element, text, sizeof(text));
		json_text(json, NULL, text);
	}
	json_close(json, ']');
}

static void json_attributes(struct json *json, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX], when[32];

	json_text(json, "name", pb_name_to_text(&pin->name, text));
	if (pb_mode_name(pin->mode) != NULL)
		json_text(json, "mode", pb_mode_name(pin->mode));
	json_set(json, "ns", PB_KIND_NAME, &pin->ns);
	json_set(json, "child-ns", PB_KIND_NAME, &pin->child_ns);
	if (pb_pin_has_ds(pin))
		json_set(json, "ds", PB_KIND_DS, &pin->ds);
	json_set(json, "address", PB_KIND_ADDRESS, &pin->address);
	if (pb_pin_has_mx(pin))
		json_set(json, "mx", PB_KIND_NAME, &pin->mx);
	json_bool(json, "strict", pin->strict);
	if (pin->expires != PB_NEVER) {
		json_text(json, "expires", observed_utc_time(pin->expires, when));
		json_text(json, "on-expiry", pin->expires_to_log ? "log" : "warn");
	}
	if (pin->note.size > 0)
		json_octets(json, "note", pin->note);
	json_number(json, "generation", (int64_t)pin->generation);
}

void json_pin(struct json *json, const char *key, const struct pb_pin *pin)
{
	json_open(json, key, '{');
	json_attributes(json, pin);
	json_close(json, '}');
}

struct listing {
	struct cli *cli;
	struct json json;
	const char *pattern; /* NULL: all */
	uint64_t count;
};

static void count_text(char text[8], bool none, const struct pb_set *set)
{
	if (none)
		(void)snprintf(text, 8, "none");
	else if (set->count == 0)
		(void)snprintf(text, 8, "-");
	else
		(void)snprintf(text, 8, "%u", set->count);
}

/* As loud as the module is of it. */
static const char *expiry_colour(const struct pb_pin *pin)
{
	int64_t now = (int64_t)time(NULL);

	if (!pb_pin_expires_soon(pin, now))
		return "";
	return cli_colour(stdout, now >= pin->expires ? CLI_BAD : CLI_WARN);
}

static void print_row(struct listing *listing, const struct pb_pin *pin)
{
	char name[PB_NAME_TEXT_MAX], expires[32] = "", ds[8], mx[8], address[8];

	if (listing->count++ == 0)
		(void)printf("%s%-36s %-7s %3s %4s %4s %4s  %s%s\n",
			cli_colour(stdout, CLI_STRONG), "NAME", "MODE", "NS", "DS",
			"ADDR", "MX", "EXPIRES", cli_colour(stdout, CLI_PLAIN));
	count_text(ds, pin->ds_none, &pin->ds);
	count_text(mx, pin->mx_none, &pin->mx);
	count_text(address, false, &pin->address);
	if (pin->expires != PB_NEVER)
		(void)pb_expires_to_text(pin->expires, expires);
	else
		(void)snprintf(expires, sizeof(expires), "-");
	(void)printf("%-36s %-7s %3u %4s %4s %4s  %s%.10s%s\n", plain(&pin->name, name),
		pb_mode_name(pin->mode) != NULL ? pb_mode_name(pin->mode) : "default",
		pin->ns.count, ds, address, mx, expiry_colour(pin), expires,
		cli_colour(stdout, CLI_PLAIN));
}

static bool list_pin(void *arg, const struct pb_pin *pin)
{
	struct listing *listing = arg;
	char name[PB_NAME_TEXT_MAX];

	if (listing->pattern != NULL &&
		fnmatch(listing->pattern, plain(&pin->name, name), 0) != 0)
		return true;
	if (listing->cli->json)
		json_pin(&listing->json, NULL, pin);
	else
		print_row(listing, pin);
	return true;
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* Reads a pattern, which matches names as they are listed: lower case, A-labels, no
 * trailing dot. Returns an exit code. */
static int read_pattern(struct cli *cli, const char *text, char **pattern)
{
	char name_text[PB_NAME_TEXT_MAX];
	struct pb_name name;
	size_t size;

	if (!is_ascii(text)) {
		if (!pb_name_from_user(&name, text, strlen(text), NULL))
			return cli_misused(cli,
				"\"%s\": names are listed with A-labels, and a part of "
				"a U-label matches none",
				text);
		text = pb_name_to_text(&name, name_text);
	}
	size = strlen(text);
	*pattern = strdup(text);
	if (*pattern == NULL)
		return cli_fail("out of memory");
	for (size_t i = 0; i < size; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			(*pattern)[i] = (char)(text[i] + ('a' - 'A'));
	if (size > 1 && text[size - 1] == '.')
		(*pattern)[size - 1] = '\0';
	return CLI_DONE;
}

int cli_list(struct cli *cli)
{
	struct listing listing = {.cli = cli};
	struct pb_store *store;
	struct pb_error error;
	char *pattern = NULL;
	enum pb_result result;
	int code = CLI_DONE;

	if (cli->argument_count > 0)
		code = read_pattern(cli, cli->arguments[0], &pattern);
	if (code != CLI_DONE)
		return code;
	store = open_to_tell(cli);
	if (store == NULL) {
		free(pattern);
		return CLI_FAILED;
	}
	listing.pattern = pattern;
	json_begin(&listing.json, stdout);
	if (cli->json)
		json_open(&listing.json, NULL, '[');
	result = pb_store_each(store, list_pin, &listing, &error);
	if (cli->json) {
		json_close(&listing.json, ']');
		json_end(&listing.json);
	}
	free(pattern);
	pb_store_close(store);
	return result == PB_OK ? CLI_DONE : cli_fail("%s", error.text);
}

static void print_change(const struct pb_change *change)
{
	char when[32];

	(void)printf("# generation %llu, %s, by %s: %s\n",
		(unsigned long long)change->generation,
		observed_utc_time(change->when, when), change->who, change->what);
}

/* The pin, and the change that made it what it is, if there is one. */
static void show_json(const struct pb_pin *pin, const struct pb_change *change)
{
	struct json json;
	char when[32];

	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_attributes(&json, pin);
	if (change != NULL) {
		json_open(&json, "change", '{');
		json_text(&json, "when", observed_utc_time(change->when, when));
		json_text(&json, "who", change->who);
		json_text(&json, "what", change->what);
		json_close(&json, '}');
	}
	json_close(&json, '}');
	json_end(&json);
}

/* Shows it with the change that made it what it is, unless that is too long ago. One that
 * cannot be read does not keep the pin from being shown. Returns an exit code. */
static int show(const struct cli *cli, struct pb_store *store, const struct pb_pin *pin)
{
	struct pb_change change;
	struct pb_error error;
	enum pb_result found = pb_store_change(store, pin->generation, &change, &error);

	if (cli->json) {
		show_json(pin, found == PB_OK ? &change : NULL);
	} else {
		if (found == PB_OK)
			print_change(&change);
		(void)pb_pinfile_write(stdout, pin);
	}
	return found == PB_FAILED ? cli_fail("%s", error.text) : CLI_DONE;
}

static int find_and_show(const struct cli *cli, struct pb_store *store,
	const struct pb_name *name, struct pb_pinbuf *buf)
{
	struct pb_error error;

	switch (pb_store_get(store, name, buf, &error)) {
	case PB_OK:
		return show(cli, store, &buf->pin);
	case PB_NOT_FOUND:
		return cli_fail("%s is not pinned; \"pinbound list\" lists what is",
			cli->arguments[0]);
	case PB_FAILED:
		break;
	}
	return cli_fail("%s", error.text);
}

int cli_show(struct cli *cli)
{
	struct pb_pinbuf *buf;
	struct pb_store *store;
	struct pb_name name;
	int code = CLI_FAILED;

	if (!cli_read_name(&name, cli->arguments[0]))
		return CLI_USAGE;
	buf = malloc(sizeof(*buf));
	if (buf == NULL)
		return cli_fail("out of memory");
	store = open_to_tell(cli);
	if (store != NULL)
		code = find_and_show(cli, store, &name, buf);
	pb_store_close(store);
	free(buf);
	return code;
}

static bool export_pin(void *arg, const struct pb_pin *pin)
{
	(void)arg;
	return pb_pinfile_write(stdout, pin);
}

static bool export_for_unbound(void *arg, const struct pb_pin *pin)
{
	const struct cli *cli = arg;

	export_unbound_pin(&cli->conf, pin, (int64_t)time(NULL));
	return !ferror(stdout);
}

int cli_export(struct cli *cli)
{
	const char *format = cli_value(cli, "--format");
	bool unbound = format != NULL && strcmp(format, "unbound") == 0;
	struct pb_store *store;
	struct pb_error error;
	enum pb_result result;

	if (format != NULL && !unbound && strcmp(format, "pins") != 0)
		return cli_misused(
			cli, "--format: \"%s\" is neither pins nor unbound", format);
	if (unbound && cli->json)
		return cli_misused(
			cli, "--json and --format unbound contradict each other");
	if (cli->json)
		return cli_list(cli);
	store = open_to_tell(cli);
	if (store == NULL)
		return CLI_FAILED;
	if (unbound)
		export_unbound_head();
	else
		(void)pb_pinfile_write_head(stdout);
	result = pb_store_each(
		store, unbound ? export_for_unbound : export_pin, cli, &error);
	pb_store_close(store);
	return result == PB_OK ? CLI_DONE : cli_fail("%s", error.text);
}

int cli_verify(struct cli *cli)
{
	struct pb_store *store = open_store(cli);
	struct pb_store_stat stat;
	struct pb_error error;
	enum pb_result result;
	struct json json;
	bool behind;

	if (store == NULL)
		return CLI_FAILED;
	behind = pb_store_is_behind(store);
	result = pb_store_verify(store, &stat, &error);
	pb_store_close(store);
	if (result != PB_OK)
		return cli_fail("%s", error.text);
	if (behind)
		return cli_fail("%s: %s", cli->conf.pins, not_in_use);
	if (cli->json) {
		json_begin(&json, stdout);
		json_open(&json, NULL, '{');
		json_number(&json, "pins", (int64_t)stat.pins);
		json_number(&json, "generation", (int64_t)stat.generation);
		json_close(&json, '}');
		json_end(&json);
	} else if (!cli->quiet) {
		(void)printf("%s: %llu pin%s, generation %llu, all as they were stored\n",
			cli->conf.pins, (unsigned long long)stat.pins,
			stat.pins == 1 ? "" : "s", (unsigned long long)stat.generation);
	}
	return CLI_DONE;
}

/* To have come here is to have read it. */
int cli_checkconf(struct cli *cli)
{
	struct json json;

	if (cli->json) {
		json_begin(&json, stdout);
		json_open(&json, NULL, '{');
		json_text(&json, "path", cli->conf_path);
		json_bool(&json, "valid", true);
		json_close(&json, '}');
		json_end(&json);
	} else if (!cli->quiet) {
		(void)printf("%s: no errors\n", cli->conf_path);
	}
	return CLI_DONE;
}
