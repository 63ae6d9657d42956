/*
 * leave.h - an answer on its way out.
 */
#ifndef PBM_LEAVE_H
#define PBM_LEAVE_H

#include "act.h"

/*
 * Judges what a query has come to, the message or the failure, by every pin that
 * it touches: PBM_GOES_ON as it is, PBM_REFUSED, PBM_RESTARTS, or PBM_WAITS, to
 * be restarted then.
 */
enum pbm_fate pbm_leave(struct module_qstate *qstate, int id);

#endif
