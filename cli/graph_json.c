/* graph_json.c - what a name depends on, as JSON; see graph.h. */
#include "graph.h"
#include "json.h"
#include "observed.h"

static void json_host(struct json *json, const struct depend_host *host)
{
	char name[PB_NAME_TEXT_MAX];

	json_open(json, NULL, '{');
	json_text(json, "name", pb_name_to_text(&host->name, name));
	json_text(json, "type", host->kind == DEPEND_NS ? "NS" : "MX");
	if (host->zone != NULL)
		json_text(json, "zone", pb_name_to_text(&host->zone->name, name));
	if (host->why != NULL)
		json_text(json, "why", host->why);
	json_close(json, '}');
}

static void json_zone(struct json *json, const struct graph_zone *zone)
{
	char name[PB_NAME_TEXT_MAX];

	json_open(json, NULL, '{');
	json_text(json, "zone", pb_name_to_text(&zone->zone->name, name));
	json_text(json, "parent", pb_name_to_text(&zone->zone->survey->parent, name));
	json_bool(json, "found", zone->is_zone);
	json_bool(json, "signed", zone->is_signed);
	json_bool(json, "pinned", zone->pin != NULL);
	if (zone->pin != NULL)
		json_text(json, "mode", pb_mode_name(zone->mode));
	observed_json_reasons(json, zone->reasons);
	json_open(json, "hosts", '[');
	for (const struct depend_host *host = zone->zone->hosts; host != NULL;
		host = host->next)
		json_host(json, host);
	json_close(json, ']');
	json_close(json, '}');
}

void graph_write_json(const struct graph *graph, FILE *out)
{
	struct json json;

	json_begin(&json, out);
	json_open(&json, NULL, '{');
	json_bool(&json, "complete", !graph->cut_short);
	json_open(&json, "zones", '[');
	for (const struct graph_zone *zone = graph->zones; zone != NULL;
		zone = zone->next)
		json_zone(&json, zone);
	json_close(&json, ']');
	json_close(&json, '}');
	json_end(&json);
}
