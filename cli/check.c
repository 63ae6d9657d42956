/* check.c - check: all pins, or some, compared with what the parents say now. */
#include "check.h"
#include "file.h"
#include "json.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* So many are under way at a time: enough to keep each server's queue full. */
#define ZONES_AT_ONCE 2000

#define RESOLV_CONF "/etc/resolv.conf"

/* --- the pins --------------------------------------------------------------- */

static struct pb_set copy_set(struct check *check, const struct pb_set *set)
{
	struct pb_set copy = *set;

	copy.data = arena_copy(check->arena, set->data, set->size);
	return copy;
}

static bool take_pin(void *arg, const struct pb_pin *pin)
{
	struct check *check = arg;
	struct check_zone *zone = arena_alloc(check->arena, sizeof(*zone));
	struct pb_pin *copy = arena_copy(check->arena, pin, sizeof(*pin));

	copy->ns = copy_set(check, &pin->ns);
	copy->child_ns = copy_set(check, &pin->child_ns);
	copy->ds = copy_set(check, &pin->ds);
	copy->address = copy_set(check, &pin->address);
	copy->mx = copy_set(check, &pin->mx);
	copy->note = (struct pb_bytes){NULL, 0};
	zone->pin = copy;
	zone->status = CHECK_UNKNOWN; /* until it is judged */
	*check->last_zone = zone;
	check->last_zone = &zone->next;
	check->zone_count++;
	return true;
}

static bool is_taken(const struct check *check, const struct pb_name *name)
{
	for (const struct check_zone *z = check->zones; z != NULL; z = z->next)
		if (pb_name_equal(&z->pin->name, name))
			return true;
	return false;
}

/* A name that is given twice is asked about once. */
static enum pb_result take_named(struct check *check, struct pb_store *store,
	struct pb_pinbuf *buf, struct pb_error *error)
{
	const struct cli *cli = check->cli;
	enum pb_result result = PB_OK;
	struct pb_name name;

	for (size_t i = 0; i < cli->argument_count && result == PB_OK; i++) {
		(void)pb_name_from_user(
			&name, cli->arguments[i], strlen(cli->arguments[i]), NULL);
		if (is_taken(check, &name))
			continue;
		result = pb_store_get(store, &name, buf, error);
		if (result == PB_OK)
			(void)take_pin(check, &buf->pin);
		else if (result == PB_NOT_FOUND)
			pb_error_set(error, "%s is not pinned", cli->arguments[i]);
	}
	return result;
}

static enum pb_result take_pins(struct check *check, struct pb_error *error)
{
	struct pb_store *store =
		pb_store_open(check->cli->conf.pins, PB_STORE_READ, error);
	struct pb_pinbuf *buf = malloc(sizeof(*buf));
	enum pb_result result = PB_FAILED;

	if (store != NULL && buf != NULL)
		result = check->cli->argument_count > 0
				 ? take_named(check, store, buf, error)
				 : pb_store_each(store, take_pin, check, error);
	free(buf);
	pb_store_close(store);
	if (result == PB_OK && check->zone_count == 0) {
		pb_error_set(error, "nothing is pinned");
		result = PB_NOT_FOUND;
	}
	return result;
}

/* --- the run ---------------------------------------------------------------- */

static void start_next(struct check *check);

struct checking {
	struct check *check;
	struct check_zone *zone;
};

static void surveyed(void *arg, struct survey *survey)
{
	struct checking *checking = arg;
	struct check *check = checking->check;

	check_judge(check, checking->zone, survey);
	check->done++;
	survey_free(survey);
	start_next(check);
}

static void start_next(struct check *check)
{
	struct check_zone *zone = check->next_zone;
	struct checking *checking;
	struct survey_wants wants;

	if (zone == NULL)
		return;
	check->next_zone = zone->next;
	checking = arena_alloc(check->arena, sizeof(*checking));
	*checking = (struct checking){check, zone};
	wants = (struct survey_wants){
		.ds = pb_pin_has_ds(zone->pin),
		.child_ns = zone->pin->name.size > 1,
		.mx = pb_pin_has_mx(zone->pin),
		.addresses = zone->pin->address.count > 0,
		.pin = zone->pin,
	};
	survey_start(check->surveyor, &zone->pin->name, &wants, surveyed, checking);
}

#define BAR 30
#define BAR_AFTER 1000 /* milliseconds: a run that is over soon needs none */

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void draw_bar(void *arg)
{
	const struct check *check = arg;
	size_t full = check->done * BAR / check->zone_count;

	if (milliseconds() - check->milliseconds < BAR_AFTER)
		return;
	(void)fprintf(stderr, "\r[%.*s%*s] %zu of %zu zones, %llu queries", (int)full,
		"##############################", (int)(BAR - full), "", check->done,
		check->zone_count,
		(unsigned long long)net_sent(surveyor_net(check->surveyor)));
}

static void run(struct check *check)
{
	bool bar = isatty(STDERR_FILENO) && !check->cli->quiet;

	check->milliseconds = milliseconds();
	if (bar)
		net_on_tick(surveyor_net(check->surveyor), draw_bar, check);
	if (check->resolv_conf != NULL)
		check_canaries(check);
	check->next_zone = check->zones;
	for (size_t i = 0; i < ZONES_AT_ONCE && check->next_zone != NULL; i++)
		start_next(check);
	surveyor_run(check->surveyor);
	check->milliseconds = milliseconds() - check->milliseconds;
	check->queries = net_sent(surveyor_net(check->surveyor));
	if (bar && check->milliseconds >= BAR_AFTER)
		(void)fprintf(stderr, "\r%*s\r", BAR + 50, "");
	for (const struct check_resolver *r = check->resolvers; r != NULL; r = r->next)
		check->status = check_worse(check->status, r->status);
	for (const struct check_zone *z = check->zones; z != NULL; z = z->next) {
		check->counts[z->status]++;
		check->status = check_worse(check->status, z->status);
	}
}

