/* evidence.c - a response that was kept, as dig would show it; see observed.h. */
#include "observed.h"
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

const char *observed_source(
	const struct pb_evidence *evidence, char text[OBSERVED_SOURCE_MAX])
{
	char zone[PB_NAME_TEXT_MAX], address[PB_ADDRESS_TEXT_MAX];
	const char *asked = evidence->asked.size > 0
				    ? pb_name_to_text(&evidence->asked, zone)
				    : "the resolver";

	if (evidence->server.family == 0)
		(void)snprintf(text, OBSERVED_SOURCE_MAX, "%s", asked);
	else
		(void)snprintf(text, OBSERVED_SOURCE_MAX, "%s at %s port %u (%s)", asked,
			pb_address_to_text(&evidence->server, address), evidence->port,
			pb_transport_name(evidence->transport));
	return text;
}

/* ldns escapes what is in names and strings. Whatever it leaves must not reach the
 * terminal either. */
static void print_line(const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char octet = (unsigned char)line[i];

		if ((octet >= ' ' && octet < 0x7f) || octet == '\t')
			(void)putchar(octet);
		else
			(void)printf("\\%03u", octet);
	}
	(void)putchar('\n');
}

/* How long the answer took is not known, and not worth a line that says 0. */
static void print_text(const char *text)
{
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");

		if (strncmp(text, ";; Query time:", 14) != 0)
			print_line(text, size);
		text += size + (text[size] == '\n');
	}
}

static void print_hex(struct pb_bytes wire)
{
	for (size_t i = 0; i < wire.size; i++)
		(void)printf("%s%02x", i % 32 == 0 ? "\n;;   " : "", wire.data[i]);
	(void)putchar('\n');
}

static bool is_whole_record(const ldns_rr *rr)
{
	const ldns_rr_descriptor *type;

	if (rr == NULL)
		return false;
	type = ldns_rr_descript((uint16_t)ldns_rr_get_type(rr));
	return ldns_rr_is_question(rr) ||
	       ldns_rr_rd_count(rr) >= ldns_rr_descriptor_minimum(type);
}

/* ldns leaves out records, and fields of records, for which it finds no memory, and says
 * nothing. */
static bool is_whole(const ldns_pkt *message)
{
	ldns_rr_list *all = ldns_pkt_all(message);
	bool whole = all != NULL;

	for (size_t i = 0; whole && i < ldns_rr_list_rr_count(all); i++)
		whole = is_whole_record(ldns_rr_list_rr(all, i));
	ldns_rr_list_deep_free(all);
	return whole;
}

static void print_message(const struct pb_evidence *evidence)
{
	struct timeval when = {.tv_sec = (time_t)evidence->when};
	ldns_pkt *message = NULL;
	char *text = NULL;
	ldns_status status =
		ldns_wire2pkt(&message, evidence->wire.data, evidence->wire.size);

	if (status == LDNS_STATUS_OK && !is_whole(message))
		status = LDNS_STATUS_SYNTAX_RDATA_ERR;
	if (status == LDNS_STATUS_OK) {
		ldns_pkt_set_timestamp(message, when);
		ldns_pkt_set_size(message, evidence->wire.size);
		text = ldns_pkt2str(message);
		if (text == NULL)
			status = LDNS_STATUS_MEM_ERR;
	}
	if (text != NULL) {
		print_text(text);
	} else {
		(void)printf(
			";; it does not decode (%s):", ldns_get_errorstr_by_id(status));
		print_hex(evidence->wire);
	}
	free(text);
	ldns_pkt_free(message);
}

void observed_print_evidence(const struct pb_evidence *evidence)
{
	char source[OBSERVED_SOURCE_MAX];

	(void)printf("\n;; the response of %s:\n", observed_source(evidence, source));
	if (evidence->wire.size > 0)
		print_message(evidence);
	else
		(void)printf(";; it was not kept: there was none, or no room for it\n");
	(void)putchar('\n');
}

void observed_json_evidence(struct json *json, const struct pb_evidence *evidence)
{
	char text[PB_NAME_TEXT_MAX], address[PB_ADDRESS_TEXT_MAX];

	json_open(json, "evidence", '{');
	if (evidence->asked.size > 0)
		json_text(json, "asked", pb_name_to_text(&evidence->asked, text));
	if (evidence->server.family != 0) {
		json_text(json, "server", pb_address_to_text(&evidence->server, address));
		json_number(json, "port", evidence->port);
		json_text(json, "transport", pb_transport_name(evidence->transport));
	}
	json_base64(json, "message", evidence->wire);
	json_close(json, '}');
}
