/* state.c - see state.h. */
#include "state.h"

struct pbm *pbm_of(const struct module_env *env, int id)
{
	return ((const struct dynlibmod_env *)env->modinfo[id])->dyn_env;
}

struct pbm_query *pbm_query_find(const struct module_qstate *qstate, int id)
{
	return qstate->minfo[id];
}

struct pbm_query *pbm_query_get(struct module_qstate *qstate, int id)
{
	if (qstate->minfo[id] == NULL)
		qstate->minfo[id] =
			regional_alloc_zero(qstate->region, sizeof(struct pbm_query));
	return qstate->minfo[id];
}

void pbm_since(struct module_qstate *qstate, int id, uint64_t generation)
{
	struct pbm_query *query = pbm_query_find(qstate, id);

	if (query != NULL && query->since < generation)
		query->since = generation;
}

bool pbm_came_in_here(const struct module_qstate *qstate, int id)
{
	return qstate->ext_state[id] != module_state_initial;
}

bool pbm_is_own(const struct module_qstate *qstate, int id)
{
	const struct pbm_query *query = pbm_query_find(qstate, id);

	return query != NULL && query->own;
}
