/*
 * report.h - what is said: to the log, and to the client.
 */
#ifndef PBM_REPORT_H
#define PBM_REPORT_H

#include "peek.h"
#include "state.h"

/* Says what the report asks for. `step` is NULL if nothing was observed. */
void pbm_log_report(struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_pin *pin, const struct pb_verdict *verdict,
	const struct pb_report *report, const struct pb_observation *seen,
	const struct pbm_step *step);

/* pinbound: expiry */
void pbm_log_expiry(const struct pbm *pb, const struct pb_pin *pin);

/* That the store cannot be read, at most once every log-interval. */
void pbm_log_failure(struct pbm *pb, int64_t now, const char *why);

/* The same for a state store that cannot be written. */
void pbm_log_state_failure(struct pbm *pb, int64_t now, const char *why);

/* pinbound: ready */
void pbm_log_ready(const struct pb_store_stat *stat);

/* Says that all of the store has been read behind the start, or after damage, and is as
 * it was written. */
void pbm_log_verified(const struct pb_store_stat *stat);

/* Why a query is refused, as the client is told. */
#define PBM_EXPLANATION_MAX (32 + PB_REASONS_TEXT_MAX + PB_NAME_TEXT_MAX)
void pbm_explain_text(const struct pbm_query *query, char text[PBM_EXPLANATION_MAX]);

/*
 * inplace_cb_reply_servfail: tells the client why, as EDE 15 (Blocked) of
 * RFC 8914, if Pinbound refused it.
 */
int pbm_explain(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg);

#endif
