/* read.c - see read.h. */
#include "read.h"
#include "pinbound/pin.h"

/* RDATA in Unbound's cache begins with its length. */
#define LENGTH_SIZE 2

/* Octets in front of the signer's name in an RRSIG: RFC 4034 section 3.1. */
#define SIGNER_AT (LENGTH_SIZE + 18)

bool pbm_read_owner(struct pb_name *owner, const struct ub_packed_rrset_key *rrset)
{
	return pb_name_from_wire(owner, rrset->rk.dname, rrset->rk.dname_len) != 0;
}

/* One of another class says nothing, though it may come along. */
static struct ub_packed_rrset_key *find_rrset(const struct reply_info *reply,
	size_t begin, size_t end, const struct pb_name *owner, uint16_t type)
{
	struct pb_name name;

	for (size_t i = begin; i < end; i++) {
		struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (ntohs(rrset->rk.type) == type &&
			ntohs(rrset->rk.rrset_class) == LDNS_RR_CLASS_IN &&
			pbm_read_owner(&name, rrset) && pb_name_equal(&name, owner))
			return rrset;
	}
	return NULL;
}

struct ub_packed_rrset_key *pbm_answer_rrset(
	const struct reply_info *reply, const struct pb_name *owner, uint16_t type)
{
	return find_rrset(reply, 0, reply->an_numrrsets, owner, type);
}

struct ub_packed_rrset_key *pbm_authority_rrset(
	const struct reply_info *reply, const struct pb_name *owner, uint16_t type)
{
	return find_rrset(reply, reply->an_numrrsets,
		reply->an_numrrsets + reply->ns_numrrsets, owner, type);
}

bool pbm_read_target(struct pb_name *target, const struct ub_packed_rrset_key *rrset)
{
	const struct packed_rrset_data *data = rrset->entry.data;

	return data->count > 0 && data->rr_len[0] > LENGTH_SIZE &&
	       pb_name_from_wire(target, data->rr_data[0] + LENGTH_SIZE,
		       data->rr_len[0] - LENGTH_SIZE) != 0;
}

static bool is_alias(const struct ub_packed_rrset_key *rrset, uint16_t type)
{
	return ntohs(rrset->rk.type) == LDNS_RR_TYPE_CNAME &&
	       type != LDNS_RR_TYPE_CNAME && type != LDNS_RR_TYPE_ANY;
}

bool pbm_read_end(struct pb_name *end, uint16_t type, const struct reply_info *reply)
{
	struct pb_name owner;

	for (size_t i = 0; i < reply->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (!pbm_read_owner(&owner, rrset) || !pb_name_equal(&owner, end))
			continue; /* a DNAME, whose CNAME follows */
		if (!is_alias(rrset, type) || !pbm_read_target(end, rrset))
			return false;
	}
	return true;
}

bool pbm_signed_above(const struct ub_packed_rrset_key *rrset, const struct pb_name *zone)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	uint16_t type = ntohs(rrset->rk.type);
	struct pb_name signer;

	if (type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_NSEC)
		return false;
	for (size_t i = data->count; i < data->count + data->rrsig_count; i++)
		if (data->rr_len[i] > SIGNER_AT &&
			pb_name_from_wire(&signer, data->rr_data[i] + SIGNER_AT,
				data->rr_len[i] - SIGNER_AT) != 0 &&
			pb_name_below(zone, &signer))
			return true;
	return false;
}

uint32_t pbm_rrset_ttl(const struct ub_packed_rrset_key *rrset)
{
	return (uint32_t)((const struct packed_rrset_data *)rrset->entry.data)->ttl;
}

/* Octets of RDATA in front of what is pinned: the preference of an MX. */
static size_t prelude(uint16_t type)
{
	return type == LDNS_RR_TYPE_MX ? 2 : 0;
}

static bool add_rdata(
	struct pb_setbuf *buf, uint16_t type, const uint8_t *rdata, size_t size)
{
	struct pb_name host;

	if (type == LDNS_RR_TYPE_DS)
		return pb_setbuf_add(buf, rdata, size);
	/* Unbound passes octets behind the name on. */
	return size > prelude(type) &&
	       pb_name_from_wire(&host, rdata + prelude(type), size - prelude(type)) ==
		       size - prelude(type) &&
	       pb_setbuf_add(buf, host.wire, host.size);
}

bool pbm_begin_set(struct pb_setbuf *buf, struct pb_seen_set *seen, size_t size,
	pb_order *order, struct regional *scratch)
{
	uint8_t *octets;

	if (size > UINT16_MAX)
		size = UINT16_MAX;
	octets = regional_alloc(scratch, size);
	seen->cut_short = octets == NULL;
	pb_setbuf_init(buf, octets, octets == NULL ? 0 : size, order);
	return octets != NULL;
}

