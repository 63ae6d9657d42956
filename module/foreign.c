/* foreign.c - see foreign.h. */
#include "foreign.h"
#include "keeper.h"
#include "order.h"
#include "read.h"
#include <sys/random.h>

/* Not to be guessed, since what is in freed memory may become a mark. */
static uint32_t secret;

bool pbm_marks_tell(const char *module_conf)
{
	/* One for the life of the process: a reload may keep the caches. */
	if (secret == 0 &&
		getrandom(&secret, sizeof(secret), GRND_NONBLOCK) != sizeof(secret))
		return false;
	return pbm_module_number(module_conf, "dns64") < 0 &&
	       pbm_module_number(module_conf, "respip") < 0;
}

static uint32_t mark_of(const struct reply_info *reply)
{
	/* Memory that is used again holds the mark of another time. */
	return (secret ^ (uint32_t)reply->ttl) * 2654435761U;
}

/* Where marks do not tell, each message counts as marked. */
static bool is_marked(const struct pbm *pb, struct reply_info *reply)
{
	const uint32_t *place = pb->marks_tell ? pbm_place_for_mark(reply) : NULL;

	return place == NULL || *place == mark_of(reply);
}

void pbm_mark_message(struct module_qstate *qstate, int id)
{
	struct lruhash_entry *entry;
	struct reply_info *reply;
	uint32_t *place;

	if (!pbm_of(qstate->env, id)->marks_tell)
		return;
	entry = slabhash_lookup(qstate->env->msg_cache,
		query_info_hash(&qstate->qinfo, qstate->query_flags), &qstate->qinfo, 1);
	if (entry == NULL)
		return;
	reply = entry->data;
	place = pbm_place_for_mark(reply);
	if (place != NULL)
		*place = mark_of(reply);
	lock_rw_unlock(&entry->lock);
}

/* A bare delegation, put together from RRsets for a query without RD. */
static bool is_delegation(const struct reply_info *reply)
{
	return reply->an_numrrsets == 0 && reply->ns_numrrsets > 0 &&
	       ntohs(reply->rrsets[0]->rk.type) == LDNS_RR_TYPE_NS;
}

/* What one worker has yet to validate, or a client wants not validated (CD), may be on
 * its way to its mark. What an alias led to never gets one. */
static bool is_in_flight(const struct reply_info *reply)
{
	return reply->security == sec_status_unchecked;
}

static bool owner_refused(struct pbm *pb, const uint8_t *dname, size_t size, bool marked,
	struct pb_name *zone)
{
	struct pb_name name;

	return pb_name_from_wire(&name, dname, size) != 0 &&
	       pbm_is_refusing(pb->keeper, &name, marked, zone);
}

/* Must the message not be used? *zone is why. Where an alias leads counts, too: what is
 * denied there has no RRset. */
static bool is_refused(struct pbm *pb, const struct query_info *qinfo,
	const struct reply_info *reply, bool marked, struct pb_name *zone)
{
	struct pb_name target;

	if (owner_refused(pb, qinfo->qname, qinfo->qname_len, marked, zone))
		return true;
	for (size_t i = 0; i < reply->rrset_count; i++) {
		const struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (owner_refused(
			    pb, rrset->rk.dname, rrset->rk.dname_len, marked, zone) ||
			(ntohs(rrset->rk.type) == LDNS_RR_TYPE_CNAME &&
				pbm_read_target(&target, rrset) &&
				pbm_is_refusing(pb->keeper, &target, marked, zone)))
			return true;
	}
	return false;
}

/* The numbers of its RRsets that it has. A delegation for a query without RD has none,
 * nor room for them: it is no entry of the cache, where the RRsets follow the numbers. */
static size_t count_refs(const struct reply_info *reply)
{
	const void *behind = &reply->ref[reply->rrset_count];

	return reply->rrsets == behind ? reply->rrset_count : 0;
}

/*
 * The worker holds the entry's lock for reading, and what it is about to encode is the
 * entry itself: nothing else can make it say something else. Every worker that comes by
 * would write the same here before it encodes. rrset_count must stay, since RRsets are
 * locked by it; but then nobody may use the message again, since who adds a CNAME in
 * front copies as many as the other numbers say. So it expires, and the numbers by which
 * a reader makes sure of its RRsets become wrong, before anything else does: who has
 * read what is new here fails to lock them.
 */
static void deface(struct reply_info *reply)
{
	for (size_t i = 0; i < count_refs(reply); i++)
		__atomic_store_n(&reply->ref[i].id, UINT64_MAX, __ATOMIC_RELEASE);
	__atomic_store_n(&reply->ttl, 0, __ATOMIC_RELEASE);
	__atomic_store_n(
		&reply->flags, BIT_QR | BIT_RA | LDNS_RCODE_SERVFAIL, __ATOMIC_RELEASE);
	__atomic_store_n(&reply->an_numrrsets, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&reply->ns_numrrsets, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&reply->ar_numrrsets, 0, __ATOMIC_RELEASE);
}

int pbm_from_cache(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg)
{
	struct pbm *pb = arg;
	char text[PB_NAME_TEXT_MAX + 32], name[PB_NAME_TEXT_MAX];
	struct pb_name zone;
	bool marked;

	(void)qstate;
	(void)rcode;
	(void)edns;
	(void)repinfo;
	(void)start_time;
	(void)id;
	if (rep == NULL || qinfo->qclass != LDNS_RR_CLASS_IN)
		return 1;
	marked = is_marked(pb, rep) || is_in_flight(rep) || is_delegation(rep);
	if ((marked && !__atomic_load_n(&pb->pending, __ATOMIC_ACQUIRE)) ||
		!is_refused(pb, qinfo, rep, marked, &zone))
		return 1;
	deface(rep);
	if (!marked)
		pbm_keeper_foreign(pb->keeper);
	(void)snprintf(text, sizeof(text), "pinbound: unverified %s",
		pb_name_to_text(&zone, name));
	edns_opt_list_append_ede(options, region, LDNS_EDE_BLOCKED, text);
	return 1;
}
