/*
 * purge.h - taking out of Unbound's caches what lies at or below some names.
 */
#ifndef PBM_PURGE_H
#define PBM_PURGE_H

#include "host.h"
#include "pinbound/names.h"

/* True if nothing is in the caches, as before the first query. */
bool pbm_caches_empty(const struct module_env *env);

/*
 * Removes from the message, RRset and key caches, and from that of subnetcache, whatever
 * is at or below one of the names, and aliases that lead there; removed RRsets take with
 * them the messages elsewhere that they are part of. Everything else stays. For a thread
 * of its own: it takes the caches a few bins at a time, and lets others in between.
 * `subnetcache` is that module's number, -1 if it is none of them. False if the caches
 * may not be walked now; it must then be begun anew.
 */
bool pbm_purge(struct module_env *env, int subnetcache, const struct pb_names *names);

/* The same in init, while no worker is at work, in one go. The cache of subnetcache is
 * not kept over a reload: it has none yet. */
bool pbm_purge_alone(struct module_env *env, const struct pb_names *names);

#endif
