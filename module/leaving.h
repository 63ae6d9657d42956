/*
 * leaving.h - an answer on its way out, and what it says of one of its names.
 */
#ifndef PBM_LEAVING_H
#define PBM_LEAVING_H

#include "state.h"

struct pbm_leaving {
	const struct dns_msg *msg;
	struct pb_name end; /* of the aliases in it, or the name that was asked for */
	bool empty;         /* nothing stands there */
};

/* Reads an answer to a question about name. Lasts as long as msg. */
void pbm_leaving_read(struct pbm_leaving *leaving, const struct dns_msg *msg,
	const struct pb_name *name);

/* True if it denies name, or data there, in the name of a zone above zone. */
bool pbm_denied_from_above(const struct pbm_leaving *leaving, const struct pb_name *name,
	const struct pb_name *zone);

/* True if it has data at name that a zone above zone made: by a DNAME of its own, or by
 * a wildcard, whose signature says so. */
bool pbm_made_above(const struct pbm_leaving *leaving, const struct pb_name *name,
	const struct pb_name *zone);

/* Has what it says about the name been seen coming in? It has, if the caches were passed
 * by. Where an alias of another zone leads, they were not. */
bool pbm_was_observed(struct module_qstate *qstate, int id,
	const struct pbm_leaving *leaving, const struct pb_name *name);

#endif
