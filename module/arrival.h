/*
 * arrival.h - what a query came in with. Modules behind this one leave things in it: when
 * they begin anew, it is to be as they found it.
 */
#ifndef PBM_ARRIVAL_H
#define PBM_ARRIVAL_H

#include "state.h"

/* Keeps what the query comes in with, when it does so for the first time. */
void pbm_arrival_save(struct module_qstate *qstate, int id);

/* Puts that back, and takes away what answered. */
void pbm_arrival_restore(struct module_qstate *qstate, int id);

/* Takes away what a response policy has decided for an answer that does not go out:
 * neither a refusal nor another answer is to be dropped for it. */
void pbm_forget_policy(struct module_qstate *qstate);

#endif
