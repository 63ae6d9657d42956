/* postfix.c - where Postfix sends mail past a refusal. */
#include "postfix.h"
#include <stdio.h>
#include <string.h>

/* Calls each for the value in main.cf, and for those of services in master.cf. */
void doctor_each_value(const struct doctor_facts *facts, const char *name,
	doctor_postfix_value *each, void *arg)
{
	const char *at = doctor_text(facts, DOCTOR_POSTCONF_P);
	char line[DOCTOR_LINE_MAX], value[DOCTOR_LINE_MAX];

	if (doctor_value(doctor_text(facts, DOCTOR_POSTCONF), name, '=', value))
		each(arg, "main.cf", value);
	while (doctor_next_line(&at, line)) {
		size_t key = strcspn(line, " =");
		char *slash = memrchr(line, '/', key);

		if (slash == NULL || strncmp(slash + 1, name, strlen(name)) != 0 ||
			slash + 1 + strlen(name) != line + key)
			continue;
		*slash = '\0';
		key += strspn(line + key, " =");
		each(arg, line, line + key);
	}
}

/* A setting that is wrong, with what it should be. */
struct leak {
	const char *name;
	bool (*is_wrong)(const char *value);
	enum doctor_severity severity;
	const char *why;
	const char *better;
};

struct pass {
	const struct leak *leak;
	struct doctor_findings *findings;
};

static bool is_set(const char *value)
{
	return value[0] != '\0';
}

static bool is_yes(const char *value)
{
	return strcmp(value, "yes") == 0;
}

static void mend(struct doctor_findings *findings, const char *where, const char *name,
	const char *better)
{
	if (strcmp(where, "main.cf") == 0)
		doctor_type(findings, "postconf -e '%s = %s'", name, better);
	else
		doctor_type(findings, "postconf -P '%s/%s = %s'", where, name, better);
	doctor_type(findings, "postfix reload");
}

static void check_value(void *arg, const char *where, const char *value)
{
	const struct pass *pass = arg;
	const struct leak *leak = pass->leak;

	if (!leak->is_wrong(value))
		return;
	doctor_find(pass->findings, leak->severity, "Postfix has %s = %s (%s): %s",
		leak->name, value, where, leak->why);
	if (leak->better != NULL)
		mend(pass->findings, where, leak->name, leak->better);
	else
		doctor_mend(pass->findings, "Let Pinbound protect the resolver that it "
					    "leads to, and run \"pinbound doctor\" "
					    "there.");
}

static void check_all(const struct doctor_facts *facts, const struct leak *leaks,
	size_t count, struct doctor_findings *findings)
{
	for (size_t i = 0; i < count; i++) {
		struct pass pass = {&leaks[i], findings};

		doctor_each_value(facts, leaks[i].name, check_value, &pass);
	}
}

void doctor_postfix_leaks(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	static const struct leak leaks[] = {
		{"smtp_fallback_relay", is_set, DOCTOR_CRITICAL,
			"what is refused goes to that relay, which may believe the "
			"hijacker",
			""},
		{"lmtp_fallback_relay", is_set, DOCTOR_WARNING,
			"what is refused goes to that relay", ""},
		{"ignore_mx_lookup_error", is_yes, DOCTOR_CRITICAL,
			"when the MX lookup is refused, mail goes to the domain's own "
			"address",
			"no"},
	};

	check_all(facts, leaks, sizeof(leaks) / sizeof(leaks[0]), findings);
}

static bool is_not_smtp(const char *value)
{
	return value[0] != '\0' && strcmp(value, "smtp") != 0;
}

void doctor_postfix_relay(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	static const struct leak leaks[] = {
		{"relayhost", is_set, DOCTOR_WARNING,
			"all mail goes there, and nothing on this machine protects it",
			NULL},
		{"sender_dependent_relayhost_maps", is_set, DOCTOR_WARNING,
			"mail of these senders goes to a relay, and nothing on this "
			"machine protects it",
			NULL},
		{"default_transport", is_not_smtp, DOCTOR_WARNING,
			"mail leaves by another way than by MX", NULL},
		{"sender_dependent_default_transport_maps", is_set, DOCTOR_INFO,
			"mail of these senders may leave by another way than by MX",
			NULL},
		{"transport_maps", is_set, DOCTOR_INFO,
			"for the domains in it no MX is looked up, and a pin of the "
			"domain protects mail to it only if the next hop lies within",
			NULL},
		{"fallback_transport", is_set, DOCTOR_INFO,
			"mail to unknown local users goes there", NULL},
	};

	check_all(facts, leaks, sizeof(leaks) / sizeof(leaks[0]), findings);
}

