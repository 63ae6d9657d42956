/* texts.c - the files and programs that are read as text; see doctor.h. */
#include "doctor.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stand for -c FILE, or FILE alone, in a program's arguments, if --unbound-conf was
 * given. */
#define UNBOUND_CONF "@"
#define UNBOUND_FILE "="

#define APPARMOR "/etc/apparmor.d/"

struct row {
	const char *name;                  /* NULL: the file, or the program's name */
	const char *file;                  /* or */
	const char *argv[DOCTOR_ARGS_MAX]; /* ends with NULL */
};

/* clang-format off: a table is read row by row. */
static const struct row rows[DOCTOR_TEXTS] = {
	[DOCTOR_RESOLV_CONF] = {.file = "/etc/resolv.conf"},
	[DOCTOR_NSSWITCH] = {.file = "/etc/nsswitch.conf"},
	[DOCTOR_NSCD_PID] = {.file = "/run/nscd/nscd.pid"},
	[DOCTOR_UNBOUND_V] = {"unbound -V", NULL, {"unbound", "-V"}},
	[DOCTOR_CHECKCONF] = {NULL, NULL, {"unbound-checkconf", UNBOUND_FILE}},
	[DOCTOR_UNBOUND_CONF] = {.file = "/etc/unbound/unbound.conf"},
	[DOCTOR_STATUS] = {"unbound-control status", NULL,
		{"unbound-control", UNBOUND_CONF, "status"}},
	[DOCTOR_FORWARDS] = {"unbound-control list_forwards", NULL,
		{"unbound-control", UNBOUND_CONF, "list_forwards"}},
	[DOCTOR_STUBS] = {"unbound-control list_stubs", NULL,
		{"unbound-control", UNBOUND_CONF, "list_stubs"}},
	[DOCTOR_AUTH_ZONES] = {"unbound-control list_auth_zones", NULL,
		{"unbound-control", UNBOUND_CONF, "list_auth_zones"}},
	[DOCTOR_INSECURE] = {"unbound-control list_insecure", NULL,
		{"unbound-control", UNBOUND_CONF, "list_insecure"}},
	[DOCTOR_POSTCONF] = {"postconf -x", NULL, {"postconf", "-x"}},
	[DOCTOR_POSTCONF_M] = {"postconf -M", NULL, {"postconf", "-M"}},
	[DOCTOR_POSTCONF_P] = {"postconf -P -x", NULL, {"postconf", "-P", "-x"}},
	[DOCTOR_CHROOT_RESOLV_CONF] =
		{.file = "/etc/resolv.conf"}, /* below queue_directory */
	[DOCTOR_EXIM] = {"exim -bP", NULL, {"exim", "-bP"}},
	[DOCTOR_EXIM_ROUTERS] = {"exim -bP routers", NULL, {"exim", "-bP", "routers"}},
	[DOCTOR_EXIM_TRANSPORTS] = {"exim -bP transports", NULL,
		{"exim", "-bP", "transports"}},
	[DOCTOR_EXIM_CONFIG] = {"exim -bP config", NULL, {"exim", "-bP", "config"}},
	[DOCTOR_SMTPD_CONF] = {.file = "/etc/smtpd.conf"},
	[DOCTOR_OPENDKIM_CONF] = {.file = "/etc/opendkim.conf"},
	[DOCTOR_OPENDMARC_CONF] = {.file = "/etc/opendmarc.conf"},
	[DOCTOR_POLICYD_SPF_CONF] =
		{.file = "/etc/postfix-policyd-spf-python/policyd-spf.conf"},
	[DOCTOR_KERNEL_LOG] = {"journalctl -k", NULL,
		{"journalctl", "-k", "-b", "-q", "--no-pager", "-n", "20000"}},
	[DOCTOR_KERN_LOG] = {.file = "/var/log/kern.log"},
	[DOCTOR_DMESG] = {"dmesg", NULL, {"dmesg"}},
	[DOCTOR_AUDIT_LOG] = {.file = "/var/log/audit/audit.log"},
	[DOCTOR_SELINUX] = {.file = "/sys/fs/selinux/enforce"},
	[DOCTOR_APPARMOR_LOADED] = {.file = "/sys/kernel/security/apparmor/profiles"},
	[DOCTOR_APPARMOR_PROFILE] = {.file = APPARMOR "usr.sbin.unbound"},
	[DOCTOR_APPARMOR_LOCAL] = {.file = APPARMOR "local/usr.sbin.unbound"},
	[DOCTOR_TIMEDATECTL] = {"timedatectl", NULL,
		{"timedatectl", "show", "-p", "NTPSynchronized"}},
};
/* clang-format on */

const char *doctor_text_name(enum doctor_text which)
{
	const struct row *row = &rows[which];

	return row->name != NULL   ? row->name
	       : row->file != NULL ? row->file
				   : row->argv[0];
}

