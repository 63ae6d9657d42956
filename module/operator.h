/*
 * operator.h - where unbound.conf itself says which servers a zone has: a stub-zone or
 * an auth-zone at a pinned name is the operator's own word, and stands.
 */
#ifndef PBM_OPERATOR_H
#define PBM_OPERATOR_H

#include "state.h"

/* Reads those names, and says in the log which of them are pinned. NULL if there is no
 * memory. */
struct pb_names *pbm_operator_zones(const struct pbm *pb, const struct config_file *cfg);

#endif
