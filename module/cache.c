/* cache.c - see cache.h. */
#include "cache.h"

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

bool pbm_delegation_cached(struct module_env *env, const struct pb_name *zone)
{
	struct pb_name name = *zone;
	struct ub_packed_rrset_key *rrset = rrset_cache_lookup(env->rrset_cache,
		name.wire, name.size, LDNS_RR_TYPE_NS, LDNS_RR_CLASS_IN, 0, *env->now, 0);

	if (rrset == NULL)
		return false;
	lock_rw_unlock(&rrset->entry.lock);
	return true;
}

/* The octets of an IPv4 or IPv6 address, and the type of the records that hold it. */
static struct pb_bytes address_octets(
	const struct sockaddr_storage *address, uint16_t *type)
{
	if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

		*type = LDNS_RR_TYPE_AAAA;
		return (struct pb_bytes){in6->sin6_addr.s6_addr, 16};
	}
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	*type = LDNS_RR_TYPE_A;
	return (struct pb_bytes){(const uint8_t *)&in->sin_addr.s_addr, 4};
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

bool pbm_address_known(struct module_env *env, const struct pb_set *servers,
	const struct sockaddr_storage *address)
{
	uint16_t type;
	struct pb_bytes octets = address_octets(address, &type), server;
	bool known = false;

	for (size_t at = 0; !known && pb_set_next(servers, &at, &server);) {
		struct pb_name name;
		struct ub_packed_rrset_key *rrset;

		if (pb_name_from_wire(&name, server.data, server.size) == 0)
			continue;
		/* Time 0: an address whose TTL has run out is still known. */
		rrset = rrset_cache_lookup(env->rrset_cache, name.wire, name.size, type,
			LDNS_RR_CLASS_IN, 0, 0, 0);
		if (rrset == NULL)
			continue;
		known = rrset_holds(rrset, octets);
		lock_rw_unlock(&rrset->entry.lock);
	}
	return known;
}

void pbm_forget_rrsets(
	struct module_env *env, const struct dns_msg *msg, const struct pb_name *zone)
{
	struct pb_name owner;

	for (size_t i = 0; i < msg->rep->rrset_count; i++) {
		struct ub_packed_rrset_key *rrset = msg->rep->rrsets[i];

		if (pb_name_from_wire(&owner, rrset->rk.dname, rrset->rk.dname_len) !=
				0 &&
			pb_name_at_or_below(&owner, zone))
			rrset_cache_remove(env->rrset_cache, rrset->rk.dname,
				rrset->rk.dname_len, ntohs(rrset->rk.type),
				ntohs(rrset->rk.rrset_class), rrset->rk.flags);
	}
}
