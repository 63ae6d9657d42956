/*
 * fuzz_resolver.c - the module in a resolver whose servers lie.
 *
 * Unbound's own mesh, validator and iterator run as in the daemon, with Pinbound in
 * front, on a network that is this file. What a server of the root or of "test." says,
 * and any that they refer to, is the input: Unbound parses and scrubs the message, and
 * what is left comes to the module's callback. Two zones are pinned, "pin.test" and
 * "ds.test". Their one server is honest, at an address of its own, and its data are known
 * here. So what the module promises can be checked: no client, and no cache, gets
 * anything else of these zones, and nobody else is asked about them.
 *
 * The input: 2 octets, what is asked first and what then; 1 of seconds between the two,
 * in steps; then responses, each 1 octet of how, 2 of the size, and its octets. Each
 * query to a server that is not the pinned zones' takes the next; after the last, all are
 * honest.
 */
#include "approved.h"
#include "fuzz.h"
#include "gate.h"
#include "keeper.h"
#include "observe.h"
#include "pinbound/pinfile.h"
#include "report.h"
#include "teller.h"
#include <ctype.h>

#include "libunbound/worker.h"
#include "services/authzone.h"
#include "services/cache/infra.h"
#include "services/outside_network.h"
#include "util/alloc.h"
#include "util/data/msgparse.h"
#include "util/random.h"
#include "util/storage/slabhash.h"
#include "validator/val_kcache.h"
#include "validator/val_neg.h"
#include "validator/validator.h"

#define MESSAGE_MAX 65535
#define QUERIES_MOST 200
#define START 1795000000

enum { PINBOUND, VALIDATOR, ITERATOR, MODULES };
enum { ELSEWHERE = 0, ROOT = 1, TEST = 2, HONEST = 53, DATA = 80, OTHER = 99 };
enum { CRAFTED, RAW, HONESTLY, SILENCE, WAYS };

/* A query that is on its way to a server. */
struct query {
	struct outbound_entry entry;
	struct query *next;
	bool stopped;
	unsigned server; /* the last octet of 192.0.2.0/24, or ELSEWHERE */
	struct sockaddr_storage address;
	socklen_t address_size;
	struct pb_name name;
	uint16_t type;
	uint8_t asked[PB_NAME_MAX]; /* the name as it was sent */
};

static struct {
	struct module_env env;
	struct dynlibmod_env host;
	struct module_stack mods;
	struct module_func_block *blocks[MODULES];
	struct alloc_cache super, alloc;
	time_t now;
	struct timeval now_tv;
	struct pbm pb;
	struct comm_point point;
	struct sldns_buffer *answer;
	struct pb_name pinned[2], test, alias;
	uint64_t random;
} world;

/* What is left of the input, and the queries that are on their way. */
static struct {
	const uint8_t *data;
	size_t size;
	struct query *first, *last;
	unsigned sent;
	bool answered, honest;
} run;

static struct pb_error error;

static struct pb_name name_of(const char *text)
{
	struct pb_name name;

	HOLDS(pb_name_from_text(&name, text, strlen(text), &error));
	return name;
}

/* The pinned zone that the name is in, NULL if none. */
static const struct pb_name *zone_of(const struct pb_name *name)
{
	for (size_t i = 0; i < 2; i++)
		if (pb_name_at_or_below(name, &world.pinned[i]))
			return &world.pinned[i];
	return NULL;
}

/* --- messages of honest servers ----------------------------------------------- */

struct message {
	uint8_t octets[MESSAGE_MAX];
	size_t size;
};

static struct message message;

static void put(const void *octets, size_t size)
{
	if (size > sizeof(message.octets) - message.size)
		size = sizeof(message.octets) - message.size;
	if (size > 0)
		memcpy(message.octets + message.size, octets, size);
	message.size += size;
}

static void put16(unsigned value)
{
	uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(octets, 2);
}

