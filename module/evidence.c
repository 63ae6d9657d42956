/* evidence.c - see evidence.h. */
#include "evidence.h"
#include "cache.h"

/* A message of TCP is the largest that there is. */
#define MESSAGE_MAX 65535

static enum pb_transport transport_of(const struct comm_point *point)
{
	if (point->type == comm_udp)
		return PB_TRANSPORT_UDP;
	return point->ssl != NULL ? PB_TRANSPORT_TLS : PB_TRANSPORT_TCP;
}

static uint16_t port_of(const struct sockaddr_storage *server)
{
	if (server->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)server)->sin6_port);
	return ntohs(((const struct sockaddr_in *)server)->sin_port);
}

/* The packet, as it came. Only 0x20's mixture of cases has been taken out of it. */
static void collect_packet(struct pb_evidence *evidence,
	const struct module_qstate *qstate, const struct pbm_step *step)
{
	const struct comm_point *point = qstate->reply->c;
	struct sldns_buffer *packet = point->buffer;

	evidence->transport = transport_of(point);
	evidence->server = pbm_address_of(step->server);
	evidence->port = port_of(step->server);
	if (sldns_buffer_limit(packet) <= MESSAGE_MAX)
		evidence->wire = (struct pb_bytes){
			sldns_buffer_begin(packet), sldns_buffer_limit(packet)};
}

/* What came of a local copy of a zone, or is an answer by now, as a message. */
static void collect_reply(struct pb_evidence *evidence, struct module_qstate *qstate,
	struct query_info *qinfo, struct reply_info *reply)
{
	struct sldns_buffer *buffer = qstate->env->scratch_buffer;

	if (reply_info_encode(qinfo, reply, 0, reply->flags | BIT_QR, buffer, 0,
		    qstate->env->scratch, MESSAGE_MAX, 1, 0))
		evidence->wire = (struct pb_bytes){
			sldns_buffer_begin(buffer), sldns_buffer_limit(buffer)};
}

void pbm_collect_evidence(struct pb_evidence *evidence, struct module_qstate *qstate,
	const struct pb_pin *pin, const struct pb_verdict *verdict,
	const struct pb_observation *seen, const struct pbm_step *step)
{
	*evidence = (struct pb_evidence){
		.zone = pin->name,
		.aspect = verdict->aspect,
		.reasons = verdict->reasons,
		.when = pbm_now(qstate),
		.generation = pin->generation,
		.ds_seen = seen->ds_seen,
		.ns = seen->ns,
		.ds = seen->ds,
		.address = seen->address,
		.mx = seen->mx,
	};
	if (step == NULL) {
		/* Known addresses of a server were in no message of this query. */
		if (verdict->aspect != PB_ASPECT_SERVER && qstate->return_msg != NULL)
			collect_reply(evidence, qstate, &qstate->qinfo,
				qstate->return_msg->rep);
		return;
	}
	evidence->asked = step->asked;
	if (step->server != NULL) {
		collect_packet(evidence, qstate, step);
	} else {
		struct pb_name question = step->question;
		struct query_info qinfo = {.qname = question.wire,
			.qname_len = question.size,
			.qtype = step->type,
			.qclass = LDNS_RR_CLASS_IN};

		collect_reply(evidence, qstate, &qinfo, step->reply);
	}
}
