/* add_json.c - what add has found, as JSON; see add.h. */
#include "add.h"
#include "json.h"

static void json_remarks(struct json *json, const struct learned *learned)
{
	json_open(json, "remarks", '[');
	for (const struct learn_remark *r = learned->remarks; r != NULL; r = r->next) {
		json_open(json, NULL, '{');
		json_bool(json, "alarming", r->alarming);
		json_text(json, "text", r->text);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_hosts(struct json *json, const struct depend_zone *zone)
{
	char name[PB_NAME_TEXT_MAX];

	json_open(json, "hosts", '[');
	for (const struct depend_host *host = zone->hosts; host != NULL;
		host = host->next) {
		json_open(json, NULL, '{');
		json_text(json, "name", pb_name_to_text(&host->name, name));
		json_text(json, "type", host->kind == DEPEND_NS ? "NS" : "MX");
		if (host->zone != NULL)
			json_text(json, "zone", pb_name_to_text(&host->zone->name, name));
		if (host->why != NULL)
			json_text(json, "why", host->why);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_addition(struct json *json, const struct addition *a)
{
	const struct learned *learned = &a->learned;
	char name[PB_NAME_TEXT_MAX];

	json_open(json, NULL, '{');
	json_text(json, "zone", pb_name_to_text(&a->zone->name, name));
	json_text(json, "parent", pb_name_to_text(&a->zone->survey->parent, name));
	json_bool(json, "pinned", a->pinned);
	if (a->why != NULL)
		json_text(json, "why", a->why);
	json_number(json, "agree", (int64_t)learned->agree);
	json_number(json, "asked", (int64_t)learned->asked);
	json_number(json, "zone-answer", (int64_t)learned->zone_answer);
	json_number(json, "zone-asked", (int64_t)learned->zone_asked);
	json_number(json, "with-key", (int64_t)learned->with_key);
	json_remarks(json, learned);
	json_hosts(json, a->zone);
	if (a->pin != NULL)
		json_pin(json, "pin", &a->pin->pin);
	json_close(json, '}');
}

void add_show_json(const struct adding *adding)
{
	struct json json;

	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_bool(&json, "alarming", adding->alarming);
	json_open(&json, "zones", '[');
	for (const struct addition *a = adding->additions; a != NULL; a = a->next)
		json_addition(&json, a);
	json_close(&json, ']');
	json_close(&json, '}');
	json_end(&json);
}

void add_show_json_pin(const struct pb_pin *pin)
{
	char name[PB_NAME_TEXT_MAX];
	struct json json;

	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_open(&json, "zones", '[');
	json_open(&json, NULL, '{');
	json_text(&json, "zone", pb_name_to_text(&pin->name, name));
	json_pin(&json, "pin", pin);
	json_close(&json, '}');
	json_close(&json, ']');
	json_close(&json, '}');
	json_end(&json);
}
