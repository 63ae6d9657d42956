/* observation.c - see observation.h. */
#include "observation.h"
#include "cache.h"
#include "read.h"

/* Is it the address of one of these servers: pinned so, or, as far as is known, and not
 * another than the pinned one? A parent that has the zone, too, never refers to it: then
 * nothing may have the address but the pin. A prefix does not say that it is this one. */
static bool is_of_any(const struct module_qstate *qstate, const struct pb_pin *pin,
	const struct pb_set *servers, const struct pb_address *address)
{
	uint8_t octets[PB_ADDRESS_ELEMENT_MAX];
	struct pb_bytes element, shown = {octets, 0};
	struct pb_name server;

	for (size_t at = 0; pb_set_next(servers, &at, &element);) {
		if (pb_name_from_wire(&server, element.data, element.size) == 0)
			continue;
		shown.size = pb_address_element(octets, &server, address);
		if (pb_set_has(&pin->address, shown) ||
			(pbm_address_known(qstate->env, &server, address) &&
				!pb_address_deviates(&pin->address, shown)))
			return true;
	}
	return false;
}

static bool asked_only_pinned(
	const struct module_qstate *qstate, const struct pb_pin *pin)
{
	const void *place = NULL;
	struct pb_name server;
	bool any = false;

	while (pbm_next_server(qstate, &place, &server)) {
		struct pb_bytes name = {server.wire, server.size};

		if (!pb_set_has(&pin->ns, name) && !pb_set_has(&pin->child_ns, name))
			return false;
		any = true;
	}
	return any;
}

/* May the server that answered serve the child, too? */
static bool from_pinned_server(const struct module_qstate *qstate,
	const struct pbm_step *step, const struct pb_pin *pin)
{
	struct pb_address address;

	if (asked_only_pinned(qstate, pin))
		return true;
	if (step->server == NULL)
		return false;
	address = pbm_address_of(step->server);
	return is_of_any(qstate, pin, &pin->ns, &address) ||
	       is_of_any(qstate, pin, &pin->child_ns, &address);
}

/* Room for the servers that may have an address. */
#define ANSWERERS_SIZE 8192

static void add_server(struct pb_seen_set *seen, struct pb_setbuf *buf,
	const struct pb_name *server, const struct pb_address *address)
{
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];

	if (!pb_setbuf_add(buf, element, pb_address_element(element, server, address)))
		seen->cut_short = true;
}

/*
 * Whose address answered, as elements of an address set: each server that is known
 * to have it; else, each that may have been asked.
 */
static void read_server(struct pb_seen_set *seen, const struct module_qstate *qstate,
	const struct pbm_step *step, const struct pb_pin *pin)
{
	const struct pb_set *pinned[] = {&pin->ns, &pin->child_ns};
	struct pb_address address = pbm_address_of(step->server);
	struct pb_setbuf buf;
	struct pb_bytes element;
	struct pb_name server;

	if (!pbm_begin_set(
		    &buf, seen, ANSWERERS_SIZE, pb_order_names, qstate->env->scratch))
		return;
	for (const void *place = NULL; pbm_next_server(qstate, &place, &server);)
		if (pbm_address_known(qstate->env, &server, &address))
			add_server(seen, &buf, &server, &address);
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; pb_set_next(pinned[i], &at, &element);)
			if (pb_name_from_wire(&server, element.data, element.size) != 0 &&
				pbm_address_known(qstate->env, &server, &address))
				add_server(seen, &buf, &server, &address);
	if (buf.set.count == 0)
		for (const void *place = NULL; pbm_next_server(qstate, &place, &server);)
			add_server(seen, &buf, &server, &address);
	seen->set = buf.set;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Adds what a referral shows. Returns the seconds for which it is good. */
static uint32_t observe_referral(struct pb_observation *seen,
	const struct module_qstate *qstate, const struct pbm_step *step,
	const struct pb_pin *pin)
{
	struct regional *scratch = qstate->env->scratch;
	uint32_t ttl = pbm_rrset_ttl(step->referral);
	const struct ub_packed_rrset_key *ds =
		pbm_authority_rrset(step->reply, &step->owner, LDNS_RR_TYPE_DS);

	pbm_read_rrset(&seen->ns, step->referral, scratch);
	if (!pb_name_equal(&step->owner, &pin->name))
		return ttl;
	if (pb_pin_has_ds(pin))
		seen->ds_seen =
			pbm_read_referral_ds(&seen->ds, step->reply, &pin->name, scratch);
	if (pin->address.count > 0)
		pbm_read_glue(&seen->address, step->reply, pin, scratch);
	return ds == NULL ? ttl : least(ttl, pbm_rrset_ttl(ds));
}

/* Adds what an answer shows that pins are about. Returns as above. */
static uint32_t observe_answer(struct pb_observation *seen,
	const struct module_qstate *qstate, const struct pbm_step *step,
	const struct pb_pin *pin)
{
	static const uint16_t types[] = {LDNS_RR_TYPE_NS, LDNS_RR_TYPE_MX};
	uint32_t ttl = (uint32_t)step->reply->ttl;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct ub_packed_rrset_key *rrset =
			pbm_answer_rrset(step->reply, &pin->name, types[i]);

		if (rrset == NULL)
			continue;
		pbm_read_rrset(types[i] == LDNS_RR_TYPE_NS ? &seen->ns : &seen->mx, rrset,
			qstate->env->scratch);
		ttl = least(ttl, pbm_rrset_ttl(rrset));
	}
	if (pin->address.count > 0 && step->server != NULL && !step->forwarded)
		read_server(&seen->address, qstate, step, pin);
	return ttl;
}

uint32_t pbm_observation_read(struct pb_observation *seen, struct module_qstate *qstate,
	const struct pbm_step *step, const struct pb_name *name, const struct pb_pin *pin)
{
	bool along = !pb_name_equal(name, &step->chased);

	*seen = (struct pb_observation){
		.response = along ? PB_POSITIVE : step->response,
		.asked = step->asked,
		.question = along ? *name : step->question,
		.type = along ? 0 : step->type,
		.owner = step->owner,
		.has_owner = step->has_owner,
		.forwarded = step->forwarded,
		.alias = !along && step->alias,
	};
	if (!step->forwarded && pb_name_below(&pin->name, &step->asked))
		seen->from_pinned_server = from_pinned_server(qstate, step, pin);
	return seen->response == PB_REFERRAL && pb_name_below(&pin->name, &step->asked)
		       ? observe_referral(seen, qstate, step, pin)
		       : observe_answer(seen, qstate, step, pin);
}

bool pbm_observation_read_ds(struct pb_observation *seen,
	const struct module_qstate *qstate, const struct reply_info *reply,
	const struct pb_pin *pin)
{
	const struct ub_packed_rrset_key *ds =
		pbm_answer_rrset(reply, &pin->name, LDNS_RR_TYPE_DS);

	*seen = (struct pb_observation){
		.ds_seen = ds == NULL ? PB_DS_DENIED : PB_DS_SHOWN};
	if (ds != NULL)
		pbm_read_rrset(&seen->ds, ds, qstate->env->scratch);
	return ds != NULL || FLAGS_GET_RCODE(reply->flags) == LDNS_RCODE_NOERROR;
}
