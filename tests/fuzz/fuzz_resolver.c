/*
 * fuzz_resolver.c - the module in a resolver whose servers lie.
 *
 * Unbound's own mesh, validator and iterator run as in the daemon, with Pinbound in
 * front, on a network that is resolver_servers.c. What a server of the root or of "test."
 * says, and any that they refer to, is the input: Unbound parses and scrubs the message,
 * and what is left comes to the module's callback. Two zones are pinned, "pin.test" and
 * "ds.test". Their one server is honest, at an address of its own, and its data are known
 * here. So what the module promises can be checked: no client, and no cache, gets
 * anything else of these zones, and nobody else is asked about them.
 *
 * The input: 2 octets, what is asked first and what then; 1 of seconds between the two,
 * in steps, or that they are asked at once; then what the servers say.
 */
#include "approved.h"
#include "resolver.h"
#include "teller.h"
#include <ctype.h>

#include "libunbound/worker.h"
#include "services/cache/infra.h"
#include "util/data/msgparse.h"
#include "util/storage/slabhash.h"
#include "validator/val_kcache.h"
#include "validator/val_neg.h"
#include "validator/validator.h"

/* No server could have lied. */
static bool all_honest;

struct client {
	struct regional *region;
	bool answered;
};

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

	return (rrset->rk.type == htons(LDNS_RR_TYPE_A) ||
		       rrset->rk.type == htons(LDNS_RR_TYPE_AAAA)) &&
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
	struct client *client = arg;
	struct query_info qinfo;
	struct reply_info *reply;
	struct msg_parse parsed = {0};

	(void)s;
	(void)why_bogus;
	(void)was_ratelimited;
	client->answered = true;
	HOLDS(!all_honest || rcode == LDNS_RCODE_NOERROR);
	if (rcode != LDNS_RCODE_NOERROR)
		return;
	sldns_buffer_set_position(buf, 0);
	HOLDS(parse_packet(buf, &parsed, client->region) == LDNS_RCODE_NOERROR);
	HOLDS(parse_create_msg(buf, &parsed, NULL, &qinfo, &reply, client->region));
	for (size_t i = 0; i < reply->rrset_count; i++)
		check_rrset(reply->rrsets[i]);
	check_message(&qinfo, reply);
}

/* --- one run ------------------------------------------------------------------------ */

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

static void ask(struct client *client, unsigned which)
{
	struct pb_name name = name_of(questions[which % 16].name);
	struct query_info qinfo = {.qname = name.wire,
		.qname_len = name.size,
		.qtype = questions[which % 16].type,
		.qclass = LDNS_RR_CLASS_IN};
	struct edns_data edns = {.udp_size = 4096};

	*client = (struct client){.region = regional_create()};
	HOLDS(client->region != NULL);
	HOLDS(mesh_new_callback(world.env.mesh, &qinfo,
		BIT_RD | (which & 16 ? BIT_CD : 0), &edns, world.answer, 0,
		libworker_fg_done_cb, client, 0));
}

/* All that were asked get their answers. */
static void settle(const struct client *clients, unsigned count)
{
	servers_answer();
	for (unsigned i = 0; i < count; i++)
		HOLDS(clients[i].answered);
	slabhash_traverse(&world.env.rrset_cache->table, 0, check_cached_rrset, NULL);
	slabhash_traverse(world.env.msg_cache, 0, check_cached_message, NULL);
}

/* A small cache: a new memory of it, each time, takes no time. */
#define APPROVED_FOR 65536

static void begin_run(const uint8_t *data, size_t size)
{
	static const struct pb_verdicts_conf conf = {
		.recheck = 60, .log_interval = 300, .verdicts = 32};
	struct val_env *validator = world.env.modinfo[VALIDATOR];

	servers_begin(data, size);
	all_honest = size < 3;
	world.random = 1;
	world.now = START;
	world.now_tv.tv_sec = START;
	world.pb.verdicts = pb_verdicts_new(&conf);
	world.pb.approved = pbm_approved_new(APPROVED_FOR);
	neg_cache_delete(world.env.neg_cache);
	validator->neg_cache = world.env.neg_cache = val_neg_create(world.env.cfg, 150);
	HOLDS(world.pb.verdicts != NULL && world.pb.approved != NULL &&
		world.env.neg_cache != NULL);
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
	pbm_approved_free(world.pb.approved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned steps[] = {0, 1, 6, 61, 301, 3601, 90000, 0};
	struct client clients[2];

	if (size < 3)
		return 0;
	world_make();
	begin_run(data + 3, size - 3);
	ask(&clients[0], data[0]);
	if (data[2] < 128) {
		settle(clients, 1);
		world.now += steps[data[2] % 8];
		world.now_tv.tv_sec = world.now;
	}
	ask(&clients[1], data[1]);
	settle(clients, 2);
	end_run();
	regional_destroy(clients[0].region);
	regional_destroy(clients[1].region);
	return 0;
}
