/*
 * host.h - every header of Unbound that the module needs, and whatever differs
 * between its releases.
 *
 * Nothing here looks at Unbound's version: distributions change structs without
 * changing it. probe.sh tries out what the tree at hand has, when the module is
 * built, and writes probe.h.
 */
#ifndef PBM_HOST_H
#define PBM_HOST_H

#include "config.h"

#include "dynlibmod/dynlibmod.h"
#include "iterator/iter_delegpt.h"
#include "iterator/iter_fwd.h"
#include "iterator/iter_hints.h"
#include "iterator/iter_resptype.h"
#include "iterator/iter_utils.h"
#include "iterator/iterator.h"
#include "services/cache/dns.h"
#include "services/cache/rrset.h"
#include "services/mesh.h"
#include "services/modstack.h"
#include "sldns/rrdef.h"
#include "sldns/sbuffer.h"
#include "sldns/wire2str.h"
#include "util/config_file.h"
#include "util/data/dname.h"
#include "util/data/msgencode.h"
#include "util/data/msgreply.h"
#include "util/data/packed_rrset.h"
#include "util/log.h"
#include "util/module.h"
#include "util/net_help.h"
#include "util/netevent.h"
#include "util/regional.h"

#ifdef CLIENT_SUBNET
#include "edns-subnet/addrtree.h"
#include "edns-subnet/subnetmod.h"
#endif

#include "probe.h"
#include <stdbool.h>

#ifndef HAVE_PTHREAD
#error "this Unbound forks its workers after loading the module: LMDB forbids that"
#endif

/* Attaches a sub-query: 0 on failure. *newq is NULL if it is running already. */
static inline int pbm_attach_sub(struct module_qstate *qstate, struct query_info *qinfo,
	uint16_t flags, int valrec, struct module_qstate **newq)
{
#ifdef PBM_ATTACH_SUB_TAKES_CLIENT
	return (*qstate->env->attach_sub)(qstate, qinfo, NULL, flags, 0, valrec, newq);
#else
	return (*qstate->env->attach_sub)(qstate, qinfo, flags, 0, valrec, newq);
#endif
}

/* The same for one that nobody waits for. */
static inline int pbm_add_sub(struct module_qstate *qstate, struct query_info *qinfo,
	uint16_t flags, int valrec, struct module_qstate **newq)
{
	struct mesh_state *state;

#ifdef PBM_ATTACH_SUB_TAKES_CLIENT
	return (*qstate->env->add_sub)(
		qstate, qinfo, NULL, flags, 0, valrec, newq, &state);
#else
	return (*qstate->env->add_sub)(qstate, qinfo, flags, 0, valrec, newq, &state);
#endif
}

/* The cache of subnetcache, which is module `id`: NULL if it has none. */
static inline struct slabhash *pbm_subnet_cache(const struct module_env *env, int id)
{
#ifdef CLIENT_SUBNET
	const struct subnet_env *subnet = env->modinfo[id];

	return subnet == NULL ? NULL : subnet->subnet_msg_cache;
#else
	(void)env;
	(void)id;
	return NULL;
#endif
}

/* True if `is` says so of a reply in the data of an entry there. */
static inline bool pbm_subnet_any(const void *data,
	bool (*is)(const void *arg, const struct reply_info *reply), const void *arg)
{
#ifdef CLIENT_SUBNET
	const struct subnet_msg_cache_data *subnets = data;
	const struct addrtree *trees[] = {subnets->tree4, subnets->tree6};

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (trees[i] == NULL)
			continue;
		if (trees[i]->root->elem != NULL && is(arg, trees[i]->root->elem))
			return true;
		for (const struct addrnode *node = trees[i]->first; node != NULL;
			node = node->next)
			if (node->elem != NULL && is(arg, node->elem))
				return true;
	}
#else
	(void)data;
	(void)is;
	(void)arg;
#endif
	return false;
}

/*
 * A place in a cached message that Unbound does not use and does not copy, for a mark
 * of the module's own. NULL if there is none.
 */
