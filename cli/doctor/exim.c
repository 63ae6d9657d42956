/* exim.c - where Exim sends mail past a refusal, or back. */
#include "doctor.h"
#include <stdio.h>
#include <string.h>

#define NAME 128

/* A router or transport, as "exim -bP routers" writes it: "NAME router:", then its
 * options, "key = value", and "key" or "no_key" for what is a yes or a no. */
struct block {
	char name[NAME];
	char driver[NAME];
	char line[DOCTOR_LINE_MAX]; /* the option at hand */
};

typedef void each_option(
	void *arg, const struct block *block, const char *key, const char *value);

static void each(const char *text, each_option *each_, void *arg)
{
	struct block block = {.name = ""};

	while (doctor_next_line(&text, block.line)) {
		size_t size = strcspn(block.line, " ");
		char *value = block.line + size;

		if (strcmp(value, " router:") == 0 || strcmp(value, " transport:") == 0) {
			(void)snprintf(block.name, sizeof(block.name), "%.*s",
				(int)(size < NAME ? size : NAME - 1), block.line);
			continue;
		}
		if (*value != '\0')
			*value++ = '\0';
		value += strspn(value, "= ");
		if (strcmp(block.line, "driver") == 0)
			(void)snprintf(
				block.driver, sizeof(block.driver), "%.126s", value);
		each_(arg, &block, block.line, value);
	}
}

/* --- leaks --- */

static const struct leak {
	const char *key;
	enum doctor_severity severity;
	const char *why;
} leaks[] = {
	{"mx_fail_domains", DOCTOR_CRITICAL,
		"when the MX lookup is refused, mail goes to the domain's own address"},
	{"srv_fail_domains", DOCTOR_WARNING,
		"when the SRV lookup is refused, mail goes by MX or address"},
	{"fallback_hosts", DOCTOR_CRITICAL,
		"what cannot be delivered goes to these hosts, which may believe the "
		"hijacker"},
	{"pass_on_timeout", DOCTOR_WARNING,
		"when a lookup takes too long, the next router has the mail"},
};

static void look_at_option(
	void *arg, const struct block *block, const char *key, const char *value)
{
	struct doctor_findings *findings = arg;

	for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++) {
		bool is_flag = strcmp(key, "pass_on_timeout") == 0;

		if (strcmp(key, leaks[i].key) != 0 || (value[0] == '\0' && !is_flag))
			continue;
		doctor_find(findings, leaks[i].severity, "Exim has %s%s%s in %s: %s", key,
			is_flag ? "" : " = ", value, block->name, leaks[i].why);
		doctor_mend(findings, "Take it out of Exim's configuration, then "
				      "\"systemctl reload exim4\".");
	}
}

void doctor_exim_leaks(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	char value[DOCTOR_LINE_MAX];

	if (doctor_value(doctor_text(facts, DOCTOR_EXIM), "dns_again_means_nonexist", '=',
		    value) &&
		value[0] != '\0') {
		doctor_find(findings, DOCTOR_CRITICAL,
			"Exim has dns_again_means_nonexist = %s: mail to a domain of "
			"these that is refused bounces (\"Unrouteable address\")",
			value);
		doctor_mend(findings, "Take it out of Exim's configuration, then "
				      "\"systemctl reload exim4\".");
	}
	each(doctor_text(facts, DOCTOR_EXIM_ROUTERS), look_at_option, findings);
	each(doctor_text(facts, DOCTOR_EXIM_TRANSPORTS), look_at_option, findings);
}

/* --- smarthosts --- */

/* A manualroute for whatever comes: "route_list = * relay.example". One that looks each
 * domain up in a table is for those only. */
