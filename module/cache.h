/*
 * cache.h - Unbound's caches: making it ask again, and taking out what must not
 * be there.
 */
#ifndef PBM_CACHE_H
#define PBM_CACHE_H

#include "state.h"

/*
 * Forgets the delegations from zone down to name, so that a query for name has
 * to ask the zone's parent.
 */
void pbm_forget_delegations(
	struct module_env *env, const struct pb_name *zone, const struct pb_name *name);

/*
 * Forgets what the validator knows of the keys of zone, and of those below it down to
 * name if that lies there. Without an answer about DS or DNSKEY it takes all keys for
 * bad, for a minute.
 */
void pbm_forget_keys(
	struct module_env *env, const struct pb_name *zone, const struct pb_name *name);

/* True if the zone's NS RRset is in the cache and has not run out. */
bool pbm_delegation_cached(struct module_env *env, const struct pb_name *zone);

/* True if the server is in the zone's NS RRset in the cache, run out or not. */
bool pbm_delegation_names(
	struct module_env *env, const struct pb_name *zone, const struct pb_name *server);

/* True if that NS RRset has been let in by the observer, or there is none. */
bool pbm_delegation_approved(
	struct module_env *env, const struct pbm *pb, const struct pb_name *zone);

struct pb_address pbm_address_of(const struct sockaddr_storage *address);

/* True if the address is one that the cache has, or had, for the server. */
bool pbm_address_known(struct module_env *env, const struct pb_name *server,
	const struct pb_address *address);

/* Takes the addresses of those servers out that have pinned ones. */
void pbm_forget_addresses(struct module_env *env, const struct pb_pin *pin);

/* Stores a SERVFAIL for the query, which is about a host of some zone's NS, for a few
 * seconds, in which nobody is asked about that host. */
void pbm_store_servfail(struct module_qstate *qstate);

/* Takes those RRsets of a message out that are at or below zone. */
void pbm_forget_rrsets(
	struct module_env *env, const struct dns_msg *msg, const struct pb_name *zone);

/* Removes the message for the query's question. Its RRsets stay. */
void pbm_forget_message(struct module_qstate *qstate);

#endif
