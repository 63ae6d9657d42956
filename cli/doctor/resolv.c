/* resolv.c - how this machine asks: resolv.conf, nsswitch.conf, what stands before. */
#include "doctor.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most that the C library uses. */
#define SERVERS 3

static bool is_stub(const char *address)
{
	return strcmp(address, "127.0.0.53") == 0 || strcmp(address, "127.0.0.54") == 0;
}

static size_t used(const struct doctor_facts *facts)
{
	return facts->server_count < SERVERS ? facts->server_count : SERVERS;
}

static void say_unprotected(const struct doctor_server *server, bool is_first,
	struct doctor_findings *findings)
{
	doctor_find(findings, DOCTOR_CRITICAL,
		"nameserver %s is not protected: %s (to the canary it says %s)",
		server->address,
		is_first
			? "what is asked there gets hijacked answers"
			: "the C library asks it after a SERVFAIL, and gets the hijacked "
			  "answer",
		server->said);
	doctor_mend(findings,
		"If Pinbound is to run there, look there for what keeps it from being "
		"loaded. Else take the line out of /etc/resolv.conf, and out of what "
		"writes that file (DHCP, NetworkManager, resolvconf):");
	doctor_type(findings, "nameserver %s", server->address);
}

void doctor_canary(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	for (size_t i = 0; i < used(facts); i++) {
		const struct doctor_server *server = &facts->servers[i];

		if (is_stub(server->address))
			continue; /* has a check of its own */
		if (server->canary == DOCTOR_UNPROTECTED) {
			say_unprotected(server, i == 0, findings);
		} else if (server->canary == DOCTOR_UNMARKED) {
			doctor_find(findings, DOCTOR_WARNING,
				"nameserver %s says SERVFAIL to the canary, without "
				"Pinbound's mark: a forwarder stands between, or it "
				"resolves nothing at all",
				server->address);
			doctor_mend(findings, "Name the protected resolver itself in "
					      "/etc/resolv.conf.");
		} else if (server->canary == DOCTOR_SILENT) {
			doctor_find(findings, DOCTOR_UNKNOWN,
				"nameserver %s does not answer: whether it is protected "
				"is not known",
				server->address);
			doctor_mend(findings, "Start it, or take it out of "
					      "/etc/resolv.conf. This should show "
					      "\"pinbound: canary\":");
			doctor_type(findings, "dig @%s canary.pinbound.invalid",
				server->address);
		} else if (server->canary == DOCTOR_SCOPED) {
			doctor_find(findings, DOCTOR_UNKNOWN,
				"nameserver %s was not asked, as its address names an "
				"interface: whether it is protected is not known",
				server->address);
			doctor_mend(findings, "This asks it:");
			doctor_type(findings, "pinbound check");
		} else if (server->canary == DOCTOR_NOT_ASKED) {
			doctor_find(findings, DOCTOR_INFO,
				"nameserver %s was not asked (--offline)",
				server->address);
			doctor_mend(findings, "Run it without --offline.");
		}
	}
}

void doctor_servers(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, DOCTOR_RESOLV_CONF);
	char line[DOCTOR_LINE_MAX];

	if (!doctor_next_keyword(&at, "nameserver", line)) {
		doctor_find(findings, DOCTOR_INFO,
			"/etc/resolv.conf has no nameserver: the C library asks "
			"127.0.0.1");
		doctor_mend(findings, "Rather say so:");
		doctor_type(findings, "nameserver 127.0.0.1");
	}
	if (facts->server_count <= SERVERS)
		return;
	doctor_find(findings, DOCTOR_INFO,
		"/etc/resolv.conf has %zu nameservers: the C library uses the first %d",
		facts->server_count, SERVERS);
	doctor_mend(findings, "Take the others out.");
}

/* It answers for invalid. by itself, and asks its other servers after a SERVFAIL. */
void doctor_stub(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	for (size_t i = 0; i < facts->server_count; i++) {
		if (!is_stub(facts->servers[i].address))
			continue;
		doctor_find(findings, DOCTOR_CRITICAL,
			"systemd-resolved stands in front (nameserver %s): it asks "
			"other servers after a SERVFAIL, and keeps a cache of its own",
			facts->servers[i].address);
		doctor_mend(findings, "Have this machine ask Unbound itself:");
		doctor_type(findings, "systemctl disable --now systemd-resolved");
		doctor_type(findings, "rm /etc/resolv.conf");
		doctor_type(findings, "echo nameserver 127.0.0.1 > /etc/resolv.conf");
		return;
	}
}

/* --- options --- */

/* "timeout:3": 3; -1 if there is no such option. */
static int option_value(const char *line, const char *name)
{
	char word[64];
	size_t size = strlen(name);

	while (doctor_next_word(&line, word, sizeof(word)))
		if (strncmp(word, name, size) == 0 && word[size] == ':')
			return (int)strtol(word + size + 1, NULL, 10);
	return -1;
}

static void check_patience(const char *options, struct doctor_findings *findings)
{
	int timeout = option_value(options, "timeout");
	int attempts = option_value(options, "attempts");
	int seconds = (timeout < 0 ? 5 : timeout) * (attempts < 0 ? 2 : attempts);

	if (seconds >= 5)
		return;
	doctor_find(findings, DOCTOR_INFO,
		"options of /etc/resolv.conf: an answer that takes more than %d s is "
		"not waited for; one that has to be verified at a slow parent can",
		seconds);
	doctor_mend(findings, "Take timeout and attempts out, or have:");
	doctor_type(findings, "options timeout:5 attempts:2");
}