/* --- the report ------------------------------------------------------------- */

static void write_report(const struct check *check, FILE *out)
{
	switch (check->format) {
	case FORMAT_TEXT:
		check_write_text(check, out);
		break;
	case FORMAT_JSON:
		check_write_json(check, out);
		break;
	case FORMAT_PROMETHEUS:
		check_write_metrics(check, out);
		break;
	}
}

static bool replace_file(const char *path, const char *text, size_t size)
{
	struct cli_file file;

	if (!cli_file_open(&file, path))
		return false;
	(void)fwrite(text, 1, size, file.out);
	return cli_file_close(&file, true);
}

static int report(const struct check *check)
{
	const char *path = cli_value(check->cli, "--output");
	int code = (int)check->status;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	if (check->cli->quiet && path == NULL && check->format == FORMAT_TEXT &&
		check->status == CHECK_OK)
		return CHECK_OK;
	out = open_memstream(&text, &size);
	if (out != NULL) {
		write_report(check, out);
		(void)fclose(out);
	}
	if (text == NULL) {
		(void)cli_fail("out of memory");
		return CHECK_UNKNOWN;
	}
	if (path == NULL)
		(void)fwrite(text, 1, size, stdout);
	else if (!replace_file(path, text, size))
		code = (int)check_worse(check->status, CHECK_UNKNOWN);
	free(text);
	return code;
}

static void write_not_known(const struct check *check, const char *why, FILE *out)
{
	struct json json;

	switch (check->format) {
	case FORMAT_TEXT:
		(void)fprintf(out, "PINBOUND UNKNOWN: %s\n", why);
		break;
	case FORMAT_JSON:
		json_begin(&json, out);
		json_open(&json, NULL, '{');
		json_text(&json, "status", check_status_word(CHECK_UNKNOWN));
		json_text(&json, "error", why);
		json_close(&json, '}');
		json_end(&json);
		break;
	case FORMAT_PROMETHEUS:
		(void)cli_fail("%s", why); /* no metric has room for it */
		check_write_metrics(check, out);
		break;
	}
}

/* A monitoring system shows what is on standard output, or in the file: what was found
 * before is not to stand there. */
static int not_known(struct check *check, const char *why)
{
	const char *path = cli_value(check->cli, "--output");
	struct cli_file file = {.out = stdout};

	check->status = CHECK_UNKNOWN;
	if (path != NULL && !cli_file_open(&file, path))
		return CHECK_UNKNOWN;
	write_not_known(check, why, file.out);
	if (path != NULL)
		(void)cli_file_close(&file, true);
	return CHECK_UNKNOWN;
}

static void end_without_memory(void *check)
{
	exit(not_known(check, "out of memory"));
}

static int prepare_and_run(struct check *check)
{
	struct pb_error error;

	/* That it cannot be read is no warning, as exit code 1 would be. */
	if (!pb_conf_read(&check->cli->conf, check->cli->conf_path, &error) ||
		take_pins(check, &error) != PB_OK)
		return not_known(check, error.text);
	check->surveyor = surveyor_new(&check->options, &error);
	if (check->surveyor == NULL)
		return not_known(check, error.text);
	run(check);
	surveyor_free(check->surveyor);
	return report(check);
}

static int read_format(enum check_format *format, const struct cli *cli)
{
	const char *text = cli_value(cli, "--format");

	*format = cli->json ? FORMAT_JSON : FORMAT_TEXT;
	if (text == NULL)
		return CLI_DONE;
	if (strcmp(text, "text") == 0)
		*format = FORMAT_TEXT;
	else if (strcmp(text, "json") == 0)
		*format = FORMAT_JSON;
	else if (strcmp(text, "prometheus") == 0)
		*format = FORMAT_PROMETHEUS;
	else
		return cli_misused(cli,
			"--format: \"%s\" is none of text, json and prometheus", text);
	return CLI_DONE;
}

static int read_options(struct check *check)
{
	const struct cli *cli = check->cli;
	struct pb_name name;
	int code = survey_options_read(&check->options, cli);

	if (code == CLI_DONE)
		code = read_format(&check->format, cli);
	for (size_t i = 0; i < cli->argument_count && code == CLI_DONE; i++)
		if (!cli_read_name(&name, cli->arguments[i]))
			code = CLI_USAGE;
	check->terminal = isatty(STDOUT_FILENO) && cli_value(cli, "--output") == NULL;
	check->resolv_conf = cli_value(cli, "--resolv-conf");
	if (check->resolv_conf == NULL)
		check->resolv_conf = RESOLV_CONF;
	if (cli_value(cli, "--no-canary") != NULL)
		check->resolv_conf = NULL;
	return code;
}

int cli_check(struct cli *cli)
{
	struct check check = {
		.cli = cli,
		.arena = arena_new(),
		.policy = {.default_mode = PB_MODE_REFUSE},
		.now = (int64_t)time(NULL),
	};
	int code = read_options(&check);

	check.last_zone = &check.zones;
	check.last_resolver = &check.resolvers;
	if (check.arena == NULL)
		return not_known(&check, "out of memory");
	arena_set_end(end_without_memory, &check);
	if (code == CLI_DONE)
		code = prepare_and_run(&check);
	arena_set_end(NULL, NULL);
	arena_free(check.arena);
	return code;
}