/* The header, and the question of the query. */
static void begin(const struct query *query, unsigned flags, const unsigned counts[3])
{
	message.size = 0;
	put16(0);
	put16(flags);
	put16(1);
	for (size_t i = 0; i < 3; i++)
		put16(counts[i]);
	put(query->asked, query->name.size);
	put16(query->type);
	put16(LDNS_RR_CLASS_IN);
}

enum { ANSWER, AUTHORITY, ADDITIONAL };

static void put_record(unsigned section, const struct pb_name *owner, uint16_t type,
	struct pb_bytes rdata)
{
	uint8_t *count = message.octets + 6 + 2 * section;

	count[1]++;
	put(owner->wire, owner->size);
	put16(type);
	put16(LDNS_RR_CLASS_IN);
	put16(0);
	put16(300);
	put16((unsigned)rdata.size);
	put(rdata.data, rdata.size);
}

static struct pb_name below(const char *label, const struct pb_name *zone)
{
	struct pb_name name = {.size = (uint8_t)(strlen(label) + 1 + zone->size)};

	name.wire[0] = (uint8_t)strlen(label);
	memcpy(name.wire + 1, label, strlen(label));
	memcpy(name.wire + name.size - zone->size, zone->wire, zone->size);
	return name;
}

/* The RDATA that an honest server has for a name and type, in memory that lasts until the
 * next call. Empty: none. */
static struct pb_bytes honest_data(
	const struct pb_name *zone, const struct pb_name *name, uint16_t type)
{
	static uint8_t octets[2 + PB_NAME_MAX];
	struct pb_name server = below(zone_of(zone) != NULL ? "ns1" : "ns", zone);
	struct pb_name mail = below("mail", zone);
	const uint8_t address[] = {192, 0, 2,
		zone_of(zone) == NULL          ? OTHER
		: pb_name_equal(name, &server) ? HONEST
					       : DATA};

	if (type == LDNS_RR_TYPE_A) {
		memcpy(octets, address, 4);
		return (struct pb_bytes){octets, 4};
	}
	if (type == LDNS_RR_TYPE_NS && pb_name_equal(name, zone)) {
		memcpy(octets, server.wire, server.size);
		return (struct pb_bytes){octets, server.size};
	}
	if (type == LDNS_RR_TYPE_MX && pb_name_equal(name, zone)) {
		memcpy(octets, "\0\12", 2);
		memcpy(octets + 2, mail.wire, mail.size);
		return (struct pb_bytes){octets, 2U + mail.size};
	}
	return (struct pb_bytes){octets, 0};
}

static void put_soa(const struct pb_name *zone)
{
	static const uint8_t soa[2 + 20] = {0, 0, 0, 0, 0, 1, [21] = 60};

	put_record(
		AUTHORITY, zone, LDNS_RR_TYPE_SOA, (struct pb_bytes){soa, sizeof(soa)});
}

static void refer(const struct pb_name *zone, const char *label, unsigned server)
{
	struct pb_name host = below(label, zone);
	const uint8_t address[] = {192, 0, 2, (uint8_t)server};

	put_record(AUTHORITY, zone, LDNS_RR_TYPE_NS,
		(struct pb_bytes){host.wire, host.size});
	put_record(ADDITIONAL, &host, LDNS_RR_TYPE_A,
		(struct pb_bytes){address, sizeof(address)});
}

static void answer_from(const struct query *query, const struct pb_name *zone)
{
	struct pb_bytes rdata = honest_data(zone, &query->name, query->type);

	message.octets[2] |= 0x04; /* AA */
	if (rdata.size > 0)
		put_record(ANSWER, &query->name, query->type, rdata);
	else
		put_soa(zone);
}