void pbm_read_rrset(struct pb_seen_set *seen, const struct ub_packed_rrset_key *rrset,
	struct regional *scratch)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	uint16_t type = ntohs(rrset->rk.type);
	struct pb_setbuf buf;
	size_t size = 0;

	for (size_t i = 0; i < data->count; i++)
		size += data->rr_len[i];
	if (!pbm_begin_set(&buf, seen, size,
		    type == LDNS_RR_TYPE_DS ? pb_order_octets : pb_order_names, scratch))
		return;
	for (size_t i = 0; i < data->count; i++)
		if (!add_rdata(&buf, type, data->rr_data[i] + LENGTH_SIZE,
			    data->rr_len[i] - LENGTH_SIZE))
			seen->cut_short = true;
	seen->set = buf.set;
}

static bool has_pinned_address(const struct pb_pin *pin, const struct pb_name *server)
{
	struct pb_address address;
	struct pb_name pinned;
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(&pin->address, &at, &element);)
		if (pb_address_parse(element, &pinned, &address) &&
			pb_name_equal(&pinned, server))
			return true;
	return false;
}

/* Adds the addresses of an A or AAAA RRset. */
static bool add_addresses(struct pb_setbuf *buf, const struct pb_name *server,
	const struct ub_packed_rrset_key *rrset)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	bool v6 = ntohs(rrset->rk.type) == LDNS_RR_TYPE_AAAA;
	struct pb_address address = {.family = v6 ? 6 : 4, .prefix = v6 ? 128 : 32};
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	size_t octets = v6 ? 16 : 4;

	for (size_t i = 0; i < data->count; i++) {
		if (data->rr_len[i] != LENGTH_SIZE + octets)
			return false;
		memcpy(address.octets, data->rr_data[i] + LENGTH_SIZE, octets);
		if (!pb_setbuf_add(
			    buf, element, pb_address_element(element, server, &address)))
			return false;
	}
	return true;
}

void pbm_read_glue(struct pb_seen_set *seen, const struct reply_info *reply,
	const struct pb_pin *pin, struct regional *scratch)
{
	size_t first = reply->an_numrrsets + reply->ns_numrrsets;
	struct pb_setbuf buf;
	struct pb_name server;

	if (!pbm_begin_set(&buf, seen, UINT16_MAX, pb_order_names, scratch))
		return;
	for (size_t i = first; i < reply->rrset_count; i++) {
		const struct ub_packed_rrset_key *rrset = reply->rrsets[i];
		uint16_t type = ntohs(rrset->rk.type);

		if ((type != LDNS_RR_TYPE_A && type != LDNS_RR_TYPE_AAAA) ||
			pb_name_from_wire(
				&server, rrset->rk.dname, rrset->rk.dname_len) == 0 ||
			!has_pinned_address(pin, &server))
			continue;
		if (!add_addresses(&buf, &server, rrset))
			seen->cut_short = true;
	}
	seen->set = buf.set;
}

static bool add_cached(struct pb_setbuf *buf, const struct module_env *env,
	struct pb_name *server, uint16_t type)
{
	struct ub_packed_rrset_key *rrset = rrset_cache_lookup(env->rrset_cache,
		server->wire, server->size, type, LDNS_RR_CLASS_IN, 0, *env->now, 0);
	bool fine;

	if (rrset == NULL)
		return true;
	fine = add_addresses(buf, server, rrset);
	lock_rw_unlock(&rrset->entry.lock);
	return fine;
}

void pbm_read_cached_addresses(
	struct pb_seen_set *seen, const struct module_env *env, const struct pb_pin *pin)
{
	struct pb_name server, last = {0};
	struct pb_address address;
	struct pb_bytes element;
	struct pb_setbuf buf;

	if (!pbm_begin_set(&buf, seen, UINT16_MAX, pb_order_names, env->scratch))
		return;
	for (size_t at = 0; pb_set_next(&pin->address, &at, &element); last = server)
		if (!pb_address_parse(element, &server, &address) ||
			(!pb_name_equal(&server, &last) &&
				(!add_cached(&buf, env, &server, LDNS_RR_TYPE_A) ||
					!add_cached(
						&buf, env, &server, LDNS_RR_TYPE_AAAA))))
			seen->cut_short = true;
	seen->set = buf.set;
}

/* The parent signs, and shows with it that there is no DS: RFC 4035 section 3.1.4. */
static bool denies_ds(const struct reply_info *reply)
{
	for (size_t i = 0; i < reply->ns_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset =
			reply->rrsets[reply->an_numrrsets + i];
		const struct packed_rrset_data *data = rrset->entry.data;
		uint16_t type = ntohs(rrset->rk.type);

		if ((type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3) &&
			data->rrsig_count > 0)
			return true;
	}
	return false;
}

enum pb_ds_seen pbm_read_referral_ds(struct pb_seen_set *seen,
	const struct reply_info *reply, const struct pb_name *zone,
	struct regional *scratch)
{
	const struct ub_packed_rrset_key *ds =
		pbm_authority_rrset(reply, zone, LDNS_RR_TYPE_DS);

	if (ds == NULL)
		return denies_ds(reply) ? PB_DS_DENIED : PB_DS_UNSEEN;
	pbm_read_rrset(seen, ds, scratch);
	return PB_DS_SHOWN;
}
