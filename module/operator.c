/* operator.c - see operator.h. */
#include "operator.h"

static bool is_pinned(struct pbm *pb, const struct pb_name *name)
{
	struct pb_error error;
	struct pb_path path;

	return pb_store_path(pb->store, name, &path, &error) == PB_OK &&
	       path.labels[path.count - 1] == pb_name_labels(name);
}

static bool is_over_pinned(struct pbm *pb, const struct pb_name *name)
{
	struct pb_error error;

	return pb_store_any_below(pb->store, name, &error) == PB_OK;
}

/*
 * A zone whose servers or data unbound.conf has. `own`: Unbound never goes anywhere
 * else for it. The root is no news: its servers have to be known in any case.
 */
static void tell(struct pbm *pb, const char *kind, const struct pb_name *name, bool own)
{
	char zone[PB_NAME_TEXT_MAX];

	(void)pb_name_to_text(name, zone);
	if (is_pinned(pb, name))
		log_info("pinbound: %s \"%s\" stands at a pinned name: %s", kind, zone,
			own ? "it is the operator's own word, and the pin is not applied"
			    : "the pin is applied, and what the zone says itself is "
			      "unverified, since it may fall back to the servers of "
			      "others");
	else if (name->size > 1 && is_over_pinned(pb, name))
		log_info("pinbound: %s \"%s\" stands over pinned names: they are judged "
			 "by what it says",
			kind, zone);
}

static bool read_name(struct pb_name *name, const char *text)
{
	/* If it is none, Unbound has complained of it. */
	return text != NULL && pb_name_from_text(name, text, strlen(text), NULL);
}

static void tell_of_stubs(struct pbm *pb, const struct config_file *cfg)
{
	struct pb_name name;

	for (const struct config_stub *stub = cfg->stubs; stub != NULL; stub = stub->next)
		if (!stub->isprime && read_name(&name, stub->name))
			tell(pb, "stub-zone", &name, !stub->isfirst);
}

static void tell_of_insecure(struct pbm *pb, const struct config_file *cfg)
{
	char zone[PB_NAME_TEXT_MAX];
	struct pb_name name;

	for (const struct config_strlist *item = cfg->domain_insecure; item != NULL;
		item = item->next)
		if (read_name(&name, item->str) && is_over_pinned(pb, &name))
			log_info(
				"pinbound: domain-insecure \"%s\" stands at or over "
				"pinned names: their DS sets are compared, not validated",
				pb_name_to_text(&name, zone));
}

struct pb_names *pbm_operator_zones(struct pbm *pb, const struct config_file *cfg)
{
	struct pb_names *names = pb_names_new(0);
	struct pb_name name;
	bool fine = names != NULL;

	for (const struct config_auth *auth = cfg->auths; fine && auth != NULL;
		auth = auth->next) {
		bool own = !auth->fallback_enabled;

		if (auth->isrpz || !auth->for_upstream || !read_name(&name, auth->name))
			continue;
		tell(pb, "auth-zone", &name, own);
		fine = !own || pb_names_add(names, &name);
	}
	if (!fine) {
		pb_names_free(names);
		return NULL;
	}
	tell_of_stubs(pb, cfg);
	tell_of_insecure(pb, cfg);
	return names;
}

int pbm_operator_labels(
	const struct module_env *env, const struct pbm *pb, const struct pb_name *name)
{
	struct pb_name copy = *name; /* Unbound's functions take no const */
	int stub = pbm_stub_labels(env, copy.wire);
	int auth = pb_names_longest(pb->operators, name);

	return stub > auth ? stub : auth;
}
