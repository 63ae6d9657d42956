/* gather_unbound.c - the trust anchors and stub zones of an unbound.conf. */
#include "gather_rr.h"
#include "survey/read.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The longest word, quotes included: a DNSKEY of 4096 bits is well below. */
#define WORD_MAX 8192

/* A server of a stub zone; more than a pin can hold make no pin. */
#define SERVERS_MAX 64

struct unbound_reader {
	struct gather_file *file;
	struct gather records;
	unsigned line;  /* that is being read */
	unsigned begun; /* where the word began */
	char word[WORD_MAX];
	bool quoted;
	char keyword[64]; /* that the value belongs to */
	/* The stub zone that is being read. */
	bool in_stub;
	unsigned stub_line;
	struct pb_name stub; /* size 0: not named yet */
	struct pb_name hosts[SERVERS_MAX];
	struct pb_address addresses[SERVERS_MAX];
	size_t host_count, address_count;
};

static int next_char(struct unbound_reader *reader)
{
	int c = getc(reader->file->in);

	if (c == '\n')
		reader->line++;
	return c;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Reads up to `quote`, or, if that is 0, up to a blank, of a word that begins with c. */
static bool read_rest(
	struct unbound_reader *reader, int c, int quote, struct pb_error *error)
{
	size_t used = 0;

	for (; c != EOF && (quote != 0 ? c != quote : !is_blank(c));
		c = next_char(reader)) {
		if (used == WORD_MAX - 1 || c == '\0' || (quote != 0 && c == '\n')) {
			pb_error_set(error, used == WORD_MAX - 1 ? "a word is too long"
					    : c == '\0'          ? "there is a NUL octet"
							: "a closing quote is missing");
			return false;
		}
		reader->word[used++] = (char)c;
	}
	reader->word[used] = '\0';
	if (quote != 0 && c == EOF) {
		pb_error_set(error, "a closing quote is missing");
		return false;
	}
	if (quote == 0 && c == '\n') { /* it belongs to what comes */
		reader->line--;
		(void)ungetc(c, reader->file->in);
	}
	return true;
}

/* Reads one word as Unbound does, which takes no notice of lines. *end at the end. */
static bool next_word(struct unbound_reader *reader, bool *end, struct pb_error *error)
{
	int c = next_char(reader);

	while (is_blank(c) || c == '#') {
		while (c == '#' && (c = next_char(reader)) != '\n' && c != EOF)
			c = '#';
		if (is_blank(c))
			c = next_char(reader);
	}
	reader->begun = reader->line;
	*end = c == EOF;
	if (c == EOF && ferror(reader->file->in)) {
		pb_error_set(error, "%s", strerror(errno));
		return false;
	}
	reader->quoted = c == '"' || c == '\'';
	if (*end)
		return true;
	return reader->quoted ? read_rest(reader, next_char(reader), c, error)
			      : read_rest(reader, c, 0, error);
}

/* "stub-zone:", but no address that ends in a colon. */
static bool is_keyword(const struct unbound_reader *reader)
{
	size_t size = strspn(reader->word, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return !reader->quoted && size > 0 && strcmp(reader->word + size, ":") == 0 &&
	       reader->word[0] >= 'a' && reader->word[0] <= 'z' &&
	       size < sizeof(reader->keyword);
}

/* The addresses of a stub zone belong to its server, if it has but one. */
static bool add_addresses(struct unbound_reader *reader, struct pb_error *error)
{
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];

	if (reader->host_count > 1 && reader->address_count > 0) {
		gather_note(reader->file, reader->stub_line,
			"the stub-addr of this stub zone are left out: which of its "
			"stub-host has which address is not said");
		return true;
	}
	for (size_t i = 0; i < reader->address_count; i++) {
		size_t size = pb_address_element(
			element, &reader->hosts[0], &reader->addresses[i]);

		if (!gather_add(&reader->records, &reader->stub, PB_SET_ADDRESS,
			    (struct pb_bytes){element, size}, reader->stub_line, error))
			return false;
	}
	return true;
}

/* Adds the stub zone that has been read. */
static bool end_stub(struct unbound_reader *reader, struct pb_error *error)
{
	bool named = reader->in_stub && reader->stub.size > 0;

	reader->in_stub = false;
	if (!named)
		return true;
	if (reader->host_count == 0) {
		gather_note(reader->file, reader->stub_line,
			"this stub zone is left out: it has no stub-host, and servers "
			"without names cannot be pinned");
		return true;
	}
	for (size_t i = 0; i < reader->host_count; i++)
		if (!gather_add(&reader->records, &reader->stub, PB_SET_NS,
			    (struct pb_bytes){
				    reader->hosts[i].wire, reader->hosts[i].size},
			    reader->stub_line, error))
			return false;
	return add_addresses(reader, error);
}

static bool take_anchor(struct unbound_reader *reader, struct pb_error *error)
{
	ldns_rr *rr = NULL;
	ldns_status status = ldns_rr_new_frm_str(&rr, reader->word, 3600, NULL, NULL);
	uint8_t ds[PB_DS_MAX];
	struct pb_name owner;
	size_t size = 0;

	if (status != LDNS_STATUS_OK)
		pb_error_set(error, "trust-anchor: %s", ldns_get_errorstr_by_id(status));
	else if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_DS &&
		 ldns_rr_get_type(rr) != LDNS_RR_TYPE_DNSKEY)
		pb_error_set(error, "trust-anchor: it is neither DS nor DNSKEY");
	else if (read_name(&owner, ldns_rr_owner(rr)))
		size = gather_ds(ds, rr, error);
	ldns_rr_free(rr);
	if (size == 0)
		return false;
	if (owner.size == 1) {
		gather_note(reader->file, reader->begun,
			"the trust anchor of the root is left out: there is no DS to pin "
			"above it");
		return true;
	}
	return gather_add(&reader->records, &owner, PB_SET_DS,
		(struct pb_bytes){ds, size}, reader->begun, error);
}