static void answer_for_root(const struct query *query)
{
	static const struct pb_name root = {.size = 1};
	const struct pb_name server = below("a", &world.test);

	if (query->name.size == 1 && query->type == LDNS_RR_TYPE_NS) {
		message.octets[2] |= 0x04;
		put_record(ANSWER, &root, LDNS_RR_TYPE_NS,
			(struct pb_bytes){server.wire, server.size});
		put_record(ADDITIONAL, &server, LDNS_RR_TYPE_A,
			(struct pb_bytes){(const uint8_t *)"\300\0\2\1", 4});
	} else if (pb_name_at_or_below(&query->name, &world.test)) {
		refer(&world.test, "ns", TEST);
	} else {
		message.octets[2] |= 0x04;
		message.octets[3] |= LDNS_RCODE_NXDOMAIN;
		put_soa(&root);
	}
}

static void answer_for_test(const struct query *query)
{
	const struct pb_name *zone = zone_of(&query->name);
	const struct pb_name target = below("www", &world.pinned[0]);

	if (zone != NULL &&
		(query->type != LDNS_RR_TYPE_DS || !pb_name_equal(zone, &query->name))) {
		refer(zone, "ns1", HONEST);
	} else if (pb_name_equal(&query->name, &world.alias)) {
		message.octets[2] |= 0x04;
		put_record(ANSWER, &query->name, LDNS_RR_TYPE_CNAME,
			(struct pb_bytes){target.wire, target.size});
	} else {
		answer_from(query, &world.test);
	}
}

static void answer_honestly(const struct query *query)
{
	static const unsigned none[3] = {0, 0, 0};
	const struct pb_name *zone = zone_of(&query->name);

	begin(query, 0x8000, none);
	if (query->server == ROOT)
		answer_for_root(query);
	else if (query->server == TEST)
		answer_for_test(query);
	else if (query->server == HONEST && zone != NULL)
		answer_from(query, zone);
	else
		message.octets[3] |= LDNS_RCODE_REFUSED;
}

/* --- the network ---------------------------------------------------------------- */

/* A header and question that fit, and of the input 2 octets of flags, 3 of counts, and
 * the records. */
static void answer_crafted(const struct query *query, const uint8_t *data, size_t size)
{
	unsigned counts[3] = {0, 0, 0}, flags = 0x8000;

	if (size >= 2)
		flags |= (unsigned)data[0] << 8 | data[1];
	for (size_t i = 0; i < 3 && size >= 5; i++)
		counts[i] = data[2 + i];
	begin(query, flags & 0x87ffU, counts);
	if (size > 5)
		put(data + 5, size - 5);
}

/* Writes what the server says. False if it says nothing. */
static bool answer(const struct query *query)
{
	const uint8_t *data = run.data;
	size_t size;
	unsigned way;

	/* The pinned zones' own is not what this is about; nor are hints. */
	if (query->server == HONEST || run.size < 3 || query->name.size == 1) {
		answer_honestly(query);
		return true;
	}
	way = data[0] % WAYS;
	size = (size_t)data[1] << 8 | data[2];
	if (size > run.size - 3)
		size = run.size - 3;
	run.data += 3 + size;
	run.size -= 3 + size;
	switch (way) {
	case CRAFTED:
		answer_crafted(query, data + 3, size);
		return true;
	case RAW:
		message.size = 0;
		put(data + 3, size);
		return true;
	case HONESTLY:
		answer_honestly(query);
		return true;
	default:
		return false;
	}
}

static unsigned server_of(const struct sockaddr_storage *address)
{
	static const uint8_t net[] = {192, 0, 2};
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const uint8_t *octets = (const uint8_t *)&v4->sin_addr;

	return address->ss_family == AF_INET && memcmp(octets, net, 3) == 0 ? octets[3]
									    : ELSEWHERE;
}

/* No servers are asked that only a deviating NS set of a pinned zone names. What address
 * another zone above has given the one that is pinned shows when it answers. */
static void check_servers(const struct iter_qstate *iq, const struct pb_name *zone)
{
	struct pb_name pinned, server;

	if (zone == NULL)
		return;
	pinned = below("ns1", zone);
	for (const struct delegpt_ns *ns = iq->dp->nslist; ns != NULL; ns = ns->next)
		HOLDS(pb_name_from_wire(&server, ns->name, ns->namelen) > 0 &&
			pb_name_equal(&server, &pinned));
}

