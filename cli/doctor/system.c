/* system.c - what the system forbids Unbound: AppArmor, SELinux. */
#include "doctor.h"
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* The value of key="..." or key=word in a line of the log. */
static bool field(const char *line, const char *key, char *value, size_t size)
{
	const char *at = strstr(line, key);
	size_t length;
	bool quoted;

	if (at == NULL)
		return false;
	at += strlen(key);
	quoted = *at == '"';
	at += quoted;
	length = strcspn(at, quoted ? "\"" : " \t");
	(void)snprintf(value, size, "%.*s", (int)(length < size ? length : size - 1), at);
	return true;
}

/* Is the path one that Pinbound needs? */
static bool is_ours(const struct doctor_facts *facts, const char *path)
{
	if (strstr(path, "pinbound") != NULL)
		return true;
	for (unsigned i = 0; i < DOCTOR_FILES; i++)
		if (facts->files[i].path != NULL &&
			strcmp(facts->files[i].path, path) == 0)
			return true;
	for (size_t i = 0; i < facts->module_count; i++)
		if (strcmp(facts->modules[i].file.path, path) == 0)
			return true;
	return false;
}

struct denials {
	size_t apparmor, selinux;
	char path[1024], mask[16]; /* of the last one of AppArmor's */
	char selinux_path[1024];
};

static void count_line(
	const struct doctor_facts *facts, const char *line, struct denials *denials)
{
	char profile[256] = "", path[1024] = "", mask[16] = "";

	if (strstr(line, "apparmor=\"DENIED\"") != NULL) {
		if (!field(line, "profile=", profile, sizeof(profile)) ||
			strstr(profile, "unbound") == NULL ||
			!field(line, "name=", path, sizeof(path)) ||
			!is_ours(facts, path))
			return;
		(void)field(line, "requested_mask=", mask, sizeof(mask));
		denials->apparmor++;
		(void)snprintf(denials->path, sizeof(denials->path), "%s", path);
		(void)snprintf(denials->mask, sizeof(denials->mask), "%s", mask);
	} else if (strstr(line, "avc:") != NULL && strstr(line, "denied") != NULL &&
		   strstr(line, "comm=\"unbound\"") != NULL) {
		denials->selinux++;
		if (field(line, " path=", path, sizeof(path)) ||
			field(line, " name=", path, sizeof(path)))
			(void)snprintf(denials->selinux_path,
				sizeof(denials->selinux_path), "%s", path);
	}
}

static void count(
	const struct doctor_facts *facts, enum doctor_text which, struct denials *denials)
{
	const char *at = doctor_text(facts, which);
	char line[DOCTOR_LINE_MAX];

	while (doctor_next_line(&at, line))
		count_line(facts, line, denials);
}

static void say_denials(const struct denials *denials, struct doctor_findings *findings)
{
	if (denials->apparmor > 0) {
		doctor_find(findings, DOCTOR_WARNING,
			"AppArmor has denied Unbound %zu time%s what Pinbound needs, "
			"last \"%s\" of %s",
			denials->apparmor, denials->apparmor == 1 ? "" : "s",
			denials->mask, denials->path);
		doctor_mend(findings,
			"If that is not mended yet: in "
			"/etc/apparmor.d/local/usr.sbin.unbound, and then load it and "
			"restart Unbound:");
		doctor_type(findings, "%s %s,", denials->path,
			strcmp(denials->mask, "m") == 0 ? "mr" : denials->mask);
		doctor_type(
			findings, "apparmor_parser -r /etc/apparmor.d/usr.sbin.unbound");
	}
	if (denials->selinux > 0) {
		doctor_find(findings, DOCTOR_WARNING,
			"SELinux has denied Unbound something %zu time%s, last with %s",
			denials->selinux, denials->selinux == 1 ? "" : "s",
			denials->selinux_path);
		doctor_mend(findings, "Read what it was, and allow what Pinbound needs:");
		doctor_type(
			findings, "ausearch -m avc -c unbound | audit2allow -M pinbound");
		doctor_type(findings, "semodule -i pinbound.pp");
	}
}

/* Is there something that could deny? */
static bool is_guarded(const struct doctor_facts *facts)
{
	return facts->texts[DOCTOR_SELINUX].state != DOCTOR_ABSENT ||
	       facts->texts[DOCTOR_APPARMOR_LOADED].state != DOCTOR_ABSENT;
}

static bool any_is_there(const struct doctor_facts *facts)
{
	return facts->texts[DOCTOR_KERNEL_LOG].state == DOCTOR_THERE ||
	       facts->texts[DOCTOR_KERN_LOG].state == DOCTOR_THERE ||
	       facts->texts[DOCTOR_DMESG].state == DOCTOR_THERE ||
	       facts->texts[DOCTOR_AUDIT_LOG].state == DOCTOR_THERE;
}

void doctor_denials(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	struct denials denials = {0};
	const struct doctor_fact *log = &facts->texts[DOCTOR_KERNEL_LOG];

	/* The journal and the file have the same lines. */
	count(facts,
		log->state == DOCTOR_THERE && log->text[0] != '\0' ? DOCTOR_KERNEL_LOG
								   : DOCTOR_KERN_LOG,
		&denials);
	if (denials.apparmor + denials.selinux == 0)
		count(facts, DOCTOR_DMESG, &denials);
	if (denials.apparmor + denials.selinux == 0)
		count(facts, DOCTOR_AUDIT_LOG, &denials);
	say_denials(&denials, findings);
	if (!any_is_there(facts) && facts->unbound_here && is_guarded(facts)) {
		doctor_find(findings, DOCTOR_UNKNOWN,
			"no log of the kernel can be read: whether AppArmor or SELinux "
			"has denied Unbound something is not known");
		doctor_mend(findings, "Run \"pinbound doctor\" as root.");
	}
}

