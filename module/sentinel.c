/* sentinel.c - see sentinel.h. */
#include "sentinel.h"
#include "keeper.h"
#include "state.h"
#include <pthread.h>

/* Held while the caches are walked. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool standing; /* a sentinel stands in the mesh of a worker that works */
static unsigned epoch = 1;

/* What this worker has seen: its mesh, and the epoch in which it posted there. */
static __thread const struct mesh_area *posted_in;
static __thread unsigned posted_epoch;

static bool post(struct module_qstate *qstate, int id)
{
	static uint8_t name[] = "\010sentinel\010pinbound\007invalid";
	struct query_info question = {.qname = name,
		.qname_len = sizeof(name),
		.qtype = LDNS_RR_TYPE_TXT,
		.qclass = LDNS_RR_CLASS_CH};
	struct module_qstate *sub = NULL;
	struct pbm_query *query;

	/* As a recursion of the validator's, which no client can join: it would wait. */
	if (!pbm_add_sub(qstate, &question, 0, 1, &sub))
		return false;
	if (sub == NULL)
		return true; /* it stands there already */
	query = pbm_query_get(sub, id);
	if (query != NULL)
		query->sentinel = true;
	return query != NULL; /* if not, it ends as any query of that class */
}

void pbm_sentinel_post(struct module_qstate *qstate, int id)
{
	unsigned now = __atomic_load_n(&epoch, __ATOMIC_ACQUIRE);

	if (posted_in == qstate->env->mesh && posted_epoch == now)
		return;
	if (!post(qstate, id))
		return;
	posted_in = qstate->env->mesh;
	posted_epoch = now;
	(void)pthread_mutex_lock(&lock);
	if (epoch == now)
		standing = true;
	(void)pthread_mutex_unlock(&lock);
	pbm_keeper_may_walk(pbm_of(qstate->env, id)->keeper);
}

void pbm_sentinel_gone(void)
{
	(void)pthread_mutex_lock(&lock);
	standing = false;
	__atomic_store_n(&epoch, epoch + 1, __ATOMIC_RELEASE);
	(void)pthread_mutex_unlock(&lock);
}

bool pbm_caches_enter(void)
{
	(void)pthread_mutex_lock(&lock);
	if (standing)
		return true;
	(void)pthread_mutex_unlock(&lock);
	return false;
}

void pbm_caches_leave(void)
{
	(void)pthread_mutex_unlock(&lock);
}
