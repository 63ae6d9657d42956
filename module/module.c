/*
 * module.c - the six symbols that dynlib looks for.
 *
 * A reload calls deinit and then init, in one process, and an init that fails
 * ends the running Unbound. So the settings and the store outlive deinit, for
 * an init that cannot read new ones. (The library stays loaded: -z nodelete.)
 */
#include "approved.h"
#include "ask.h"
#include "canary.h"
#include "foreign.h"
#include "gate.h"
#include "keeper.h"
#include "observe.h"
#include "operator.h"
#include "order.h"
#include "purge.h"
#include "report.h"
#include "rights.h"
#include "stamp.h"
#include "state.h"
#include "teller.h"
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

/* So many pins are read in the time that nobody notices. */
#define VERIFIED_AT_ONCE 50000

/* Tenths of a second for which a store that was fine is tried to be opened. */
#define OPEN_TRIES 20

/* Verdicts that are remembered. */
#define VERDICTS_MAX 65536

EXPORT int init(struct module_env *env, int id);
EXPORT void deinit(struct module_env *env, int id);
EXPORT void operate(struct module_qstate *qstate, enum module_ev event, int id,
	struct outbound_entry *outbound);
EXPORT void inform_super(
	struct module_qstate *qstate, int id, struct module_qstate *super);
EXPORT void clear(struct module_qstate *qstate, int id);
EXPORT size_t get_mem(struct module_env *env, int id);

/* What the last deinit left. Only the main thread runs init and deinit. */
static struct pbm *kept;

/* What runs, and how often module-config has it: NULL and 0 before init. */
static struct pbm *running;
static unsigned places;

static void forget(struct pbm *pb)
{
	if (pb == NULL)
		return;
	pb_verdicts_free(pb->verdicts);
	pbm_approved_free(pb->approved);
	pb_store_close(pb->store);
	pb_names_free(pb->operators);
	pb_conf_free(&pb->conf);
	free(pb);
}

/* What was known before is not. */
static bool new_memory(
	struct pbm *pb, const struct module_env *env, struct pb_error *error)
{
	struct pb_verdicts_conf conf = {
		.recheck = pb->conf.recheck,
		.log_interval = pb->conf.log_interval,
		.verdicts = VERDICTS_MAX,
	};

	pb_verdicts_free(pb->verdicts);
	pb->verdicts = pb_verdicts_new(&conf);
	pbm_approved_free(pb->approved);
	pb->approved = pbm_approved_new(env->cfg->rrset_cache_size);
	if (pb->verdicts != NULL && pb->approved != NULL)
		return true;
	pb_error_set(error, "out of memory");
	return false;
}

/* A path as it is seen from within the chroot, as Unbound does with its own. */
static const char *in_chroot(const struct module_env *env, const char *path)
{
	const char *root = env->cfg->chrootdir;
	size_t size = root == NULL ? 0 : strlen(root);

	while (size > 0 && root[size - 1] == '/')
		size--;
	if (size > 0 && strncmp(path, root, size) == 0 && path[size] == '/')
		return path + size;
	return path;
}

/* Opens a store that has been tried. A command may have come in between. */
static struct pb_store *open_tried(const char *path, struct pb_error *error)
{
	static const struct timespec step = {.tv_nsec = 100000000};
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, error);

	for (unsigned i = 0; store == NULL && i < OPEN_TRIES; i++) {
		(void)nanosleep(&step, NULL);
		store = pb_store_open(path, PB_STORE_READ, error);
	}
	return store;
}

static void set_shared(struct pb_error *error, const char *path, pid_t sharer)
{
	char who[32] = "a process elsewhere";

	if (sharer > 0)
		(void)snprintf(who, sizeof(who), "process %d", (int)sharer);
	pb_error_set(error,
		"%s: %s, a command or another Unbound, has the file open that was there "
		"before; reload again when it has ended",
		path, who);
}

/* The store, at a path that leads elsewhere than to the one that is open. That has to
 * be closed first, for good, since both may have one lock file. */
static struct pb_store *open_other(const char *path, struct pb_error *error)
{
	pid_t sharer;

