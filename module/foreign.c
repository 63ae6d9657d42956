/* foreign.c - see foreign.h. */
#include "foreign.h"
#include "approved.h"
#include "keeper.h"
#include "order.h"
#include "read.h"
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

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

/*
 * Whatever the case of the letters; that "[" and "{" are the same to it, too, does no
 * harm. A worker comes here with each answer: dname_query_hash(), octet by octet, was
 * half of what that cost.
 */
static uint64_t hash_of_question(const struct query_info *qinfo)
{
	uint64_t words[(LDNS_MAX_DOMAINLEN + 1) / sizeof(uint64_t)];
	size_t count = (qinfo->qname_len + sizeof(words[0]) - 1) / sizeof(words[0]);

	if (count == 0 || count > sizeof(words) / sizeof(words[0]))
		return 0; /* no name is like that */
	words[count - 1] = 0;
	memcpy(words, qinfo->qname, qinfo->qname_len);
	for (size_t i = 0; i < count; i++)
		words[i] |= 0x2020202020202020U;
	return XXH3_64bits_withSeed(
		words, count * sizeof(words[0]), secret ^ ((uint64_t)qinfo->qtype << 32));
}

/* The half of a mark that is of the question, the code and how many RRsets there are, by
 * which a denial is told from an answer. The other one is of what they say. */
#define QUESTION 0xffff0000U

static uint32_t half_of(uint64_t hash)
{
	return (uint32_t)((hash * 0x9E3779B97F4A7C15U) >> 48);
}

/* Of what the message says: memory that is used again may hold the mark of another. An
 * RRset that changes in the cache changes the messages that refer to it. */
static uint32_t mark_of(const struct query_info *qinfo, const struct reply_info *reply)
{
	uint64_t question = hash_of_question(qinfo) ^ FLAGS_GET_RCODE(reply->flags) ^
			    ((uint64_t)reply->an_numrrsets << 16) ^
			    ((uint64_t)reply->ns_numrrsets << 32);
	uint64_t data = 0;

	for (size_t i = 0; i < reply->rrset_count; i++) {
		const struct ub_packed_rrset_key *rrset = reply->rrsets[i];

		if (!pbm_is_proof(rrset))
			data += pbm_rdata_hash(rrset, secret ^ rrset->entry.hash);
	}
	return half_of(question) << 16 | half_of(data);
}

/* What of its mark is not as it should be: 0 if it is marked. Where marks do not tell,
 * each message counts as marked. */
static uint32_t lacks_of_mark(
	const struct pbm *pb, const struct query_info *qinfo, struct reply_info *reply)
{
	const uint32_t *place = pb->marks_tell ? pbm_place_for_mark(reply) : NULL;

	return place == NULL
		       ? 0
		       : __atomic_load_n(place, __ATOMIC_RELAXED) ^ mark_of(qinfo, reply);
}

/* Others may mark it at the same time, as this does. */
static void mark(
	const struct pbm *pb, const struct query_info *qinfo, struct reply_info *reply)
{
	uint32_t *place = pb->marks_tell ? pbm_place_for_mark(reply) : NULL;

	if (place != NULL)
		__atomic_store_n(place, mark_of(qinfo, reply), __ATOMIC_RELAXED);
}

/* A message that is looked at. */
struct looking {
	struct pbm *pb;
	struct regional *region;
	const struct query_info *qinfo;
	const struct reply_info *reply;
	uint32_t lacks;      /* of its mark */
	bool foreign;        /* it has an RRset that nobody has seen come in */
	struct pb_name zone; /* why it must not be used */
};

static bool refuses_rrset(struct looking *at, const struct ub_packed_rrset_key *rrset)
{
	struct pb_name owner;

	return !pbm_is_proof(rrset) && pbm_read_owner(&owner, rrset) &&
	       pbm_is_refusing(at->pb->keeper, &owner, at->lacks == 0, &at->zone) &&
	       !pbm_rrset_approved(at->pb, at->region, rrset);
}

/* Does it deny data where its aliases lead? A SERVFAIL denies nothing. */
static bool denies(const struct looking *at, struct pb_name *end)
{
	return FLAGS_GET_RCODE(at->reply->flags) != LDNS_RCODE_SERVFAIL &&
	       pb_name_from_wire(end, at->qinfo->qname, at->qinfo->qname_len) != 0 &&
	       pbm_read_end(end, at->qinfo->qtype, at->reply);
}

static bool is_of_zone(const struct looking *at, const struct ub_packed_rrset_key *rrset)
{
	struct pb_name owner;

	return pbm_read_owner(&owner, rrset) && pb_name_at_or_below(&owner, &at->zone);
}

/* Was it marked as a denial in the name of the zone itself? Where the zone's own aliases
 * lead may have changed since; another's could have anything denied. */
static bool was_own_denial(const struct looking *at)
{
	const struct reply_info *reply = at->reply;
	struct ub_packed_rrset_key **authority = reply->rrsets + reply->an_numrrsets;
	bool soa = false;

	if ((at->lacks & QUESTION) != 0)
		return false;
	for (size_t i = 0; i < reply->an_numrrsets; i++)
		if (!is_of_zone(at, reply->rrsets[i]))
			return false;
	for (size_t i = 0; i < reply->ns_numrrsets && !soa; i++)
		soa = ntohs(authority[i]->rk.type) == LDNS_RR_TYPE_SOA &&
		      is_of_zone(at, authority[i]);
	return soa;
}

