/* purge.c - see purge.h. */
#include "purge.h"
#include "sentinel.h"
#include "util/storage/lruhash.h"
#include "util/storage/slabhash.h"
#include "validator/val_kcache.h"
#include "validator/val_kentry.h"
#include <time.h>

/* Bins that are looked at while others wait: some hundred microseconds. */
#define BINS_AT_ONCE 1024

/* Entries of those bins that can be removed at once; the bins are looked at again if
 * there are more. */
#define VICTIMS_MAX 512

struct victim {
	hashvalue_type hash;
	struct pb_name name;
	uint16_t type, rrclass;
	uint32_t flags;
};

struct purge {
	struct module_env *env;
	int subnetcache; /* its number among the modules, -1 if it is none of them */
	const struct pb_names *names;
	bool alone; /* nobody else uses the caches */
	size_t count;
	struct victim victims[VICTIMS_MAX];
};

/* What differs between the caches. */
struct cache {
	struct slabhash *(*of)(const struct purge *purge);
	/* Fills the victim in if the entry, which is locked, is to go. */
	bool (*choose)(const struct pb_names *names, const struct lruhash_entry *entry,
		struct victim *victim);
	void (*remove)(struct purge *purge, struct victim *victim);
};

static bool covers(const struct pb_names *names, const uint8_t *dname, size_t size,
	struct pb_name *name)
{
	return pb_name_from_wire(name, dname, size) != 0 && pb_names_cover(names, name);
}

/* --- messages --- */

static struct slabhash *messages_of(const struct purge *purge)
{
	return purge->env->msg_cache;
}

static bool choose_message(const struct pb_names *names,
	const struct lruhash_entry *entry, struct victim *victim)
{
	const struct query_info *qinfo =
		&((const struct msgreply_entry *)entry->key)->key;

	victim->type = qinfo->qtype;
	victim->rrclass = qinfo->qclass;
	return covers(names, qinfo->qname, qinfo->qname_len, &victim->name);
}

static void remove_from(struct slabhash *table, struct victim *victim)
{
	struct query_info qinfo = {.qname = victim->name.wire,
		.qname_len = victim->name.size,
		.qtype = victim->type,
		.qclass = victim->rrclass};

	slabhash_remove(table, victim->hash, &qinfo);
}

static void remove_message(struct purge *purge, struct victim *victim)
{
	remove_from(purge->env->msg_cache, victim);
}

/* --- RRsets --- */

static struct slabhash *rrsets_of(const struct purge *purge)
{
	return &purge->env->rrset_cache->table;
}

/* An alias that leads to one of the names. */
static bool leads_to(
	const struct pb_names *names, uint16_t type, const struct packed_rrset_data *data)
{
	struct pb_name target;

	if (type != LDNS_RR_TYPE_CNAME && type != LDNS_RR_TYPE_DNAME)
		return false;
	return data->count > 0 && data->rr_len[0] > 2 &&
	       covers(names, data->rr_data[0] + 2, data->rr_len[0] - 2, &target);
}

static bool is_victim(const struct pb_names *names, const struct ub_packed_rrset_key *key,
	struct victim *victim)
{
	victim->type = ntohs(key->rk.type);
	victim->rrclass = ntohs(key->rk.rrset_class);
	victim->flags = key->rk.flags;
	return covers(names, key->rk.dname, key->rk.dname_len, &victim->name) ||
	       leads_to(names, victim->type, key->entry.data);
}

static bool choose_rrset(const struct pb_names *names, const struct lruhash_entry *entry,
	struct victim *victim)
{
	const struct ub_packed_rrset_key *key = entry->key;

	/* One without a number is on its way out. */
	return key->id != 0 && is_victim(names, key, victim);
}

static void remove_rrset(struct purge *purge, struct victim *victim)
{
	rrset_cache_remove(purge->env->rrset_cache, victim->name.wire, victim->name.size,
		victim->type, victim->rrclass, victim->flags);
}

/* --- keys of zones, and that they have none --- */

static struct slabhash *keys_of(const struct purge *purge)
{
	return purge->env->key_cache == NULL ? NULL : purge->env->key_cache->slab;
}

static bool choose_key(const struct pb_names *names, const struct lruhash_entry *entry,
	struct victim *victim)
{
	const struct key_entry_key *key = entry->key;

	victim->rrclass = key->key_class;
	return covers(names, key->name, key->namelen, &victim->name);
}

static void remove_key(struct purge *purge, struct victim *victim)
{
	key_cache_remove(purge->env->key_cache, victim->name.wire, victim->name.size,
		victim->rrclass);
}

/* --- messages by the client's network: these have RRsets of their own --- */