	if (kept == NULL || kept->store == NULL)
		return pb_store_open(path, PB_STORE_READ, error);
	if (!pb_store_try(path, error))
		return NULL;
	sharer = pb_store_sharer(kept->store, path);
	if (sharer != 0) {
		set_shared(error, path, sharer);
		return NULL;
	}
	pb_store_close(kept->store);
	kept->store = NULL;
	return open_tried(path, error);
}

/* Reads all of the store, since a pin that is missing would not be missed later on. A
 * large one is read behind the start: see keeper.h. */
static bool verify(struct pbm *pb, struct pb_store *store, struct pb_error *error)
{
	struct pb_store_stat stat;

	if (pb_store_stat(store, &stat, error) != PB_OK)
		return false;
	pb->verified = stat.pins <= VERIFIED_AT_ONCE;
	return !pb->verified || pb_store_verify(store, &stat, error) == PB_OK;
}

/* Opens the store. One that is open is used on, unless it is to be no longer. */
static bool open_pins(
	struct pbm *pb, const struct module_env *env, struct pb_error *error)
{
	const char *path = in_chroot(env, pb->conf.pins);
	bool is_open =
		kept != NULL && kept->store != NULL && pb_store_is_at(kept->store, path);
	struct pb_store *store = is_open ? kept->store : open_other(path, error);

	if (store == NULL)
		return false;
	if (!verify(pb, store, error)) {
		if (!is_open)
			pb_store_close(store);
		return false;
	}
	if (is_open)
		kept->store = NULL;
	pb->store = store;
	pbm_warn_of_rights(path);
	return true;
}

/* Reads the configuration, and opens the store unless that is open already. */
static struct pbm *set_up(const struct module_env *env, struct pb_error *error)
{
	struct pbm *pb = calloc(1, sizeof(*pb));

	if (pb == NULL) {
		pb_error_set(error, "out of memory");
		return NULL;
	}
	if (!pb_conf_read(&pb->conf, in_chroot(env, pb_conf_path()), error)) {
		free(pb);
		return NULL;
	}
	pb->policy.default_mode = pb->conf.default_mode;
	pb->policy.override = pb->conf.override;
	if (!new_memory(pb, env, error) || !open_pins(pb, env, error)) {
		forget(pb);
		return NULL;
	}
	return pb;
}

/* The settings that are to be used from now on, NULL if there are none. */
static struct pbm *set_up_or_keep(const struct module_env *env)
{
	struct pb_error error;
	struct pbm *pb = set_up(env, &error);

	if (pb != NULL) {
		forget(kept);
		kept = NULL;
		return pb;
	}
	log_err("pinbound: %s", error.text);
	pb = kept;
	kept = NULL;
	if (pb != NULL)
		pb->order = PBM_ORDER_UNKNOWN;
	if (pb == NULL || pb->store == NULL || !new_memory(pb, env, &error)) {
		log_err("pinbound: Unbound does not start without its pins; "
			"\"pinbound checkconf\" checks pinbound.conf, \"pinbound "
			"verify\" the pin store");
		forget(pb);
		return NULL;
	}
	log_err("pinbound: going on with the settings and pins from before the reload; "
		"\"pinbound checkconf\" and \"pinbound verify\" tell more");
	return pb;
}

/* What the caches hold by the next init is not known to be clean. */
static void stop_keeper(struct pbm *pb)
{
	pbm_keeper_stop(pb->keeper);
	pb->keeper = NULL;
	pbm_teller_free(pb->teller);
	pb->teller = NULL;
	pb->enforced = 0;
}

static bool register_callbacks(struct module_env *env, int id)
{
	struct dynlibmod_env *host = env->modinfo[id];

	return host->inplace_cb_register_wrapped(
		       (void *)&pbm_observe, inplace_cb_query_response, NULL, env, id) &&
	       host->inplace_cb_register_wrapped(
		       (void *)&pbm_explain, inplace_cb_reply_servfail, NULL, env, id) &&
	       host->inplace_cb_register_wrapped((void *)&pbm_from_cache,
		       inplace_cb_reply_cache, host->dyn_env, env, id) &&
	       host->inplace_cb_register_wrapped(
		       (void *)&pbm_canary_local, inplace_cb_reply_local, NULL, env, id);
}

