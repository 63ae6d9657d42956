/* mail.c - OpenSMTPD, and what authenticates mail. */
#include "doctor.h"
#include <string.h>
#include <strings.h>

/* --- block lists --- */

/* A list fails open if a pin at or above it refuses. What stands behind its name, "=" or
 * "*" of Postfix and "/" and "!" of Exim, is about its answers. */
void doctor_check_block_list(const struct doctor_facts *facts,
	struct doctor_findings *findings, const char *where, const char *list)
{
	char name[PB_NAME_TEXT_MAX];
	struct pb_name zone;
	size_t size = strcspn(list, "=*/!&");

	if (!pb_name_from_text(&zone, list, size, NULL))
		return;
	for (size_t i = 0; i < facts->pin_count; i++) {
		const struct doctor_pin *pin = &facts->pins[i];

		if (pin->mode != PB_MODE_REFUSE || pb_name_labels(&pin->name) == 0 ||
			!pb_name_at_or_below(&zone, &pin->name))
			continue;
		(void)pb_name_to_text(&pin->name, name);
		doctor_find(findings, DOCTOR_WARNING,
			"the block list %.*s is asked (%s), and %s is pinned in mode "
			"refuse: when it is refused, all mail passes the list",
			(int)size, list, where, name);
		doctor_mend(findings, "Only log what deviates there:");
		doctor_type(findings, "pinbound set %s --mode log", name);
		return;
	}
}

/* --- OpenSMTPD --- */

/* "queue ttl 4d" */
static void check_ttl(const char *line, struct doctor_findings *findings)
{
	int64_t seconds;

	if (strncmp(line, "queue ttl ", 10) != 0)
		return;
	seconds = doctor_duration(line + 10, 's');
	if (seconds < 0 || seconds >= 3 * (int64_t)86400)
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"OpenSMTPD sends mail back sooner than in 3 days, which a weekend can "
		"outlast (%s)",
		line);
	doctor_mend(findings, "In /etc/smtpd.conf:");
	doctor_type(findings, "queue ttl 5d");
}

void doctor_opensmtpd(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, DOCTOR_SMTPD_CONF);
	char line[DOCTOR_LINE_MAX];

	while (doctor_next_line(&at, line)) {
		if (strncmp(line, "action", 6) == 0 && doctor_has_word(line, "relay") &&
			doctor_has_word(line, "host")) {
			doctor_find(findings, DOCTOR_WARNING,
				"OpenSMTPD relays to a host (%s): nothing on this "
				"machine "
				"protects that mail",
				line);
			doctor_mend(findings, "Let Pinbound protect the resolver that "
					      "the host asks, and run \"pinbound "
					      "doctor\" there.");
		}
		check_ttl(line, findings);
	}
}

/* --- authentication --- */

static void say_nameservers(struct doctor_findings *findings)
{
	doctor_mend(findings, "In /etc/opendkim.conf, and then \"systemctl restart "
			      "opendkim\":");
	doctor_type(findings, "Nameservers 127.0.0.1");
}

/* What another says than one that is protected, opendkim believes, too. */
static void judge_server(
	const struct doctor_server *server, struct doctor_findings *findings)
{
	switch (server->canary) {
	case DOCTOR_PROTECTED:
		return;
	case DOCTOR_UNPROTECTED:
		doctor_find(findings, DOCTOR_WARNING,
			"opendkim asks %s, which is not protected: the keys of a "
			"hijacker are good there (to the canary it says %s)",
			server->address, server->said);
		break;
	case DOCTOR_UNMARKED:
		doctor_find(findings, DOCTOR_WARNING,
			"opendkim asks %s, which says SERVFAIL to the canary, without "
			"Pinbound's mark: a forwarder stands between, or it resolves "
			"nothing at all",
			server->address);
		break;
	case DOCTOR_SILENT:
		doctor_find(findings, DOCTOR_UNKNOWN,
			"opendkim asks %s, which does not answer: whether it is "
			"protected is not known",
			server->address);
		break;
	case DOCTOR_SCOPED:
		doctor_find(findings, DOCTOR_UNKNOWN,
			"opendkim asks %s, which was not asked, as its address names an "
			"interface: whether it is protected is not known",
			server->address);
		break;
	case DOCTOR_NOT_ASKED:
		doctor_find(findings, DOCTOR_INFO,
			"opendkim asks %s, which was not asked (--offline)",
			server->address);
		doctor_mend(findings, "Run it without --offline.");
		return;
	}
	say_nameservers(findings);
}

/* Debian's libunbound in it asks the root's servers itself, past resolv.conf. */
void doctor_opendkim(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	for (size_t i = 0; i < facts->dkim_server_count; i++)
		judge_server(&facts->dkim_servers[i], findings);
	if (facts->dkim_server_count > 0)
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"opendkim has no Nameservers: it asks the servers of the root itself, "
		"past resolv.conf and past Pinbound");
	say_nameservers(findings);
}

static bool is_there(const struct doctor_facts *facts, enum doctor_text which)
{
	return facts->texts[which].state != DOCTOR_ABSENT;
}

void doctor_authentication(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	if (is_there(facts, DOCTOR_POLICYD_SPF_CONF)) {
		doctor_find(findings, DOCTOR_INFO,
			"policyd-spf takes a domain that is refused for one without SPF, "
			"with TempError_Defer, too");
		doctor_mend(findings, "Have reject_unknown_sender_domain in front of it "
				      "in Postfix.");
	}
	if (is_there(facts, DOCTOR_OPENDMARC_CONF)) {
		doctor_find(findings, DOCTOR_INFO,
			"opendmarc takes a domain that is refused for one without DMARC, "
			"with RejectFailures, too");
		doctor_mend(findings, "Have reject_unknown_sender_domain in Postfix. A "
				      "forged From in the header is not covered.");
	}
}
