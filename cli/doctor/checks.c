/* checks.c - every check: its name, its function, and what it has to look at. */
#include "doctor.h"
#include <string.h>

/* clang-format off: a table is read row by row. */
const struct doctor_row doctor_rows[] = {
	{"canary", doctor_canary, DOCTOR_ANYWHERE, {0}},
	{"nameservers", doctor_servers, DOCTOR_ANYWHERE, {DOCTOR_RESOLV_CONF}},
	{"systemd-resolved", doctor_stub, DOCTOR_ANYWHERE, {DOCTOR_RESOLV_CONF}},
	{"resolv-options", doctor_options, DOCTOR_ANYWHERE, {DOCTOR_RESOLV_CONF}},
	{"nsswitch", doctor_nsswitch, DOCTOR_ANYWHERE, {DOCTOR_NSSWITCH}},
	{"nscd", doctor_nscd, DOCTOR_ANYWHERE, {DOCTOR_NSCD_PID}},
	{"pinbound-conf", doctor_conf, DOCTOR_ANYWHERE, {0}},
	{"overrides", doctor_settings_of_pins, DOCTOR_WITH_UNBOUND, {0}},
	{"unbound-conf", doctor_unbound_conf, DOCTOR_ANYWHERE, {0}},
	{"dynlib", doctor_dynlib, DOCTOR_WITH_UNBOUND, {DOCTOR_UNBOUND_V}},
	{"order", doctor_order, DOCTOR_WITH_UNBOUND, {0}},
	{"module-file", doctor_module_file, DOCTOR_WITH_UNBOUND, {0}},
	{"build", doctor_build, DOCTOR_WITH_UNBOUND, {0}},
	{"weak-settings", doctor_weak_settings, DOCTOR_WITH_UNBOUND, {0}},
	{"zones", doctor_zones, DOCTOR_WITH_UNBOUND, {0}},
	{"domain-insecure", doctor_insecure, DOCTOR_WITH_UNBOUND, {DOCTOR_INSECURE}},
	{"sources", doctor_sources, DOCTOR_WITH_UNBOUND, {0}},
	{"owners", doctor_owners, DOCTOR_WITH_STORES, {0}},
	{"pin-store", doctor_pin_store, DOCTOR_WITH_STORES, {0}},
	{"resolver", doctor_resolver_state, DOCTOR_WITH_STORES, {0}},
	{"pins", doctor_pins, DOCTOR_WITH_PINS, {0}},
	{"expiry", doctor_expiry, DOCTOR_WITH_PINS, {0}},
	{"denials", doctor_denials, DOCTOR_ANYWHERE, {0}},
	{"apparmor", doctor_apparmor, DOCTOR_ANYWHERE,
		{DOCTOR_APPARMOR_LOADED, DOCTOR_APPARMOR_PROFILE}},
	{"clock", doctor_clock, DOCTOR_ANYWHERE, {0}},
	{"postfix-resolv-conf", doctor_chroot_copy, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF_M}},
	{"postfix-leak", doctor_postfix_leaks, DOCTOR_ANYWHERE,
		{DOCTOR_POSTCONF, DOCTOR_POSTCONF_P}},
	{"postfix-relay", doctor_postfix_relay, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF}},
	{"postfix-lookup", doctor_postfix_lookup, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF}},
	{"postfix-sender", doctor_postfix_sender, DOCTOR_ANYWHERE,
		{DOCTOR_POSTCONF, DOCTOR_POSTCONF_M}},
	{"postfix-access", doctor_postfix_access, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF}},
	{"postfix-dnsbl", doctor_postfix_dnsbl, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF}},
	{"postfix-queue", doctor_postfix_queue, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF}},
	{"postfix-tempfail", doctor_postfix_tempfail, DOCTOR_ANYWHERE, {DOCTOR_POSTCONF}},
	{"postfix-instances", doctor_postfix_instances, DOCTOR_ANYWHERE,
		{DOCTOR_POSTCONF}},
	{"exim-leak", doctor_exim_leaks, DOCTOR_ANYWHERE,
		{DOCTOR_EXIM, DOCTOR_EXIM_ROUTERS, DOCTOR_EXIM_TRANSPORTS}},
	{"exim-relay", doctor_exim_relay, DOCTOR_ANYWHERE, {DOCTOR_EXIM_ROUTERS}},
	{"exim-retry", doctor_exim_retry, DOCTOR_ANYWHERE, {DOCTOR_EXIM_CONFIG}},
	{"exim-sender", doctor_exim_sender, DOCTOR_ANYWHERE, {DOCTOR_EXIM_CONFIG}},
	{"exim-dnsbl", doctor_exim_dnsbl, DOCTOR_ANYWHERE, {DOCTOR_EXIM_CONFIG}},
	{"opensmtpd", doctor_opensmtpd, DOCTOR_ANYWHERE, {DOCTOR_SMTPD_CONF}},
	{"opendkim", doctor_opendkim, DOCTOR_ANYWHERE, {DOCTOR_OPENDKIM_CONF}},
	{"authentication", doctor_authentication, DOCTOR_ANYWHERE, {0}},
	{NULL, NULL, DOCTOR_ANYWHERE, {0}},
};
/* clang-format on */

