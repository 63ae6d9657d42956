/* zones.c - what of Unbound's settings weakens the protection. */
#include "doctor.h"
#include <stdio.h>
#include <string.h>

/* --- settings --- */

/* Settings that are a yes or a no. */
static const struct {
	enum doctor_setting_id which;
	const char *name, *weak, *better;
	const char *why;
} settings[] = {
	{DOCTOR_SERVE_EXPIRED, "serve-expired", "yes", "no",
		"Unbound gives out stale answers from its cache without asking "
		"Pinbound"},
	{DOCTOR_HARDEN_GLUE, "harden-glue", "no", "yes",
		"addresses from outside the zone that says them are believed"},
	{DOCTOR_HARDEN_STRIPPED, "harden-dnssec-stripped", "no", "yes",
		"answers whose signatures were taken away are believed"},
	{DOCTOR_PERMISSIVE, "val-permissive-mode", "yes", "no",
		"answers whose signatures are wrong go out"},
};

void doctor_weak_settings(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct doctor_setting *setting =
			&facts->settings[settings[i].which];

		if (setting->value == NULL ||
			strcmp(setting->value, settings[i].weak) != 0)
			continue;
		doctor_find(findings, DOCTOR_WARNING, "%s: %s (says %s): %s",
			settings[i].name, settings[i].weak, setting->source,
			settings[i].why);
		doctor_mend(findings, "In the server: clause of unbound.conf, and then "
				      "\"unbound-control reload\":");
		doctor_type(findings, "%s: %s", settings[i].name, settings[i].better);
	}
}

/* --- forward, stub and auth zones --- */

enum kind { FORWARD, STUB, AUTH, KINDS };
static const char *const kind_names[KINDS] = {"forward-zone", "stub-zone", "auth-zone"};

/* A pin at or below the zone, or, of the other sort, above it. NULL: none. */
static const struct doctor_pin *find_pin(
	const struct doctor_facts *facts, const struct pb_name *zone, bool below)
{
	for (size_t i = 0; i < facts->pin_count; i++) {
		const struct pb_name *name = &facts->pins[i].name;

		if (below ? pb_name_at_or_below(name, zone) : pb_name_below(zone, name))
			return &facts->pins[i];
	}
	return NULL;
}

static void say_forward(const struct doctor_pin *over, const struct doctor_pin *within,
	const char *zone, const char *source, struct doctor_findings *findings)
{
	char pin[PB_NAME_TEXT_MAX];
	const struct pb_name *name = over != NULL ? &over->name : &within->name;

	doctor_find(findings, DOCTOR_WARNING,
		"a forward-zone for %s (says %s) is %s %s, which is pinned: the "
		"forwarder hides the delegation, and what it says is believed",
		zone, source, over != NULL ? "at or over" : "below",
		pb_name_to_text(name, pin));
	doctor_mend(findings, "Let Unbound ask the parents itself: take the forward-zone "
			      "out of unbound.conf, or pin on the forwarder.");
}

static void say_own_word(enum kind kind, const char *zone, const char *source,
	const struct pb_name *name, struct doctor_findings *findings)
{
	char pin[PB_NAME_TEXT_MAX];

	doctor_find(findings, DOCTOR_WARNING,
		"%s for %s (says %s) is at or below %s, which is pinned: the pin is "
		"not applied to what lies there",
		kind == STUB ? "a stub-zone" : "an auth-zone", zone, source,
		pb_name_to_text(name, pin));
	doctor_mend(findings, "If these are not your own servers, take it out of "
			      "unbound.conf.");
}

static void check_zone(const struct doctor_facts *facts, enum kind kind, const char *text,
	const char *source, struct doctor_findings *findings)
{
	char shown[PB_NAME_TEXT_MAX];
	struct pb_name zone;
	const struct doctor_pin *over, *within;

	if (!pb_name_from_text(&zone, text, strlen(text), NULL))
		return;
	over = find_pin(facts, &zone, true);
	within = find_pin(facts, &zone, false);
	(void)pb_name_to_text(&zone, shown);
	if (kind == FORWARD && (over != NULL || within != NULL)) {
		say_forward(over, within, shown, source, findings);
	} else if (kind != FORWARD) {
		/* One above a pin is a parent like any other. */
		if (over != NULL && pb_name_equal(&over->name, &zone))
			within = over;
		if (within != NULL)
			say_own_word(kind, shown, source, &within->name, findings);
	}
}

