/* report.c - see report.h. */
#include "report.h"
#include "canary.h"
#include "evidence.h"
#include "pinbound/line.h"
#include "pinbound/pinfile.h"
#include "teller.h"

#define R(reason) PB_REASON(PB_##reason)

/* The servers that may be in the zone's own NS set. */
static struct pb_setbuf all_servers(const struct pb_pin *pin, struct regional *scratch)
{
	const struct pb_set *sets[] = {&pin->ns, &pin->child_ns};
	size_t size = (size_t)pin->ns.size + pin->child_ns.size;
	uint8_t *octets = regional_alloc(scratch, size);
	struct pb_setbuf buf;
	struct pb_bytes server;

	pb_setbuf_init(&buf, octets, octets == NULL ? 0 : size, pb_order_names);
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; pb_set_next(sets[i], &at, &server);)
			(void)pb_setbuf_add(&buf, server.data, server.size);
	return buf;
}

/* What was observed and what is pinned, for those reasons that are about it. */
static void add_sets(struct pb_line *line, const struct pb_pin *pin, pb_reasons reasons,
	const struct pb_observation *seen, struct regional *scratch)
{
	static const uint8_t null_mx[] = {0, 1, 0}; /* a set: the root, and no more */
	const struct pb_set none = {null_mx, sizeof(null_mx), 1};
	struct pb_setbuf both = all_servers(pin, scratch);
	const struct {
		pb_reasons reasons;
		const char *observed, *pinned;
		enum pb_kind kind;
		const struct pb_set *seen, *pin;
	} rows[] = {
		{R(NS_UNEXPECTED) | R(NS_MISSING) | R(CHILD_NS_UNEXPECTED), "observed-ns",
			"pinned-ns", PB_KIND_NAME, &seen->ns.set,
			reasons == R(CHILD_NS_UNEXPECTED) ? &both.set : &pin->ns},
		{PB_DS_REASONS, "observed-ds", "pinned-ds", PB_KIND_DS, &seen->ds.set,
			&pin->ds},
		{R(ADDRESS_UNEXPECTED), "observed-address", "pinned-address",
			PB_KIND_ADDRESS, &seen->address.set, &pin->address},
		{R(MX_UNEXPECTED), "observed-mx", "pinned-mx", PB_KIND_NAME,
			&seen->mx.set, pin->mx_none ? &none : &pin->mx},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((reasons & rows[i].reasons) == 0)
			continue;
		pb_line_set(line, rows[i].observed, rows[i].kind, rows[i].seen);
		pb_line_set(line, rows[i].pinned, rows[i].kind, rows[i].pin);
	}
}

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

static void log_deviation(struct pb_line *line, struct module_qstate *qstate,
	const struct pbm *pb, const struct pb_pin *pin, const struct pb_verdict *verdict,
	uint64_t held_back, const struct pb_observation *seen,
	const struct pbm_step *step)
{
	char reasons[PB_REASONS_TEXT_MAX];

	pb_line_begin(line, "deviation");
	pb_line_name(line, "zone", &pin->name);
	pb_line_text(line, "reason", pb_reasons_to_text(verdict->reasons, reasons));
	pb_line_text(line, "action", pb_action_name(verdict->action));
	pb_line_text(line, "mode", pb_mode_name(pb_mode_in_force(pin, &pb->policy)));
	if (seen != NULL)
		add_sets(line, pin, verdict->reasons, seen, qstate->env->scratch);
	if (step != NULL) {
		if (pb_name_below(&pin->name, &step->asked) && !step->forwarded)
			pb_line_name(line, "parent", &step->asked);
		add_server(line, step);
	}
	add_query(line, &qstate->qinfo);
	if (held_back > 0)
		pb_line_number(line, "held-back", (int64_t)held_back);
	log_warn("%s", line->text);
}

static void log_restored(
	struct pb_line *line, const struct pb_pin *pin, const struct pb_report *report)
{
	pb_line_begin(line, "restored");
	pb_line_name(line, "zone", &pin->name);
	pb_line_number(line, "after", report->after);
	pb_line_number(line, "refused", (int64_t)report->refused);
	log_info("%s", line->text);
}

