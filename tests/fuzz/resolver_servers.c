/*
 * resolver_servers.c - see resolver.h: the servers, of which all but the pinned zones'
 * own say what the input has for them. It comes in responses, each 1 octet of how, and
 * to which of the queries that are on their way, 2 of the size, and its octets; after the
 * last, all are honest.
 */
#include "resolver.h"

#include "libunbound/worker.h"
#include "services/outside_network.h"

#define QUERIES_MOST 200

enum { ELSEWHERE = 0, ROOT = 1, TEST = 2, HONEST = 53, DATA = 80, OTHER = 99 };
enum { CRAFTED, RAW, HONESTLY, SILENCE, WAYS };

/* A query that is on its way to a server. */
struct query {
	struct outbound_entry entry;
	struct query *next;
	unsigned server; /* the last octet of 192.0.2.0/24, or ELSEWHERE */
	struct sockaddr_storage address;
	socklen_t address_size;
	struct pb_name name;
	uint16_t type;
	uint8_t asked[PB_NAME_MAX]; /* the name as it was sent */
};

/* What is left of the input, and the queries that are on their way. */
static struct {
	const uint8_t *data;
	size_t size;
	struct query *first, *last;
	unsigned sent;
} run;

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

struct pb_bytes honest_data(
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

static void take_out(struct query *query)
{
	struct query *at = run.first, *before = NULL;

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

/* Likewise: nobody waits for the answer any more. The memory goes with the state. */
void outnet_serviced_query_stop(struct serviced_query *sq, void *cb_arg)
{
	(void)cb_arg;
	take_out((struct query *)sq);
}

/* The one that is answered next. */
static struct query *next_query(void)
{
	struct query *query = run.first;
	unsigned behind = run.size == 0 ? 0 : run.data[0] / WAYS;

	for (; behind > 0; behind--)
		query = query->next == NULL ? run.first : query->next;
	return query;
}

static void deliver(void)
{
	struct query *query = next_query();
	struct comm_reply reply = {.c = &world.point,
		.remote_addr = query->address,
		.remote_addrlen = query->address_size};
	bool says = answer(query);

	take_out(query);
	sldns_buffer_clear(world.point.buffer);
	if (says)
		sldns_buffer_write(world.point.buffer, message.octets, message.size);
	sldns_buffer_flip(world.point.buffer);
	mesh_report_reply(world.env.mesh, &query->entry, &reply,
		says ? NETEVENT_NOERROR : NETEVENT_TIMEOUT);
}

void servers_begin(const uint8_t *data, size_t size)
{
	run.data = data;
	run.size = size;
	run.sent = 0;
}

void servers_answer(void)
{
	while (run.first != NULL)
		deliver();
}
