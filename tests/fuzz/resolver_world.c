/*
 * resolver_world.c - see resolver.h: Unbound's mesh, validator and iterator with the
 * module in front, two pins, and in place of threads and chance what can be repeated.
 */
#include "gate.h"
#include "keeper.h"
#include "observe.h"
#include "pinbound/pinfile.h"
#include "report.h"
#include "resolver.h"
#include "teller.h"

#include "libunbound/worker.h"
#include "services/authzone.h"
#include "services/cache/infra.h"
#include "util/random.h"
#include "util/storage/slabhash.h"
#include "validator/validator.h"

struct world world;

static struct pb_error error;

struct pb_name name_of(const char *text)
{
	struct pb_name name;

	HOLDS(pb_name_from_text(&name, text, strlen(text), &error));
	return name;
}

const struct pb_name *zone_of(const struct pb_name *name)
{
	for (size_t i = 0; i < 2; i++)
		if (pb_name_at_or_below(name, &world.pinned[i]))
			return &world.pinned[i];
	return NULL;
}

/* --- chance, and what Unbound has of threads ------------------------------------ */

struct ub_randstate *ub_initstate(struct ub_randstate *from)
{
	(void)from;
	return (struct ub_randstate *)&world.random;
}

long int ub_random(struct ub_randstate *state)
{
	(void)state;
	world.random = world.random * 6364136223846793005U + 1442695040888963407U;
	return (long int)(world.random >> 33);
}

long int ub_random_max(struct ub_randstate *state, long int x)
{
	return ub_random(state) % x;
}

void ub_randfree(struct ub_randstate *state)
{
	(void)state;
}

/* The keeper is a thread of its own; here nothing changes behind a query's back. */
bool pbm_may_be_pinned(struct pbm_keeper *keeper, const struct pb_name *name)
{
	(void)keeper;
	return zone_of(name) != NULL;
}

bool pbm_is_refusing(struct pbm_keeper *keeper, const struct pb_name *name, bool marked,
	struct pb_name *zone)
{
	(void)keeper;
	(void)name;
	(void)marked;
	(void)zone;
	return false;
}

void pbm_keeper_may_walk(struct pbm_keeper *keeper)
{
	(void)keeper;
}

void pbm_keeper_foreign(struct pbm_keeper *keeper)
{
	(void)keeper;
}

/* Whatever the module logs is one line that does not steer a terminal. */
__attribute__((format(printf, 1, 0))) static void check_line(
	const char *format, va_list args)
{
	char line[4096];
	int size = vsnprintf(line, sizeof(line), format, args);

	HOLDS(size >= 0 && (size_t)size < sizeof(line));
	HOLDS(strncmp(line, "pinbound: ", 10) != 0 ||
		(fuzz_is_plain(line) && size <= PB_LINE_MAX));
}

void log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

void log_err(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	check_line(format, args);
	va_end(args);
}

/* --- the world -------------------------------------------------------------------- */

static void pin(struct pb_edit *edit, struct pb_name *name, const char *text,
	const char *server, const char *address, const char *mx, bool ds_none)
{
	static struct pb_pinbuf buf;
	unsigned seen = 0;

	*name = name_of(text);
	pb_pinbuf_init(&buf);
	HOLDS(pb_pinfile_set(&buf, "name", text, &seen, &error) &&
		pb_pinfile_set(&buf, "ns", server, &seen, &error) &&
		pb_pinfile_set(&buf, "address", address, &seen, &error) &&
		pb_pinfile_set(&buf, "mx", mx, &seen, &error) &&
		pb_pinfile_set(&buf, "strict", "yes", &seen, &error));
	if (ds_none)
		HOLDS(pb_pinfile_set(&buf, "ds", "none", &seen, &error));
	HOLDS(pb_edit_put(edit, &buf.pin, &error) == PB_OK);
}

static void make_pins(void)
{
	struct pb_edit *edit;

	world.pb.store = pb_store_open(fuzz_file("pins.mdb"), PB_STORE_CREATE, &error);
	HOLDS(world.pb.store != NULL);
	edit = pb_edit_begin(world.pb.store, "fuzz", "pin", START, &error);
	HOLDS(edit != NULL);
	pin(edit, &world.pinned[0], "pin.test", "ns1.pin.test", "ns1.pin.test 192.0.2.53",
		"mail.pin.test", false);
	pin(edit, &world.pinned[1], "ds.test", "ns1.ds.test", "ns1.ds.test 192.0.2.53",
		"mail.ds.test", true);
	HOLDS(pb_edit_commit(edit, &world.pb.enforced, &error) == PB_OK);
}

