/* approved.c - see approved.h. */
#include "approved.h"
#include "pinbound/recent.h"
#include "read.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/*
 * Octets of the RRset cache for each thing that is remembered: an RRset takes more than
 * 200 there, and a delegation is one of several. So the cache forgets it first.
 */
#define DATUM_SIZE 128
#define DELEGATION_SIZE 256

/* Data come all the time, delegations seldom: they must not drive those out. */
struct pbm_approved {
	struct pb_recent *data;
	struct pb_recent *delegations;
};

struct pbm_approved *pbm_approved_new(size_t cache_size)
{
	struct pbm_approved *approved = calloc(1, sizeof(*approved));

	if (approved == NULL)
		return NULL;
	approved->data = pb_recent_new(cache_size / DATUM_SIZE);
	approved->delegations = pb_recent_new(cache_size / DELEGATION_SIZE);
	if (approved->data != NULL && approved->delegations != NULL)
		return approved;
	pbm_approved_free(approved);
	return NULL;
}

void pbm_approved_free(struct pbm_approved *approved)
{
	if (approved == NULL)
		return;
	pb_recent_free(approved->data);
	pb_recent_free(approved->delegations);
	free(approved);
}

size_t pbm_approved_size(const struct pbm_approved *approved)
{
	return sizeof(*approved) + pb_recent_size(approved->data) +
	       pb_recent_size(approved->delegations);
}

uint64_t pbm_rdata_hash(const struct ub_packed_rrset_key *rrset, uint64_t seed)
{
	const struct packed_rrset_data *data = rrset->entry.data;
	uint64_t sum = data->count;

	for (size_t i = 0; i < data->count; i++)
		sum += XXH3_64bits_withSeed(data->rr_data[i], data->rr_len[i], seed);
	return sum;
}

bool pbm_is_proof(const struct ub_packed_rrset_key *rrset)
{
	uint16_t type = ntohs(rrset->rk.type);

	return type == LDNS_RR_TYPE_SOA || type == LDNS_RR_TYPE_NSEC ||
	       type == LDNS_RR_TYPE_NSEC3;
}

static void *scratch(void *region, size_t size)
{
	return regional_alloc(region, size);
}

/*
 * Which versions of which pins have a say about the name, as one number: an approval by
 * others is none. 0: none has, or that cannot be read.
 */
static uint64_t pins_of(
	const struct pbm *pb, struct regional *region, const struct pb_name *name)
{
	struct pb_error error;
	struct pb_path path;
	struct pb_name zone;
	struct pb_pin pin;
	uint64_t sum = 0;

	if (pb_store_path(pb->store, name, &path, &error) != PB_OK)
		return 0;
	for (unsigned i = 0; i < path.count; i++) {
		pb_name_ancestor(&zone, name, path.labels[i]);
		if (pb_store_load(pb->store, &zone, &pin, scratch, region, &error) !=
			PB_OK)
			return 0;
		sum = sum * 31 + pin.generation;
	}
	return sum;
}

/* 0 is what no hash is: see recent.h. */
static uint64_t hash_of(const struct pb_name *name, uint64_t pins, uint64_t what)
{
	uint64_t hash = XXH3_64bits_withSeed(name->wire, name->size, pins) ^ what;

	return hash != 0 ? hash : 1;
}

static uint64_t hash_of_rrset(const struct ub_packed_rrset_key *rrset,
	const struct pb_name *owner, uint64_t pins)
{
	return hash_of(owner, pins, pbm_rdata_hash(rrset, ntohs(rrset->rk.type)));
}

static uint64_t hash_of_denial(
	const struct pb_name *name, uint64_t pins, uint16_t type, int rcode)
{
	uint16_t said[] = {type, (uint16_t)rcode, UINT16_MAX};

	return hash_of(name, pins, XXH3_64bits(said, sizeof(said)));
}

static struct pb_recent *those_like(
	const struct pbm_approved *approved, const struct ub_packed_rrset_key *rrset)
{
	return ntohs(rrset->rk.type) == LDNS_RR_TYPE_NS ? approved->delegations
							: approved->data;
}

/* True if it is of a pinned name, and is remembered. */
static bool approve_rrset(const struct pbm *pb, struct regional *region,
	const struct ub_packed_rrset_key *rrset)
{
	struct pb_name owner;
	uint64_t pins;

	if (!pbm_read_owner(&owner, rrset))
		return false;
	pins = pins_of(pb, region, &owner);
	if (pins != 0)
		pb_recent_add(those_like(pb->approved, rrset),
			hash_of_rrset(rrset, &owner, pins));
	return pins != 0;
}

/* The same. */
static bool approve_denial(
	const struct pbm *pb, struct regional *region, const struct pbm_step *step)
{
	uint64_t pins = pins_of(pb, region, &step->question);

	if (pins != 0)
		pb_recent_add(pb->approved->data,
			hash_of_denial(&step->question, pins, step->type,
				FLAGS_GET_RCODE(step->reply->flags)));
	return pins != 0;
}

bool pbm_approve(struct module_qstate *qstate, int id, const struct pbm_step *step)
{
	const struct pbm *pb = pbm_of(qstate->env, id);
	struct regional *region = qstate->env->scratch;
	bool any = false;

	for (size_t i = 0; i < step->reply->rrset_count; i++)
		if (!pbm_is_proof(step->reply->rrsets[i]) &&
			approve_rrset(pb, region, step->reply->rrsets[i]))
			any = true;
	if (step->response == PB_NODATA || step->response == PB_NXDOMAIN)
		any = approve_denial(pb, region, step) || any;
	return any;
}

bool pbm_rrset_approved(const struct pbm *pb, struct regional *region,
	const struct ub_packed_rrset_key *rrset)
{
	struct pb_name owner;
	uint64_t pins, hash;

	if (!pbm_read_owner(&owner, rrset))
		return false;
	pins = pins_of(pb, region, &owner);
	hash = hash_of_rrset(rrset, &owner, pins);
	return pins != 0 && pb_recent_has(those_like(pb->approved, rrset), hash);
}

bool pbm_denial_approved(const struct pbm *pb, struct regional *region,
	const struct pb_name *name, uint16_t type, int rcode)
{
	uint64_t pins = pins_of(pb, region, name);
	uint64_t hash = hash_of_denial(name, pins, type, rcode);

	return pins != 0 && pb_recent_has(pb->approved->data, hash);
}