/* What is left to do when all is there. */
static int start(struct pbm *pb, struct module_env *env, int id)
{
	struct pb_store_stat stat;
	struct pb_error error;

	pb->pending = false;
	if (pb_store_stat(pb->store, &stat, &error) == PB_OK) {
		pbm_log_ready(&stat);
		if (pbm_caches_empty(env))
			pb->enforced = stat.generation;
	} else {
		log_err("pinbound: %s", error.text);
	}
	pb->marks_tell = pbm_marks_tell(env->cfg->module_conf);
	if (pbm_module_number(env->cfg->module_conf, "validator") < 0)
		log_warn("pinbound: module-config has no validator: DS sets are compared "
			 "as they come, not validated");
	pb_names_free(pb->operators);
	pb->operators = pbm_operator_zones(pb, env->cfg);
	if (pb->operators == NULL) {
		log_err("pinbound: out of memory");
		return 0;
	}
	pb->teller = pbm_teller_new(pb, in_chroot(env, pb->conf.state));
	if (pb->teller == NULL) {
		log_err("pinbound: out of memory");
		return 0;
	}
	pb->keeper = pbm_keeper_start(pb, env, id, &error);
	if (pb->keeper == NULL)
		log_err("pinbound: %s", error.text);
	return pb->keeper != NULL;
}

/* Twice in module-config. Each would drop what the other asks for: neither judges. */
static void join(struct dynlibmod_env *host)
{
	log_err("pinbound: module-config has \"dynlib\" with Pinbound twice: what is "
		"pinned cannot be verified. Write it once");
	running->order = PBM_ORDER_BAD;
	host->dyn_env = running;
	places++;
}

int init(struct module_env *env, int id)
{
	struct dynlibmod_env *host = env->modinfo[id];
	struct pb_error error;

	if (!pbm_stamp_check(&error)) {
		log_err("pinbound: %s", error.text);
		return 0;
	}
	if (kept == NULL && !pbm_order_known_good(env->cfg->module_conf, &error)) {
		log_err("pinbound: %s", error.text);
		return 0;
	}
	if (running != NULL) {
		join(host);
		return 1;
	}
	host->dyn_env = running = set_up_or_keep(env);
	if (host->dyn_env == NULL)
		return 0;
	places = 1;
	if (!register_callbacks(env, id)) {
		log_err("pinbound: out of memory");
		return 0;
	}
	return start(pbm_of(env, id), env, id);
}

void deinit(struct module_env *env, int id)
{
	struct dynlibmod_env *host = env->modinfo[id];

	host->inplace_cb_delete_wrapped(env, inplace_cb_query_response, id);
	host->inplace_cb_delete_wrapped(env, inplace_cb_reply_servfail, id);
	host->inplace_cb_delete_wrapped(env, inplace_cb_reply_cache, id);
	host->inplace_cb_delete_wrapped(env, inplace_cb_reply_local, id);
	host->dyn_env = NULL;
	if (running == NULL || --places > 0)
		return;
	forget(kept);
	kept = running;
	running = NULL;
	stop_keeper(kept);
}

void operate(struct module_qstate *qstate, enum module_ev event, int id,
	struct outbound_entry *outbound)
{
	pbm_operate(qstate, event, id, outbound);
}

void inform_super(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	/* If it has come to its end, its verdict is in the memory already. */
	if (qstate->ext_state[id] != module_finished)
		pbm_asked_in_vain(super, id, &qstate->qinfo);
}

void clear(struct module_qstate *qstate, int id)
{
	pbm_clear(qstate, id);
}

size_t get_mem(struct module_env *env, int id)
{
	const struct pbm *pb = pbm_of(env, id);

	return pb == NULL ? 0
			  : sizeof(*pb) + pbm_approved_size(pb->approved) +
				    pb_verdicts_size(pb->verdicts);
}