static void make_state(void)
{
	static char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s", fuzz_file("state.mdb"));
	file = fopen(path, "we");
	HOLDS(file != NULL);
	(void)fclose(file);
	world.pb.teller = pbm_teller_new(&world.pb, path);
	HOLDS(world.pb.teller != NULL);
}

/* Where the root is, and nothing of the world outside. */
static void configure(struct config_file *cfg)
{
	const char *path = fuzz_file("root.hints");
	FILE *hints = fopen(path, "we");

	HOLDS(hints != NULL);
	(void)fputs(". 3600 NS a.test.\na.test. 3600 A 192.0.2.1\n", hints);
	(void)fclose(hints);
	HOLDS(cfg_strlist_insert(&cfg->root_hints, strdup(path)));
	free(cfg->chrootdir);
	cfg->chrootdir = strdup("");
	free(cfg->module_conf);
	cfg->module_conf = strdup("dynlib validator iterator");
	cfg->do_ip6 = 0;
	cfg->use_syslog = 0;
	cfg->msg_cache_slabs = cfg->rrset_cache_slabs = cfg->infra_cache_slabs =
		cfg->key_cache_slabs = 1;
}

static void make_unbound(void)
{
	struct module_env *env = &world.env;

	env->cfg = config_create();
	HOLDS(env->cfg != NULL);
	configure(env->cfg);
	alloc_init(&world.super, NULL, 0);
	alloc_init(&world.alloc, &world.super, 0);
	env->alloc = &world.alloc;
	env->rnd = ub_initstate(NULL);
	env->now = &world.now;
	env->now_tv = &world.now_tv;
	env->scratch = regional_create_custom(env->cfg->msg_buffer_size);
	env->scratch_buffer = sldns_buffer_new(env->cfg->msg_buffer_size);
	env->msg_cache = slabhash_create(1, HASH_DEFAULT_STARTARRAY,
		env->cfg->msg_cache_size, msgreply_sizefunc, query_info_compare,
		query_entry_delete, reply_info_delete, NULL);
	env->rrset_cache = rrset_cache_create(env->cfg, &world.alloc);
	env->infra_cache = infra_create(env->cfg);
	env->auth_zones = auth_zones_create();
	env->fwds = forwards_create();
	env->hints = hints_create();
	HOLDS(forwards_apply_cfg(env->fwds, env->cfg) &&
		hints_apply_cfg(env->hints, env->cfg));
	env->send_query = worker_send_query;
	env->detach_subs = mesh_detach_subs;
	env->attach_sub = mesh_attach_sub;
	env->add_sub = mesh_add_sub;
	env->kill_sub = mesh_state_delete;
	env->detect_cycle = mesh_detect_cycle;
	world.answer = sldns_buffer_new(MESSAGE_MAX);
	world.point.type = comm_udp;
	world.point.buffer = sldns_buffer_new(MESSAGE_MAX);
}

/* As dynlib does when it has loaded the module. */
static void make_module(void)
{
	struct dynlibmod_env *host = &world.host;

	host->func_operate = pbm_operate;
	host->func_clear = pbm_clear;
	host->dyn_env = &world.pb;
	world.env.modinfo[PINBOUND] = host;
	HOLDS(inplace_cb_register_wrapped((void *)&pbm_observe, inplace_cb_query_response,
		      NULL, &world.env, PINBOUND) &&
		inplace_cb_register_wrapped((void *)&pbm_explain,
			inplace_cb_reply_servfail, NULL, &world.env, PINBOUND));
	world.pb.policy.default_mode = PB_MODE_REFUSE;
	world.pb.conf.recheck = 60;
	world.pb.operators = pb_names_new(1);
	HOLDS(world.pb.operators != NULL);
}

static void ignore_end(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	(void)qstate;
	(void)id;
	(void)super;
}

void world_make(void)
{
	if (world.env.mesh != NULL)
		return;
	world.test = name_of("test");
	world.alias = name_of("alias.test");
	log_init("/dev/null", 0, NULL);
	make_pins();
	make_state();
	make_unbound();
	make_module();
	world.host.func_inform = ignore_end;
	world.mods.num = MODULES;
	world.mods.mod = world.blocks;
	world.blocks[PINBOUND] = dynlibmod_get_funcblock();
	world.blocks[VALIDATOR] = val_get_funcblock();
	world.blocks[ITERATOR] = iter_get_funcblock();
	HOLDS(world.blocks[VALIDATOR]->init(&world.env, VALIDATOR) &&
		world.blocks[ITERATOR]->init(&world.env, ITERATOR));
	world.env.mesh = mesh_create(&world.mods, &world.env);
	HOLDS(world.env.mesh != NULL);
}
