/* purge.c - see purge.h. */
#include "purge.h"
#include "sentinel.h"
#include "util/storage/lruhash.h"
#include "util/storage/slabhash.h"
#include "validator/val_kcache.h"
#include "validator/val_kentry.h"
#include <sched.h>
#include <time.h>

/* Bins between two breaths: a few milliseconds. */
#define BINS_AT_ONCE 8192

/* Bins until a worker that waits for this processor gets its turn: a tenth of a
 * millisecond. */
#define BINS_A_TURN 128

/* Bins whose first entries are had from memory at the same time. */
#define BINS_AHEAD 16

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
	/* Fills the victim in if the entry is to go. Its bin is locked: its key stays as
	 * it is. What else is read of it, and what is written, takes its own lock. */
	bool (*choose)(const struct pb_names *names, struct lruhash_entry *entry,
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

static bool choose_message(
	const struct pb_names *names, struct lruhash_entry *entry, struct victim *victim)
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

static bool is_alias(const struct ub_packed_rrset_key *key)
{
	uint16_t type = ntohs(key->rk.type);

	return type == LDNS_RR_TYPE_CNAME || type == LDNS_RR_TYPE_DNAME;
}

/* An alias that leads to one of the names. */
static bool leads_to(const struct pb_names *names, const struct ub_packed_rrset_key *key)
{
	const struct packed_rrset_data *data = key->entry.data;
	struct pb_name target;

	return is_alias(key) && data->count > 0 && data->rr_len[0] > 2 &&
	       covers(names, data->rr_data[0] + 2, data->rr_len[0] - 2, &target);
}

static bool is_victim(const struct pb_names *names, const struct ub_packed_rrset_key *key,
	struct victim *victim)
{
	victim->type = ntohs(key->rk.type);
	victim->rrclass = ntohs(key->rk.rrset_class);
	victim->flags = key->rk.flags;
	return covers(names, key->rk.dname, key->rk.dname_len, &victim->name) ||
	       leads_to(names, key);
}

static bool choose_rrset(
	const struct pb_names *names, struct lruhash_entry *entry, struct victim *victim)
{
	const struct ub_packed_rrset_key *key = entry->key;
	bool chosen;

	if (!is_alias(key) &&
		!covers(names, key->rk.dname, key->rk.dname_len, &victim->name))
		return false;
	lock_rw_rdlock(&entry->lock);
	/* One without a number is on its way out. */
	chosen = key->id != 0 && is_victim(names, key, victim);
	lock_rw_unlock(&entry->lock);
	return chosen;
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

static bool choose_key(
	const struct pb_names *names, struct lruhash_entry *entry, struct victim *victim)
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

static bool choose_subnet(
	const struct pb_names *names, struct lruhash_entry *entry, struct victim *victim)
{
	bool chosen;

	lock_rw_rdlock(&entry->lock);
	chosen = choose_message(names, entry, victim) ||
		 pbm_subnet_any(entry->data, has_victim, names);
	lock_rw_unlock(&entry->lock);
	return chosen;
}

static void remove_subnet(struct purge *purge, struct victim *victim)
{
	remove_from(subnets_of(purge), victim);
}

/* --- walking --- */

/* Memory takes longer to come than an entry to be looked at. Entries come into a bin, and
 * leave it, with the table's lock held, as it is here. */
static void fetch_ahead(const struct lruhash *table, size_t bin)
{
	for (size_t i = 0; i < BINS_AHEAD && bin + i < table->size; i++) {
		const char *entry = (const char *)table->array[bin + i].overflow_list;

		__builtin_prefetch(entry);
		__builtin_prefetch(entry + 64);
	}
}

/*
 * Locks a bin, NULL behind the last one. The table's own lock, which is one that spins
 * and that every query takes, is not held any longer than by them: to look at what is in
 * a bin takes the bin's, as in lruhash_lookup(). A table that grows waits for that; what
 * is in a bin then stays there, or goes to one that is still to come.
 */
static struct lruhash_bin *lock_bin(struct lruhash *table, size_t bin)
{
	struct lruhash_bin *locked = NULL;

	lock_quick_lock(&table->lock);
	if (bin < table->size) {
		if (bin % BINS_AHEAD == 0)
			fetch_ahead(table, bin);
		locked = &table->array[bin];
		lock_quick_lock(&locked->lock);
	}
	lock_quick_unlock(&table->lock);
	return locked;
}

/* Chooses from one bin, which is locked. False if there is no room for them all. */
static bool choose_from_bin(
	struct purge *purge, const struct cache *cache, const struct lruhash_bin *bin)
{
	struct lruhash_entry *entry;

	for (entry = bin->overflow_list; entry != NULL; entry = entry->overflow_next) {
		struct victim *victim = &purge->victims[purge->count];

		if (purge->count == VICTIMS_MAX)
			return false;
		victim->hash = entry->hash;
		victim->flags = 0;
		if (cache->choose(purge->names, entry, victim))
			purge->count++;
	}
	return true;
}

/* Chooses from some bins of one table. Returns the bin to go on with. */
static size_t choose_from(struct purge *purge, const struct cache *cache,
	struct lruhash *table, size_t bin, bool *more)
{
	size_t end = bin + BINS_AT_ONCE;
	struct lruhash_bin *locked;

	purge->count = 0;
	*more = true;
	for (; bin < end; bin++) {
		bool all;

		if (bin % BINS_A_TURN == 0)
			(void)sched_yield();
		locked = lock_bin(table, bin);
		*more = locked != NULL;
		if (!*more)
			break;
		all = choose_from_bin(purge, cache, locked);
		lock_quick_unlock(&locked->lock);
		if (!all)
			break; /* the rest of it is still to come */
	}
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

bool pbm_purge_alone(struct module_env *env, const struct pb_names *names)
{
	return remove_all(env, -1, names, true);
}
