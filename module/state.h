/*
 * state.h - what the module keeps: for all threads, and for one query.
 */
#ifndef PBM_STATE_H
#define PBM_STATE_H

#include "host.h"
#include "pinbound/conf.h"
#include "pinbound/names.h"
#include "pinbound/state.h"
#include "pinbound/store.h"
#include "pinbound/verdicts.h"

enum { PBM_ORDER_UNKNOWN, PBM_ORDER_GOOD, PBM_ORDER_BAD };

/* From init to deinit, shared by all threads; what is neither atomic nor takes its
 * own locks is read-only. */
struct pbm {
	int order;              /* of the modules; atomic */
	uint64_t enforced;      /* generation of which the caches are clean; atomic */
	int64_t failure_logged; /* when the log last heard of a failing store; atomic */
	int64_t state_failure_logged; /* of a state store that cannot be written; atomic
				       */
	struct pb_tally tally;        /* `dropped` apart; each atomic */
	struct pbm_teller *teller;
	struct pbm_keeper *keeper;
	struct pb_conf conf;
	struct pb_policy policy;
	struct pb_store *store;
	bool verified;              /* all of it has been read by init */
	bool displaced;             /* the keeper's own: it is not at its path any more */
	struct pb_names *operators; /* auth-zones that are the operator's own word */
	struct pb_verdicts *verdicts;
	struct pbm_approved *approved;
	bool marks_tell; /* see foreign.h */
	bool pending;    /* the keeper could not walk the caches at once; atomic */
	/* RRsets in responses, and in what queries ended with: what the cache can have
	 * grown by; atomic */
	uint64_t rrsets_seen;
};

struct pbm *pbm_of(const struct module_env *env, int id);

/* What a query has had asked about one zone, and has waited for. */
struct pbm_asked {
	struct pbm_asked *next;
	struct pb_name zone;
	unsigned types; /* a bit for each */
	unsigned again; /* of those it was let ask for a second time */
};

/* What a query came in with: see arrival.h. */
struct pbm_arrival {
	int no_cache_store, rpz_passthru;
	/* Where its options for the client end, and what is added later begins. */
	struct edns_option **options_end;
};

/*
 * One query's own, in its region: made at the gate, or when a pinned name comes into a
 * query that did not pass there. A query is used by one thread at a time.
 */
struct pbm_query {
	bool begun;
	uint64_t since; /* generation of the pins that all it has was judged by, or that
			   the caches were clean of when it began */

	struct pbm_arrival arrival;

	bool refused; /* its answer must not leave; zone and reasons say why, or why one
			 that it has waited for was refused */
	bool canary;
	struct pb_name zone;
	pb_reasons reasons;

	bool again;    /* dropped, since zone `unseen` had not been judged */
	bool lacks_ds; /* dropped, since the DS of `unseen` had not */
	struct pb_name unseen;
	uint8_t restarts;
	bool resumes; /* waits for a sub-query, with the modules behind to be restarted */

	bool fresh;      /* caches are passed by, since a denial in one proves nothing */
	unsigned probes; /* a bit for each aspect of `probed` that it may ask about */
	struct pb_name probed;
	bool own;                 /* a sub-query of our own */
	struct pb_name tolerated; /* the last zone that it was counted as logged of */
	struct pb_name stored;    /* the iterator may have stored a message for it, that
				     has no mark yet */
	bool sentinel;            /* never answered: see sentinel.h */
	struct pbm_asked *asked;  /* which of our own it has waited for */
};

/* Adds one to a number of the tally. */
static inline void pbm_count(uint64_t *number)
{
	(void)__atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
}

/* The query's state, NULL if it has none. */
struct pbm_query *pbm_query_find(const struct module_qstate *qstate, int id);

/* The same, made if there is none. NULL if there is no memory. */
struct pbm_query *pbm_query_get(struct module_qstate *qstate, int id);

/* Steps through the queries that wait for this one, as far as they have a state: *place
 * begins as NULL. NULL at the end. */
struct pbm_query *pbm_next_super(
	const struct module_qstate *qstate, int id, void **place);

/* True for a sub-query of our own: what becomes of it is not counted as an answer. */
bool pbm_is_own(const struct module_qstate *qstate, int id);

/* From now on the query gets only what the pins of that generation allow. */
void pbm_since(struct module_qstate *qstate, int id, uint64_t generation);

static inline struct pb_subject pbm_subject(
	const struct pb_pin *pin, enum pb_aspect aspect)
{
	return (struct pb_subject){&pin->name, aspect, pin->generation, pin->snapshot};
}

/* False for a sub-query of the iterator: it did not come in through the gate, only
 * its end is seen, with ext_state as it was made, and it must not be restarted. */
bool pbm_came_in_here(const struct module_qstate *qstate, int id);

/* Unbound's clock. testbound fakes it. */
static inline int64_t pbm_now(const struct module_qstate *qstate)
{
	return (int64_t)*qstate->env->now;
}

#endif
