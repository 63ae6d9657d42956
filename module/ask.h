/*
 * ask.h - queries of our own, for the delegation or the DS of a pinned zone.
 */
#ifndef PBM_ASK_H
#define PBM_ASK_H

#include "act.h"

/*
 * Has (zone, type) asked beside a query, type NS (of the parent, though it is in
 * the cache) or DS (and validated, if there is a validator). True if the query is
 * to wait; false if that cannot be, or it has waited for one like it already.
 */
bool pbm_ask_beside(
	struct module_qstate *qstate, int id, const struct pb_pin *pin, uint16_t type);

/* The same for a query that cannot wait. */
void pbm_ask_apart(
	struct module_qstate *qstate, int id, const struct pb_pin *pin, uint16_t type);

/* True if the zone, or the name in it, is behind a forwarder: a question for the name
 * shows no delegation of the zone. (zone, NS) has to be asked beside: of the parent, or,
 * where the zone is behind the forwarder, too, what that says is judged in its place. */
bool pbm_behind_forwarder(const struct module_qstate *qstate, const struct pb_pin *pin,
	const struct pb_name *name);

/* True if the query has waited for it already. */
bool pbm_asked(const struct module_qstate *qstate, int id, const struct pb_pin *pin,
	uint16_t type);

/* Is the query one for the zone's DS? The parent answers that, whatever the delegation.
 * To wait for the delegation is then to wait for itself: who asks for that waits for the
 * DS. */
bool pbm_is_ds_of(const struct module_qstate *qstate, const struct pb_name *name,
	const struct pb_pin *pin);

/*
 * The question that a query waits for has come to its end without having been answered,
 * or having failed: Unbound has dropped it to make room for others. That says nothing
 * about the parent: it may be asked for once more, but not for ever.
 */
void pbm_asked_in_vain(
	struct module_qstate *qstate, int id, const struct query_info *question);

/*
 * Takes the slot to probe a deviation of this aspect for a query, and gives all
 * that it has back. The second takes it also from a query that waits for this one: a
 * module behind, such as subnetcache, may have what it was asked for asked by a query of
 * its own, which comes in by itself.
 */
bool pbm_take_probe(struct module_qstate *qstate, int id, const struct pb_pin *pin,
	enum pb_aspect aspect);
bool pbm_take_or_inherit_probe(struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect);
void pbm_end_probes(const struct module_env *env, int id, struct pbm_query *query);

/* The query, if it has the slot; else NULL. */
const struct pbm_query *pbm_prober(const struct module_qstate *qstate, int id,
	const struct pb_pin *pin, enum pb_aspect aspect);

#endif
