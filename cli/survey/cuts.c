/* cuts.c - zones, from the root down; see cuts.h. */
#include "cuts_in.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t cuts_bucket(const struct pb_name *name)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < name->size; i++)
		hash = (hash ^ name->wire[i]) * 16777619U;
	return hash % CUTS_BUCKETS;
}

struct waiter *cuts_add_waiter(struct cuts *cuts, struct waiters *waiters, void *arg)
{
	struct waiter *waiter = arena_alloc(cuts->arena, sizeof(*waiter));

	waiter->arg = arg;
	if (waiters->first == NULL)
		waiters->first = waiter;
	else
		waiters->last->next = waiter;
	waiters->last = waiter;
	return waiter;
}

struct waiter *cuts_next_waiter(struct waiters *waiters)
{
	struct waiter *waiter = waiters->first;

	if (waiter != NULL)
		waiters->first = waiter->next;
	return waiter;
}

const char *cuts_text(struct cuts *cuts, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return arena_copy(cuts->arena, text, strlen(text) + 1);
}

struct cuts_work cuts_work(struct cuts *cuts)
{
	unsigned *left = arena_alloc(cuts->arena, sizeof(*left));

	*left = CUTS_WORK_MAX;
	return (struct cuts_work){.left = left};
}

/* --- the servers of a zone -------------------------------------------------- */

/* Grows by doubling; what was given out of the old place stays readable. */
static void append(struct arena *arena, struct cuts_server **servers, size_t *count,
	const struct cuts_server *server)
{
	if ((*count & (*count - 1)) == 0) {
		size_t room = *count == 0 ? 1 : 2 * *count;
		struct cuts_server *more = arena_alloc(arena, room * sizeof(*more));

		if (*count > 0)
			memcpy(more, *servers, *count * sizeof(*more));
		*servers = more;
	}
	(*servers)[(*count)++] = *server;
}

void zone_add_known(
	struct zone *zone, const struct pb_name *host, const struct pb_address *address)
{
	struct cuts_server server = {.host = *host, .address = *address};

	if (zone->known_count < (size_t)CUTS_HOSTS_MAX * CUTS_ADDRESSES_MAX)
		append(zone->cuts->arena, &zone->known, &zone->known_count, &server);
}

/* IPv4 first: more have it. */
static void know_glue(struct zone *zone, uint8_t family)
{
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(&zone->seen.glue.set, &at, &element);)
		if (pb_address_parse(element, &host, &address) &&
			address.family == family)
			zone_add_known(zone, &host, &address);
}

static bool has_glue(const struct zone *zone, const struct pb_name *host)
{
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name owner;

	for (size_t at = 0; pb_set_next(&zone->seen.glue.set, &at, &element);)
		if (pb_address_parse(element, &owner, &address) &&
			pb_name_equal(&owner, host))
			return true;
	return false;
}

static void add_servers(struct zone *zone, const struct pb_seen_set *addresses, bool glue,
	const struct pb_name *host)
{
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name owner;
	unsigned count = 0;

	for (size_t at = 0; pb_set_next(&addresses->set, &at, &element);)
		if (count < CUTS_ADDRESSES_MAX &&
			pb_address_parse(element, &owner, &address) &&
			pb_name_equal(&owner, host)) {
			struct cuts_server server = {*host, address, glue};

			append(zone->cuts->arena, &zone->seen.servers,
				&zone->seen.server_count, &server);
			count++;
		}
}

static void ignore_host(void *arg, const struct cuts_host *host)
{
	*(const struct cuts_host **)arg = host;
}