/* --- AppArmor's profile --- */

#define ALLOWED_MAX 16 /* modes, each a letter, and a NUL */

/* AppArmor's {a,b}, whose commas are "|" here, is @(a|b) of fnmatch. */
static void translate(const char *pattern, char out[2048])
{
	size_t size = 0;

	for (; *pattern != '\0' && size < 2048 - 3; pattern++) {
		out[size++] = *pattern;
		if (*pattern == '{') {
			out[size - 1] = '@';
			out[size++] = '(';
		} else if (*pattern == '}') {
			out[size - 1] = ')';
		}
	}
	out[size] = '\0';
}

/* "**" of AppArmor is "*" of fnmatch, and its "*" one that stops at "/". */
static bool matches(const char *pattern, const char *path)
{
	bool all = strstr(pattern, "**") != NULL;
	char translated[2048];

	translate(pattern, translated);
	return fnmatch(translated, path, FNM_EXTMATCH | (all ? 0 : FNM_PATHNAME)) == 0;
}

/* What one rule, "owner PATH rw,", allows of the path, added to what others do. */
static void add_rule(char *line, const char *path, bool own, char allowed[ALLOWED_MAX])
{
	const char *words = line;
	char pattern[1024], modes[32];
	size_t size;

	if (!doctor_next_word(&words, pattern, sizeof(pattern)))
		return;
	if (strcmp(pattern, "owner") == 0 &&
		(!own || !doctor_next_word(&words, pattern, sizeof(pattern))))
		return;
	if (pattern[0] != '/' || !matches(pattern, path) ||
		!doctor_next_word(&words, modes, sizeof(modes)))
		return;
	size = strlen(allowed);
	for (const char *mode = modes; *mode != '\0' && size < ALLOWED_MAX - 1; mode++)
		if (strchr(allowed, *mode) == NULL) {
			allowed[size++] = *mode;
			allowed[size] = '\0';
		}
}

/* The commas between alternatives are no ends of words: they become "|". */
static void allowed_by(
	const char *text, const char *path, bool own, char allowed[ALLOWED_MAX])
{
	char line[DOCTOR_LINE_MAX];

	while (doctor_next_line(&text, line)) {
		bool within = false;

		for (char *at = line; *at != '\0'; at++) {
			within = *at == '{' || (within && *at != '}');
			if (within && *at == ',')
				*at = '\1';
		}
		for (char *at = strchr(line, '\1'); at != NULL; at = strchr(at, '\1'))
			*at = '|';
		add_rule(line, path, own, allowed);
	}
}

/* AppArmor's own: libraries in their usual places may be mapped. */
static bool is_usual_library(const char *path)
{
	return strncmp(path, "/usr/lib/", 9) == 0 || strncmp(path, "/lib/", 5) == 0 ||
	       strncmp(path, "/usr/local/lib/", 15) == 0;
}

static void check_path(const struct doctor_facts *facts, const char *path, bool own,
	const char *needs, struct doctor_findings *findings)
{
	char allowed[ALLOWED_MAX] = "";
	bool fine = true;

	allowed_by(doctor_text(facts, DOCTOR_APPARMOR_PROFILE), path, own, allowed);
	allowed_by(doctor_text(facts, DOCTOR_APPARMOR_LOCAL), path, own, allowed);
	for (const char *mode = needs; *mode != '\0'; mode++)
		fine = fine && strchr(allowed, *mode) != NULL;
	if (fine)
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"Unbound's AppArmor profile does not allow \"%s\" of %s (it allows "
		"\"%s\")",
		needs, path, allowed);
	doctor_mend(findings, "In /etc/apparmor.d/local/usr.sbin.unbound, then load it "
			      "and restart Unbound:");
	doctor_type(findings, "%s %s,", path, needs);
	doctor_type(findings, "apparmor_parser -r /etc/apparmor.d/usr.sbin.unbound");
}

/* LMDB locks the lock file, and maps the others. */
void doctor_apparmor(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	static const struct {
		enum doctor_file_id file;
		bool own;
		const char *needs;
	} rules[] = {
		{DOCTOR_FILE_CONF, false, "r"},
		{DOCTOR_FILE_PINS, false, "r"},
		{DOCTOR_FILE_PINS_LOCK, true, "rwk"},
		{DOCTOR_FILE_STATE, true, "rwk"},
		{DOCTOR_FILE_STATE_LOCK, true, "rwk"},
	};
	const char *loaded = doctor_text(facts, DOCTOR_APPARMOR_LOADED);

	if (strstr(loaded, "unbound (enforce)") == NULL)
		return;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		check_path(facts, facts->files[rules[i].file].path, rules[i].own,
			rules[i].needs, findings);
	for (size_t i = 0; i < facts->module_count; i++)
		if (!is_usual_library(facts->modules[i].file.path))
			check_path(facts, facts->modules[i].file.path, false, "mr",
				findings);
}