static struct slabhash *subnets_of(const struct purge *purge)
{
	return purge->subnetcache < 0 ? NULL
				      : pbm_subnet_cache(purge->env, purge->subnetcache);
}

static bool has_victim(const void *names, const struct reply_info *reply)
{
	struct victim victim;

	for (size_t i = 0; i < reply->rrset_count; i++)
		if (is_victim(names, reply->rrsets[i], &victim))
			return true;
	return false;
}

static bool choose_subnet(const struct pb_names *names, const struct lruhash_entry *entry,
	struct victim *victim)
{
	return choose_message(names, entry, victim) ||
	       pbm_subnet_any(entry->data, has_victim, names);
}

static void remove_subnet(struct purge *purge, struct victim *victim)
{
	remove_from(subnets_of(purge), victim);
}

/* --- walking --- */

/* Chooses from some bins of one table. Returns the bin to go on with. */
static size_t choose_from(struct purge *purge, const struct cache *cache,
	struct lruhash *table, size_t bin, bool *more)
{
	size_t end = bin + BINS_AT_ONCE;

	purge->count = 0;
	*more = false;
	lock_quick_lock(&table->lock);
	if (end > table->size)
		end = table->size;
	for (; bin < end && !*more; bin++) {
		struct lruhash_entry *entry;

		lock_quick_lock(&table->array[bin].lock);
		for (entry = table->array[bin].overflow_list; entry != NULL;
			entry = entry->overflow_next) {
			struct victim *victim = &purge->victims[purge->count];

			if (purge->count == VICTIMS_MAX) {
				*more = true;
				break;
			}
			lock_rw_rdlock(&entry->lock);
			victim->hash = entry->hash;
			victim->flags = 0;
			if (cache->choose(purge->names, entry, victim))
				purge->count++;
			lock_rw_unlock(&entry->lock);
		}
		lock_quick_unlock(&table->array[bin].lock);
	}
	if (*more)
		bin--; /* the rest of it is still to come */
	*more = bin < table->size;
	lock_quick_unlock(&table->lock);
	return bin;
}

/* One step in one table, with the caches held. */
static bool step(struct purge *purge, const struct cache *cache, size_t slab, size_t *bin)
{
	struct slabhash *table = cache->of(purge);
	bool more = false;

	if (table == NULL || slab >= table->size)
		return false;
	*bin = choose_from(purge, cache, table->array[slab], *bin, &more);
	for (size_t i = 0; i < purge->count; i++)
		cache->remove(purge, &purge->victims[i]);
	return more;
}

static size_t slabs_of(const struct purge *purge, const struct cache *cache)
{
	struct slabhash *table = cache->of(purge);

	return table == NULL ? 0 : table->size;
}

static bool walk(struct purge *purge, const struct cache *cache)
{
	const struct timespec breath = {.tv_nsec = 20000};
	size_t slabs = 1;

	for (size_t slab = 0; slab < slabs; slab++) {
		size_t bin = 0;
		bool more;

		do {
			if (!purge->alone && !pbm_caches_enter())
				return false;
			slabs = slabs_of(purge, cache);
			more = step(purge, cache, slab, &bin);
			if (!purge->alone) {
				pbm_caches_leave();
				(void)nanosleep(&breath, NULL);
			}
		} while (more);
	}
	return true;
}

bool pbm_caches_empty(const struct module_env *env)
{
	return count_slabhash_entries(env->msg_cache) == 0 &&
	       count_slabhash_entries(&env->rrset_cache->table) == 0;
}

static bool remove_all(
	struct module_env *env, int subnetcache, const struct pb_names *names, bool alone)
{
	static const struct cache caches[] = {
		/* Messages first: those in them that other messages need go with
		 * their RRsets. */
		{messages_of, choose_message, remove_message},
		{rrsets_of, choose_rrset, remove_rrset},
		{keys_of, choose_key, remove_key},
		{subnets_of, choose_subnet, remove_subnet},
	};
	struct purge *purge;
	bool done = true;

	if (pb_names_count(names) == 0)
		return true;
	purge = malloc(sizeof(*purge));
	if (purge == NULL)
		return false;
	purge->env = env;
	purge->names = names;
	purge->subnetcache = subnetcache;
	purge->alone = alone;
	for (size_t i = 0; done && i < sizeof(caches) / sizeof(caches[0]); i++)
		done = walk(purge, &caches[i]);
	free(purge);
	return done;
}

bool pbm_purge(struct module_env *env, int subnetcache, const struct pb_names *names)
{
	return remove_all(env, subnetcache, names, false);
}

bool pbm_purge_alone(
	struct module_env *env, int subnetcache, const struct pb_names *names)
{
	return remove_all(env, subnetcache, names, true);
}