static void run(
	const struct doctor_facts *facts, const struct row *row, struct doctor_fact *fact)
{
	const char *argv[DOCTOR_ARGS_MAX + 2];
	size_t count = 0;

	for (size_t i = 0; i < DOCTOR_ARGS_MAX && row->argv[i] != NULL; i++) {
		bool with_option = strcmp(row->argv[i], UNBOUND_CONF) == 0;

		if (!with_option && strcmp(row->argv[i], UNBOUND_FILE) != 0) {
			argv[count++] = row->argv[i];
		} else if (facts->unbound_conf != NULL) {
			if (with_option)
				argv[count++] = "-c";
			argv[count++] = facts->unbound_conf;
		}
	}
	argv[count] = NULL;
	doctor_run(facts, argv, fact);
}

/* Appends a text to another. */
static void append(struct doctor_fact *to, struct doctor_fact *from)
{
	if (from->state == DOCTOR_THERE && from->text != NULL) {
		size_t size = strlen(to->text), more = strlen(from->text);

		to->text = doctor_grow(to->text, size + more + 2, 1);
		to->text[size] = '\n';
		memcpy(to->text + size + 1, from->text, more + 1);
	} else if (from->state == DOCTOR_FAILED) {
		/* A part that could not be read makes the whole unknown. */
		to->state = DOCTOR_FAILED;
		free(to->why);
		to->why = from->why;
		from->why = NULL;
	}
	free(from->text);
	free(from->why);
}

static void append_glob(
	const struct doctor_facts *facts, struct doctor_fact *fact, const char *pattern)
{
	char rooted[DOCTOR_PATH_MAX];
	glob_t found;

	if (glob(doctor_rooted(facts, pattern, rooted), 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct doctor_fact part = {0};

		doctor_read(facts, found.gl_pathv[i] + strlen(facts->root), &part);
		append(fact, &part);
	}
	globfree(&found);
}

/* What unbound.conf includes, put behind it: for settings and zones, the place of a
 * clause does not matter. Not what is included from there in turn. */
static void include(const struct doctor_facts *facts, struct doctor_fact *fact)
{
	struct unbound_words words;
	enum unbound_word word;
	char *main;

	if (fact->text == NULL)
		return;
	main = doctor_copy(fact->text);
	doctor_begin_words(&words, main);
	while ((word = unbound_words_next(&words, NULL)) != UNBOUND_END)
		if (word == UNBOUND_VALUE && words.word[0] == '/' &&
			(strcmp(words.keyword, "include") == 0 ||
				strcmp(words.keyword, "include-toplevel") == 0))
			append_glob(facts, fact, words.word);
	(void)fclose(words.in);
	free(main);
}

char *doctor_chroot_resolv_conf(
	const struct doctor_facts *facts, char out[DOCTOR_PATH_MAX])
{
	size_t size;

	(void)snprintf(out, DOCTOR_PATH_MAX, "/var/spool/postfix");
	(void)doctor_value(
		doctor_text(facts, DOCTOR_POSTCONF), "queue_directory", '=', out);
	size = strlen(out);
	(void)snprintf(out + size, DOCTOR_PATH_MAX - size, "%s",
		rows[DOCTOR_CHROOT_RESOLV_CONF].file);
	return out;
}

/* Where a text that is a file is to be read. */
static const char *file_of(const struct doctor_facts *facts, enum doctor_text which,
	char path[DOCTOR_PATH_MAX])
{
	if (which == DOCTOR_CHROOT_RESOLV_CONF)
		return doctor_chroot_resolv_conf(facts, path);
	if (which == DOCTOR_UNBOUND_CONF && facts->unbound_conf != NULL)
		return facts->unbound_conf;
	return rows[which].file;
}

static bool needs_control(enum doctor_text which)
{
	return which >= DOCTOR_FORWARDS && which <= DOCTOR_INSECURE;
}

void doctor_gather_texts(struct doctor_facts *facts)
{
	char path[DOCTOR_PATH_MAX];

	for (enum doctor_text i = DOCTOR_NO_TEXT + 1; i < DOCTOR_TEXTS; i++) {
		struct doctor_fact *fact = &facts->texts[i];

		if (rows[i].file != NULL)
			doctor_read(facts, file_of(facts, i, path), fact);
		/* One that does not answer the first time need not be asked again. */
		else if (!needs_control(i) ||
			 facts->texts[DOCTOR_STATUS].state == DOCTOR_THERE)
			run(facts, &rows[i], fact);
	}
	if (facts->texts[DOCTOR_UNBOUND_CONF].state == DOCTOR_THERE)
		include(facts, &facts->texts[DOCTOR_UNBOUND_CONF]);
}