static void log_forwarded(const struct pb_pin *pin, const struct pbm_step *step)
{
	struct pb_line line;

	pb_line_begin(&line, "forwarded");
	pb_line_name(&line, "zone", &pin->name);
	add_server(&line, step);
	log_info("%s", line.text);
}

/* Leaves the verdict for the state store, with the response if it is news or has been
 * warned of: not for each refused query. */
static void tell(struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_pin *pin, const struct pb_verdict *verdict,
	const struct pb_report *report, const struct pb_observation *seen,
	const struct pbm_step *step, const char *line)
{
	struct pb_evidence evidence;
	bool has = verdict->reasons != 0 && seen != NULL;

	if (has)
		pbm_collect_evidence(&evidence, qstate, pin, verdict, seen, step);
	pbm_tell(pb->teller, pin, verdict, report->refused, pbm_now(qstate), line,
		has ? &evidence : NULL);
}

void pbm_log_report(struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_pin *pin, const struct pb_verdict *verdict,
	const struct pb_report *report, const struct pb_observation *seen,
	const struct pbm_step *step)
{
	struct pb_line line;

	if (report->first && step != NULL && step->forwarded &&
		verdict->aspect == PB_ASPECT_CUT)
		log_forwarded(pin, step);
	line.text[0] = '\0';
	if (report->deviation)
		log_deviation(
			&line, qstate, pb, pin, verdict, report->held_back, seen, step);
	if (report->restored)
		log_restored(&line, pin, report);
	if (report->news || line.text[0] != '\0')
		tell(qstate, pb, pin, verdict, report, seen, step, line.text);
}

void pbm_log_expiry(const struct pbm *pb, const struct pb_pin *pin)
{
	struct pb_line line;
	char text[32];

	pb_line_begin(&line, "expiry");
	pb_line_name(&line, "zone", &pin->name);
	pb_line_text(&line, "expires", pb_expires_to_text(pin->expires, text));
	pb_line_text(&line, "on-expiry", pin->expires_to_log ? "log" : "warn");
	pb_line_text(&line, "mode", pb_mode_name(pb_mode_in_force(pin, &pb->policy)));
	log_warn("%s", line.text);
}

/* `logged`: when the log last heard of a failure of this sort. */
static void log_failure(
	const struct pbm *pb, int64_t *logged, int64_t now, const char *why)
{
	int64_t last = __atomic_load_n(logged, __ATOMIC_RELAXED);

	if (last != 0 && now >= last && now - last < pb->conf.log_interval)
		return;
	if (__atomic_compare_exchange_n(
		    logged, &last, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		log_err("pinbound: %s", why);
}

void pbm_log_failure(struct pbm *pb, int64_t now, const char *why)
{
	log_failure(pb, &pb->failure_logged, now, why);
}

void pbm_log_state_failure(struct pbm *pb, int64_t now, const char *why)
{
	log_failure(pb, &pb->state_failure_logged, now, why);
}

static void log_stat(const char *event, const struct pb_store_stat *stat)
{
	struct pb_line line;

	pb_line_begin(&line, event);
	pb_line_number(&line, "pins", (int64_t)stat->pins);
	pb_line_number(&line, "generation", (int64_t)stat->generation);
	log_info("%s", line.text);
}

void pbm_log_ready(const struct pb_store_stat *stat)
{
	log_stat("ready", stat);
}

void pbm_log_verified(const struct pb_store_stat *stat)
{
	log_stat("verified", stat);
}

void pbm_explain_text(const struct pbm_query *query, char text[PBM_EXPLANATION_MAX])
{
	static const char canary[] = PBM_CANARY_TEXT, begin[] = "pinbound: ";
	char *at = text + sizeof(begin) - 1;

	if (query->canary) {
		memcpy(text, canary, sizeof(canary));
		return;
	}
	memcpy(text, begin, sizeof(begin) - 1);
	at += strlen(pb_reasons_to_text(query->reasons, at));
	*at++ = ' ';
	(void)pb_name_to_text(&query->zone, at);
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
	if (query == NULL || (!query->refused && query->zone.size == 0))
		return 1;
	pbm_explain_text(query, text);
	edns_opt_list_append_ede(options, region, LDNS_EDE_BLOCKED, text);
	return 1;
}
