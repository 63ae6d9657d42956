/*
 * fuzz_answer.c - the command's handling of a server's answer. The input is 1 octet, who
 * was asked for what, and the message.
 */
#include "fuzz.h"
#include "pinbound/pinfile.h"
#include "survey/engine.h"
#include "survey/read.h"

static const char *const zones[] = {".", "com", "example.com", "www.example.com"};
static const uint16_t types[] = {LDNS_RR_TYPE_NS, LDNS_RR_TYPE_DS, LDNS_RR_TYPE_MX,
	LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA, LDNS_RR_TYPE_DNSKEY, LDNS_RR_TYPE_CDS,
	LDNS_RR_TYPE_CSYNC};

static void check_set(const struct pb_seen_set *seen, pb_order *order, enum pb_kind kind)
{
	char text[PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;

	HOLDS(pb_set_check(&seen->set, order));
	for (size_t at = 0; pb_set_next(&seen->set, &at, &element);) {
		HOLDS(pb_element_to_text(kind, element, text, sizeof(text)) ==
			strlen(text));
		HOLDS(fuzz_is_plain(text));
	}
}

static void check(const struct read_response *response, const struct pb_name *question)
{
	const struct pb_observation *seen = &response->seen;

	check_set(&seen->ns, pb_order_names, PB_KIND_NAME);
	check_set(&seen->mx, pb_order_names, PB_KIND_NAME);
	check_set(&seen->ds, pb_order_octets, PB_KIND_DS);
	check_set(&seen->address, pb_order_names, PB_KIND_ADDRESS);
	check_set(&response->glue, pb_order_names, PB_KIND_ADDRESS);
	HOLDS(pb_set_check(&response->rdata.set, pb_order_octets));
	HOLDS(fuzz_is_plain(response->why));
	HOLDS((response->sort == READ_SAYS) == (response->why[0] == '\0'));
	/* A referral leads down, towards what was asked. */
	if (response->sort == READ_SAYS && seen->response == PB_REFERRAL)
		HOLDS(seen->has_owner && pb_name_below(&seen->owner, &seen->asked) &&
			pb_name_at_or_below(question, &seen->owner));
}

/* Judging is sound, whatever was seen: actions come with reasons, in the pin's mode. */
static void judge(const struct pb_observation *seen, const struct pb_name *name)
{
	static struct pb_pinbuf buf;
	static const struct pb_policy policies[] = {
		{.default_mode = PB_MODE_REFUSE}, {.default_mode = PB_MODE_LOG}};
	static pb_judge_aspect *const judges[] = {pb_judge, pb_judge_server,
		pb_judge_servers, pb_judge_child_ns, pb_judge_mx, pb_judge_ds};
	static const char ds[] = "1 8 2 "
				 "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC6834"
				 "57104237C7F8EC8D";
	unsigned once = 0;

	pb_pinbuf_init(&buf);
	buf.pin.name = *name;
	HOLDS(pb_pinfile_set(&buf, "ns", "ns1.example.com", &once, NULL) &&
		pb_pinfile_set(&buf, "mx", "mail.example.com", &once, NULL) &&
		pb_pinfile_set(
			&buf, "address", "ns1.example.com 192.0.2.1", &once, NULL));
	if (name->size > 1)
		HOLDS(pb_pinfile_set(&buf, "ds", ds, &once, NULL));
	for (size_t i = 0; i < 2 * sizeof(judges) / sizeof(judges[0]); i++) {
		struct pb_verdict verdict =
			judges[i / 2](&buf.pin, seen, &policies[i % 2], 0);

		HOLDS((verdict.action == PB_ACTION_NONE) == (verdict.reasons == 0));
		HOLDS(verdict.reasons < PB_REASON(PB_REASONS));
		HOLDS(i % 2 == 0 || verdict.action != PB_ACTION_REFUSED);
		HOLDS(verdict.scope == PB_SCOPE_SHOWN || verdict.reasons == 0);
	}
}

static void read_message(
	const ldns_pkt *message, const struct asking *asking, struct arena *arena)
{
	const struct pb_name *question = &asking->question.name;

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct read_response response;
		struct pb_name zone;

		HOLDS(pb_name_from_text(&zone, zones[i], strlen(zones[i]), NULL));
		for (int forwarder = 0; forwarder < 2; forwarder++) {
			read_response(&response, message, &zone, question,
				asking->question.type, question, forwarder, arena);
			check(&response, question);
			judge(&response.seen, question);
		}
	}
	ldns_rr_list_deep_free(read_rrset(
		message, LDNS_SECTION_ANSWER, question, asking->question.type));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct asking asking = {.no_edns = false};
	struct arena *arena;
	ldns_pkt *message = NULL;
	const char *name;

	if (size < 3 || size > 65536)
		return 0;
	name = zones[data[0] % 4];
	asking.question.type = types[data[0] / 4 % 8];
	HOLDS(pb_name_from_text(&asking.question.name, name, strlen(name), NULL));
	data++;
	size--;
	asking.id = (uint16_t)(data[0] << 8 | data[1]);
	(void)net_matches(&asking, (struct pb_bytes){data, size});
	arena = arena_new();
	if (ldns_wire2pkt(&message, data, size) == LDNS_STATUS_OK)
		read_message(message, &asking, arena);
	ldns_pkt_free(message);
	arena_free(arena);
	return 0;
}
