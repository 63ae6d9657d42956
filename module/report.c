/* report.c - see report.h. */
#include "report.h"
#include "canary.h"
#include "pinbound/line.h"

#define ABOUT_NS                                                                         \
	(PB_REASON(PB_NS_UNEXPECTED) | PB_REASON(PB_NS_MISSING) |                        \
		PB_REASON(PB_CHILD_NS_UNEXPECTED))

static void add_query(struct pb_line *line, const struct query_info *qinfo)
{
	char text[PB_NAME_TEXT_MAX], type[32], query[PB_NAME_TEXT_MAX + 32];
	struct pb_name name;

	if (pb_name_from_wire(&name, qinfo->qname, qinfo->qname_len) == 0)
		return;
	(void)sldns_wire2str_type_buf(qinfo->qtype, type, sizeof(type));
	(void)snprintf(query, sizeof(query), "%s %s", pb_name_to_text(&name, text), type);
	pb_line_text(line, "query", query);
}

static void add_server(struct pb_line *line, const struct pbm_step *step)
{
	char text[64];

	if (step->server == NULL)
		return;
	addr_to_str(step->server, step->server_size, text, sizeof(text));
	pb_line_text(line, "server", text);
}

static void log_deviation(struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_pin *pin, const struct pb_verdict *verdict, uint64_t held_back,
	const struct pb_observation *seen, const struct pbm_step *step)
{
	char reasons[PB_REASONS_TEXT_MAX];
	struct pb_line line;

	pb_line_begin(&line, "deviation");
	pb_line_name(&line, "zone", &pin->name);
	pb_line_text(&line, "reason", pb_reasons_to_text(verdict->reasons, reasons));
	pb_line_text(&line, "action", pb_action_name(verdict->action));
	pb_line_text(&line, "mode", pb_mode_name(pb_mode_in_force(pin, &pb->policy)));
	if (seen != NULL && (verdict->reasons & ABOUT_NS) != 0) {
		pb_line_set(&line, "observed-ns", PB_KIND_NAME, &seen->ns);
		pb_line_set(&line, "pinned-ns", PB_KIND_NAME, &pin->ns);
	}
	if (step != NULL) {
		if (pb_name_below(&pin->name, &step->asked))
			pb_line_name(&line, "parent", &step->asked);
		add_server(&line, step);
	}
	add_query(&line, &qstate->qinfo);
	if (held_back > 0)
		pb_line_number(&line, "held-back", (int64_t)held_back);
	log_warn("%s", line.text);
}

static void log_restored(const struct pb_pin *pin, const struct pb_report *report)
{
	struct pb_line line;

	pb_line_begin(&line, "restored");
	pb_line_name(&line, "zone", &pin->name);
	pb_line_number(&line, "after", report->after);
	pb_line_number(&line, "refused", (int64_t)report->refused);
	log_info("%s", line.text);
}

void pbm_log_report(struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_pin *pin, const struct pb_verdict *verdict,
	const struct pb_report *report, const struct pb_observation *seen,
	const struct pbm_step *step)
{
	if (report->deviation)
		log_deviation(qstate, pb, pin, verdict, report->held_back, seen, step);
	if (report->restored)
		log_restored(pin, report);
}

void pbm_log_ready(const struct pb_store_stat *stat)
{
	struct pb_line line;

	pb_line_begin(&line, "ready");
	pb_line_number(&line, "pins", (int64_t)stat->pins);
	pb_line_number(&line, "generation", (int64_t)stat->generation);
	log_info("%s", line.text);
}

void pbm_explain_text(const struct pbm_query *query, char *text, size_t size)
{
	char reasons[PB_REASONS_TEXT_MAX], zone[PB_NAME_TEXT_MAX];

	if (query->canary)
		(void)snprintf(text, size, PBM_CANARY_TEXT);
	else
		(void)snprintf(text, size, "pinbound: %s %s",
			pb_reasons_to_text(query->reasons, reasons),
			pb_name_to_text(&query->zone, zone));
}

int pbm_explain(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg)
{
	const struct pbm_query *query = qstate == NULL ? NULL : qstate->minfo[id];
	char text[PBM_EXPLANATION_MAX];

	(void)qinfo;
	(void)rep;
	(void)rcode;
	(void)edns;
	(void)repinfo;
	(void)start_time;
	(void)arg;
	if (query == NULL || !query->refused)
		return 1;
	pbm_explain_text(query, text, sizeof(text));
	edns_opt_list_append_ede(options, region, LDNS_EDE_BLOCKED, text);
	return 1;
}