/* All hosts are settled: makes the list, and tells who waits for it. */
static void complete(struct zone *zone)
{
	struct cuts *cuts = zone->cuts;
	struct waiter *waiter;
	struct pb_bytes element;
	struct pb_name name;
	size_t hosts = 0;

	for (size_t at = 0; pb_set_next(&zone->seen.ns.set, &at, &element) &&
			    hosts++ < CUTS_HOSTS_MAX;) {
		const struct cuts_host *host = NULL;

		if (pb_name_from_wire(&name, element.data, element.size) == 0)
			continue;
		if (has_glue(zone, &name)) {
			add_servers(zone, &zone->seen.glue, true, &name);
			continue;
		}
		cuts_find_host(cuts, &name, (struct cuts_work){0}, ignore_host, &host);
		if (host != NULL)
			add_servers(zone, &host->addresses, false, &name);
	}
	zone->complete = true;
	while ((waiter = cuts_next_waiter(&zone->any)) != NULL)
		waiter->done.plain(waiter->arg);
	while ((waiter = cuts_next_waiter(&zone->all)) != NULL)
		waiter->done.servers(waiter->arg, &zone->seen);
}

static void wake(struct zone *zone)
{
	struct waiters waiters = zone->any;
	struct waiter *waiter;

	zone->any = (struct waiters){0};
	while ((waiter = cuts_next_waiter(&waiters)) != NULL)
		waiter->done.plain(waiter->arg);
}

static void found_host(void *arg, const struct cuts_host *host)
{
	struct zone *zone = arg;
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name name;
	bool any = false;

	for (size_t at = 0; pb_set_next(&host->addresses.set, &at, &element);)
		if (pb_address_parse(element, &name, &address)) {
			zone_add_known(zone, &host->name, &address);
			any = true;
		}
	if (--zone->pending == 0)
		complete(zone);
	else if (any)
		wake(zone);
}

void zone_find_hosts(struct zone *zone, struct cuts_work work)
{
	struct pb_bytes element;
	struct pb_name host;
	size_t hosts = 0;

	if (zone->begun)
		return;
	zone->begun = true;
	zone->pending = 1; /* this loop */
	for (size_t at = 0; pb_set_next(&zone->seen.ns.set, &at, &element) &&
			    hosts++ < CUTS_HOSTS_MAX;) {
		if (pb_name_from_wire(&host, element.data, element.size) == 0 ||
			has_glue(zone, &host))
			continue;
		zone->pending++;
		cuts_find_host(zone->cuts, &host, work, found_host, zone);
	}
	if (--zone->pending == 0)
		complete(zone);
}

void cuts_find_servers(struct cuts *cuts, const struct cuts_zone *seen,
	struct cuts_work work, cuts_servers_done *done, void *arg)
{
	struct zone *zone = (struct zone *)(uintptr_t)seen;

	if (zone->complete) {
		done(arg, &zone->seen);
		return;
	}
	cuts_add_waiter(cuts, &zone->all, arg)->done.servers = done;
	zone_find_hosts(zone, work);
}

/* --- zones ------------------------------------------------------------------ */

static struct zone *new_zone(struct cuts *cuts, const struct pb_name *name,
	struct zone *parent, const struct pb_seen_set *ns, const struct pb_seen_set *glue)
{
	struct zone *zone = arena_alloc(cuts->arena, sizeof(*zone));

	zone->cuts = cuts;
	zone->seen.name = *name;
	zone->seen.parent = parent == NULL ? NULL : &parent->seen;
	zone->seen.ns = *ns;
	zone->seen.glue = *glue;
	know_glue(zone, 4);
	know_glue(zone, 6);
	return zone;
}

static struct node *get_node(struct cuts *cuts, const struct pb_name *name)
{
	struct node **place = &cuts->nodes[cuts_bucket(name)];
	struct node *node;

	for (node = *place; node != NULL; node = node->next)
		if (pb_name_equal(&node->name, name))
			return node;
	node = arena_alloc(cuts->arena, sizeof(*node));
	node->name = *name;
	node->cuts = cuts;
	node->next = *place;
	*place = node;
	return node;
}

