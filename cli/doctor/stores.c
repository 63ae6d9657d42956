/* stores.c - the stores: whose they are, whether they are sound, who writes them. */
#include "doctor.h"
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* What Unbound's user must be able to do, and must not; see cli/init.c. */
static const struct rule {
	enum doctor_file_id file;
	int needs, denied;
	const char *owner; /* as init gives it; NULL: Unbound's user */
	const char *mode;
} rules[] = {
	{DOCTOR_FILE_CONF, R_OK, W_OK, "root", "0644"},
	{DOCTOR_FILE_PINS, R_OK, W_OK, "root", "0640"},
	{DOCTOR_FILE_PINS_LOCK, R_OK | W_OK, 0, NULL, "0660"},
	{DOCTOR_FILE_PINS_DIR, X_OK, W_OK, "root", "0750"},
	{DOCTOR_FILE_STATE, R_OK | W_OK, 0, NULL, "0640"},
	{DOCTOR_FILE_STATE_LOCK, R_OK | W_OK, 0, NULL, "0660"},
	{DOCTOR_FILE_STATE_DIR, X_OK, 0, "root", "0750"},
};

static void say_command(const struct doctor_facts *facts, const struct rule *rule,
	struct doctor_findings *findings)
{
	const char *path = facts->files[rule->file].path;
	const char *user = facts->user.name[0] != '\0' ? facts->user.name : "root";

	doctor_type(findings, "chown %s:%s %s", rule->owner != NULL ? rule->owner : user,
		user, path);
	doctor_type(findings, "chmod %s %s", rule->mode, path);
}

static const char *what_of(int what)
{
	return what == X_OK ? "search" : what == R_OK ? "read" : "read and write";
}

/* The pins are safe only from a user that cannot change them. The state store does not
 * decide about anything. */
static enum doctor_severity severity_of(enum doctor_file_id file)
{
	return file < DOCTOR_FILE_STATE ? DOCTOR_CRITICAL : DOCTOR_WARNING;
}

static void check_rights(const struct doctor_facts *facts, const struct rule *rule,
	struct doctor_findings *findings)
{
	const struct doctor_file *file = &facts->files[rule->file];

	if (file->blocked != NULL) {
		doctor_find(findings, severity_of(rule->file),
			"%s: Unbound's user %s may not search the directory %s",
			file->path, facts->user.name, file->blocked);
		doctor_type(findings, "chmod o+x %s", file->blocked);
	} else if (!doctor_may(&facts->user, &file->stat, rule->needs)) {
		doctor_find(findings, severity_of(rule->file),
			"%s: Unbound's user %s may not %s it", file->path,
			facts->user.name, what_of(rule->needs));
		say_command(facts, rule, findings);
	} else if (rule->denied != 0 && facts->user.uid != 0 &&
		   doctor_may(&facts->user, &file->stat, rule->denied)) {
		doctor_find(findings, severity_of(rule->file),
			"%s: Unbound's user %s may write it: a resolver that is broken "
			"into can change its own pins",
			file->path, facts->user.name);
		say_command(facts, rule, findings);
	} else if ((file->stat.st_mode & S_IWOTH) != 0) {
		doctor_find(findings, severity_of(rule->file),
			"%s: everybody on this machine may write it", file->path);
		say_command(facts, rule, findings);
	}
}

static void say_missing(const struct doctor_facts *facts, const struct rule *rule,
	struct doctor_findings *findings)
{
	const struct doctor_file *file = &facts->files[rule->file];

	if (file->unknown) {
		doctor_find(findings, DOCTOR_UNKNOWN, "%s: we may not look at it",
			file->path);
		doctor_mend(findings, "Run \"pinbound doctor\" as root.");
		return;
	}
	/* What another check says, or what init makes along with the store. */
	if (rule->file == DOCTOR_FILE_CONF || rule->file == DOCTOR_FILE_PINS_DIR ||
		rule->file == DOCTOR_FILE_STATE_DIR ||
		(rule->file == DOCTOR_FILE_PINS_LOCK &&
			!facts->files[DOCTOR_FILE_PINS].there) ||
		(rule->file == DOCTOR_FILE_STATE_LOCK &&
			!facts->files[DOCTOR_FILE_STATE].there))
		return;
	doctor_find(
		findings, severity_of(rule->file), "%s: it does not exist", file->path);
	if (rule->file == DOCTOR_FILE_PINS_LOCK || rule->file == DOCTOR_FILE_STATE_LOCK) {
		doctor_mend(findings, "Make it, with its owner, while Unbound is down:");
		doctor_type(findings, "touch %s", file->path);
		say_command(facts, rule, findings);
	} else {
		doctor_type(findings, "pinbound init");
	}
}