static void look_at_route(
	void *arg, const struct block *block, const char *key, const char *value)
{
	struct doctor_findings *findings = arg;
	bool is_list = strcmp(key, "route_list") == 0 && value[0] == '*';
	bool is_data = strcmp(key, "route_data") == 0 && value[0] != '\0' &&
		       strstr(value, "lookup") == NULL;

	if (strcmp(block->driver, "manualroute") != 0 || (!is_list && !is_data))
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"Exim's router %s sends all mail to a smarthost (%s): nothing on this "
		"machine protects it",
		block->name, value);
	doctor_mend(findings, "Let Pinbound protect the resolver that the smarthost "
			      "asks, and run \"pinbound doctor\" there.");
}

void doctor_exim_relay(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	each(doctor_text(facts, DOCTOR_EXIM_ROUTERS), look_at_route, findings);
}

/* --- retrying --- */

/* The text of a section, "begin retry", up to the next one; NULL: there is none. */
static const char *section(const char *text, const char *begin)
{
	const char *found = strstr(text, begin);

	return found == NULL ? NULL : found + strlen(begin);
}

/* The end of the last rule, "F,2h,15m; G,16h,1h,1.5; F,4d,6h": 4 days. */
static int64_t lasts(const char *line)
{
	int64_t most = -1;

	for (const char *at = line; (at = strchr(at, ',')) != NULL; at++) {
		char number[16];
		size_t size = strcspn(at + 1, ",; ");
		int64_t seconds;

		if (at == line || (at[-1] != 'F' && at[-1] != 'G' && at[-1] != 'H'))
			continue;
		(void)snprintf(number, sizeof(number), "%.*s",
			(int)(size < 15 ? size : 15), at + 1);
		seconds = doctor_duration(number, 's');
		most = seconds > most ? seconds : most;
	}
	return most;
}

void doctor_exim_retry(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = section(doctor_text(facts, DOCTOR_EXIM_CONFIG), "begin retry");
	char line[DOCTOR_LINE_MAX];
	bool any = false;

	while (at != NULL && doctor_next_line(&at, line) &&
		strncmp(line, "begin ", 6) != 0) {
		int64_t seconds = lasts(line);

		if (line[0] == '#' || seconds < 0)
			continue;
		any = true;
		if (seconds >= 3 * (int64_t)86400)
			continue;
		doctor_find(findings, DOCTOR_WARNING,
			"Exim sends mail back sooner than in 3 days, which a weekend can "
			"outlast (retry: %s)",
			line);
		doctor_mend(findings, "In the retry section:");
		doctor_type(findings, "*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h");
	}
	if (any)
		return;
	doctor_find(findings, DOCTOR_CRITICAL,
		"Exim has no rule in its retry section: what is refused bounces at once");
	doctor_mend(findings, "In the retry section:");
	doctor_type(findings, "*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h");
}

/* "dnslists = zen.example : list.example/$sender_address_domain" */
void doctor_exim_dnsbl(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, DOCTOR_EXIM_CONFIG);
	char line[DOCTOR_LINE_MAX];

	while (doctor_next_line(&at, line)) {
		char *list = strstr(line, "dnslists"), *rest;

		if (list == NULL || line[0] == '#')
			continue;
		list += strlen("dnslists");
		list += strspn(list, " =");
		for (list = strtok_r(list, " :", &rest); list != NULL;
			list = strtok_r(NULL, " :", &rest))
			doctor_check_block_list(facts, findings, "Exim, dnslists", list);
	}
}

void doctor_exim_sender(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, DOCTOR_EXIM_CONFIG);
	char line[DOCTOR_LINE_MAX];

	while (doctor_next_line(&at, line)) {
		const char *verify = strstr(line, "verify");

		if (line[0] != '#' && verify != NULL &&
			strncmp(verify + 6 + strspn(verify + 6, " ="), "sender", 6) == 0)
			return;
	}
	doctor_find(findings, DOCTOR_INFO,
		"Exim does not verify senders: mail from a domain that is refused comes "
		"in, and looks like mail without SPF and DMARC");
	doctor_mend(findings, "In the ACL for RCPT, in front of what accepts; such mail "
			      "is then told to come again later:");
	doctor_type(findings, "require verify = sender");
}
