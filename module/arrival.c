/* arrival.c - see arrival.h. */
#include "arrival.h"

void pbm_arrival_save(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_get(qstate, id);
	struct edns_option **end = &qstate->edns_opts_front_out;

	if (query == NULL || query->arrival.options_end != NULL)
		return;
	while (*end != NULL)
		end = &(*end)->next;
	query->arrival.no_cache_store = qstate->no_cache_store;
	query->arrival.rpz_passthru = qstate->rpz_passthru;
	query->arrival.options_end = end;
}

void pbm_arrival_restore(struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	if (query != NULL && query->arrival.options_end != NULL) {
		qstate->no_cache_store = query->arrival.no_cache_store;
		qstate->rpz_passthru = query->arrival.rpz_passthru;
		*query->arrival.options_end = NULL;
	}
	qstate->return_msg = NULL;
	qstate->return_rcode = LDNS_RCODE_NOERROR;
	pbm_forget_policy(qstate);
}

void pbm_forget_policy(struct module_qstate *qstate)
{
	qstate->is_drop = 0;
	qstate->respip_action_info = NULL;
}
