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

static void *scratch(void *arg, size_t size)
{
	return regional_alloc(arg, size);
}

enum pb_result pbm_load_pin(struct module_qstate *qstate, const struct pbm *pb,
	const struct pb_name *name, unsigned labels, struct pb_pin *pin)
{
	struct pb_error error;
	struct pb_name zone;
	enum pb_result result;

	pb_name_ancestor(&zone, name, labels);
	result = pb_store_load(
		pb->store, &zone, pin, scratch, qstate->env->scratch, &error);
	if (result == PB_FAILED)
		log_err("pinbound: %s", error.text);
	return result;
}
