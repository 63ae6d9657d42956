/* resolver.c - is Pinbound in Unbound, and is it the right Unbound? */
#include "doctor.h"
#include <string.h>

#define ORDER "module-config: \"dynlib validator iterator\""

/* Under a chroot, one path may be within it and the other not. */
static bool is_same_conf(const struct doctor_facts *facts)
{
	const char *chroot = doctor_setting(facts, DOCTOR_CHROOT);
	size_t size = strlen(chroot);
	const char *given = facts->conf_path, *running = facts->running_conf;

	if (strncmp(given, chroot, size) == 0)
		given += size;
	if (strncmp(running, chroot, size) == 0)
		running += size;
	return *running == '\0' || strcmp(given, running) == 0;
}

static void check_running_conf(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	if (is_same_conf(facts))
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"the running Unbound goes by %s, and this command by %s",
		facts->running_conf, facts->conf_path);
	doctor_mend(findings, "Have one of them for both: set the environment variable, "
			      "for this command or in a drop-in of Unbound's service:");
	doctor_type(findings, PB_CONF_ENV "=%s", facts->running_conf);
}

void doctor_conf(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	check_running_conf(facts, findings);
	/* A mail server that asks another machine needs none. */
	if (facts->conf_fine ||
		(!doctor_has_unbound(facts) && !facts->files[DOCTOR_FILE_CONF].there &&
			!facts->files[DOCTOR_FILE_CONF].unknown))
		return;
	doctor_find(findings, DOCTOR_CRITICAL, "%s", facts->conf_error.text);
	doctor_mend(findings,
		"Unbound does not start without it, or goes on with what it has read "
		"before. It may be empty. This says when it is right:");
	doctor_type(findings, "pinbound checkconf");
}

void doctor_settings_of_pins(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *path = facts->files[DOCTOR_FILE_CONF].path;

	if (facts->conf.override) {
		doctor_find(findings, DOCTOR_WARNING,
			"override: yes in pinbound.conf: nothing is refused, whatever "
			"the pins say");
		doctor_mend(findings,
			"When the emergency is over, take the line out of "
			"%s, and:",
			path);
		doctor_type(findings, "unbound-control reload");
	}
	if (facts->conf.store_failure_allow) {
		doctor_find(findings, DOCTOR_WARNING,
			"store-failure: allow in pinbound.conf: when the pin store "
			"cannot be read, hijacked answers go out");
		doctor_mend(findings, "Take the line out of %s, and:", path);
		doctor_type(findings, "unbound-control reload");
	}
}

/* At a reload with a configuration that it cannot read, Unbound drops all modules of
 * this sort. */
void doctor_unbound_conf(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_fact *fact = &facts->texts[DOCTOR_CHECKCONF];

	if (!doctor_has_unbound(facts)) {
		doctor_find(findings, DOCTOR_INFO,
			"there is no Unbound on this machine: only what asks it, and "
			"mail, was looked at");
		return;
	}
	if (fact->state != DOCTOR_FAILED)
		return;
	if (doctor_is_denied(fact->why)) {
		doctor_say_unread(facts, findings, DOCTOR_CHECKCONF);
		return;
	}
	doctor_find(findings, DOCTOR_CRITICAL,
		"unbound-checkconf finds a mistake: at the next reload, Unbound drops "
		"Pinbound, and at the next start it does not come up: %s",
		fact->why);
	doctor_mend(findings, "Mend what this says, before you reload:");
	doctor_type(findings, "unbound-checkconf");
}

