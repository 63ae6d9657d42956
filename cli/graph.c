/* graph.c - graph: what a name depends on, as a picture; see graph.h. */
#include "graph.h"
#include "survey/judged.h"
#include "survey/learn.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct graphing {
	struct cli *cli;
	struct survey_options options;
	struct arena *arena;
	struct pb_store *store;
	struct pb_error error;
	bool failed; /* the store could not be read */
	struct surveyor *surveyor;
	struct depend *depend;
	struct graph graph;
};

static void *allocate(void *arg, size_t size)
{
	return arena_alloc(arg, size);
}

/* The pin of a zone, kept in the arena. */
static const struct pb_pin *pin_of(void *arg, const struct pb_name *zone)
{
	struct graphing *graphing = arg;
	struct pb_pin *pin = arena_alloc(graphing->arena, sizeof(*pin));
	enum pb_result found = pb_store_load(
		graphing->store, zone, pin, allocate, graphing->arena, &graphing->error);

	if (found == PB_FAILED)
		graphing->failed = true;
	return found == PB_OK ? pin : NULL;
}

static struct graph_zone *read_zone(
	struct graphing *graphing, const struct depend_zone *zone, unsigned number)
{
	const struct pb_policy policy = {
		.default_mode = graphing->cli->conf.default_mode};
	struct graph_zone *out = arena_alloc(graphing->arena, sizeof(*out));

	out->zone = zone;
	out->number = number;
	out->is_zone = zone->survey->found == SURVEY_ZONE;
	out->is_signed = zone->survey->ds.set.count > 0;
	out->pin = pin_of(graphing, &zone->name);
	if (out->pin != NULL) {
		out->mode = pb_mode_in_force(out->pin, &policy);
		out->reasons = survey_judge(out->pin, zone->survey, (int64_t)time(NULL));
	}
	return out;
}

static void read_zones(struct graphing *graphing)
{
	struct graph_zone **last = &graphing->graph.zones;
	unsigned number = 0;

	for (const struct depend_zone *zone = depend_zones(graphing->depend);
		zone != NULL; zone = zone->next) {
		*last = read_zone(graphing, zone, number++);
		last = &(*last)->next;
	}
	graphing->graph.cut_short = number == DEPEND_ZONES_MAX;
}

/* --- the command ------------------------------------------------------------ */

static int draw(const struct graphing *graphing, const char *svg, const char *png)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int code = CLI_DONE;

	if (out != NULL) {
		graph_write_dot(&graphing->graph, out);
		(void)fclose(out);
	}
	if (text == NULL)
		return cli_fail("out of memory");
	if (svg != NULL)
		code = graph_draw(text, size, "svg", svg);
	if (png != NULL && code == CLI_DONE)
		code = graph_draw(text, size, "png", png);
	free(text);
	return code;
}

static int write_out(const struct graphing *graphing)
{
	const char *svg = cli_value(graphing->cli, "--svg");
	const char *png = cli_value(graphing->cli, "--png");

	if (graphing->cli->json)
		graph_write_json(&graphing->graph, stdout);
	else if (svg == NULL && png == NULL)
		graph_write_dot(&graphing->graph, stdout);
	return draw(graphing, svg, png);
}

/* Each argument must be a zone. */
static int check_found(const struct graphing *graphing)
{
	char why[LEARN_WHY_MAX];

	for (const struct graph_zone *zone = graphing->graph.zones; zone != NULL;
		zone = zone->next)
		if (zone->zone->found_by == NULL && !zone->is_zone && zone->pin == NULL)
			return cli_fail("%s", learn_why_not(zone->zone->survey, why));
	return CLI_DONE;
}

static int add_names(struct graphing *graphing)
{
	const struct cli *cli = graphing->cli;
	struct pb_name name;

	for (size_t i = 0; i < cli->argument_count; i++) {
		if (!cli_read_name(&name, cli->arguments[i]))
			return CLI_USAGE;
		depend_add(graphing->depend, &name, true);
	}
	return CLI_DONE;
}

static int run(struct graphing *graphing)
{
	struct pb_error error = {"out of memory"};
	int code;

	graphing->arena = arena_new();
	graphing->store = pb_store_open(graphing->cli->conf.pins, PB_STORE_READ, &error);
	if (graphing->store == NULL || graphing->arena == NULL)
		return cli_fail("%s", error.text);
	graphing->surveyor = surveyor_new(&graphing->options, &error);
	if (graphing->surveyor != NULL)
		graphing->depend = depend_new(graphing->surveyor, pin_of, graphing);
	if (graphing->depend == NULL)
		return cli_fail("%s", error.text);
	code = add_names(graphing);
	if (code != CLI_DONE)
		return code;
	surveyor_run(graphing->surveyor);
	read_zones(graphing);
	if (graphing->failed)
		return cli_fail("%s", graphing->error.text);
	code = check_found(graphing);
	return code == CLI_DONE ? write_out(graphing) : code;
}

int cli_graph(struct cli *cli)
{
	struct graphing graphing = {.cli = cli};
	int code = survey_options_read(&graphing.options, cli);

	if (code == CLI_DONE)
		code = run(&graphing);
	depend_free(graphing.depend);
	surveyor_free(graphing.surveyor);
	pb_store_close(graphing.store);
	arena_free(graphing.arena);
	return code;
}
