/*
 * canary.h - the name that proves that the module is on.
 */
#ifndef PBM_CANARY_H
#define PBM_CANARY_H

#include "host.h"

/* True for canary.pinbound.invalid, in any case. */
bool pbm_is_canary(const struct query_info *qinfo);

/*
 * inplace_cb_reply_local: Unbound answers for invalid. (RFC 6761) by itself,
 * before any module is asked, unless told not to. This turns its answer for the
 * canary into the module's own.
 */
int pbm_canary_local(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg);

#define PBM_CANARY_TEXT "pinbound: canary"

#endif