void doctor_options(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const char *at = doctor_text(facts, DOCTOR_RESOLV_CONF);
	char options[DOCTOR_LINE_MAX] = "", last[DOCTOR_LINE_MAX];

	while (doctor_next_keyword(&at, "options", last))
		memcpy(options, last, sizeof(options));
	check_patience(options, findings);
	if (doctor_has_word(options, "rotate") && facts->server_count > 1) {
		doctor_find(findings, DOCTOR_INFO,
			"options of /etc/resolv.conf has rotate: each nameserver is "
			"asked first at times, so each must be protected");
		doctor_mend(findings, "See what \"canary\" says of each, above.");
	}
}

/* --- before DNS --- */

void doctor_nsswitch(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	/* They answer from elsewhere, past Unbound. */
	static const char *const others[] = {"resolve", "wins", "ldap", "nis", "nisplus",
		"sss", "winbind", "mdns", "mdns4", "mdns6"};
	char hosts[DOCTOR_LINE_MAX];

	if (!doctor_value(doctor_text(facts, DOCTOR_NSSWITCH), "hosts", ':', hosts))
		return;
	hosts[strcspn(hosts, "#")] = '\0';
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!doctor_has_word(hosts, others[i]))
			continue;
		doctor_find(findings, DOCTOR_WARNING,
			"hosts in /etc/nsswitch.conf has %s: programs that look names "
			"up through the C library are answered past Unbound%s",
			others[i],
			strcmp(others[i], "resolve") == 0 ? ", by systemd-resolved" : "");
		doctor_mend(findings, "In /etc/nsswitch.conf:");
		doctor_type(findings, "hosts: files dns");
	}
}

void doctor_nscd(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	(void)facts;
	doctor_find(findings, DOCTOR_WARNING,
		"nscd runs: it may keep addresses that a hijack has given, after "
		"Unbound has forgotten them");
	doctor_mend(findings, "In /etc/nscd.conf, and then \"systemctl restart nscd\":");
	doctor_type(findings, "enable-cache hosts no");
}

/* --- Postfix's copy --- */

/* Has the line of postconf -M, "smtp unix - - y - - smtp", a chroot? */
static bool is_chrooted_client(const char *line)
{
	char words[8][64];
	size_t count = 0;

	while (count < 8 && doctor_next_word(&line, words[count], sizeof(words[0])))
		count++;
	return count == 8 && strcmp(words[1], "unix") == 0 &&
	       strcmp(words[4], "y") == 0 &&
	       (strcmp(words[7], "smtp") == 0 || strcmp(words[7], "lmtp") == 0);
}

static bool has_chrooted_client(const struct doctor_facts *facts)
{
	const char *at = doctor_text(facts, DOCTOR_POSTCONF_M);
	char line[DOCTOR_LINE_MAX];

	while (doctor_next_line(&at, line))
		if (is_chrooted_client(line))
			return true;
	return false;
}

/* What of it the C library reads, in one line. */
static void digest(const char *text, char out[DOCTOR_LINE_MAX])
{
	char line[DOCTOR_LINE_MAX], word[256];
	size_t size = 0;

	out[0] = '\0';
	while (doctor_next_line(&text, line)) {
		const char *words = line;
		int written;

		if (line[0] == '#' || line[0] == ';')
			continue;
		while (doctor_next_word(&words, word, sizeof(word)) &&
			size < DOCTOR_LINE_MAX) {
			written =
				snprintf(out + size, DOCTOR_LINE_MAX - size, "%s ", word);
			size += written > 0 ? (size_t)written : 0;
		}
	}
}

void doctor_chroot_copy(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_fact *copy = &facts->texts[DOCTOR_CHROOT_RESOLV_CONF];
	char here[DOCTOR_LINE_MAX], there[DOCTOR_LINE_MAX], path[DOCTOR_PATH_MAX];

	if (!has_chrooted_client(facts))
		return;
	digest(doctor_text(facts, DOCTOR_RESOLV_CONF), here);
	digest(doctor_text(facts, DOCTOR_CHROOT_RESOLV_CONF), there);
	(void)doctor_chroot_resolv_conf(facts, path);
	if (copy->state == DOCTOR_FAILED) {
		doctor_find(findings, DOCTOR_UNKNOWN, "%s: %s", path, copy->why);
		doctor_mend(findings, "Run \"pinbound doctor\" as root.");
		return;
	}
	if (copy->state == DOCTOR_THERE && strcmp(here, there) == 0)
		return;
	doctor_find(findings,
		copy->state == DOCTOR_ABSENT ? DOCTOR_WARNING : DOCTOR_CRITICAL,
		"Postfix's smtp client is chrooted, and its resolv.conf, %s, %s", path,
		copy->state == DOCTOR_ABSENT
			? "is not there: it asks 127.0.0.1"
			: "differs from /etc/resolv.conf: it asks other servers");
	doctor_mend(findings, "Have it copied anew:");
	doctor_type(findings, "cp /etc/resolv.conf %s", path);
	doctor_type(findings, "systemctl restart postfix");
}