/* Takes the place of the daemon's. */
struct outbound_entry *worker_send_query(struct query_info *qinfo, uint16_t flags,
	int dnssec, int want_dnssec, int nocaps, int check_ratelimit,
	struct sockaddr_storage *addr, socklen_t addrlen, uint8_t *zone, size_t zonelen,
	int tcp_upstream, int ssl_upstream, char *tls_auth_name, struct module_qstate *q,
	int *was_ratelimited)
{
	struct query *query;
	struct pb_name asked;

	(void)flags;
	(void)dnssec;
	(void)want_dnssec;
	(void)nocaps;
	(void)check_ratelimit;
	(void)tcp_upstream;
	(void)ssl_upstream;
	(void)tls_auth_name;
	*was_ratelimited = 0;
	HOLDS(pb_name_from_wire(&asked, zone, zonelen) == zonelen);
	check_servers(q->minfo[ITERATOR], zone_of(&asked));
	if (run.sent++ == QUERIES_MOST)
		return NULL;
	query = regional_alloc_zero(q->region, sizeof(*query));
	HOLDS(query != NULL);
	query->entry.qstate = q;
	query->entry.qsent = (struct serviced_query *)query;
	query->server = server_of(addr);
	query->address = *addr;
	query->address_size = addrlen;
	query->type = qinfo->qtype;
	memcpy(query->asked, qinfo->qname, qinfo->qname_len);
	HOLDS(pb_name_from_wire(&query->name, qinfo->qname, qinfo->qname_len) > 0);
	if (run.first == NULL)
		run.first = query;
	else
		run.last->next = query;
	run.last = query;
	return &query->entry;
}

/* Likewise: nobody waits for the answer any more. The memory goes with the state. */
void outnet_serviced_query_stop(struct serviced_query *sq, void *cb_arg)
{
	struct query *query = (struct query *)sq, *at = run.first, *before = NULL;

	(void)cb_arg;
	while (at != NULL && at != query) {
		before = at;
		at = at->next;
	}
	if (at == NULL)
		return;
	if (before == NULL)
		run.first = query->next;
	else
		before->next = query->next;
	if (run.last == query)
		run.last = before;
}

static void deliver(void)
{
	struct query *query = run.first;
	struct comm_reply reply = {.c = &world.point,
		.remote_addr = query->address,
		.remote_addrlen = query->address_size};
	bool says = answer(query);

	run.first = query->next;
	if (run.first == NULL)
		run.last = NULL;
	sldns_buffer_clear(world.point.buffer);
	if (says)
		sldns_buffer_write(world.point.buffer, message.octets, message.size);
	sldns_buffer_flip(world.point.buffer);
	mesh_report_reply(world.env.mesh, &query->entry, &reply,
		says ? NETEVENT_NOERROR : NETEVENT_TIMEOUT);
}

/* --- chance, and what Unbound has of threads ------------------------------------ */

struct ub_randstate *ub_initstate(struct ub_randstate *from)
{
	(void)from;
	return (struct ub_randstate *)&world.random;
}

long int ub_random(struct ub_randstate *state)
{
	(void)state;
	world.random = world.random * 6364136223846793005U + 1442695040888963407U;
	return (long int)(world.random >> 33);
}

long int ub_random_max(struct ub_randstate *state, long int x)
{
	return ub_random(state) % x;
}

void ub_randfree(struct ub_randstate *state)
{
	(void)state;
}

/* The keeper is a thread of its own; here nothing changes behind a query's back. */
bool pbm_may_be_pinned(struct pbm_keeper *keeper, const struct pb_name *name)
{
	(void)keeper;
	return zone_of(name) != NULL;
}