static inline uint32_t *pbm_place_for_mark(struct reply_info *reply)
{
#ifdef PBM_REPLY_HAS_PADDING
	return &reply->padding;
#else
	(void)reply;
	return NULL;
#endif
}

/* Stores a reply without RRsets, for the question of the query. */
static inline void pbm_cache_store(struct module_qstate *qstate, struct reply_info *reply)
{
#ifdef PBM_CACHE_STORE_TAKES_VALREC
	(void)dns_cache_store(qstate->env, &qstate->qinfo, reply, 0, 0, 0, NULL,
		qstate->query_flags, qstate->qstarttime, qstate->is_valrec);
#else
	(void)dns_cache_store(qstate->env, &qstate->qinfo, reply, 0, 0, 0, NULL,
		qstate->query_flags, qstate->qstarttime);
#endif
}

/* True if queries for the name go to a forwarder. The name is not changed. */
static inline bool pbm_has_forwarder(const struct module_env *env, uint8_t *name)
{
#ifdef PBM_ZONE_TABLES_LOCK
	bool has = forwards_lookup(env->fwds, name, LDNS_RR_CLASS_IN, 0) != NULL;

	if (has)
		lock_rw_unlock(&env->fwds->lock);
	return has;
#else
	return forwards_lookup(env->fwds, name, LDNS_RR_CLASS_IN) != NULL;
#endif
}

/* True if no stub-zone is there, but for one of the root's servers. */
static inline bool pbm_has_root_hints_only(struct iter_hints *hints)
{
	bool only;

#ifdef PBM_ZONE_TABLES_LOCK
	lock_rw_rdlock(&hints->lock);
#endif
	only = hints->tree.count == 1 &&
	       ((const struct name_tree_node *)hints->tree.root)->labs == 1;
#ifdef PBM_ZONE_TABLES_LOCK
	lock_rw_unlock(&hints->lock);
#endif
	return only;
}

/*
 * The labels, the root not counted, of the longest stub-zone at or above the name that
 * is always used, -1 if there is none: neither one that only hints at servers
 * (stub-prime) nor one that is tried first (stub-first) is.
 */
static inline int pbm_stub_labels(const struct module_env *env, uint8_t *name)
{
	const struct iter_hints_stub *stub;
	int labels = -1;

	if (pbm_has_root_hints_only(env->hints))
		return -1;
#ifdef PBM_ZONE_TABLES_LOCK
	stub = hints_lookup_stub(env->hints, name, LDNS_RR_CLASS_IN, NULL, 0);
#else
	stub = hints_lookup_stub(env->hints, name, LDNS_RR_CLASS_IN, NULL);
#endif
	if (stub == NULL)
		return -1;
	if (stub->noprime && stub->dp->has_parent_side_NS)
		labels = stub->dp->namelabs - 1;
#ifdef PBM_ZONE_TABLES_LOCK
	lock_rw_unlock(&env->hints->lock);
#endif
	return labels;
}

/*
 * What the iterator is about to take its response for. A response that it will
 * set aside to ask another server comes back as RESPONSE_TYPE_THROWAWAY.
 */
static inline enum response_type pbm_response_type(
	struct iter_qstate *iq, struct dns_msg *response)
{
	int recursive = (iq->chase_flags & BIT_RD) || iq->chase_to_rd;
#ifdef PBM_RESPONSE_TYPE_COUNTS_EMPTY
	int empty = iq->empty_nodata_found;
	enum response_type type =
		response_type_from_server(recursive, response, &iq->qinfo_out, iq->dp,
			&empty, iq->msg_lame_empty, iq->msg_lame_referral);

	if (empty != iq->empty_nodata_found && empty < EMPTY_NODATA_RETRY_COUNT)
		return RESPONSE_TYPE_THROWAWAY;
	return type;
#else
	return response_type_from_server(recursive, response, &iq->qinfo_out, iq->dp);
#endif
}

#endif
