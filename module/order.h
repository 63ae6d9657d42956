/*
 * order.h - does the module stand where it must among the others?
 */
#ifndef PBM_ORDER_H
#define PBM_ORDER_H

#include "state.h"

/*
 * True if every query passes here before any module that answers: Pinbound is first,
 * or only dns64 stands before it, and no module behind brings answers from a store
 * of its own that outlives the verdicts. Says so in the log once, if not. (The
 * order cannot be told in init: there is no mesh yet.)
 */
bool pbm_in_order(const struct module_qstate *qstate, int id);

/* The same by the name of the modules in the configuration, for a start that is to
 * fail. False with the reason. */
bool pbm_order_known_good(const char *module_conf, struct pb_error *error);

/* The number of a module in the configuration, -1 if it is not there. */
int pbm_module_number(const char *module_conf, const char *name);

#endif