bool pbm_is_refusing(struct pbm_keeper *keeper, const struct pb_name *name, bool marked,
	struct pb_name *zone)
{
	(void)keeper;
	(void)name;
	(void)marked;
	(void)zone;
	return false;
}

void pbm_keeper_may_walk(struct pbm_keeper *keeper)
{
	(void)keeper;
}

void pbm_keeper_foreign(struct pbm_keeper *keeper)
{
	(void)keeper;
}

/* Whatever the module logs is one line that does not steer a terminal. */
__attribute__((format(printf, 1, 0))) static void check_line(
	const char *format, va_list args)
{
	char line[4096];
	int size = vsnprintf(line, sizeof(line), format, args);

	HOLDS(size >= 0 && (size_t)size < sizeof(line));
	HOLDS(strncmp(line, "pinbound: ", 10) != 0 ||
		(fuzz_is_plain(line) && size <= PB_LINE_MAX));
}

void log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

void log_err(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

/* --- what must hold ----------------------------------------------------------------- */

static bool of_the_parent(uint16_t type)
{
	return type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_RRSIG ||
	       type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3;
}

/* Names are the same in any case. */
static bool is_data(
	const uint8_t *rdata, size_t size, uint16_t type, struct pb_bytes expected)
{
	if (expected.size == 0 || size != 2 + expected.size)
		return false;
	for (size_t i = 0; i < expected.size; i++)
		if (rdata[2 + i] != expected.data[i] &&
			(type == LDNS_RR_TYPE_A ||
				tolower(rdata[2 + i]) != expected.data[i]))
			return false;
	return true;
}

/* All data at and below the pinned names are the honest server's. */
static void check_rrset(const struct ub_packed_rrset_key *rrset)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	uint16_t type = ntohs(rrset->rk.type);
	const struct pb_name *zone;
	struct pb_name owner;

	HOLDS(pb_name_from_wire(&owner, rrset->rk.dname, rrset->rk.dname_len) > 0);
	zone = zone_of(&owner);
	if (zone == NULL || ntohs(rrset->rk.rrset_class) != LDNS_RR_CLASS_IN)
		return;
	/* ds.test is pinned as having none. */
	HOLDS(type != LDNS_RR_TYPE_DS || zone != &world.pinned[1] ||
		!pb_name_equal(&owner, zone));
	for (size_t i = 0; i < data->count && !of_the_parent(type); i++) {
		struct pb_bytes honest = honest_data(zone, &owner, type);

		if (type == LDNS_RR_TYPE_SOA) {
			HOLDS(pb_name_equal(&owner, zone));
			continue;
		}
		HOLDS(is_data(data->rr_data[i], data->rr_len[i], type, honest));
	}
}

/* Nor is it denied that there are such data. */
static void check_denial(
	const struct pb_name *name, uint16_t type, const struct reply_info *reply)
{
	const struct pb_name *zone = zone_of(name);
	int rcode = FLAGS_GET_RCODE(reply->flags);

	if (zone == NULL || of_the_parent(type) || type == LDNS_RR_TYPE_ANY)
		return;
	HOLDS(rcode != LDNS_RCODE_NXDOMAIN);
	HOLDS(rcode != LDNS_RCODE_NOERROR || reply->an_numrrsets > 0 ||
		honest_data(zone, name, type).size == 0);
}

static void check_message(const struct query_info *qinfo, const struct reply_info *reply)
{
	struct pb_name name;

	HOLDS(pb_name_from_wire(&name, qinfo->qname, qinfo->qname_len) > 0);
	check_denial(&name, qinfo->qtype, reply);
}

/* Some zone above may have its servers in a pinned one: their addresses, as it has them,
 * are kept, to get any further; see additional.h. They do not go out to clients. */
static bool is_glue(const struct ub_packed_rrset_key *rrset)
{
	const struct packed_rrset_data *data = rrset->entry.data;

	return rrset->rk.type == htons(LDNS_RR_TYPE_A) &&
	       (data->trust <= rrset_trust_add_AA ||
		       (rrset->rk.flags & PACKED_RRSET_PARENT_SIDE) != 0);
}