void doctor_dynlib(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	char modules[DOCTOR_LINE_MAX];

	if (!doctor_value(doctor_text(facts, DOCTOR_UNBOUND_V), "Linked modules", ':',
		    modules)) {
		doctor_find(findings, DOCTOR_UNKNOWN,
			"unbound -V does not say which modules it has");
		doctor_mend(findings, "See whether it is Unbound that stands first in "
				      "the path of programs.");
		return;
	}
	if (doctor_has_word(modules, "dynlib"))
		return;
	doctor_find(findings, DOCTOR_CRITICAL,
		"this Unbound was built without dynlib, and cannot load Pinbound (it "
		"has: %s)",
		modules);
	doctor_mend(findings,
		"Debian's package lacks it. Make one that has it, and Pinbound's for "
		"that, in Pinbound's source (elsewhere, configure Unbound with "
		"--with-dynlibmodule):");
	doctor_type(findings, "make deb");
	doctor_type(findings, "apt install ./build/deb/*.deb");
}

/* --- the order of modules --- */

static bool has_module(const char *order, const char *name)
{
	return doctor_has_word(order, name);
}

static void say_not_loaded(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	doctor_find(findings, DOCTOR_CRITICAL,
		"module-config has no dynlib, so Pinbound is not loaded (%s says: %s)",
		facts->settings[DOCTOR_MODULE_CONFIG].source,
		doctor_setting(facts, DOCTOR_MODULE_CONFIG));
	doctor_mend(findings, "In unbound.conf, and then restart Unbound:");
	doctor_type(findings, "server:");
	doctor_type(findings, "    " ORDER);
	doctor_type(findings, "dynlib:");
	doctor_type(findings, "    dynlib-file: \"/usr/lib/pinbound/pinbound.so\"");
}

static void say_order(struct doctor_findings *findings, const char *name)
{
	doctor_find(findings, DOCTOR_CRITICAL,
		"module-config has \"%s\" in front of dynlib, where it gets round "
		"Pinbound: what is pinned cannot be verified, and is refused",
		name);
	doctor_mend(findings, "Only dns64 may stand in front. In unbound.conf, one of:");
	doctor_type(findings, ORDER);
	doctor_type(findings, "module-config: \"dynlib respip validator iterator\"");
	doctor_type(findings, "module-config: \"dynlib subnetcache validator iterator\"");
	doctor_type(findings, "module-config: \"dns64 dynlib validator iterator\"");
}

/* As module/order.c has it. */
static void check_places(const char *order, struct doctor_findings *findings)
{
	const char *at = order;
	char name[64];

	while (doctor_next_word(&at, name, sizeof(name)) && strcmp(name, "dns64") == 0)
		;
	if (strcmp(name, "dynlib") != 0)
		say_order(findings, name);
	if (has_module(order, "cachedb")) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"module-config has \"cachedb\", whose answers nobody has "
			"judged: with it, Unbound does not start, or refuses all that "
			"is pinned");
		doctor_mend(findings, "Take it out, in unbound.conf:");
		doctor_type(findings, ORDER);
	}
	if (!has_module(order, "validator")) {
		doctor_find(findings, DOCTOR_WARNING,
			"module-config has no validator: DS sets are compared as they "
			"come, and anybody on the way can change them");
		doctor_mend(findings, "In unbound.conf:");
		doctor_type(findings, ORDER);
	}
}

void doctor_order(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *order = doctor_setting(facts, DOCTOR_MODULE_CONFIG);

	if (facts->settings[DOCTOR_MODULE_CONFIG].value == NULL) {
		if (facts->texts[DOCTOR_CHECKCONF].state == DOCTOR_THERE ||
			facts->texts[DOCTOR_UNBOUND_CONF].state == DOCTOR_THERE) {
			doctor_find(findings, DOCTOR_CRITICAL,
				"unbound.conf has no module-config, so Pinbound is not "
				"loaded");
			doctor_mend(findings, "In its server: clause:");
			doctor_type(findings, ORDER);
		} else {
			doctor_find(findings, DOCTOR_UNKNOWN,
				"nothing says what module-config is");
			doctor_mend(findings,
				"Run \"pinbound doctor\" as root, on a machine with "
				"unbound-checkconf.");
		}
		return;
	}
	if (!has_module(order, "dynlib"))
		say_not_loaded(facts, findings);
	else
		check_places(order, findings);
}
