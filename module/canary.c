/* canary.c - see canary.h. */
#include "canary.h"

static uint8_t canary[] = "\006canary\010pinbound\007invalid";

bool pbm_is_canary(const struct query_info *qinfo)
{
	return qinfo->qname_len == sizeof(canary) &&
	       query_dname_compare(qinfo->qname, canary) == 0;
}

int pbm_canary_local(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg)
{
	(void)qstate;
	(void)rcode;
	(void)edns;
	(void)repinfo;
	(void)start_time;
	(void)id;
	(void)arg;
	/* Both may be NULL: for version.bind, and for a bare rcode. */
	if (qinfo == NULL || rep == NULL || !pbm_is_canary(qinfo))
		return 1;
	/* What this points to is encoded next; no field says "rcode" to us. */
	rep->flags = BIT_QR | BIT_RA | LDNS_RCODE_SERVFAIL;
	rep->an_numrrsets = 0;
	rep->ns_numrrsets = 0;
	rep->ar_numrrsets = 0;
	rep->rrset_count = 0;
	edns_opt_list_append_ede(options, region, LDNS_EDE_BLOCKED, PBM_CANARY_TEXT);
	return 1;
}
