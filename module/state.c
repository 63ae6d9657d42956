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

struct pbm_query *pbm_next_super(const struct module_qstate *qstate, int id, void **place)
{
	struct mesh_state_ref *super = *place;
	rbnode_type *next = super == NULL ? rbtree_first(&qstate->mesh_info->super_set)
					  : rbtree_next(&super->node);

	while (next != RBTREE_NULL) {
		super = (struct mesh_state_ref *)next;
		if (pbm_query_find(&super->s->s, id) != NULL) {
			*place = super;
			return pbm_query_find(&super->s->s, id);
		}
		next = rbtree_next(next);
	}
	return NULL;
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
