/* gather.c - gathering the facts; see doctor.h. */
#include "doctor.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* As unbound.conf calls them, in the order of enum doctor_setting_id. */
static const char *const setting_names[DOCTOR_SETTINGS] = {
	[DOCTOR_MODULE_CONFIG] = "module-config",
	[DOCTOR_DYNLIB_FILE] = "dynlib-file",
	[DOCTOR_CHROOT] = "chroot",
	[DOCTOR_USERNAME] = "username",
	[DOCTOR_SERVE_EXPIRED] = "serve-expired",
	[DOCTOR_HARDEN_GLUE] = "harden-glue",
	[DOCTOR_HARDEN_STRIPPED] = "harden-dnssec-stripped",
	[DOCTOR_PERMISSIVE] = "val-permissive-mode",
};

/* The running Unbound does not tell these, or tells them as they were at its start. */
static bool running_tells(enum doctor_setting_id which)
{
	return which != DOCTOR_DYNLIB_FILE && which != DOCTOR_USERNAME &&
	       which != DOCTOR_CHROOT;
}

static bool ask_program(
	const struct doctor_facts *facts, const char *const argv[], char **value)
{
	struct doctor_fact fact = {0};
	bool fine;

	doctor_run(facts, argv, &fact);
	fine = fact.state == DOCTOR_THERE && fact.text != NULL &&
	       strncmp(fact.text, "error", 5) != 0;
	if (fine) {
		fact.text[strcspn(fact.text, "\r")] = '\0';
		for (size_t size = strlen(fact.text);
			size > 0 && fact.text[size - 1] == '\n'; size--)
			fact.text[size - 1] = '\0';
		*value = fact.text;
	} else {
		free(fact.text);
	}
	free(fact.why);
	return fine;
}

static bool ask_running(const struct doctor_facts *facts, const char *name, char **value)
{
	const char *plain[] = {"unbound-control", "get_option", name, NULL};
	const char *given[] = {
		"unbound-control", "-c", facts->unbound_conf, "get_option", name, NULL};

	return ask_program(facts, facts->unbound_conf != NULL ? given : plain, value);
}

static bool ask_file(const struct doctor_facts *facts, const char *name, char **value)
{
	const char *argv[] = {"unbound-checkconf", "-o", name, facts->unbound_conf, NULL};

	return ask_program(facts, argv, value);
}

/* The value in the file. The last one counts. */
static bool read_setting(const struct doctor_facts *facts, const char *name, char **value)
{
	struct unbound_words words;
	enum unbound_word word;

	doctor_begin_words(&words, doctor_text(facts, DOCTOR_UNBOUND_CONF));
	while ((word = unbound_words_next(&words, NULL)) != UNBOUND_END) {
		if (word != UNBOUND_VALUE || strcmp(words.keyword, name) != 0)
			continue;
		free(*value);
		*value = doctor_copy(words.word);
	}
	(void)fclose(words.in);
	return *value != NULL;
}

void doctor_gather_settings(struct doctor_facts *facts)
{
	bool runs = facts->texts[DOCTOR_STATUS].state == DOCTOR_THERE;
	bool checks = facts->texts[DOCTOR_CHECKCONF].state == DOCTOR_THERE;

	for (unsigned i = 0; i < DOCTOR_SETTINGS; i++) {
		struct doctor_setting *setting = &facts->settings[i];

		if (runs && running_tells((enum doctor_setting_id)i) &&
			ask_running(facts, setting_names[i], &setting->value))
			setting->source = "the running Unbound";
		else if (checks && ask_file(facts, setting_names[i], &setting->value))
			setting->source = "unbound-checkconf";
		else if (read_setting(facts, setting_names[i], &setting->value))
			setting->source = "unbound.conf";
	}
}

static void add_server(struct doctor_server **servers, size_t *count, const char *address)
{
	struct doctor_server *more = doctor_grow(*servers, *count + 1, sizeof(**servers));

	*servers = more;
	more += (*count)++;
	*more = (struct doctor_server){.canary = DOCTOR_NOT_ASKED};
	(void)snprintf(more->address, sizeof(more->address), "%s", address);
}