static void check_cached_rrset(struct lruhash_entry *entry, void *arg)
{
	(void)arg;
	if (!is_glue(entry->key))
		check_rrset(entry->key);
}

static void check_cached_message(struct lruhash_entry *entry, void *arg)
{
	const struct msgreply_entry *cached = entry->key;

	(void)arg;
	check_message(&cached->key, entry->data);
}

/* Takes the place of libunbound's: the client's answer. */
void libworker_fg_done_cb(void *arg, int rcode, sldns_buffer *buf, enum sec_status s,
	char *why_bogus, int was_ratelimited)
{
	struct regional *region = arg;
	struct query_info qinfo;
	struct reply_info *reply;
	struct msg_parse parsed = {0};

	(void)s;
	(void)why_bogus;
	(void)was_ratelimited;
	run.answered = true;
	HOLDS(!run.honest || rcode == LDNS_RCODE_NOERROR);
	if (rcode != LDNS_RCODE_NOERROR)
		return;
	sldns_buffer_set_position(buf, 0);
	HOLDS(parse_packet(buf, &parsed, region) == LDNS_RCODE_NOERROR);
	HOLDS(parse_create_msg(buf, &parsed, NULL, &qinfo, &reply, region));
	for (size_t i = 0; i < reply->rrset_count; i++)
		check_rrset(reply->rrsets[i]);
	check_message(&qinfo, reply);
}

/* --- one run --------------------------------------------------------------------------
 */

static const struct {
	const char *name;
	uint16_t type;
} questions[] = {
	{"www.pin.test", LDNS_RR_TYPE_A},
	{"pin.test", LDNS_RR_TYPE_MX},
	{"pin.test", LDNS_RR_TYPE_NS},
	{"a.b.c.pin.test", LDNS_RR_TYPE_A},
	{"ns1.pin.test", LDNS_RR_TYPE_A},
	{"pin.test", LDNS_RR_TYPE_ANY},
	{"www.pin.test", LDNS_RR_TYPE_AAAA},
	{"www.ds.test", LDNS_RR_TYPE_A},
	{"ds.test", LDNS_RR_TYPE_DS},
	{"ds.test", LDNS_RR_TYPE_MX},
	{"alias.test", LDNS_RR_TYPE_A},
	{"other.test", LDNS_RR_TYPE_A},
	{"test", LDNS_RR_TYPE_NS},
	{"pin.test", LDNS_RR_TYPE_DS},
	{"pin.elsewhere", LDNS_RR_TYPE_MX},
	{"alias.test", LDNS_RR_TYPE_ANY},
};

static void ask(unsigned which)
{
	struct regional *region = regional_create();
	struct pb_name name = name_of(questions[which % 16].name);
	struct query_info qinfo = {.qname = name.wire,
		.qname_len = name.size,
		.qtype = questions[which % 16].type,
		.qclass = LDNS_RR_CLASS_IN};
	struct edns_data edns = {.udp_size = 4096};

	run.answered = false;
	HOLDS(mesh_new_callback(world.env.mesh, &qinfo,
		BIT_RD | (which & 16 ? BIT_CD : 0), &edns, world.answer, 0,
		libworker_fg_done_cb, region, 0));
	while (run.first != NULL)
		deliver();
	HOLDS(run.answered);
	slabhash_traverse(&world.env.rrset_cache->table, 0, check_cached_rrset, NULL);
	slabhash_traverse(world.env.msg_cache, 0, check_cached_message, NULL);
	regional_destroy(region);
}

