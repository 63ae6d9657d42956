/* check_text.c - the report as monitoring plugins write it; see check.h. */
#include "check.h"
#include "colour.h"
#include "pinbound/pinfile.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *check_status_name(enum check_status status)
{
	static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

	return names[status];
}

const char *check_status_word(enum check_status status)
{
	static const char *const words[] = {"ok", "warning", "critical", "unknown"};

	return words[status];
}

enum check_status check_worse(enum check_status a, enum check_status b)
{
	static const int rank[] = {[CHECK_OK] = 0,
		[CHECK_WARNING] = 1,
		[CHECK_UNKNOWN] = 2,
		[CHECK_CRITICAL] = 3};

	return rank[a] >= rank[b] ? a : b;
}

/* The report is written to memory first: the colours are those of where it goes. */
static void say_status_name(FILE *out, bool terminal, enum check_status status)
{
	static const enum cli_colour colours[] = {[CHECK_OK] = CLI_GOOD,
		[CHECK_WARNING] = CLI_WARN,
		[CHECK_CRITICAL] = CLI_BAD,
		[CHECK_UNKNOWN] = CLI_WARN};

	(void)fprintf(out, "%s%s%s", terminal ? cli_colour(stdout, colours[status]) : "",
		check_status_name(status), terminal ? cli_colour(stdout, CLI_PLAIN) : "");
}

static void say_set(FILE *out, enum pb_kind kind, const struct pb_set *set)
{
	char text[PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;
	const char *between = "";

	if (set->count == 0)
		(void)fputs("none", out);
	for (size_t at = 0; pb_set_next(set, &at, &element); between = " ") {
		(void)pb_element_to_text(kind, element, text, sizeof(text));
		(void)fprintf(out, "%s%s", between, text);
	}
}

/* A person at a terminal sees both below each other. */
static void say_both(FILE *out, bool lines, const char *what, enum pb_kind kind,
	const struct pb_set *observed, const struct pb_set *pinned)
{
	(void)fprintf(out, lines ? "\n    %-10s " : " %s ", what);
	say_set(out, kind, observed);
	(void)fprintf(out, lines ? "\n    %-10s " : ", %s ", "pinned");
	say_set(out, kind, pinned);
}

/* Behind the pinned NS: what else may be in the zone's own NS set. */
static void say_child_ns(FILE *out, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(&pin->child_ns, &at, &element);)
		if (!pb_set_has(&pin->ns, element)) {
			(void)pb_element_to_text(
				PB_KIND_NAME, element, text, sizeof(text));
			(void)fprintf(out, " %s", text);
		}
}

static const char *denial(const struct check_finding *finding)
{
	switch (finding->response) {
	case PB_REFERRAL:
		return "a referral past the zone";
	case PB_POSITIVE:
		return finding->alias ? "an alias" : "data, without a referral";
	case PB_NODATA:
		return "that there is no delegation";
	case PB_NXDOMAIN:
		return "that there is no such domain";
	}
	return "";
}

/* What was seen, in the words of each reason's kind. */
static void say_observed(FILE *out, bool lines, const struct check_zone *zone,
	const struct check_finding *finding)
{
	const struct pb_pin *pin = zone->pin;
	pb_reasons reasons = finding->reasons;

	if (reasons & (PB_REASON(PB_DELEGATION_GONE) | PB_REASON(PB_ANSWERED_BY_PARENT)))
		(void)fprintf(out, " %s", denial(finding));
	if (reasons & (PB_REASON(PB_NS_UNEXPECTED) | PB_REASON(PB_NS_MISSING)))
		say_both(out, lines, "NS", PB_KIND_NAME, &finding->ns.set, &pin->ns);
	if (reasons & PB_REASON(PB_CHILD_NS_UNEXPECTED)) {
		say_both(out, lines, "its own NS", PB_KIND_NAME, &finding->ns.set,
			&pin->ns);
		say_child_ns(out, pin);
	}
	if (reasons & PB_DS_REASONS)
		say_both(out, lines, "DS", PB_KIND_DS, &finding->ds.set, &pin->ds);
	if (reasons & PB_REASON(PB_ADDRESS_UNEXPECTED))
		say_both(out, lines, "address", PB_KIND_ADDRESS, &finding->address.set,
			&pin->address);
	if (reasons & PB_REASON(PB_MX_UNEXPECTED))
		say_both(out, lines, "MX", PB_KIND_NAME, &finding->mx.set, &pin->mx);
}