/* Without any, the C library asks this machine. */
static void read_resolv_conf(struct doctor_facts *facts)
{
	const char *at = doctor_text(facts, DOCTOR_RESOLV_CONF);
	char line[DOCTOR_LINE_MAX], word[64];

	if (facts->texts[DOCTOR_RESOLV_CONF].state == DOCTOR_FAILED)
		return;
	while (doctor_next_keyword(&at, "nameserver", line)) {
		const char *words = line;

		if (doctor_next_word(&words, word, sizeof(word)))
			add_server(&facts->servers, &facts->server_count, word);
	}
	if (facts->server_count == 0)
		add_server(&facts->servers, &facts->server_count, "127.0.0.1");
}

static void read_opendkim_conf(struct doctor_facts *facts)
{
	char value[DOCTOR_LINE_MAX] = "", word[64];
	const char *at = value;

	(void)doctor_value(
		doctor_text(facts, DOCTOR_OPENDKIM_CONF), "Nameservers", ' ', value);
	value[strcspn(value, "#")] = '\0';
	while (doctor_next_word(&at, word, sizeof(word)))
		add_server(&facts->dkim_servers, &facts->dkim_server_count, word);
}

void doctor_gather_servers(struct doctor_facts *facts)
{
	read_resolv_conf(facts);
	read_opendkim_conf(facts);
	for (size_t i = 0; i < facts->server_count && !facts->offline; i++)
		doctor_ask_canary(&facts->servers[i]);
	for (size_t i = 0; i < facts->dkim_server_count && !facts->offline; i++)
		doctor_ask_canary(&facts->dkim_servers[i]);
}

void doctor_gather_clock(struct doctor_facts *facts)
{
	struct timex clock = {0};
	struct stat stat_;
	int state;

	for (size_t i = 0; i < facts->server_count && !facts->offline; i++)
		if (facts->servers[i].canary != DOCTOR_SILENT && !facts->signature_known)
			facts->signature_known = doctor_ask_signature(
				facts->servers[i].address, facts->now, &facts->inception,
				&facts->expiration);
	if (stat("/proc/self/exe", &stat_) == 0)
		facts->built = stat_.st_mtime;
	if (facts->root[0] != '\0')
		return;
	state = adjtimex(&clock);
	facts->sync_known = state >= 0;
	facts->unsynced = state >= 0 && (clock.status & STA_UNSYNC) != 0;
}

static bool rooted_conf(struct doctor_facts *facts)
{
	char rooted[DOCTOR_PATH_MAX];

	facts->conf_fine = pb_conf_read(&facts->conf,
		doctor_rooted(facts, facts->conf_path, rooted), &facts->conf_error);
	return facts->conf_fine;
}

/* Without pinbound.conf, its defaults are what there is. */
static bool default_conf(struct doctor_facts *facts)
{
	facts->conf = (struct pb_conf){
		.pins = doctor_copy("/var/lib/unbound/pinbound/pins.mdb"),
		.state = doctor_copy("/var/lib/unbound/pinbound/state.mdb"),
		.default_mode = PB_MODE_REFUSE,
	};
	return facts->conf.pins != NULL && facts->conf.state != NULL;
}

bool doctor_gather(struct doctor_facts *facts)
{
	if (!rooted_conf(facts) && !default_conf(facts))
		return false;
	doctor_gather_texts(facts);
	doctor_gather_settings(facts);
	doctor_gather_stores(facts);
	doctor_gather_pins(facts);
	doctor_gather_unbound(facts);
	doctor_gather_servers(facts);
	doctor_gather_clock(facts);
	return true;
}

void doctor_facts_free(struct doctor_facts *facts)
{
	for (unsigned i = 0; i < DOCTOR_TEXTS; i++) {
		free(facts->texts[i].text);
		free(facts->texts[i].why);
	}
	for (unsigned i = 0; i < DOCTOR_SETTINGS; i++)
		free(facts->settings[i].value);
	for (unsigned i = 0; i < DOCTOR_FILES; i++) {
		free(facts->files[i].path);
		free(facts->files[i].blocked);
		free(facts->files[i].weak);
	}
	for (size_t i = 0; i < facts->module_count; i++) {
		free(facts->modules[i].file.path);
		free(facts->modules[i].file.blocked);
		free(facts->modules[i].built_for);
	}
	free(facts->modules);
	free(facts->pins);
	free(facts->servers);
	free(facts->dkim_servers);
	pb_conf_free(&facts->conf);
	*facts = (struct doctor_facts){0};
}
