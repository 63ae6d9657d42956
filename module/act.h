/*
 * act.h - the one place that acts on a verdict: admit, warn, refuse.
 */
#ifndef PBM_ACT_H
#define PBM_ACT_H

#include "peek.h"
#include "state.h"

/* What becomes of a query, or of a response. */
enum pbm_fate {
	PBM_GOES_ON,
	PBM_REFUSED,  /* or, for a response, not used */
	PBM_WAITS,    /* for a sub-query */
	PBM_RESTARTS, /* behind this module */
};

typedef enum pbm_fate pbm_visit(struct module_qstate *qstate, int id,
	const struct pb_name *name, const struct pb_pin *pin, void *arg);

/*
 * Calls visit for each pin at and above name, the one with the fewest labels
 * first, until one says another fate than PBM_GOES_ON. A store or a pin that
 * cannot be read is decided on here. The pin lasts for the call.
 */
enum pbm_fate pbm_visit_pins(struct module_qstate *qstate, int id,
	const struct pb_name *name, pbm_visit *visit, void *arg);

/* The same for a query that comes in: it is refused without a visit by a zone whose
 * delegation is refused already, and by the pin as it is now. */
enum pbm_fate pbm_enter_pins(struct module_qstate *qstate, int id,
	const struct pb_name *name, pbm_visit *visit, void *arg);

/* Passes the caches by from now on, and forgets the delegations from the pin down
 * to name, so that the parent is asked. False if there is no memory. */
bool pbm_ask_parent(struct module_qstate *qstate, int id, const struct pb_name *zone,
	const struct pb_name *name);

/* Where an aspect of a zone stands; *reasons are those of the verdict. */
enum pb_standing pbm_standing(const struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons *reasons);

/* True if the aspect has a say in a query for name and type. */
bool pbm_concerns(const struct pb_pin *pin, enum pb_aspect aspect,
	const struct pb_name *name, uint16_t type);

/* Marks the query as refused for the zone, for the gate to end it. */
void pbm_refuse(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	enum pb_aspect aspect, pb_reasons reasons);

/* The same for what this query cannot ask about, if the pin refuses for such reasons:
 * that proves nothing to others, and is not remembered. */
enum pbm_fate pbm_refuse_alone(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect, pb_reasons reasons);

/* Ends a refused query: SERVFAIL without a message, nothing stored, nothing stale. */
void pbm_finish_refused(struct module_qstate *qstate, int id);

/*
 * Takes a verdict on a response over into the memory, says what is to be said,
 * and refuses the query if that is the verdict. Returns true if the response may
 * be used.
 */
bool pbm_act(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	const struct pb_verdict *verdict, uint32_t ttl, const struct pb_observation *seen,
	const struct pbm_step *step);

/* The same when nothing could be observed. */
enum pbm_fate pbm_unverified(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect);

/*
 * Judges the addresses that are in the cache of the zone's servers, wherever they came
 * from: glue in the referral of another zone, for one. One that deviates is forgotten,
 * too. True if the servers may be asked.
 */
bool pbm_act_on_addresses(struct module_qstate *qstate, int id, const struct pb_pin *pin);

/* The settings to judge this aspect by. */
struct pb_policy pbm_policy(const struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect);

#endif
