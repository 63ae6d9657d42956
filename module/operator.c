/* operator.c - see operator.h. */
#include "operator.h"

static bool is_pinned(const struct pbm *pb, const struct pb_name *name)
{
	struct pb_error error;
	struct pb_path path;

	return pb_store_path(pb->store, name, &path, &error) == PB_OK &&
	       path.labels[path.count - 1] == pb_name_labels(name);
}

static bool add(
	const struct pbm *pb, struct pb_names *names, const char *kind, const char *text)
{
	char zone[PB_NAME_TEXT_MAX];
	struct pb_name name;

	if (text == NULL || !pb_name_from_text(&name, text, strlen(text), NULL))
		return true; /* Unbound has complained of it */
	if (is_pinned(pb, &name))
		log_info("pinbound: %s \"%s\" stands at a pinned name: it is the "
			 "operator's own word, and the pin is not applied",
			kind, pb_name_to_text(&name, zone));
	return pb_names_add(names, &name);
}

struct pb_names *pbm_operator_zones(const struct pbm *pb, const struct config_file *cfg)
{
	struct pb_names *names = pb_names_new();
	bool fine = names != NULL;

	for (struct config_stub *stub = cfg->stubs; fine && stub != NULL;
		stub = stub->next)
		fine = stub->isprime || add(pb, names, "stub-zone", stub->name);
	for (struct config_auth *auth = cfg->auths; fine && auth != NULL;
		auth = auth->next)
		if (!auth->isrpz)
			fine = add(pb, names, "auth-zone", auth->name);
	if (fine) {
		pb_names_finish(names);
		return names;
	}
	pb_names_free(names);
	return NULL;
}
