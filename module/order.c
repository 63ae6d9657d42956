/* order.c - see order.h. */
#include "order.h"

#define EXPECTED "\"dynlib validator iterator\""

/* The first module that must not stand where it does, NULL if there is none. */
static const char *misplaced(const struct module_stack *mods, int id)
{
	for (int i = 0; i < mods->num; i++) {
		const char *name = mods->mod[i]->name;

		if (i < id && strcmp(name, "dns64") != 0)
			return name;
		if (strcmp(name, "cachedb") == 0)
			return name;
	}
	return NULL;
}

bool pbm_in_order(const struct module_qstate *qstate, int id)
{
	struct pbm *pb = pbm_of(qstate->env, id);
	int known = __atomic_load_n(&pb->order, __ATOMIC_RELAXED);

	if (known == PBM_ORDER_UNKNOWN) {
		const char *name = misplaced(&qstate->env->mesh->mods, id);

		known = name == NULL ? PBM_ORDER_GOOD : PBM_ORDER_BAD;
		if (__atomic_exchange_n(&pb->order, known, __ATOMIC_RELAXED) != known &&
			name != NULL)
			log_err("pinbound: module-config has \"%s\" where it gets round "
				"Pinbound: what is pinned cannot be verified. Write "
				"module-config: " EXPECTED,
				name);
	}
	return known == PBM_ORDER_GOOD;
}

bool pbm_order_known_good(const char *module_conf, struct pb_error *error)
{
	if (pbm_module_number(module_conf, "cachedb") < 0)
		return true;
	pb_error_set(error,
		"module-config has \"cachedb\", whose answers nobody has judged: take it "
		"out, as in module-config: " EXPECTED);
	return false;
}

int pbm_module_number(const char *module_conf, const char *name)
{
	static const char blanks[] = " \t";
	int number = 0;

	for (const char *at = module_conf; at != NULL && *at != '\0'; number++) {
		size_t size;

		at += strspn(at, blanks);
		size = strcspn(at, blanks);
		if (size == strlen(name) && strncmp(at, name, size) == 0)
			return number;
		at += size;
	}
	return -1;
}
