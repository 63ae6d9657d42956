/* smtpd.c - what a refusal does to the mail that Postfix receives. */
#include "postfix.h"
#include <stdio.h>
#include <string.h>

static const char *const lists[] = {
	"smtpd_client_restrictions",
	"smtpd_helo_restrictions",
	"smtpd_sender_restrictions",
	"smtpd_relay_restrictions",
	"smtpd_recipient_restrictions",
	"smtpd_data_restrictions",
	"smtpd_end_of_data_restrictions",
};

#define WORD 256

/* --- reject_unknown_sender_domain --- */

static void look_for_sender(void *arg, const char *where, const char *value)
{
	bool *found = arg;

	(void)where;
	*found = *found || doctor_has_word(value, "reject_unknown_sender_domain") ||
		 doctor_has_word(value, "reject_unknown_address");
}

/* "smtp inet n - y - - smtpd", or postscreen in its place */
static bool receives(const struct doctor_facts *facts)
{
	const char *at = doctor_text(facts, DOCTOR_POSTCONF_M);
	char line[DOCTOR_LINE_MAX], word[WORD];

	while (doctor_next_line(&at, line)) {
		const char *words = line;
		bool is_smtp = doctor_next_word(&words, word, sizeof(word)) &&
			       (strcmp(word, "smtp") == 0 || strcmp(word, "25") == 0);

		if (is_smtp && doctor_next_word(&words, word, sizeof(word)) &&
			strcmp(word, "inet") == 0)
			return true;
	}
	return false;
}

void doctor_postfix_sender(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	bool found = false;
	char has[DOCTOR_LINE_MAX] = "";

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		doctor_each_value(facts, lists[i], look_for_sender, &found);
	if (found || !receives(facts))
		return;
	(void)doctor_value(doctor_text(facts, DOCTOR_POSTCONF),
		"smtpd_sender_restrictions", '=', has);
	doctor_find(findings, DOCTOR_WARNING,
		"Postfix has no reject_unknown_sender_domain: mail from a domain that is "
		"refused comes in, and looks like mail without SPF and DMARC");
	doctor_mend(findings, "With it, such mail is told to come again later (450):");
	doctor_type(findings,
		"postconf -e 'smtpd_sender_restrictions = "
		"%s%sreject_unknown_sender_domain'",
		has, has[0] != '\0' ? ", " : "");
	doctor_type(findings, "postfix reload");
}

/* --- what allows by name, and what asks other names --- */

struct pass {
	const struct doctor_facts *facts;
	struct doctor_findings *findings;
	const char *list;
};

/* Tables that hold addresses only. */
static bool is_of_addresses(const char *table)
{
	return strncmp(table, "cidr:", 5) == 0 || strstr(table, "{cidr:") != NULL;
}

static void look_at_access(void *arg, const char *where, const char *value)
{
	const struct pass *pass = arg;
	char word[WORD], table[WORD] = "", last[WORD] = "";
	const char *words = value;

	while (doctor_next_word(&words, word, sizeof(word))) {
		if ((strcmp(last, "check_client_access") == 0 ||
			    strcmp(last, "check_reverse_client_hostname_access") == 0) &&
			!is_of_addresses(word))
			(void)snprintf(table, sizeof(table), "%s", word);
		(void)snprintf(last, sizeof(last), "%s", word);
	}
	if (table[0] == '\0' || strcmp(last, "reject") != 0)
		return;
	doctor_find(pass->findings, DOCTOR_WARNING,
		"Postfix has in %s (%s) check_client_access %s, and then reject: if it "
		"allows a partner by name, and the name is refused, it is sent away for "
		"good (554)",
		pass->list, where, table);
	doctor_mend(pass->findings, "Have addresses in it instead, in a file of "
				    "\"ADDRESS/LENGTH OK\":");
	doctor_type(pass->findings, "check_client_access cidr:/etc/postfix/partners");
}

/* These ask for MX or NS of somebody else's name, and accept when that fails. */
static void look_at_mx_access(void *arg, const char *where, const char *value)
{
	static const char *const words[] = {"check_sender_mx_access",
		"check_sender_ns_access", "check_recipient_mx_access",
		"check_recipient_ns_access", "check_helo_mx_access",
		"check_helo_ns_access", "check_client_mx_access",
		"check_client_ns_access"};
	const struct pass *pass = arg;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!doctor_has_word(value, words[i]))
			continue;
		doctor_find(pass->findings, DOCTOR_INFO,
			"Postfix has %s in %s (%s): a domain that is refused passes it, "
			"with a warning in the log",
			words[i], pass->list, where);
		doctor_mend(pass->findings, "Have reject_unknown_sender_domain in front "
					    "of it.");
	}
}

void doctor_postfix_access(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct pass pass = {facts, findings, lists[i]};

		doctor_each_value(facts, lists[i], look_at_access, &pass);
		doctor_each_value(facts, lists[i], look_at_mx_access, &pass);
	}
}

/* --- block lists --- */

static void check_zone(const struct pass *pass, const char *text)
{
	char where[WORD];

	(void)snprintf(where, sizeof(where), "Postfix, %s", pass->list);
	doctor_check_block_list(pass->facts, pass->findings, where, text);
}

static bool takes_zone(const char *word)
{
	return (strncmp(word, "reject_rbl", 10) == 0 ||
		       strncmp(word, "reject_rhsbl", 12) == 0 ||
		       strncmp(word, "permit_dnswl", 12) == 0 ||
		       strncmp(word, "permit_rhswl", 12) == 0) &&
	       strchr(word, '.') == NULL;
}

static void look_at_lists(void *arg, const char *where, const char *value)
{
	char word[WORD], last[WORD] = "";

	(void)where;
	while (doctor_next_word(&value, word, sizeof(word))) {
		if (takes_zone(last))
			check_zone(arg, word);
		(void)snprintf(last, sizeof(last), "%s", word);
	}
}

static void look_at_sites(void *arg, const char *where, const char *value)
{
	char word[WORD];

	(void)where;
	while (doctor_next_word(&value, word, sizeof(word)))
		check_zone(arg, word);
}

void doctor_postfix_dnsbl(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	struct pass sites = {facts, findings, "postscreen_dnsbl_sites"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct pass pass = {facts, findings, lists[i]};

		doctor_each_value(facts, lists[i], look_at_lists, &pass);
	}
	doctor_each_value(facts, "postscreen_dnsbl_sites", look_at_sites, &sites);
}