static void say_finding(FILE *out, bool lines, const struct check_zone *zone,
	const struct check_finding *finding)
{
	const struct pb_name *of =
		finding->side == SURVEY_PARENT ? &zone->parent : &zone->pin->name;
	char reasons[PB_REASONS_TEXT_MAX], name[PB_NAME_TEXT_MAX];

	(void)fprintf(out, "%s: %zu of %zu ",
		pb_reasons_to_text(finding->reasons, reasons), finding->count,
		finding->of);
	if (finding->side == SURVEY_VIA)
		(void)fprintf(out, "resolver%s", finding->of == 1 ? "" : "s");
	else
		(void)fprintf(out, "server%s of %s", finding->of == 1 ? "" : "s",
			pb_name_to_text(of, name));
	(void)fprintf(out, " say%s", finding->count == 1 ? "s" : "");
	say_observed(out, lines, zone, finding);
}

static void say_zone(FILE *out, bool lines, const struct check_zone *zone)
{
	const char *then = lines ? "\n  " : "; ", *between = lines ? then : " ";
	char name[PB_NAME_TEXT_MAX], when[32];

	say_status_name(out, lines, zone->status);
	(void)fprintf(out, " %s", pb_name_to_text(&zone->pin->name, name));
	for (const struct check_finding *finding = zone->findings; finding != NULL;
		finding = finding->next, between = then) {
		(void)fputs(between, out);
		say_finding(out, lines, zone, finding);
	}
	for (const struct check_note *note = zone->unasked; note != NULL;
		note = note->next, between = then)
		(void)fprintf(out, "%scould not be asked: %s", between, note->text);
	if (zone->expires_soon)
		(void)fprintf(out, "%sthe pin expires: %s", between,
			pb_expires_to_text(zone->pin->expires, when));
	(void)putc('\n', out);
}

static void say_resolver(FILE *out, bool terminal, const struct check_resolver *resolver)
{
	say_status_name(out, terminal, resolver->status);
	(void)fputs(" resolver", out);
	if (resolver->address != NULL)
		(void)fprintf(out, " %s", resolver->address);
	(void)fprintf(out, ": %s\n", resolver->text);
}

/* The first line: what is worst, in a few words. */
static void say_status(const struct check *check, FILE *out)
{
	size_t unprotected = 0, unasked = 0;

	for (const struct check_resolver *r = check->resolvers; r != NULL; r = r->next) {
		unprotected += r->status == CHECK_CRITICAL;
		unasked += r->status == CHECK_UNKNOWN;
	}
	(void)fputs("PINBOUND ", out);
	say_status_name(out, check->terminal, check->status);
	(void)fprintf(out, ": %zu of %zu zone%s as pinned", check->counts[CHECK_OK],
		check->zone_count, check->zone_count == 1 ? "" : "s");
	if (check->counts[CHECK_CRITICAL] > 0)
		(void)fprintf(out, ", %zu critical", check->counts[CHECK_CRITICAL]);
	if (check->counts[CHECK_UNKNOWN] > 0)
		(void)fprintf(out, ", %zu unknown", check->counts[CHECK_UNKNOWN]);
	if (check->counts[CHECK_WARNING] > 0)
		(void)fprintf(out, ", %zu warning%s", check->counts[CHECK_WARNING],
			check->counts[CHECK_WARNING] == 1 ? "" : "s");
	if (unprotected > 0)
		(void)fprintf(out, ", %zu resolver%s not protected", unprotected,
			unprotected == 1 ? "" : "s");
	if (unasked > 0)
		(void)fprintf(out, ", %zu resolver%s unknown", unasked,
			unasked == 1 ? "" : "s");
	if (check->terminal) {
		(void)putc('\n', out);
		return;
	}
	(void)fprintf(out,
		" | zones=%zu;;;0 ok=%zu;;;0 warning=%zu;;;0 critical=%zu;;;0 "
		"unknown=%zu;;;0 unprotected=%zu;;;0 queries=%" PRIu64
		";;;0 time=%" PRId64 ".%03" PRId64 "s;;;0\n",
		check->zone_count, check->counts[CHECK_OK], check->counts[CHECK_WARNING],
		check->counts[CHECK_CRITICAL], check->counts[CHECK_UNKNOWN], unprotected,
		check->queries, check->milliseconds / 1000, check->milliseconds % 1000);
}

void check_write_text(const struct check *check, FILE *out)
{
	static const enum check_status order[] = {
		CHECK_CRITICAL, CHECK_UNKNOWN, CHECK_WARNING};

	say_status(check, out);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (const struct check_resolver *r = check->resolvers; r != NULL;
			r = r->next)
			if (r->status == order[i])
				say_resolver(out, check->terminal, r);
		for (const struct check_zone *z = check->zones; z != NULL; z = z->next)
			if (z->status == order[i])
				say_zone(out, check->terminal, z);
	}
	for (const struct check_server *s = check->servers; s != NULL; s = s->next)
		(void)fprintf(out, "note: server %s: %s (%zu zone%s)\n", s->name, s->why,
			s->zones, s->zones == 1 ? "" : "s");
}
