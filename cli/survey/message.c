/* message.c - queries, and which messages answer them; see engine.h. */
#include "arena.h"
#include "engine.h"
#include <string.h>

#define HEADER 12
#define EDNS_SIZE 1232

static size_t put16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return 2;
}

static uint16_t get16(const uint8_t *wire)
{
	return (uint16_t)(wire[0] << 8 | wire[1]);
}

/* RFC 6891 section 6.1. */
static size_t put_opt(uint8_t *out, bool dnssec_ok)
{
	memset(out, 0, 11);
	(void)put16(out + 1, LDNS_RR_TYPE_OPT);
	(void)put16(out + 3, EDNS_SIZE);
	out[7] = dnssec_ok ? 0x80 : 0;
	return 11;
}

size_t net_write_query(const struct asking *asking, uint8_t out[QUERY_MAX])
{
	const struct net_question *question = &asking->question;
	size_t at = HEADER;

	memset(out, 0, HEADER);
	(void)put16(out, asking->id);
	out[2] = question->rd ? 0x01 : 0;
	out[3] = question->cd ? 0x10 : 0;
	(void)put16(out + 4, 1);
	(void)put16(out + 10, asking->no_edns ? 0 : 1);
	memcpy(out + at, question->name.wire, question->name.size);
	at += question->name.size;
	at += put16(out + at, question->type);
	at += put16(out + at, LDNS_RR_CLASS_IN);
	return asking->no_edns ? at : at + put_opt(out + at, question->dnssec_ok);
}

static unsigned rcode(struct pb_bytes wire)
{
	return wire.data[3] & 0x0f;
}

/* A server that does not know EDNS may not even repeat the question. */
static bool rejects_edns(const struct asking *asking, struct pb_bytes wire)
{
	return !asking->no_edns &&
	       (rcode(wire) == LDNS_RCODE_FORMERR || rcode(wire) == LDNS_RCODE_NOTIMPL);
}

static bool same_question(const struct net_question *question, struct pb_bytes wire)
{
	struct pb_name name;
	size_t size;

	if (get16(wire.data + 4) != 1)
		return false;
	size = pb_name_from_wire(&name, wire.data + HEADER, wire.size - HEADER);
	if (size == 0 || wire.size - HEADER - size < 4)
		return false;
	return pb_name_equal(&name, &question->name) &&
	       get16(wire.data + HEADER + size) == question->type &&
	       get16(wire.data + HEADER + size + 2) == LDNS_RR_CLASS_IN;
}

bool net_matches(const struct asking *asking, struct pb_bytes wire)
{
	if (wire.size < HEADER || get16(wire.data) != asking->id ||
		(wire.data[2] & 0xf8) != 0x80) /* QR, and the OPCODE is QUERY */
		return false;
	if (get16(wire.data + 4) == 0)
		return rejects_edns(asking, wire);
	return same_question(&asking->question, wire);
}

static bool truncated(struct pb_bytes wire)
{
	return (wire.data[2] & 0x02) != 0;
}

/* Has each record all the fields of its type? ldns leaves out one for which it has no
 * memory (1.8.3), and says nothing. */
static bool are_whole(const ldns_rr_list *rrs)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		if (ldns_rr_owner(rr) == NULL ||
			ldns_rr_rd_count(rr) <
				ldns_rr_descriptor_minimum(
					ldns_rr_descript((uint16_t)ldns_rr_get_type(rr))))
			return false;
	}
	return true;
}

static bool is_whole(const ldns_pkt *message)
{
	return are_whole(ldns_pkt_answer(message)) &&
	       are_whole(ldns_pkt_authority(message)) &&
	       are_whole(ldns_pkt_additional(message));
}

/* The message, to be freed by ldns_pkt_free(); NULL if it does not decode. */
static ldns_pkt *decode(struct pb_bytes wire)
{
	ldns_pkt *message = NULL;
	ldns_status status = ldns_wire2pkt(&message, wire.data, wire.size);

	if (status == LDNS_STATUS_MEM_ERR)
		(void)arena_need(NULL);
	if (status != LDNS_STATUS_OK)
		return NULL;
	if (is_whole(message))
		return message;
	ldns_pkt_free(message);
	return NULL;
}

bool net_take(struct asking *asking, struct pb_bytes wire)
{
	ldns_pkt *message;

	if (rejects_edns(asking, wire)) {
		asking->no_edns = asking->peer->no_edns = true;
		net_again(asking);
		return true;
	}
	/* What has room in a truncated answer may end in the middle of a record. */
	if (truncated(wire) && asking->transport == NET_UDP) {
		asking->transport = NET_TCP;
		net_again(asking);
		return true;
	}
	message = decode(wire);
	if (message == NULL)
		return false;
	net_answered(asking, message, wire);
	ldns_pkt_free(message);
	return true;
}
