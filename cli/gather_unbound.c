/* gather_unbound.c - the trust anchors and stub zones of an unbound.conf. */
#include "gather_rr.h"
#include "survey/read.h"
#include "unbound_words.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A server of a stub zone; more than a pin can hold make no pin. */
#define SERVERS_MAX 64

struct unbound_reader {
	struct gather_file *file;
	struct gather records;
	struct unbound_words words;
	/* The stub zone that is being read. */
	bool in_stub;
	unsigned stub_line;
	struct pb_name stub; /* size 0: not named yet */
	struct pb_name hosts[SERVERS_MAX];
	struct pb_address addresses[SERVERS_MAX];
	size_t host_count, address_count;
};

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
	bool begun = reader->in_stub;

	reader->in_stub = false;
	if (!begun)
		return true;
	if (reader->stub.size == 0) {
		gather_note(reader->file, reader->stub_line,
			"this stub zone is left out: it has no name");
		return true;
	}
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

/* A colon in a name is all but certainly that of a keyword, before which a value is
 * missing. */
static bool has_no_colon(const char *text, size_t size, struct pb_error *error)
{
	if (memchr(text, ':', size) == NULL)
		return true;
	pb_error_set(error,
		"\"%.*s\" has a colon, as a keyword has: if it is part of the name, "
		"write it as \\058",
		size < 200 ? (int)size : 200, text);
	return false;
}

static bool take_name(
	struct pb_name *name, const char *text, size_t size, struct pb_error *error)
{
	return has_no_colon(text, size, error) &&
	       pb_name_from_user(name, text, size, error);
}

static bool take_anchor(struct unbound_reader *reader, struct pb_error *error)
{
	const char *text = reader->words.word + strspn(reader->words.word, " \t");
	ldns_rr *rr = NULL;
	ldns_status status;
	uint8_t ds[PB_DS_MAX];
	struct pb_name owner;
	size_t size = 0;

	if (!has_no_colon(text, strcspn(text, " \t"), error)) {
		pb_error_context(error, "trust-anchor");
		return false;
	}
	status = ldns_rr_new_frm_str(&rr, text, 3600, NULL, NULL);
	if (status != LDNS_STATUS_OK)
		pb_error_set(error, "trust-anchor: %s", ldns_get_errorstr_by_id(status));
	else if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_DS &&
		 ldns_rr_get_type(rr) != LDNS_RR_TYPE_DNSKEY)
		pb_error_set(error, "trust-anchor: it is neither DS nor DNSKEY");
	else if (!read_name(&owner, ldns_rr_owner(rr)))
		pb_error_set(error, "trust-anchor: its owner is no name");
	else
		size = gather_ds(ds, rr, error);
	ldns_rr_free(rr);
	if (size == 0)
		return false;
	if (owner.size == 1) {
		gather_note(reader->file, reader->words.begun,
			"the trust anchor of the root is left out: there is no DS to pin "
			"above it");
		return true;
	}
	return gather_add(&reader->records, &owner, PB_SET_DS,
		(struct pb_bytes){ds, size}, reader->words.begun, error);
}

/* A name or an address, without the "@port" and "#name" that may follow. */
static bool take_server(struct unbound_reader *reader, bool host, struct pb_error *error)
{
	const char *word = reader->words.word;
	size_t size = strcspn(word, "@#");
	size_t *count = host ? &reader->host_count : &reader->address_count;

	if (*count == SERVERS_MAX) {
		pb_error_set(error, "the stub zone has too many servers");
		return false;
	}
	if (host ? !take_name(&reader->hosts[*count], word, size, error)
		 : !pb_address_from_text(&reader->addresses[*count], word, size, error))
		return false;
	(*count)++;
	return true;
}

/* Of what begins with "stub-", all that Unbound knows and a pin does not. */
static bool is_other_of_stub(const char *keyword)
{
	static const char *const others[] = {"stub-first", "stub-no-cache", "stub-prime",
		"stub-ssl-upstream", "stub-tcp-upstream", "stub-tls-upstream"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(keyword, others[i]) == 0)
			return true;
	return false;
}

/* What stands in a stub zone. */
static bool take_of_stub(struct unbound_reader *reader, struct pb_error *error)
{
	const char *keyword = reader->words.keyword, *word = reader->words.word;

	if (strcmp(keyword, "stub-host") == 0)
		return take_server(reader, true, error);
	if (strcmp(keyword, "stub-addr") == 0)
		return take_server(reader, false, error);
	if (strcmp(keyword, "name") != 0) {
		if (strncmp(keyword, "stub-", 5) != 0 || is_other_of_stub(keyword))
			return true;
		pb_error_set(error, "a stub-zone has no such keyword; a server's is "
				    "stub-host");
		return false;
	}
	if (reader->stub.size > 0) {
		pb_error_set(error, "the stub zone has one already");
		return false;
	}
	return take_name(&reader->stub, word, strlen(word), error);
}

/* Says what stands in another file. */
static void note_file(struct unbound_reader *reader)
{
	const char *keyword = reader->words.keyword, *word = reader->words.word;

	if (strncmp(keyword, "include", 7) == 0)
		gather_note(reader->file, reader->words.begun,
			"%s is not followed: import \"%s\" by itself", keyword, word);
	else if (strcmp(keyword, "trust-anchor-file") == 0 ||
		 strcmp(keyword, "auto-trust-anchor-file") == 0 ||
		 strcmp(keyword, "trusted-keys-file") == 0)
		gather_note(reader->file, reader->words.begun,
			"%s is not followed: what \"%s\" has is left out", keyword, word);
}

static bool take_value(struct unbound_reader *reader, struct pb_error *error)
{
	const char *keyword = reader->words.keyword;
	bool fine = true;

	if (strcmp(keyword, "trust-anchor") == 0)
		return take_anchor(reader, error);
	if (reader->in_stub) {
		fine = take_of_stub(reader, error);
	} else if (strncmp(keyword, "stub-", 5) == 0) {
		/* A keyword without its value has taken "stub-zone:" for it. */
		pb_error_set(error, "it stands in no stub-zone");
		fine = false;
	}
	if (!fine)
		pb_error_context(error, "%s", keyword);
	else
		note_file(reader);
	return fine;
}

static bool take_clause(struct unbound_reader *reader, struct pb_error *error)
{
	if (!end_stub(reader, error))
		return false;
	reader->in_stub = strcmp(reader->words.keyword, "stub-zone") == 0;
	reader->stub_line = reader->words.begun;
	reader->stub.size = 0;
	reader->host_count = reader->address_count = 0;
	return true;
}

static bool read_words(struct unbound_reader *reader, struct pb_error *error)
{
	for (;;) {
		bool fine = false;

		switch (unbound_words_next(&reader->words, error)) {
		case UNBOUND_CLAUSE:
			fine = take_clause(reader, error);
			break;
		case UNBOUND_VALUE:
			fine = take_value(reader, error);
			break;
		case UNBOUND_MISTAKE:
			break;
		case UNBOUND_END:
			if (!ferror(reader->words.in))
				return end_stub(reader, error);
			pb_error_set(error, "%s", strerror(errno));
			break;
		}
		if (!fine)
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
	unbound_words_begin(&reader->words, file->in);
	fine = read_words(reader, error);
	if (!fine)
		pb_error_context(error, "%s:%u", file->path, reader->words.begun);
	fine = fine && gather_pins(&reader->records, file, error);
	gather_free(&reader->records);
	free(reader);
	return fine;
}
