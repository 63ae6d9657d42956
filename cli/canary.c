/* canary.c - are the resolvers of this machine protected? See check.h. */
#include "check.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANARY "canary.pinbound.invalid"
#define CANARY_TEXT "pinbound: canary"
#define EDE_BLOCKED 15

/* How glibc reads it: the keyword at the very start of the line, a blank, one address. */
static const char *nameserver_of(char *line)
{
	static const char keyword[] = "nameserver";
	char *value = line + sizeof(keyword) - 1, *rest = NULL;

	if (strncmp(line, keyword, sizeof(keyword) - 1) != 0 ||
		(*value != ' ' && *value != '\t'))
		return NULL;
	return strtok_r(value, " \t\n", &rest);
}

static bool is_listed(const struct check *check, const char *text)
{
	for (const struct check_resolver *r = check->resolvers; r != NULL; r = r->next)
		if (strcmp(r->written, text) == 0)
			return true;
	return false;
}

static struct check_resolver *add_resolver(struct check *check, const char *written)
{
	struct check_resolver *resolver = arena_alloc(check->arena, sizeof(*resolver));

	resolver->written = arena_copy(check->arena, written, strlen(written) + 1);
	resolver->status = CHECK_UNKNOWN; /* until it has answered */
	resolver->text = "it was not asked";
	*check->last_resolver = resolver;
	check->last_resolver = &resolver->next;
	return resolver;
}

static void unknown(
	struct check *check, struct check_resolver *resolver, const char *text)
{
	resolver->status = CHECK_UNKNOWN;
	resolver->text = arena_copy(check->arena, text, strlen(text) + 1);
}

/* The option of RFC 8914: a code, and a text. */
static bool has_canary(const ldns_pkt *message)
{
	static const char text[] = CANARY_TEXT;
	ldns_edns_option_list *options =
		ldns_pkt_edns_get_option_list((ldns_pkt *)(uintptr_t)message);
	size_t count = options == NULL ? 0 : ldns_edns_option_list_get_count(options);

	for (size_t i = 0; i < count; i++) {
		ldns_edns_option *option = ldns_edns_option_list_get_option(options, i);
		const uint8_t *data = ldns_edns_get_data(option);
		size_t size = ldns_edns_get_size(option);

		if (ldns_edns_get_code(option) == LDNS_EDNS_EDE &&
			size == 2 + sizeof(text) - 1 && data[0] == 0 &&
			data[1] == EDE_BLOCKED &&
			memcmp(data + 2, text, sizeof(text) - 1) == 0)
			return true;
	}
	return false;
}

struct canary {
	struct check *check;
	struct check_resolver *resolver;
};

static void took(void *arg, const struct net_answer *answer)
{
	struct canary *canary = arg;
	struct check_resolver *resolver = canary->resolver;
	const ldns_lookup_table *row;
	char text[96];

	if (answer->outcome != NET_ANSWERED) {
		unknown(canary->check, resolver, answer->text);
		return;
	}
	if (ldns_pkt_get_rcode(answer->message) == LDNS_RCODE_SERVFAIL &&
		has_canary(answer->message)) {
		resolver->status = CHECK_OK;
		resolver->text = "protected";
		return;
	}
	row = ldns_lookup_by_id(ldns_rcodes, (int)ldns_pkt_get_rcode(answer->message));
	(void)snprintf(text, sizeof(text), "not protected: it answers %s for " CANARY,
		row != NULL ? row->name : "nothing known");
	resolver->status = CHECK_CRITICAL;
	resolver->text = arena_copy(canary->check->arena, text, strlen(text) + 1);
}

/* Behind the "%" of a link-local address stands its interface, by name or by number (RFC
 * 4007 section 11). */
static bool read_scope(uint32_t *scope, const char *text, struct pb_error *error)
{
	char *end = NULL;

	if (*text == '\0')
		return true;
	*scope = if_nametoindex(++text);
	if (*scope == 0)
		*scope = (uint32_t)strtoul(text, &end, 10);
	if (*scope != 0 && (end == NULL || *end == '\0'))
		return true;
	pb_error_set(error, "there is no interface \"%s\"", text);
	return false;
}

static void ask(struct check *check, const char *text)
{
	struct check_resolver *resolver = add_resolver(check, text);
	struct canary *canary = arena_alloc(check->arena, sizeof(*canary));
	struct net_question question = {
		.type = LDNS_RR_TYPE_A,
		.rd = true,
		.urgent = true,
	};
	size_t size = strcspn(text, "%");
	struct pb_error error;

	if (!net_read_address(&question.server, &question.port, text, size, &error) ||
		!read_scope(&question.scope, text + size, &error)) {
		unknown(check, resolver, error.text);
		return;
	}
	resolver->address = resolver->written;
	*canary = (struct canary){check, resolver};
	(void)pb_name_from_text(&question.name, CANARY, sizeof(CANARY) - 1, NULL);
	net_ask(surveyor_net(check->surveyor), &question, took, canary);
}

void check_canaries(struct check *check)
{
	FILE *file = fopen(check->resolv_conf, "r");
	char line[1024], text[PB_ERROR_MAX];
	bool any = false;

	if (file == NULL) {
		(void)snprintf(text, sizeof(text), "%s: %s", check->resolv_conf,
			strerror(errno));
		unknown(check, add_resolver(check, ""), text);
		return;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *address = nameserver_of(line);

		if (address == NULL)
			continue;
		any = true;
		if (!is_listed(check, address))
			ask(check, address);
	}
	(void)fclose(file);
	if (!any)
		ask(check, "127.0.0.1"); /* as resolv.conf(5) says */
}
