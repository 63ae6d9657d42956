/*
 * state.h - what the module keeps: for all threads, and for one query.
 */
#ifndef PBM_STATE_H
#define PBM_STATE_H

#include "host.h"
#include "pinbound/conf.h"
#include "pinbound/store.h"
#include "pinbound/verdicts.h"

/* From init to deinit, shared by all threads; all but verdicts is read-only. */
struct pbm {
	struct pb_conf conf;
	struct pb_policy policy;
	struct pb_store *store;
	struct pb_verdicts *verdicts;
};

struct pbm *pbm_of(const struct module_env *env, int id);

/*
 * One query's own, in its region. Most queries have none: it is made when a
 * pinned name comes into it. A query is used by one thread at a time.
 */
struct pbm_query {
	bool refused; /* its answer must not leave; zone and reasons say why */
	bool canary;
	struct pb_name zone;
	pb_reasons reasons;

	bool again; /* dropped, since zone `unseen` had not been judged */
	struct pb_name unseen;
	uint8_t restarts;

	bool fresh;  /* caches are passed by, since a denial in one proves nothing */
	bool probes; /* has the slot to probe a deviation of `probed` */
	struct pb_name probed;
	bool is_renewal; /* a sub-query of our own that renews a stale verdict */
	bool renewed;    /* has waited for one */
};

/* The query's state, NULL if it has none. */
struct pbm_query *pbm_query_find(const struct module_qstate *qstate, int id);

/* The same, made if there is none. NULL if there is no memory. */
struct pbm_query *pbm_query_get(struct module_qstate *qstate, int id);

/* Unbound's clock. testbound fakes it. */
static inline int64_t pbm_now(const struct module_qstate *qstate)
{
	return (int64_t)*qstate->env->now;
}

#endif
