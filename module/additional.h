/*
 * additional.h - what comes along with a response and is about other names.
 */
#ifndef PBM_ADDITIONAL_H
#define PBM_ADDITIONAL_H

#include "act.h"

/*
 * Takes out of the response what is additional, and about names that are pinned in
 * mode refuse below the zone that was asked: that has no say about them. It would go
 * out to clients (minimal-responses: no), and into the cache as the address of a server.
 * An NS RRset for such a name goes, too, if it is not a referral: it would take the
 * place of the delegation in the cache (iter-scrub-promiscuous: no).
 *
 * What is needed to get any further stays: the addresses of the servers of the zone that
 * is referred to, if they lie in that zone, or their own zone depends on it.
 */
void pbm_drop_additional(struct module_qstate *qstate, int id, struct pbm_step *step);

#endif
