/*
 * operator.h - where unbound.conf itself says which servers a zone has: what such a
 * stub-zone or auth-zone says is the operator's own word, and stands.
 */
#ifndef PBM_OPERATOR_H
#define PBM_OPERATOR_H

#include "state.h"

/* Reads the names of the auth-zones that are the operator's own word, and says in the
 * log which zones of unbound.conf have to do with pinned names. NULL if there is no
 * memory. */
struct pb_names *pbm_operator_zones(struct pbm *pb, const struct config_file *cfg);

/* The labels, the root not counted, of the longest zone at or above the name that is
 * the operator's own word; -1 if there is none. Pins at or above it are not applied to
 * the name. */
int pbm_operator_labels(
	const struct module_env *env, const struct pbm *pb, const struct pb_name *name);

#endif