static bool refuses_denial(struct looking *at)
{
	struct pbm_keeper *keeper = at->pb->keeper;
	struct pb_name end;

	return denies(at, &end) &&
	       pbm_is_refusing(keeper, &end, at->lacks == 0, &at->zone) &&
	       !pbm_denial_approved(at->pb, at->region, &end, at->qinfo->qtype,
		       FLAGS_GET_RCODE(at->reply->flags)) &&
	       (pbm_is_refusing(keeper, &end, true, &at->zone) || !was_own_denial(at));
}

/* Must the message not be used? */
static bool is_refused(struct looking *at)
{
	for (size_t i = 0; i < at->reply->rrset_count && !at->foreign; i++)
		at->foreign = refuses_rrset(at, at->reply->rrsets[i]);
	return at->foreign || refuses_denial(at);
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

/* The entry of the cache for a question, locked for writing, since whoever dumps the
 * cache copies it whole, and its RRsets for reading. NULL if it cannot be read now. */
static struct lruhash_entry *find_message(
	struct module_qstate *qstate, struct query_info *qinfo)
{
	struct lruhash_entry *entry = slabhash_lookup(qstate->env->msg_cache,
		query_info_hash(qinfo, qstate->query_flags), qinfo, 1);
	struct reply_info *reply = entry == NULL ? NULL : entry->data;

	/* At time 0 nothing has expired. */
	if (reply == NULL || rrset_array_lock(reply->ref, reply->rrset_count, 0))
		return entry;
	lock_rw_unlock(&entry->lock);
	return NULL;
}

static void leave_message(struct lruhash_entry *entry)
{
	struct reply_info *reply = entry->data;

	rrset_array_unlock(reply->ref, reply->rrset_count);
	lock_rw_unlock(&entry->lock);
}

void pbm_mark_message(struct module_qstate *qstate, int id)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	struct lruhash_entry *entry;

	if (!pb->marks_tell || qstate->return_msg == NULL)
		return;
	entry = find_message(qstate, &qstate->qinfo);
	if (entry == NULL)
		return;
	if (mark_of(&qstate->qinfo, entry->data) ==
		mark_of(&qstate->qinfo, qstate->return_msg->rep))
		mark(pb, &qstate->qinfo, entry->data);
	leave_message(entry);
}

void pbm_note_stored(struct module_qstate *qstate, int id, const struct pb_name *name)
{
	struct pbm_query *query = pbm_query_get(qstate, id);

	if (query != NULL && pbm_of(qstate->env, id)->marks_tell)
		query->stored = *name;
}

/* No module sees the end of it: by what it says it must have been seen coming in. */
static void mark_admitted(
	struct module_qstate *qstate, struct pbm *pb, struct pb_name *name)
{
	struct query_info qinfo = qstate->qinfo;
	struct looking at = {.pb = pb,
		.region = qstate->env->scratch,
		.qinfo = &qinfo,
		.lacks = UINT32_MAX};
	struct lruhash_entry *entry;

	qinfo.qname = name->wire;
	qinfo.qname_len = name->size;
	entry = find_message(qstate, &qinfo);
	if (entry == NULL)
		return;
	at.reply = entry->data;
	if (!is_refused(&at))
		mark(pb, &qinfo, entry->data);
	leave_message(entry);
}

void pbm_mark_stored(struct module_qstate *qstate, int id)
{
	struct pbm_query *query = pbm_query_find(qstate, id);

	if (query == NULL || query->stored.size == 0)
		return;
	mark_admitted(qstate, pbm_of(qstate->env, id), &query->stored);
	query->stored.size = 0;
}

/* Looks into a message that a worker is about to answer with, and defaces it if it must
 * not be used. Never inlined: what it has on the stack would be cleared for each answer.
 */
static __attribute__((noinline)) void look_into(struct pbm *pb, struct query_info *qinfo,
	struct reply_info *reply, uint32_t lacks, struct regional *region,
	struct edns_option **options)
{
	char text[PB_NAME_TEXT_MAX + 32], name[PB_NAME_TEXT_MAX];
	struct looking at = {.pb = pb,
		.region = region,
		.qinfo = qinfo,
		.reply = reply,
		.lacks = lacks};

	if (!is_refused(&at)) {
		mark(pb, qinfo, reply);
		return;
	}
	deface(reply);
	/* That a denial is not known any more has other causes, too. */
	if (lacks != 0 && at.foreign)
		pbm_keeper_foreign(pb->keeper);
	(void)snprintf(text, sizeof(text), "pinbound: unverified %s",
		pb_name_to_text(&at.zone, name));
	edns_opt_list_append_ede(options, region, LDNS_EDE_BLOCKED, text);
}

int pbm_from_cache(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *repinfo, struct regional *region,
	struct timeval *start_time, int id, void *arg)
{
	struct pbm *pb = arg;
	uint32_t lacks;

	(void)qstate;
	(void)rcode;
	(void)edns;
	(void)repinfo;
	(void)start_time;
	(void)id;
	if (rep == NULL || qinfo->qclass != LDNS_RR_CLASS_IN)
		return 1;
	lacks = lacks_of_mark(pb, qinfo, rep);
	if (lacks != 0 || __atomic_load_n(&pb->pending, __ATOMIC_ACQUIRE))
		look_into(pb, qinfo, rep, lacks, region, options);
	return 1;
}
