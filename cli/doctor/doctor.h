/*
 * doctor.h - what the checks of "pinbound doctor" share.
 *
 * First the facts are gathered: texts of files, what programs print, what stands in the
 * stores, what name servers answer. Then each check of the table looks at them, and says
 * what is wrong and how to mend it. A check reads facts only: tests can feed it.
 */
#ifndef PINBOUND_DOCTOR_H
#define PINBOUND_DOCTOR_H

#include "../unbound_words.h"
#include "facts.h"
#include "findings.h"

/* As strdup() and reallocarray(). Without memory they end the program: what could not be
 * looked at must not be taken for what is fine. */
char *doctor_copy(const char *text);
void *doctor_grow(void *memory, size_t count, size_t size);

/* --- texts --- */

/* Copies the next line, cut at its end, without blanks around it; false at the end. */
#define DOCTOR_LINE_MAX 4096
bool doctor_next_line(const char **text, char line[DOCTOR_LINE_MAX]);

/* Copies what follows the keyword in the next line of resolv.conf that has it, as the C
 * library reads it: at the very start, with a blank behind it. False if there is none. */
bool doctor_next_keyword(
	const char **text, const char *keyword, char rest[DOCTOR_LINE_MAX]);

/* Copies the next word: what stands between blanks and commas. */
bool doctor_next_word(const char **text, char *word, size_t size);

/* True if one of the words is this one. */
bool doctor_has_word(const char *text, const char *word);

/* The value in the last line "name<separator>value"; false if there is none. In front
 * of the separator and behind it, blanks do not count. */
bool doctor_value(
	const char *text, const char *name, char separator, char value[DOCTOR_LINE_MAX]);

/* Begins to read an unbound.conf, which must stay where it is; then fclose(words->in). */
void doctor_begin_words(struct unbound_words *words, const char *text);

/* "5d", "4h", "2w30m", "300" (of the unit): seconds; -1: it is none. */
int64_t doctor_duration(const char *text, char unit);

/* What the check may read of a text that is there, else "". */
const char *doctor_text(const struct doctor_facts *facts, enum doctor_text which);

/* The setting, "" if it is not known. */
const char *doctor_setting(
	const struct doctor_facts *facts, enum doctor_setting_id which);

/* May the user do all of it (R_OK, W_OK, X_OK) with a file of this owner and mode? */
bool doctor_may(const struct doctor_user *user, const struct stat *stat, int what);

/* --- checks --- */

typedef void doctor_check(
	const struct doctor_facts *facts, struct doctor_findings *findings);

struct doctor_row {
	const char *name;
	doctor_check *check;
	enum doctor_where {
		DOCTOR_ANYWHERE,
		DOCTOR_WITH_UNBOUND, /* where Unbound is */
		DOCTOR_WITH_STORES,  /* where the pins are, or should be */
		DOCTOR_WITH_PINS,    /* that could be read */
	} where;
	/* Without one of these, it has nothing to look at. If the first could not be
	 * read, it cannot run. */
	enum doctor_text needs[4];
};
extern const struct doctor_row doctor_rows[]; /* ends with a row without a name */

/* Says that a text could not be read. */
void doctor_say_unread(const struct doctor_facts *facts, struct doctor_findings *findings,
	enum doctor_text which);

/* True if the reason is that we are not root. */
bool doctor_is_denied(const char *why);

/* Says so, if mail is checked by this block list, whose answers a pin may refuse. */
void doctor_check_block_list(const struct doctor_facts *facts,
	struct doctor_findings *findings, const char *where, const char *list);

/* Is there an Unbound on this machine? A mail server may ask one elsewhere. */
bool doctor_has_unbound(const struct doctor_facts *facts);

/* Runs all checks of the table. */
void doctor_run_checks(
	const struct doctor_facts *facts, struct doctor_findings *findings);

doctor_check doctor_canary, doctor_servers, doctor_stub, doctor_options, doctor_nsswitch,
	doctor_nscd, doctor_chroot_copy;
doctor_check doctor_conf, doctor_unbound_conf, doctor_dynlib, doctor_build,
	doctor_module_file, doctor_order, doctor_weak_settings, doctor_zones,
	doctor_insecure, doctor_sources;
doctor_check doctor_owners, doctor_pin_store, doctor_resolver_state;
doctor_check doctor_pins, doctor_expiry, doctor_settings_of_pins;
doctor_check doctor_denials, doctor_apparmor, doctor_clock;
doctor_check doctor_postfix_leaks, doctor_postfix_relay, doctor_postfix_lookup,
	doctor_postfix_sender, doctor_postfix_access, doctor_postfix_dnsbl,
	doctor_postfix_queue, doctor_postfix_tempfail, doctor_postfix_instances;
doctor_check doctor_exim_leaks, doctor_exim_relay, doctor_exim_retry, doctor_exim_sender,
	doctor_exim_dnsbl;
doctor_check doctor_opensmtpd, doctor_opendkim, doctor_authentication;

#endif
