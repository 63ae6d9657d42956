/* growth.c - see growth.h. */
#include "growth.h"
#include "sentinel.h"
#include "util/config_file.h"
#include "util/storage/slabhash.h"

/* RRsets may be stored twice: the parent's are kept apart. */
#define COPIES 2
#define UNSEEN_MAX 8

void pbm_growth_init(
	struct pbm_growth *growth, const struct pbm *pb, const struct module_env *env)
{
	growth->rrsets = count_slabhash_entries(&env->rrset_cache->table);
	growth->brought[0] = growth->brought[1] = pb->rrsets_seen;
	/* Without that, the scrubber stores glue of other zones beside the response. */
	growth->tells = env->cfg->harden_glue;
}

/* A response is counted before it is stored: it may come into the cache after the next
 * look. */
bool pbm_growth_is_foreign(
	struct pbm_growth *growth, const struct pbm *pb, const struct module_env *env)
{
	uint64_t rrsets, brought, before = growth->rrsets, allowed;

	if (!growth->tells || !pbm_caches_enter())
		return false;
	rrsets = count_slabhash_entries(&env->rrset_cache->table);
	pbm_caches_leave();
	brought = __atomic_load_n(&pb->rrsets_seen, __ATOMIC_RELAXED);
	allowed = (brought - growth->brought[1]) * COPIES + UNSEEN_MAX;
	growth->rrsets = rrsets;
	growth->brought[1] = growth->brought[0];
	growth->brought[0] = brought;
	return rrsets > before + allowed;
}