static bool is_disabled(const char *value)
{
	return strcmp(value, "disabled") == 0;
}

static bool has_native(const char *value)
{
	return doctor_has_word(value, "native");
}

static bool searches(const char *value)
{
	return doctor_has_word(value, "res_defnames") ||
	       doctor_has_word(value, "res_dnsrch");
}

void doctor_postfix_lookup(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	static const struct leak leaks[] = {
		{"disable_dns_lookups", is_yes, DOCTOR_WARNING,
			"MX is not asked for, and mail goes to the domain's own address",
			"no"},
		{"smtp_dns_support_level", is_disabled, DOCTOR_WARNING,
			"MX is not asked for, and mail goes to the domain's own address",
			""},
		{"smtp_host_lookup", has_native, DOCTOR_WARNING,
			"addresses may come from what /etc/nsswitch.conf names, past "
			"Unbound",
			"dns"},
		{"smtp_dns_resolver_options", searches, DOCTOR_WARNING,
			"after a SERVFAIL the name is looked up in the domains of "
			"search, in resolv.conf, too",
			""},
	};

	check_all(facts, leaks, sizeof(leaks) / sizeof(leaks[0]), findings);
}

/* --- waiting --- */

static bool is_short(const char *value)
{
	int64_t seconds = doctor_duration(value, 'd');

	return seconds >= 0 && seconds < 3 * (int64_t)86400;
}

static bool is_zero(const char *value)
{
	return doctor_duration(value, 'h') == 0;
}

void doctor_postfix_queue(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	static const struct leak leaks[] = {
		{"maximal_queue_lifetime", is_short, DOCTOR_WARNING,
			"refused mail is sent back after that, which a weekend can "
			"outlast",
			"5d"},
		{"delay_warning_time", is_zero, DOCTOR_INFO,
			"nobody is told that mail waits until it is sent back", "4h"},
	};

	check_all(facts, leaks, sizeof(leaks) / sizeof(leaks[0]), findings);
}

static bool is_no_defer(const char *value)
{
	return strcmp(value, "defer_if_permit") != 0 && strcmp(value, "defer") != 0 &&
	       strncmp(value, "$", 1) != 0 && strncmp(value, "4", 1) != 0;
}

void doctor_postfix_tempfail(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	static const struct leak leaks[] = {
		{"reject_tempfail_action", is_no_defer, DOCTOR_WARNING,
			"a refused domain is not told to come again later",
			"defer_if_permit"},
		{"unknown_address_tempfail_action", is_no_defer, DOCTOR_WARNING,
			"a sender of a refused domain is not told to come again later",
			"$reject_tempfail_action"},
		{"unknown_helo_hostname_tempfail_action", is_no_defer, DOCTOR_WARNING,
			"a host of a refused domain is not told to come again later",
			"$reject_tempfail_action"},
	};

	check_all(facts, leaks, sizeof(leaks) / sizeof(leaks[0]), findings);
}

void doctor_postfix_instances(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	char value[DOCTOR_LINE_MAX], here[DOCTOR_LINE_MAX];
	const char *text = doctor_text(facts, DOCTOR_POSTCONF);

	if (!doctor_value(text, "multi_instance_directories", '=', value) ||
		value[0] == '\0')
		return;
	if (!doctor_value(text, "config_directory", '=', here))
		(void)snprintf(here, sizeof(here), "the first one");
	doctor_find(findings, DOCTOR_INFO,
		"there are more instances of Postfix (%s): only %s was looked at", value,
		here);
	doctor_mend(findings, "See for each of the others what it has of relayhost, "
			      "smtp_fallback_relay and ignore_mx_lookup_error:");
	doctor_type(findings, "postmulti -x postconf relayhost smtp_fallback_relay "
			      "ignore_mx_lookup_error");
}
