/*
 * additional.h - what comes along with a response and is about other names.
 */
#ifndef PBM_ADDITIONAL_H
#define PBM_ADDITIONAL_H

#include "act.h"

/*
 * Takes out of the response what came along, and is about names that are pinned in mode
 * refuse below the zone that was asked: that has no say about them. It would go out to
 * clients (minimal-responses: no, or with a denial), and into the cache: as the address
 * of a server, or, an NS RRset, in the place of the delegation (iter-scrub-promiscuous:
 * no). In the authority section that is all but proofs, and what a referral consists of;
 * in the answer section nothing, unless it is a referral that has its NS RRset there, or
 * beside it: then it is all but that.
 *
 * What is needed to get any further stays: the addresses of the servers of the zone that
 * is referred to, if they lie in that zone, or their own zone depends on it.
 */
void pbm_drop_additional(struct module_qstate *qstate, int id, struct pbm_step *step);

#endif