static void begin_run(const uint8_t *data, size_t size)
{
	static const struct pb_verdicts_conf conf = {
		.recheck = 60, .log_interval = 300, .verdicts = 32};
	struct val_env *validator = world.env.modinfo[VALIDATOR];

	run.data = data;
	run.size = size;
	run.honest = size < 3;
	run.sent = 0;
	world.random = 1;
	world.now = START;
	world.now_tv.tv_sec = START;
	world.pb.verdicts = pb_verdicts_new(&conf);
	/* As new: another one each time would take most of the time. */
	memset(world.pb.approved, 0, pbm_approved_size());
	neg_cache_delete(world.env.neg_cache);
	validator->neg_cache = world.env.neg_cache = val_neg_create(world.env.cfg, 150);
	HOLDS(world.pb.verdicts != NULL && world.env.neg_cache != NULL);
}

static void end_run(void)
{
	mesh_delete_all(world.env.mesh);
	slabhash_clear(world.env.msg_cache);
	slabhash_clear(&world.env.rrset_cache->table);
	slabhash_clear(world.env.infra_cache->hosts);
	slabhash_clear(world.env.key_cache->slab);
	pbm_teller_write(world.pb.teller);
	pb_verdicts_free(world.pb.verdicts);
}

/* --- the world
 * --------------------------------------------------------------------------- */

static void pin(struct pb_edit *edit, struct pb_name *name, const char *text,
	const char *server, const char *address, const char *mx, bool ds_none)
{
	static struct pb_pinbuf buf;
	unsigned seen = 0;

	*name = name_of(text);
	pb_pinbuf_init(&buf);
	HOLDS(pb_pinfile_set(&buf, "name", text, &seen, &error) &&
		pb_pinfile_set(&buf, "ns", server, &seen, &error) &&
		pb_pinfile_set(&buf, "address", address, &seen, &error) &&
		pb_pinfile_set(&buf, "mx", mx, &seen, &error) &&
		pb_pinfile_set(&buf, "strict", "yes", &seen, &error));
	if (ds_none)
		HOLDS(pb_pinfile_set(&buf, "ds", "none", &seen, &error));
	HOLDS(pb_edit_put(edit, &buf.pin, &error) == PB_OK);
}

static void make_pins(void)
{
	struct pb_edit *edit;

	world.pb.store = pb_store_open(fuzz_file("pins.mdb"), PB_STORE_CREATE, &error);
	HOLDS(world.pb.store != NULL);
	edit = pb_edit_begin(world.pb.store, "fuzz", "pin", START, &error);
	HOLDS(edit != NULL);
	pin(edit, &world.pinned[0], "pin.test", "ns1.pin.test", "ns1.pin.test 192.0.2.53",
		"mail.pin.test", false);
	pin(edit, &world.pinned[1], "ds.test", "ns1.ds.test", "ns1.ds.test 192.0.2.53",
		"mail.ds.test", true);
	HOLDS(pb_edit_commit(edit, &world.pb.enforced, &error) == PB_OK);
}

static void make_state(void)
{
	static char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s", fuzz_file("state.mdb"));
	file = fopen(path, "we");
	HOLDS(file != NULL);
	(void)fclose(file);
	world.pb.teller = pbm_teller_new(&world.pb, path);
	HOLDS(world.pb.teller != NULL);
}

/* Where the root is, and nothing of the world outside. */
static void configure(struct config_file *cfg)
{
	const char *path = fuzz_file("root.hints");
	FILE *hints = fopen(path, "we");

	HOLDS(hints != NULL);
	(void)fputs(". 3600 NS a.test.\na.test. 3600 A 192.0.2.1\n", hints);
	(void)fclose(hints);
	HOLDS(cfg_strlist_insert(&cfg->root_hints, strdup(path)));
	free(cfg->chrootdir);
	cfg->chrootdir = strdup("");
	free(cfg->module_conf);
	cfg->module_conf = strdup("dynlib validator iterator");
	cfg->do_ip6 = 0;
	cfg->use_syslog = 0;
	cfg->msg_cache_slabs = cfg->rrset_cache_slabs = cfg->infra_cache_slabs =
		cfg->key_cache_slabs = 1;
}