bool doctor_is_denied(const char *why)
{
	return strcasestr(why, "permission denied") != NULL;
}

void doctor_say_unread(const struct doctor_facts *facts, struct doctor_findings *findings,
	enum doctor_text which)
{
	const struct doctor_fact *fact = &facts->texts[which];

	doctor_find(findings, DOCTOR_UNKNOWN, "%s could not be read: %s",
		doctor_text_name(which), fact->why != NULL ? fact->why : "out of memory");
	doctor_mend(findings,
		"Run \"pinbound doctor\" as root, and see that this works by "
		"itself.");
}

/* Has what it needs? What could not be read is said once, by the first that asks. */
static bool has_needs(const struct doctor_row *row, const struct doctor_facts *facts,
	struct doctor_findings *findings, bool said[DOCTOR_TEXTS])
{
	bool fine = true;

	for (unsigned i = 0; i < 4 && row->needs[i] != DOCTOR_NO_TEXT; i++) {
		enum doctor_text which = row->needs[i];
		enum doctor_state state = facts->texts[which].state;

		fine = fine && (i == 0 ? state == DOCTOR_THERE : state != DOCTOR_ABSENT);
		if (state == DOCTOR_FAILED && !said[which]) {
			said[which] = true;
			doctor_say_unread(facts, findings, which);
		}
	}
	return fine;
}

bool doctor_has_unbound(const struct doctor_facts *facts)
{
	return facts->unbound_here || facts->runs ||
	       facts->texts[DOCTOR_UNBOUND_CONF].state == DOCTOR_THERE;
}

/* Does it concern this machine at all? */
static bool concerns(const struct doctor_row *row, const struct doctor_facts *facts)
{
	switch (row->where) {
	case DOCTOR_WITH_UNBOUND:
		return doctor_has_unbound(facts);
	case DOCTOR_WITH_STORES:
		return doctor_has_unbound(facts) || facts->files[DOCTOR_FILE_PINS].there;
	case DOCTOR_WITH_PINS:
		return facts->pins_fine;
	case DOCTOR_ANYWHERE:
		break;
	}
	return true;
}

static void add_fine(struct doctor_findings *findings)
{
	doctor_find(findings, DOCTOR_OK, "%s", "");
}

void doctor_run_checks(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	bool said[DOCTOR_TEXTS] = {false};

	for (const struct doctor_row *row = doctor_rows; row->name != NULL; row++) {
		size_t before = findings->count;

		findings->check = row->name;
		if (!concerns(row, facts) || !has_needs(row, facts, findings, said))
			continue;
		row->check(facts, findings);
		if (findings->count == before)
			add_fine(findings);
	}
}
