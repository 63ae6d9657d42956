/* check_json.c - the report as JSON; see check.h. */
#include "check.h"
#include "json.h"
#include "observed.h"

static void json_elements(
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

static const char *side_name(enum survey_side side)
{
	switch (side) {
	case SURVEY_PARENT:
		return "parent";
	case SURVEY_CHILD:
		return "zone";
	case SURVEY_VIA:
		return "via";
	}
	return "";
}

static const char *response_name(const struct check_finding *finding)
{
	switch (finding->response) {
	case PB_REFERRAL:
		return "referral";
	case PB_POSITIVE:
		return finding->alias ? "alias" : "data";
	case PB_NODATA:
		return "nodata";
	case PB_NXDOMAIN:
		return "nxdomain";
	}
	return "";
}

static const char *type_name(uint16_t type)
{
	return type == LDNS_RR_TYPE_NS ? "NS" : type == LDNS_RR_TYPE_DS ? "DS" : "MX";
}

/* The addresses alone. */
static void json_servers(struct json *json, const struct pb_set *servers)
{
	char text[PB_ADDRESS_TEXT_MAX];
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name host;

	json_open(json, "servers", '[');
	for (size_t at = 0; pb_set_next(servers, &at, &element);)
		if (pb_address_parse(element, &host, &address))
			json_text(json, NULL, pb_address_to_text(&address, text));
	json_close(json, ']');
}

static void json_observed(struct json *json, const struct check_finding *finding)
{
	pb_reasons reasons = finding->reasons;

	json_open(json, "observed", '{');
	if (reasons & (PB_REASON(PB_NS_UNEXPECTED) | PB_REASON(PB_NS_MISSING) |
			      PB_REASON(PB_CHILD_NS_UNEXPECTED)))
		json_elements(json, "ns", PB_KIND_NAME, &finding->ns.set);
	if (reasons & PB_DS_REASONS)
		json_elements(json, "ds", PB_KIND_DS, &finding->ds.set);
	if (reasons & PB_REASON(PB_ADDRESS_UNEXPECTED))
		json_elements(json, "address", PB_KIND_ADDRESS, &finding->address.set);
	if (reasons & PB_REASON(PB_MX_UNEXPECTED))
		json_elements(json, "mx", PB_KIND_NAME, &finding->mx.set);
	json_close(json, '}');
}

static void json_finding(struct json *json, const struct check_finding *finding)
{
	json_open(json, NULL, '{');
	observed_json_reasons(json, finding->reasons);
	json_text(json, "status", check_status_word(finding->status));
	json_text(json, "said-by", side_name(finding->side));
	json_text(json, "type", type_name(finding->type));
	json_text(json, "response", response_name(finding));
	json_number(json, "count", (int64_t)finding->count);
	json_number(json, "of", (int64_t)finding->of);
	json_servers(json, &finding->servers.set);
	json_observed(json, finding);
	json_close(json, '}');
}

static void json_zone(struct json *json, const struct check_zone *zone)
{
	char text[PB_NAME_TEXT_MAX], when[OBSERVED_TIME_MAX];

	json_open(json, NULL, '{');
	json_text(json, "zone", pb_name_to_text(&zone->pin->name, text));
	json_text(json, "status", check_status_word(zone->status));
	observed_json_reasons(json, zone->reasons);
	json_text(json, "parent", pb_name_to_text(&zone->parent, text));
	json_open(json, "findings", '[');
	for (const struct check_finding *finding = zone->findings; finding != NULL;
		finding = finding->next)
		json_finding(json, finding);
	json_close(json, ']');
	json_open(json, "unasked", '[');
	for (const struct check_note *note = zone->unasked; note != NULL;
		note = note->next)
		json_text(json, NULL, note->text);
	json_close(json, ']');
	if (zone->expires_soon)
		json_text(json, "expires", observed_utc_time(zone->pin->expires, when));
	if (zone->status != CHECK_OK)
		json_pin(json, "pin", zone->pin);
	json_close(json, '}');
}

static void json_counts(struct json *json, const struct check *check)
{
	json_open(json, "counts", '{');
	json_number(json, "zones", (int64_t)check->zone_count);
	for (int i = CHECK_OK; i <= CHECK_UNKNOWN; i++)
		json_number(json, check_status_word((enum check_status)i),
			(int64_t)check->counts[i]);
	json_close(json, '}');
}

static void json_resolvers(struct json *json, const struct check *check)
{
	json_open(json, "resolvers", '[');
	for (const struct check_resolver *r = check->resolvers; r != NULL; r = r->next) {
		json_open(json, NULL, '{');
		if (r->address != NULL)
			json_text(json, "address", r->address);
		json_text(json, "status", check_status_word(r->status));
		json_text(json, "text", r->text);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_failures(struct json *json, const struct check *check)
{
	json_open(json, "failures", '[');
	for (const struct check_server *s = check->servers; s != NULL; s = s->next) {
		json_open(json, NULL, '{');
		json_text(json, "server", s->name);
		json_text(json, "text", s->why);
		json_number(json, "zones", (int64_t)s->zones);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void check_write_json(const struct check *check, FILE *out)
{
	char when[OBSERVED_TIME_MAX];
	struct json json;

	json_begin(&json, out);
	json_open(&json, NULL, '{');
	json_text(&json, "status", check_status_word(check->status));
	json_text(&json, "time", observed_utc_time(check->now, when));
	json_number(&json, "milliseconds", check->milliseconds);
	json_number(&json, "queries", (int64_t)check->queries);
	json_counts(&json, check);
	json_open(&json, "zones", '[');
	for (const struct check_zone *zone = check->zones; zone != NULL;
		zone = zone->next)
		json_zone(&json, zone);
	json_close(&json, ']');
	json_resolvers(&json, check);
	json_failures(&json, check);
	json_close(&json, '}');
	json_end(&json);
}