/* The resolver's own rights are what Unbound may do to the pins. */
static void check_user(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	if (!facts->user.known && facts->user.name[0] != '\0' && facts->unbound_here) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"there is no user %s on this machine, as which Unbound is to run",
			facts->user.name);
		doctor_type(findings,
			"adduser --system --group --home /var/lib/unbound %s",
			facts->user.name);
	} else if (facts->user.known && facts->user.uid == 0) {
		doctor_find(findings, DOCTOR_WARNING,
			"Unbound runs as root: when it is broken into, the pins are not "
			"safe from it");
		doctor_mend(findings, "In the server: clause of unbound.conf:");
		doctor_type(findings, "username: \"unbound\"");
	}
}

/* Debian's /var/lib/unbound belongs to Unbound's user, who could move the directory of
 * the pins away as a whole. */
static void check_weak(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_file *pins = &facts->files[DOCTOR_FILE_PINS];

	if (pins->weak == NULL)
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"%s: Unbound's user %s may put another directory in its place: it may "
		"write %s",
		pins->path, facts->user.name, pins->weak);
	doctor_mend(findings, "It may go on making files there, but touch its own only "
			      "(again after an upgrade of Debian's unbound):");
	doctor_type(findings, "chown root:%s %s", facts->user.name, pins->weak);
	doctor_type(findings, "chmod 1775 %s", pins->weak);
}

/* A directory that two stores share, or that is above them, is spoken of once. */
static bool is_said(const struct doctor_facts *facts, size_t at)
{
	const struct doctor_file *file = &facts->files[rules[at].file];

	for (size_t i = 0; i < at; i++) {
		const struct doctor_file *other = &facts->files[rules[i].file];

		if (strcmp(file->path, other->path) == 0 ||
			(file->blocked != NULL && other->blocked != NULL &&
				strcmp(file->blocked, other->blocked) == 0))
			return true;
	}
	return false;
}

void doctor_owners(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	check_user(facts, findings);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (is_said(facts, i))
			continue;
		if (!facts->files[rules[i].file].there)
			say_missing(facts, &rules[i], findings);
		else if (facts->user.known)
			check_rights(facts, &rules[i], findings);
	}
	check_weak(facts, findings);
}

static void say_unread(struct doctor_findings *findings, const char *why)
{
	doctor_find(findings, DOCTOR_UNKNOWN, "%s", why);
	doctor_mend(findings, "Run \"pinbound doctor\" as root.");
}

void doctor_pin_store(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_file *file = &facts->files[DOCTOR_FILE_PINS];

	/* What is not there has been said. */
	if (file->unknown)
		say_unread(findings, facts->pins_error.text);
	if (facts->pins_fine || !file->there ||
		!facts->files[DOCTOR_FILE_PINS_LOCK].there)
		return;
	if (doctor_is_denied(facts->pins_error.text)) {
		say_unread(findings, facts->pins_error.text);
		return;
	}
	doctor_find(findings, DOCTOR_CRITICAL, "the pin store cannot be used: %s",
		facts->pins_error.text);
	doctor_mend(findings, "If it is damaged, restore it from your last export:");
	doctor_type(findings, "systemctl stop unbound");
	doctor_type(findings, "mv %s /root/pins.mdb.damaged", file->path);
	doctor_type(findings, "rm -f %s", facts->files[DOCTOR_FILE_PINS_LOCK].path);
	doctor_type(findings, "pinbound init");
	doctor_type(findings, "pinbound import pins.txt");
	doctor_type(findings, "systemctl start unbound");
}

static void say_not_written(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	if (facts->runs) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"Unbound runs (pid %" PRId64
			"), and no Pinbound in it writes the state store: it is not "
			"loaded, or may not write there",
			facts->pid);
		doctor_mend(findings, "See what Unbound's log says of pinbound, then:");
		doctor_type(findings, "systemctl restart unbound");
		return;
	}
	doctor_find(findings, DOCTOR_WARNING, "no resolver with Pinbound runs: %s",
		facts->state_fine ? "the last one has ended" : facts->state_error.text);
	doctor_type(findings, "systemctl start unbound");
}

void doctor_resolver_state(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	if (!facts->written && doctor_is_denied(facts->state_error.text)) {
		say_unread(findings, facts->state_error.text);
	} else if (!facts->written) {
		say_not_written(facts, findings);
	} else if (facts->pins_fine && facts->enforced != facts->generation) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"the resolver enforces generation %" PRIu64
			" of the pins, and the store is at %" PRIu64,
			facts->enforced, facts->generation);
		doctor_mend(findings, "It should follow within half a second. If this "
				      "is said again, restart it:");
		doctor_type(findings, "systemctl restart unbound");
	}
	if (facts->written && facts->runs && facts->writer != facts->pid) {
		doctor_find(findings, DOCTOR_INFO,
			"the state store is written by process %" PRId64
			", and unbound-control speaks of %" PRId64
			": two resolvers run, or one in a container",
			facts->writer, facts->pid);
	}
}
