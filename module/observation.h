/*
 * observation.h - what a step of the iterator says about a pinned zone.
 */
#ifndef PBM_OBSERVATION_H
#define PBM_OBSERVATION_H

#include "peek.h"
#include "pinbound/judge.h"

/*
 * What the step says from the point of view of one pin. `name` is what its data
 * is about: the name that is chased, or an owner of other data that came along.
 * Returns the seconds for which it is good. What *seen points to is in the scratch
 * region.
 */
uint32_t pbm_observation_read(struct pb_observation *seen, struct module_qstate *qstate,
	const struct pbm_step *step, const struct pb_name *name,
	const struct pb_pin *pin);

/*
 * What an answer to (zone, DS) says of the zone's DS set. False if it says nothing of it.
 * What *seen points to is in the scratch region.
 */
bool pbm_observation_read_ds(struct pb_observation *seen,
	const struct module_qstate *qstate, const struct reply_info *reply,
	const struct pb_pin *pin);

#endif
