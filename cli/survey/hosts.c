/* hosts.c - the addresses of hosts; see cuts.h. */
#include "cuts_in.h"
#include <string.h>

static struct host *get_host(struct cuts *cuts, const struct pb_name *name)
{
	struct host **place = &cuts->hosts[cuts_bucket(name)];
	struct host *host;

	for (host = *place; host != NULL; host = host->next)
		if (pb_name_equal(&host->seen.name, name))
			return host;
	host = arena_alloc(cuts->arena, sizeof(*host));
	host->seen.name = *name;
	host->cuts = cuts;
	host->next = *place;
	*place = host;
	return host;
}

static void settle(struct host *host, enum cuts_state state, const char *why)
{
	struct waiter *waiter;

	if (host->seen.state != CUTS_WAITING)
		return; /* it was given up */
	host->seen.state = state;
	host->seen.why = why;
	while ((waiter = cuts_next_waiter(&host->waiters)) != NULL)
		waiter->done.host(waiter->arg, &host->seen);
}

static void settle_by_addresses(struct host *host)
{
	if (host->seen.addresses.set.count > 0)
		settle(host, CUTS_FOUND, "");
	else if (host->seen.why != NULL)
		settle(host, CUTS_FAILED, host->seen.why);
	else
		settle(host, CUTS_NOTHING, "it has no address");
}

/* Other data is of no use to it: an NS host must not be an alias, RFC 2181 section
 * 10.3. */
static void took_addresses(void *arg, const struct read_response *response,
	const struct cuts_server *server, const char *why)
{
	struct host *host = arg;
	struct pb_bytes rdata;

	(void)server;
	if (host->seen.state != CUTS_WAITING)
		return;
	if (response == NULL)
		host->seen.why = why;
	else if (response->seen.response == PB_POSITIVE && response->seen.alias)
		host->seen.why = "it is an alias";
	for (size_t at = 0; response != NULL &&
			    host->seen.addresses.set.count < CUTS_ADDRESSES_MAX &&
			    pb_set_next(&response->rdata.set, &at, &rdata);) {
		struct pb_address address = {.family = rdata.size == 4 ? 4 : 6,
			.prefix = rdata.size == 4 ? 32 : 128};
		uint8_t element[PB_ADDRESS_ELEMENT_MAX];

		if (rdata.size != 4 && rdata.size != 16)
			continue;
		memcpy(address.octets, rdata.data, rdata.size);
		arena_add(host->cuts->arena, &host->seen.addresses, pb_order_names,
			element, pb_address_element(element, &host->seen.name, &address));
	}
	if (--host->pending == 0)
		settle_by_addresses(host);
}

static void found_its_zone(void *arg, enum cuts_state state, const struct cuts_zone *zone,
	bool exists, const char *why)
{
	struct host *host = arg;

	if (host->seen.state != CUTS_WAITING)
		return;
	if (state != CUTS_FOUND) {
		settle(host, CUTS_FAILED, why);
		return;
	}
	if (!exists) {
		settle(host, CUTS_NOTHING, "it does not exist");
		return;
	}
	host->pending = 2;
	zone_ask((struct zone *)(uintptr_t)zone, &host->seen.name, LDNS_RR_TYPE_A,
		host->work, took_addresses, host);
	zone_ask((struct zone *)(uintptr_t)zone, &host->seen.name, LDNS_RR_TYPE_AAAA,
		host->work, took_addresses, host);
}

void cuts_find_host(struct cuts *cuts, const struct pb_name *name, struct cuts_work work,
	cuts_host_done *done, void *arg)
{
	struct host *host = get_host(cuts, name);

	if (host->seen.state != CUTS_WAITING) {
		done(arg, &host->seen);
		return;
	}
	cuts_add_waiter(cuts, &host->waiters, arg)->done.host = done;
	if (host->begun)
		return;
	host->begun = true;
	host->work = work;
	if (++host->work.depth > CUTS_DEPTH_MAX)
		settle(host, CUTS_FAILED, "its address depends on too many zones");
	else
		cuts_find_zone(cuts, name, host->work, found_its_zone, host);
}

bool hosts_give_up(struct cuts *cuts)
{
	bool any = false;

	for (size_t i = 0; i < CUTS_BUCKETS; i++) {
		for (struct host *host = cuts->hosts[i]; host != NULL;
			host = host->next) {
			if (!host->begun || host->seen.state != CUTS_WAITING)
				continue;
			any = true;
			settle(host, CUTS_FAILED, "its address depends on itself");
		}
	}
	return any;
}