static void settle(struct node *node, enum cuts_state state, struct zone *zone,
	bool exists, const char *why)
{
	struct waiter *waiter;

	node->done = true;
	node->state = state;
	node->zone = zone;
	node->exists = exists;
	node->why = why;
	while ((waiter = cuts_next_waiter(&node->waiters)) != NULL)
		waiter->done.zone(waiter->arg, state, &zone->seen, exists, why);
}

/* The zone that lies above it has been asked. node->zone is that one so far. */
static void took_ns(void *arg, const struct read_response *response,
	const struct cuts_server *server, const char *why)
{
	struct node *node = arg;
	struct zone *above = node->zone;
	char zone[PB_NAME_TEXT_MAX];
	struct zone *found;

	if (response == NULL) {
		settle(node, CUTS_FAILED, above, true,
			cuts_text(node->cuts, "the servers of %.100s: %.100s",
				pb_name_to_text(&above->seen.name, zone), why));
		return;
	}
	if (response->seen.response == PB_NXDOMAIN) {
		settle(node, CUTS_FOUND, above, false, "");
		return;
	}
	if (response->seen.ns.set.count == 0) {
		settle(node, CUTS_FOUND, above, true, "");
		return;
	}
	found = new_zone(
		node->cuts, &node->name, above, &response->seen.ns, &response->glue);
	/* Not a referral: the server serves this one, too. */
	if (response->seen.response == PB_POSITIVE)
		zone_add_known(found, &server->host, &server->address);
	settle(node, CUTS_FOUND, found, true, "");
}

static void found_above(void *arg, enum cuts_state state, const struct cuts_zone *zone,
	bool exists, const char *why)
{
	struct node *node = arg;

	node->zone = (struct zone *)(uintptr_t)zone;
	if (state != CUTS_FOUND)
		settle(node, state, node->zone, exists, why);
	else
		zone_ask(node->zone, &node->name, LDNS_RR_TYPE_NS, node->work, took_ns,
			node);
}

/* Begins with the node that lies lowest of those above which something is known; the
 * others wait, each for the one above it. */
static void begin(struct node *node, struct cuts_work work)
{
	struct cuts *cuts = node->cuts;
	struct pb_name name;

	while (!node->begun) {
		unsigned labels = pb_name_labels(&node->name);
		struct node *above;

		node->begun = true;
		node->work = work;
		if (labels == 0) {
			settle(node, CUTS_FOUND, cuts->root, true, "");
			return;
		}
		pb_name_ancestor(&name, &node->name, labels - 1);
		above = get_node(cuts, &name);
		if (above->done) {
			found_above(node, above->state, &above->zone->seen, above->exists,
				above->why);
			return;
		}
		cuts_add_waiter(cuts, &above->waiters, node)->done.zone = found_above;
		node = above;
	}
}

void cuts_find_zone(struct cuts *cuts, const struct pb_name *name, struct cuts_work work,
	cuts_zone_done *done, void *arg)
{
	struct node *node = get_node(cuts, name);

	if (node->done) {
		done(arg, node->state, &node->zone->seen, node->exists, node->why);
		return;
	}
	cuts_add_waiter(cuts, &node->waiters, arg)->done.zone = done;
	begin(node, work);
}

static bool idle(void *arg)
{
	return hosts_give_up(arg);
}

struct cuts *cuts_new(struct net *net, const struct roots *roots)
{
	struct cuts *cuts = calloc(1, sizeof(*cuts));
	struct pb_name root = {.size = 1};

	if (cuts == NULL)
		return NULL;
	cuts->net = net;
	cuts->arena = arena_new();
	if (cuts->arena == NULL) {
		free(cuts);
		return NULL;
	}
	cuts->root = new_zone(cuts, &root, NULL, &roots->ns, &roots->addresses);
	net_on_idle(net, idle, cuts);
	return cuts;
}

void cuts_free(struct cuts *cuts)
{
	if (cuts == NULL)
		return;
	arena_free(cuts->arena);
	free(cuts);
}
