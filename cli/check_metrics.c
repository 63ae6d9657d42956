/* check_metrics.c - the report for Prometheus: the text format of its exporters, as its
 * textfile collector reads it; see check.h. */
#include "check.h"
#include <inttypes.h>
#include <stdio.h>

static void family(FILE *out, const char *name, const char *help)
{
	(void)fprintf(out,
		"# HELP pinbound_check_%s %s\n# TYPE pinbound_check_%s gauge\n", name,
		help, name);
}

/* The value of a label: all is in ASCII, and only a backslash needs another. */
static void write_label(FILE *out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		(void)fprintf(out, *c == '\\' || *c == '"' ? "\\%c" : "%c", *c);
}

static void write_zone(FILE *out, const struct pb_name *zone)
{
	char text[PB_NAME_TEXT_MAX];

	write_label(out, pb_name_to_text(zone, text));
}

static void write_statuses(const struct check *check, FILE *out)
{
	family(out, "zone_status",
		"How the zone compares with its pin: 0 ok, 1 warning, 2 critical, "
		"3 unknown.");
	for (const struct check_zone *z = check->zones; z != NULL; z = z->next) {
		(void)fputs("pinbound_check_zone_status{zone=\"", out);
		write_zone(out, &z->pin->name);
		(void)fprintf(out, "\"} %d\n", (int)z->status);
	}
}

static void write_reasons(const struct check *check, FILE *out)
{
	family(out, "zone_reason", "1 for each reason for which the zone deviates.");
	for (const struct check_zone *z = check->zones; z != NULL; z = z->next) {
		for (unsigned i = 0; i < PB_REASONS; i++) {
			if ((z->reasons & PB_REASON(i)) == 0)
				continue;
			(void)fputs("pinbound_check_zone_reason{zone=\"", out);
			write_zone(out, &z->pin->name);
			(void)fprintf(out, "\",reason=\"%s\"} 1\n",
				pb_reason_name((enum pb_reason)i));
		}
	}
}

static void write_expiries(const struct check *check, FILE *out)
{
	family(out, "pin_expires_timestamp_seconds",
		"When the pin expires, of those that do.");
	for (const struct check_zone *z = check->zones; z != NULL; z = z->next) {
		if (z->pin->expires == PB_NEVER)
			continue;
		(void)fputs("pinbound_check_pin_expires_timestamp_seconds{zone=\"", out);
		write_zone(out, &z->pin->name);
		(void)fprintf(out, "\"} %" PRId64 "\n", z->pin->expires);
	}
}

/* What cannot be read has no name, and is unknown: one line stands for all of it. */
static void write_resolvers(const struct check *check, FILE *out)
{
	bool nameless = false;

	family(out, "resolver_status",
		"Whether the resolver is protected: 0 yes, 2 no, 3 unknown.");
	for (const struct check_resolver *r = check->resolvers; r != NULL; r = r->next) {
		if (r->address == NULL && nameless)
			continue;
		nameless = nameless || r->address == NULL;
		(void)fputs("pinbound_check_resolver_status{resolver=\"", out);
		write_label(out, r->address != NULL ? r->address : "");
		(void)fprintf(out, "\"} %d\n", (int)r->status);
	}
}

static void write_one(FILE *out, const char *name, const char *help, int64_t value)
{
	family(out, name, help);
	(void)fprintf(out, "pinbound_check_%s %" PRId64 "\n", name, value);
}

void check_write_metrics(const struct check *check, FILE *out)
{
	write_statuses(check, out);
	write_reasons(check, out);
	write_expiries(check, out);
	write_resolvers(check, out);
	write_one(
		out, "zones", "How many zones were checked.", (int64_t)check->zone_count);
	write_one(out, "status",
		"The worst of all: 0 ok, 1 warning, 2 critical, 3 unknown.",
		(int64_t)check->status);
	write_one(out, "queries", "How many queries were sent.", (int64_t)check->queries);
	family(out, "duration_seconds", "How long it took.");
	(void)fprintf(out, "pinbound_check_duration_seconds %" PRId64 ".%03" PRId64 "\n",
		check->milliseconds / 1000, check->milliseconds % 1000);
	write_one(out, "timestamp_seconds", "When it began.", check->now);
}
