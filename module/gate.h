/*
 * gate.h - a query on its way in, and its answer on its way out.
 */
#ifndef PBM_GATE_H
#define PBM_GATE_H

#include "host.h"

/* operate() of the module. */
void pbm_operate(struct module_qstate *qstate, enum module_ev event, int id,
	struct outbound_entry *outbound);

/* clear() of the module. */
void pbm_clear(struct module_qstate *qstate, int id);

#endif
