/*
 * act.h - the one place that acts on a verdict: admit, warn, refuse.
 */
#ifndef PBM_ACT_H
#define PBM_ACT_H

#include "peek.h"
#include "state.h"

/* Marks the query as refused for the zone, for the gate to end it. */
void pbm_refuse(struct module_qstate *qstate, int id, const struct pb_name *zone,
	pb_reasons reasons);

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
bool pbm_act_unverified(struct module_qstate *qstate, int id, const struct pb_pin *pin);

/* The same when the pin itself could not be read: only its name is known. */
bool pbm_act_unreadable(struct module_qstate *qstate, int id, const struct pb_name *zone);

#endif
