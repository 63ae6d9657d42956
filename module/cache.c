/* cache.c - see cache.h. */
#include "cache.h"
#include "approved.h"
#include "read.h"
#include "validator/val_kcache.h"

void pbm_forget_delegations(
	struct module_env *env, const struct pb_name *zone, const struct pb_name *name)
{
	struct pb_name cut;

	for (unsigned labels = pb_name_labels(zone); labels <= pb_name_labels(name);
		labels++) {
		pb_name_ancestor(&cut, name, labels);
		rrset_cache_remove(env->rrset_cache, cut.wire, cut.size, LDNS_RR_TYPE_NS,
			LDNS_RR_CLASS_IN, 0);
		rrset_cache_remove(env->rrset_cache, cut.wire, cut.size, LDNS_RR_TYPE_NS,
			LDNS_RR_CLASS_IN, PACKED_RRSET_PARENT_SIDE);
	}
}

void pbm_forget_keys(
	struct module_env *env, const struct pb_name *zone, const struct pb_name *name)
{
	unsigned last = pb_name_at_or_below(name, zone) ? pb_name_labels(name)
							: pb_name_labels(zone);
	struct pb_name cut = *zone;

	if (env->key_cache == NULL)
		return;
	for (unsigned labels = pb_name_labels(zone); labels <= last; labels++) {
		if (labels > pb_name_labels(zone))
			pb_name_ancestor(&cut, name, labels);
		key_cache_remove(env->key_cache, cut.wire, cut.size, LDNS_RR_CLASS_IN);
	}
}

/* Locked, if it has not run out at the time; at time 0, nothing has. */
static struct ub_packed_rrset_key *find_rrset(
	struct module_env *env, const struct pb_name *owner, uint16_t type, time_t now)
{
	struct pb_name name = *owner;

	return rrset_cache_lookup(env->rrset_cache, name.wire, name.size, type,
		LDNS_RR_CLASS_IN, 0, now, 0);
}

bool pbm_delegation_cached(struct module_env *env, const struct pb_name *zone)
{
	struct ub_packed_rrset_key *rrset =
		find_rrset(env, zone, LDNS_RR_TYPE_NS, *env->now);

	if (rrset == NULL)
		return false;
	lock_rw_unlock(&rrset->entry.lock);
	return true;
}

/* One whose TTL has run out may have led a query here. */
static struct ub_packed_rrset_key *find_delegation(
	struct module_env *env, const struct pb_name *zone)
{
	return find_rrset(env, zone, LDNS_RR_TYPE_NS, 0);
}

static bool rrset_names(
	const struct ub_packed_rrset_key *rrset, const struct pb_name *server)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	struct pb_name name;

	for (size_t i = 0; i < data->count; i++)
		if (data->rr_len[i] > 2 &&
			pb_name_from_wire(
				&name, data->rr_data[i] + 2, data->rr_len[i] - 2) != 0 &&
			pb_name_equal(&name, server))
			return true;
	return false;
}

bool pbm_delegation_names(
	struct module_env *env, const struct pb_name *zone, const struct pb_name *server)
{
	struct ub_packed_rrset_key *rrset = find_delegation(env, zone);
	bool names;

	if (rrset == NULL)
		return false;
	names = rrset_names(rrset, server);
	lock_rw_unlock(&rrset->entry.lock);
	return names;
}

bool pbm_delegation_approved(
	struct module_env *env, const struct pbm *pb, const struct pb_name *zone)
{
	struct ub_packed_rrset_key *rrset = find_delegation(env, zone);
	bool approved;

	if (rrset == NULL)
		return true;
	approved = pbm_rrset_approved(pb, env->scratch, rrset);
	lock_rw_unlock(&rrset->entry.lock);
	return approved;
}

struct pb_address pbm_address_of(const struct sockaddr_storage *address)
{
	struct pb_address out = {.family = 4, .prefix = 32};

	if (address->ss_family == AF_INET6) {
		out.family = 6;
		out.prefix = 128;
		memcpy(out.octets, &((const struct sockaddr_in6 *)address)->sin6_addr,
			16);
	} else {
		memcpy(out.octets, &((const struct sockaddr_in *)address)->sin_addr, 4);
	}
	return out;
}

static bool rrset_holds(const struct ub_packed_rrset_key *rrset, struct pb_bytes address)
{
	const struct packed_rrset_data *data = rrset->entry.data;

	for (size_t i = 0; i < data->count; i++)
		if (data->rr_len[i] == 2 + address.size &&
			memcmp(data->rr_data[i] + 2, address.data, address.size) == 0)
			return true;
	return false;
}

bool pbm_address_known(struct module_env *env, const struct pb_name *server,
	const struct pb_address *address)
{
	bool v6 = address->family == 6;
	/* An address whose TTL has run out is still known. */
	struct ub_packed_rrset_key *rrset =
		find_rrset(env, server, v6 ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A, 0);
	bool known;

	if (rrset == NULL)
		return false;
	known = rrset_holds(rrset, (struct pb_bytes){address->octets, v6 ? 16 : 4});
	lock_rw_unlock(&rrset->entry.lock);
	return known;
}

void pbm_forget_addresses(struct module_env *env, const struct pb_pin *pin)
{
	static const uint16_t types[] = {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA};
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name server;

	for (size_t at = 0; pb_set_next(&pin->address, &at, &element);)
		for (size_t i = 0; pb_address_parse(element, &server, &address) && i < 2;
			i++)
			rrset_cache_remove(env->rrset_cache, server.wire, server.size,
				types[i], LDNS_RR_CLASS_IN, 0);
}

/* As the iterator does for failures of its own: NORR_TTL. */
#define SERVFAIL_TTL 5

void pbm_store_servfail(struct module_qstate *qstate)
{
	struct reply_info reply = {
		.flags = BIT_QR | BIT_RA | LDNS_RCODE_SERVFAIL,
		.qdcount = 1,
		.ttl = SERVFAIL_TTL,
		.prefetch_ttl = SERVFAIL_TTL,
		.serve_expired_ttl = SERVFAIL_TTL,
		.security = sec_status_indeterminate,
	};

	pbm_cache_store(qstate, &reply);
	/* As a last resort the iterator asks the parent for such a host's address,
	 * past the message cache; but not while it has such a denial. */
	if (qstate->qinfo.qtype == LDNS_RR_TYPE_A ||
		qstate->qinfo.qtype == LDNS_RR_TYPE_AAAA)
		iter_store_parentside_neg(qstate->env, &qstate->qinfo, NULL);
}

void pbm_forget_rrsets(
	struct module_env *env, const struct dns_msg *msg, const struct pb_name *zone)
{
	struct pb_name owner;

	for (size_t i = 0; i < msg->rep->rrset_count; i++) {
		struct ub_packed_rrset_key *rrset = msg->rep->rrsets[i];

		if (pbm_read_owner(&owner, rrset) && pb_name_at_or_below(&owner, zone))
			rrset_cache_remove(env->rrset_cache, rrset->rk.dname,
				rrset->rk.dname_len, ntohs(rrset->rk.type),
				ntohs(rrset->rk.rrset_class), rrset->rk.flags);
	}
}

void pbm_forget_message(struct module_qstate *qstate)
{
	msg_cache_remove(qstate->env, qstate->qinfo.qname, qstate->qinfo.qname_len,
		qstate->qinfo.qtype, qstate->qinfo.qclass, qstate->query_flags);
}