/* unbound-control's lists: the name stands first. */
static void check_list(const struct doctor_facts *facts, enum kind kind,
	enum doctor_text which, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, which);
	char line[DOCTOR_LINE_MAX], name[PB_NAME_TEXT_MAX];

	while (doctor_next_line(&at, line)) {
		const char *words = line;

		/* The root hints are shown as if they were one. */
		if (strncmp(line, ". IN stub prime", 15) != 0 &&
			doctor_next_word(&words, name, sizeof(name)))
			check_zone(facts, kind, name, "the running Unbound", findings);
	}
}

/* The kind of zone that a clause is for, KINDS for another. */
static enum kind kind_of(const char *clause)
{
	enum kind kind = FORWARD;

	while (kind < KINDS && strcmp(kind_names[kind], clause) != 0)
		kind++;
	return kind;
}

/* What is a mistake there, unbound-checkconf tells. */
static void check_file(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	struct unbound_words words;
	enum unbound_word word;
	enum kind kind = KINDS;

	doctor_begin_words(&words, doctor_text(facts, DOCTOR_UNBOUND_CONF));
	while ((word = unbound_words_next(&words, NULL)) != UNBOUND_END) {
		if (word == UNBOUND_CLAUSE)
			kind = kind_of(words.keyword);
		else if (word == UNBOUND_VALUE && kind < KINDS &&
			 strcmp(words.keyword, "name") == 0)
			check_zone(facts, kind, words.word, "unbound.conf", findings);
	}
	(void)fclose(words.in);
}

void doctor_zones(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	if (facts->texts[DOCTOR_STATUS].state != DOCTOR_THERE) {
		check_file(facts, findings);
		return;
	}
	for (enum doctor_text i = DOCTOR_FORWARDS; i <= DOCTOR_AUTH_ZONES; i++)
		if (facts->texts[i].state == DOCTOR_FAILED)
			doctor_say_unread(facts, findings, i);
	check_list(facts, FORWARD, DOCTOR_FORWARDS, findings);
	check_list(facts, STUB, DOCTOR_STUBS, findings);
	check_list(facts, AUTH, DOCTOR_AUTH_ZONES, findings);
}

void doctor_insecure(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, DOCTOR_INSECURE);
	char line[DOCTOR_LINE_MAX], pin[PB_NAME_TEXT_MAX];
	struct pb_name name;

	while (doctor_next_line(&at, line)) {
		const struct doctor_pin *over;

		if (!pb_name_from_text(&name, line, strlen(line), NULL) ||
			(over = find_pin(facts, &name, true)) == NULL)
			continue;
		doctor_find(findings, DOCTOR_WARNING,
			"domain-insecure is at or over %s, which is pinned: its DS set "
			"is compared, and not validated",
			pb_name_to_text(&over->name, pin));
		doctor_mend(findings, "Take it out of unbound.conf, if the domain is "
				      "signed.");
	}
}

/* Where the settings come from: those of the file may not be in force yet. */
void doctor_sources(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_fact *status = &facts->texts[DOCTOR_STATUS];

	if (!facts->unbound_here || status->state == DOCTOR_THERE)
		return;
	doctor_find(findings, facts->written ? DOCTOR_INFO : DOCTOR_UNKNOWN,
		"unbound-control does not reach a running Unbound (%s): the settings "
		"are those of the files",
		status->why != NULL ? status->why : "it is not installed");
	doctor_mend(findings, "If Unbound does not run, start it. Else let "
			      "unbound-control reach it, in unbound.conf:");
	doctor_type(findings, "remote-control:");
	doctor_type(findings, "    control-enable: yes");
}