static void make_unbound(void)
{
	struct module_env *env = &world.env;

	env->cfg = config_create();
	HOLDS(env->cfg != NULL);
	configure(env->cfg);
	alloc_init(&world.super, NULL, 0);
	alloc_init(&world.alloc, &world.super, 0);
	env->alloc = &world.alloc;
	env->rnd = ub_initstate(NULL);
	env->now = &world.now;
	env->now_tv = &world.now_tv;
	env->scratch = regional_create_custom(env->cfg->msg_buffer_size);
	env->scratch_buffer = sldns_buffer_new(env->cfg->msg_buffer_size);
	env->msg_cache = slabhash_create(1, HASH_DEFAULT_STARTARRAY,
		env->cfg->msg_cache_size, msgreply_sizefunc, query_info_compare,
		query_entry_delete, reply_info_delete, NULL);
	env->rrset_cache = rrset_cache_create(env->cfg, &world.alloc);
	env->infra_cache = infra_create(env->cfg);
	env->auth_zones = auth_zones_create();
	env->fwds = forwards_create();
	env->hints = hints_create();
	HOLDS(forwards_apply_cfg(env->fwds, env->cfg) &&
		hints_apply_cfg(env->hints, env->cfg));
	env->send_query = worker_send_query;
	env->detach_subs = mesh_detach_subs;
	env->attach_sub = mesh_attach_sub;
	env->add_sub = mesh_add_sub;
	env->kill_sub = mesh_state_delete;
	env->detect_cycle = mesh_detect_cycle;
	world.answer = sldns_buffer_new(MESSAGE_MAX);
	world.point.type = comm_udp;
	world.point.buffer = sldns_buffer_new(MESSAGE_MAX);
}

/* As dynlib does when it has loaded the module. */
static void make_module(void)
{
	struct dynlibmod_env *host = &world.host;

	host->func_operate = pbm_operate;
	host->func_clear = pbm_clear;
	host->dyn_env = &world.pb;
	world.env.modinfo[PINBOUND] = host;
	HOLDS(inplace_cb_register_wrapped((void *)&pbm_observe, inplace_cb_query_response,
		      NULL, &world.env, PINBOUND) &&
		inplace_cb_register_wrapped((void *)&pbm_explain,
			inplace_cb_reply_servfail, NULL, &world.env, PINBOUND));
	world.pb.policy.default_mode = PB_MODE_REFUSE;
	world.pb.conf.recheck = 60;
	world.pb.operators = pb_names_new(1);
	world.pb.approved = pbm_approved_new();
	HOLDS(world.pb.operators != NULL && world.pb.approved != NULL);
}

static void ignore_end(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	(void)qstate;
	(void)id;
	(void)super;
}

static void make_world(void)
{
	world.test = name_of("test");
	world.alias = name_of("alias.test");
	log_init("/dev/null", 0, NULL);
	make_pins();
	make_state();
	make_unbound();
	make_module();
	world.host.func_inform = ignore_end;
	world.mods.num = MODULES;
	world.mods.mod = world.blocks;
	world.blocks[PINBOUND] = dynlibmod_get_funcblock();
	world.blocks[VALIDATOR] = val_get_funcblock();
	world.blocks[ITERATOR] = iter_get_funcblock();
	HOLDS(world.blocks[VALIDATOR]->init(&world.env, VALIDATOR) &&
		world.blocks[ITERATOR]->init(&world.env, ITERATOR));
	world.env.mesh = mesh_create(&world.mods, &world.env);
	HOLDS(world.env.mesh != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned steps[] = {0, 1, 6, 61, 301, 3601, 90000, 0};

	if (size < 3)
		return 0;
	if (world.env.mesh == NULL)
		make_world();
	begin_run(data + 3, size - 3);
	ask(data[0]);
	world.now += steps[data[2] % 8];
	world.now_tv.tv_sec = world.now;
	ask(data[1]);
	end_run();
	return 0;
}
