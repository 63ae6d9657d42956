/*
 * sentinel.h - when may another thread walk Unbound's caches?
 *
 * A reload that changes their sizes destroys them before any module hears of it.
 * What does hear of it is a query that is still waiting: each worker's mesh, with
 * all its queries, goes first. So the module keeps one query of its own waiting in
 * each mesh, the sentinel; when one is cleared, the caches are out of bounds until
 * a worker has been seen at work again.
 */
#ifndef PBM_SENTINEL_H
#define PBM_SENTINEL_H

#include "host.h"

/* To be called for a query that a worker begins. Cheap when all is well. */
void pbm_sentinel_post(struct module_qstate *qstate, int id);

/* To be called when a sentinel is cleared. Waits for pbm_caches_leave(). */
void pbm_sentinel_gone(void);

/* True if the caches may be walked, until pbm_caches_leave() is called, which must be
 * within milliseconds. False: not now, and there is nothing to leave. */
bool pbm_caches_enter(void);
void pbm_caches_leave(void);

#endif
