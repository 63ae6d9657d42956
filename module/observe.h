/*
 * observe.h - the door: every response from upstream is judged here, before the
 * iterator takes it for anything and before any of it is stored.
 */
#ifndef PBM_OBSERVE_H
#define PBM_OBSERVE_H

#include "host.h"

/* inplace_cb_query_response */
int pbm_observe(
	struct module_qstate *qstate, struct dns_msg *response, int id, void *arg);

#endif
