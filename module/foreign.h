/*
 * foreign.h - messages in the cache that did not come through this module, as after
 * "unbound-control load_cache".
 *
 * A worker answers from its message cache without asking any module; it only tells.
 * So each message that ends its way here is marked in the cache, and each that the
 * iterator stores on the way: for a shorter name, which QNAME minimisation asks for, and
 * for where aliases lead. One without the mark is foreign, unless what it says has just
 * been seen coming in (approved.h): it is on its way to its mark. The mark is of what the
 * message says: it has none any more when an RRset of it is replaced.
 */
#ifndef PBM_FOREIGN_H
#define PBM_FOREIGN_H

#include "state.h"

/* Marks the message in the cache for the query that ends now, if it says what the query's
 * answer does. */
void pbm_mark_message(struct module_qstate *qstate, int id);

/* Notes that the iterator is about to store a message with pinned data for the name. It
 * is marked by the second function, whenever the query comes by next. */
void pbm_note_stored(struct module_qstate *qstate, int id, const struct pb_name *name);
void pbm_mark_stored(struct module_qstate *qstate, int id);

/*
 * inplace_cb_reply_cache, with the struct pbm as its argument: a message that a worker
 * must not answer with, see pbm_is_refusing(), is made a SERVFAIL; if it is foreign, the
 * keeper is told.
 */
int pbm_from_cache(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg);

/* True if foreign messages can be told in this configuration: in others, modules store
 * messages that this one does not see, or rewrite those in the cache. */
bool pbm_marks_tell(const char *module_conf);

#endif
