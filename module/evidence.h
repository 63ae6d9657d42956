/*
 * evidence.h - the response that deviates, to be kept.
 */
#ifndef PBM_EVIDENCE_H
#define PBM_EVIDENCE_H

#include "peek.h"
#include "state.h"

/*
 * Collects what is known of a response that was judged. `step` is NULL if it is the
 * query's answer on its way out. What is collected lies in the buffers of the thread:
 * it is good until the next response, or the next answer.
 */
void pbm_collect_evidence(struct pb_evidence *evidence, struct module_qstate *qstate,
	const struct pb_pin *pin, const struct pb_verdict *verdict,
	const struct pb_observation *seen, const struct pbm_step *step);

#endif