/* A name or an address, without the "@port" and "#name" that may follow. */
static bool take_server(struct unbound_reader *reader, bool host, struct pb_error *error)
{
	size_t size = strcspn(reader->word, "@#");
	size_t *count = host ? &reader->host_count : &reader->address_count;

	if (*count == SERVERS_MAX) {
		pb_error_set(error, "the stub zone has too many servers");
		return false;
	}
	if (host ? !pb_name_from_user(&reader->hosts[*count], reader->word, size, error)
		 : !pb_address_from_text(
			   &reader->addresses[*count], reader->word, size, error))
		return false;
	(*count)++;
	return true;
}

static bool take_value(struct unbound_reader *reader, struct pb_error *error)
{
	const char *keyword = reader->keyword;
	bool fine = true;

	if (strcmp(keyword, "trust-anchor") == 0)
		return take_anchor(reader, error);
	if (reader->in_stub && strcmp(keyword, "name") == 0)
		fine = pb_name_from_user(
			&reader->stub, reader->word, strlen(reader->word), error);
	else if (reader->in_stub && strcmp(keyword, "stub-host") == 0)
		fine = take_server(reader, true, error);
	else if (reader->in_stub && strcmp(keyword, "stub-addr") == 0)
		fine = take_server(reader, false, error);
	else if (strncmp(keyword, "include", 7) == 0)
		gather_note(reader->file, reader->begun,
			"%s is not followed: import \"%s\" by itself", keyword,
			reader->word);
	else if (strcmp(keyword, "trust-anchor-file") == 0 ||
		 strcmp(keyword, "auto-trust-anchor-file") == 0 ||
		 strcmp(keyword, "trusted-keys-file") == 0)
		gather_note(reader->file, reader->begun,
			"%s is not followed: what \"%s\" has is left out", keyword,
			reader->word);
	if (!fine)
		pb_error_context(error, "%s", keyword);
	return fine;
}

static bool take_keyword(struct unbound_reader *reader, struct pb_error *error)
{
	static const char *const clauses[] = {"server", "stub-zone", "forward-zone",
		"auth-zone", "view", "remote-control", "python", "dynlib", "dnscrypt",
		"cachedb", "rpz", "ipset", "dnstap"};
	size_t size = strlen(reader->word) - 1;

	memcpy(reader->keyword, reader->word, size);
	reader->keyword[size] = '\0';
	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
		if (strcmp(reader->keyword, clauses[i]) != 0)
			continue;
		if (!end_stub(reader, error))
			return false;
		reader->in_stub = strcmp(clauses[i], "stub-zone") == 0;
		reader->stub_line = reader->begun;
		reader->stub.size = 0;
		reader->host_count = reader->address_count = 0;
	}
	return true;
}

static bool read_words(struct unbound_reader *reader, struct pb_error *error)
{
	for (;;) {
		bool end;

		if (!next_word(reader, &end, error))
			return false;
		if (end)
			return end_stub(reader, error);
		if (is_keyword(reader) ? !take_keyword(reader, error)
				       : !take_value(reader, error))
			return false;
	}
}

bool gather_unbound(struct gather_file *file, struct pb_error *error)
{
	struct unbound_reader *reader = calloc(1, sizeof(*reader));
	bool fine;

	if (reader == NULL) {
		pb_error_set(error, "%s: out of memory", file->path);
		return false;
	}
	reader->file = file;
	reader->line = 1;
	fine = read_words(reader, error);
	if (!fine)
		pb_error_context(error, "%s:%u", file->path, reader->begun);
	fine = fine && gather_pins(&reader->records, file, error);
	gather_free(&reader->records);
	free(reader);
	return fine;
}
