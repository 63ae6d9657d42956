/* survey.c - who is asked what, and in which order; see survey.h. */
#include "survey_in.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void follow(struct run *run, const struct survey_answer *answer);

/* --- questions -------------------------------------------------------------- */

static void settle(struct run *run)
{
	if (--run->pending == 0)
		run->next(run);
}

static enum survey_outcome outcome_of(enum net_outcome outcome)
{
	switch (outcome) {
	case NET_ANSWERED:
		return SURVEY_ANSWERED;
	case NET_SILENT:
		return SURVEY_SILENT;
	case NET_MALFORMED:
		return SURVEY_MALFORMED;
	case NET_UNREACHABLE:
		return SURVEY_UNREACHABLE;
	case NET_UNTRUSTED:
		return SURVEY_UNTRUSTED;
	}
	return SURVEY_SILENT;
}

/* Whose address it is that the judge is to see: see struct pb_observation. */
static void note_address(struct run *run, struct survey_answer *answer)
{
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	struct pb_address address;
	struct pb_bytes known;
	struct pb_name host;

	answer->seen.address = (struct pb_seen_set){0};
	for (size_t at = 0; pb_set_next(&run->known.set, &at, &known);)
		if (pb_address_parse(known, &host, &address) &&
			memcmp(&address, &answer->address, sizeof(address)) == 0)
			arena_add(run->survey.arena, &answer->seen.address,
				pb_order_names, element,
				pb_address_element(element, &host, &address));
}

static void read_answer(struct held *held, const ldns_pkt *message)
{
	struct survey_answer *answer = &held->answer;
	struct run *run = held->run;
	const struct pb_name *name = &run->survey.name;
	struct read_response response;

	read_response(&response, message,
		answer->side == SURVEY_PARENT ? &run->survey.parent : name, name,
		answer->type, name, answer->side == SURVEY_VIA, run->survey.arena);
	answer->seen = response.seen;
	answer->authoritative = response.authoritative;
	answer->ttl = response.ttl;
	answer->rdata = response.rdata;
	if (response.sort != READ_SAYS) {
		answer->outcome = response.sort == READ_LAME ? SURVEY_LAME : SURVEY_ERROR;
		memcpy(answer->why, response.why, sizeof(answer->why));
	} else if (answer->side == SURVEY_CHILD) {
		if (response.seen.response == PB_REFERRAL) {
			answer->outcome = SURVEY_LAME;
			(void)snprintf(answer->why, sizeof(answer->why),
				"refers to another zone");
		}
		if (run->wants.dnskey)
			held->rrset = read_rrset(
				message, LDNS_SECTION_ANSWER, name, answer->type);
	}
}

static void took(void *arg, const struct net_answer *got)
{
	struct held *held = arg;
	struct survey_answer *answer = &held->answer;

	answer->outcome = outcome_of(got->outcome);
	answer->transport = got->transport;
	answer->milliseconds = got->milliseconds;
	(void)snprintf(answer->why, sizeof(answer->why), "%s", got->text);
	if (got->outcome == NET_ANSWERED)
		read_answer(held, got->message);
	if (answer->side == SURVEY_PARENT && answer->type == LDNS_RR_TYPE_NS &&
		answer->outcome == SURVEY_ANSWERED)
		follow(held->run, answer);
	settle(held->run);
}

static struct held *new_answer(struct run *run, enum survey_side side, uint16_t type)
{
	struct survey *survey = &run->survey;
	struct held *held = arena_alloc(survey->arena, sizeof(*held));

	if (survey->count == run->room) {
		size_t room = run->room == 0 ? 16 : 2 * run->room;
		struct survey_answer **more =
			arena_alloc(survey->arena, room * sizeof(void *));

		if (survey->count > 0)
			memcpy(more, survey->answers, survey->count * sizeof(void *));
		survey->answers = more;
		run->room = room;
	}
	survey->answers[survey->count++] = &held->answer;
	held->run = run;
	held->answer.side = side;
	held->answer.type = type;
	return held;
}

static void ask(struct run *run, enum survey_side side, uint16_t type,
	const struct pb_name *host, const struct pb_address *address)
{
	struct held *held = new_answer(run, side, type);
	struct net_question question = {
		.server = *address,
		.name = run->survey.name,
		.type = type,
		.dnssec_ok = true,
	};

	held->answer.server = *host;
	held->answer.address = *address;
	run->pending++;
	net_ask(run->surveyor->net, &question, took, held);
}

/* CD: what the resolver says of a zone that is bogus to it is of interest, too. */
static void ask_via(struct run *run, const struct survey_via *via, uint16_t type)
{
	struct held *held = new_answer(run, SURVEY_VIA, type);
	struct net_question question = {
		.server = via->address,
		.port = via->port,
		.transport = via->tls_name != NULL ? NET_TLS : NET_UDP,
		.tls_name = via->tls_name,
		.name = run->survey.name,
		.type = type,
		.rd = true,
		.cd = true,
		.dnssec_ok = true,
	};

	held->answer.address = via->address;
	held->answer.port = via->port;
	run->pending++;
	net_ask(run->surveyor->net, &question, took, held);
}

/* --- the child's side ------------------------------------------------------- */

static bool named_by_pin(const struct pb_pin *pin, struct pb_bytes host)
{
	return pb_set_has(&pin->ns, host) || pb_set_has(&pin->child_ns, host);
}

static bool has_address(const struct pb_set *addresses, const struct pb_address *wanted)
{
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(addresses, &at, &element);)
		if (pb_address_parse(element, &host, &address) &&
			memcmp(&address, wanted, sizeof(address)) == 0)
			return true;
	return false;
}

static void ask_types(
	struct run *run, const struct pb_name *host, const struct pb_address *address)
{
	const struct survey_wants *wants = &run->wants;

	if (wants->child_ns)
		ask(run, SURVEY_CHILD, LDNS_RR_TYPE_NS, host, address);
	if (wants->mx)
		ask(run, SURVEY_CHILD, LDNS_RR_TYPE_MX, host, address);
	if (wants->dnskey)
		ask(run, SURVEY_CHILD, LDNS_RR_TYPE_DNSKEY, host, address);
	if (wants->cds) {
		ask(run, SURVEY_CHILD, LDNS_RR_TYPE_CDS, host, address);
		ask(run, SURVEY_CHILD, LDNS_RR_TYPE_CDNSKEY, host, address);
	}
	if (wants->csync)
		ask(run, SURVEY_CHILD, LDNS_RR_TYPE_CSYNC, host, address);
}

/* An address of one of the zone's servers has become known: it is asked, once. */
static void know_address(struct run *run, struct pb_bytes element)
{
	struct pb_address address;
	struct pb_name host;
	bool asked;

	if (!pb_address_parse(element, &host, &address) ||
		run->known.set.count >= CUTS_HOSTS_MAX * CUTS_ADDRESSES_MAX / 2)
		return;
	asked = has_address(&run->known.set, &address);
	arena_add(run->survey.arena, &run->known, pb_order_names, element.data,
		element.size);
	if (!asked &&
		pb_set_has(&run->delegated.set, (struct pb_bytes){host.wire, host.size}))
		ask_types(run, &host, &address);
}

static void found_host(void *arg, const struct cuts_host *host)
{
	struct run *run = arg;
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(&host->addresses.set, &at, &element);)
		know_address(run, element);
	settle(run);
}

/* The glue of one referral for a host. Another server may have other glue. */
static bool know_glue(
	struct run *run, const struct pb_seen_set *glue, const struct pb_name *host)
{
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name owner;
	unsigned count = 0;

	for (size_t at = 0;
		count < CUTS_ADDRESSES_MAX && pb_set_next(&glue->set, &at, &element);)
		if (pb_address_parse(element, &owner, &address) &&
			pb_name_equal(&owner, host)) {
			know_address(run, element);
			count++;
		}
	return count > 0;
}

static void find_host(struct run *run, const struct pb_name *host)
{
	struct pb_bytes name = {host->wire, host->size};

	if (run->hosts.set.count >= CUTS_HOSTS_MAX || pb_set_has(&run->hosts.set, name))
		return;
	arena_add(run->survey.arena, &run->hosts, pb_order_names, name.data, name.size);
	run->pending++;
	cuts_find_host(run->surveyor->cuts, host, run->work, found_host, run);
}

/*
 * A server of the parent names the zone's servers: they are asked at once, while
 * others of the parent are still silent.
 */
static void follow(struct run *run, const struct survey_answer *answer)
{
	const struct pb_observation *seen = &answer->seen;
	const struct pb_seen_set *glue = &seen->address;
	struct pb_bytes element;
	struct pb_name host;

	if (seen->response == PB_REFERRAL &&
		!pb_name_equal(&seen->owner, &run->survey.name))
		return;
	/* The root has no parent: the hints say where its servers are. */
	if (run->survey.name.size == 1)
		glue = &run->surveyor->roots.addresses;
	for (size_t at = 0; pb_set_next(&seen->ns.set, &at, &element);) {
		if (run->delegated.set.count >= CUTS_HOSTS_MAX ||
			(run->wants.pin != NULL && !run->wants.pinned_too &&
				!named_by_pin(run->wants.pin, element)) ||
			pb_name_from_wire(&host, element.data, element.size) == 0)
			continue;
		arena_add(run->survey.arena, &run->delegated, pb_order_names,
			element.data, element.size);
		if (!know_glue(run, glue, &host))
			find_host(run, &host);
	}
}

/* --- the end ---------------------------------------------------------------- */

static int order_answers(const void *a, const void *b)
{
	const struct survey_answer *first = *(struct survey_answer *const *)a;
	const struct survey_answer *second = *(struct survey_answer *const *)b;
	int order = (int)first->side - (int)second->side;

	if (order == 0)
		order = pb_name_order(&first->server, &second->server);
	if (order == 0)
		order = memcmp(&first->address, &second->address, sizeof(first->address));
	return order != 0 ? order : (int)first->type - (int)second->type;
}

/* Those of the zone's servers that have no address; and those that have, which. */
static void note_addresses(struct run *run)
{
	struct survey *survey = &run->survey;
	struct pb_address address;
	struct pb_bytes element, known;
	struct pb_name host, owner;

	survey->unresolved = arena_alloc(
		survey->arena, (run->delegated.set.count + 1U) * sizeof(host));
	for (size_t at = 0; pb_set_next(&run->delegated.set, &at, &element);) {
		bool found = false;

		if (pb_name_from_wire(&host, element.data, element.size) == 0)
			continue;
		for (size_t i = 0; pb_set_next(&run->known.set, &i, &known);) {
			if (!pb_address_parse(known, &owner, &address) ||
				!pb_name_equal(&owner, &host))
				continue;
			found = true;
			arena_add(survey->arena, &survey->addresses, pb_order_names,
				known.data, known.size);
		}
		if (!found)
			survey->unresolved[survey->unresolved_count++] = host;
	}
}

static void note_answerers(struct run *run)
{
	for (size_t i = 0; i < run->survey.count; i++) {
		struct survey_answer *answer = run->survey.answers[i];
		bool parent = answer->side == SURVEY_PARENT;

		if (parent)
			answer->seen.from_pinned_server =
				run->survey.name.size > 1 &&
				has_address(&run->known.set, &answer->address);
		if (run->wants.addresses && answer->side != SURVEY_VIA &&
			(!parent || (answer->seen.from_pinned_server &&
					    answer->seen.response != PB_REFERRAL)))
			note_address(run, answer);
	}
}

static void finish(struct run *run)
{
	struct surveyor *surveyor = run->surveyor;

	note_addresses(run);
	note_answerers(run);
	sum_child(run);
	if (run->wants.dnskey)
		check_signatures(run);
	for (size_t i = 0; i < run->survey.count; i++)
		ldns_rr_list_deep_free(((struct held *)run->survey.answers[i])->rrset);
	surveyor->running--;
	run->done(run->arg, &run->survey);
}

/* Does a server of the parent answer otherwise than with a referral? Then it counts
 * whether it is one of the zone's own. */
static bool may_share_servers(const struct run *run)
{
	for (size_t i = 0; i < run->survey.count; i++) {
		const struct survey_answer *answer = run->survey.answers[i];

		if (answer->side == SURVEY_PARENT && answer->type == LDNS_RR_TYPE_NS &&
			answer->outcome == SURVEY_ANSWERED &&
			(answer->seen.response != PB_REFERRAL ||
				!pb_name_equal(&answer->seen.owner, &run->survey.name)))
			return true;
	}
	return false;
}

static void find_pinned_hosts(struct run *run, const struct pb_set *hosts)
{
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(hosts, &at, &element);) {
		if (pb_name_from_wire(&host, element.data, element.size) == 0 ||
			pb_set_has(&run->delegated.set, element))
			continue;
		if (run->wants.pinned_too)
			arena_add(run->survey.arena, &run->delegated, pb_order_names,
				element.data, element.size);
		find_host(run, &host);
	}
}

/* All answers are there. */
static void all_answered(struct run *run)
{
	const struct pb_pin *pin = run->wants.pin;

	if (run->survey.count > 1)
		qsort(run->survey.answers, run->survey.count, sizeof(void *),
			order_answers);
	sum_parent(run);
	run->next = finish;
	run->pending = 1; /* this */
	if (pin != NULL && run->survey.name.size > 1 &&
		(run->wants.pinned_too || may_share_servers(run))) {
		find_pinned_hosts(run, &pin->ns);
		find_pinned_hosts(run, &pin->child_ns);
	}
	settle(run);
}

/* --- the parent's side ------------------------------------------------------ */

static bool asked_before(
	const struct cuts_zone *zone, size_t before, const struct pb_address *address)
{
	for (size_t i = 0; i < before; i++)
		if (memcmp(&zone->servers[i].address, address, sizeof(*address)) == 0)
			return true;
	return false;
}

static void found_servers(void *arg, const struct cuts_zone *zone)
{
	struct run *run = arg;

	run->survey.parent = zone->name;
	if (zone->server_count == 0)
		(void)snprintf(run->survey.why, sizeof(run->survey.why),
			"no server of the zone above has an address");
	for (size_t i = 0; i < zone->server_count; i++) {
		const struct cuts_server *server = &zone->servers[i];

		if (asked_before(zone, i, &server->address))
			continue;
		ask(run, SURVEY_PARENT, LDNS_RR_TYPE_NS, &server->host, &server->address);
		if (run->wants.ds && run->survey.name.size > 1)
			ask(run, SURVEY_PARENT, LDNS_RR_TYPE_DS, &server->host,
				&server->address);
	}
	settle(run);
}

static void found_parent(void *arg, enum cuts_state state, const struct cuts_zone *zone,
	bool exists, const char *why)
{
	struct run *run = arg;

	(void)exists;
	run->survey.parent = zone->name;
	if (state == CUTS_FOUND) {
		cuts_find_servers(
			run->surveyor->cuts, zone, run->work, found_servers, run);
		return;
	}
	(void)snprintf(run->survey.why, sizeof(run->survey.why), "%s", why);
	settle(run);
}

void survey_start(struct surveyor *surveyor, const struct pb_name *name,
	const struct survey_wants *wants, survey_done *done, void *arg)
{
	struct arena *arena = arena_need(arena_new());
	struct run *run = arena_alloc(arena, sizeof(*run));
	unsigned labels = pb_name_labels(name);
	struct pb_name above;

	run->survey.arena = arena;
	run->survey.name = *name;
	run->surveyor = surveyor;
	run->wants = *wants;
	run->done = done;
	run->arg = arg;
	run->work = cuts_work(surveyor->cuts);
	run->next = all_answered;
	run->pending = 1; /* the parent's zone and servers */
	surveyor->running++;
	for (size_t i = 0; i < surveyor->via_count; i++) {
		ask_via(run, &surveyor->via[i], LDNS_RR_TYPE_NS);
		if (wants->ds && labels > 0)
			ask_via(run, &surveyor->via[i], LDNS_RR_TYPE_DS);
	}
	pb_name_ancestor(&above, name, labels == 0 ? 0 : labels - 1);
	cuts_find_zone(surveyor->cuts, &above, run->work, found_parent, run);
}

void survey_free(struct survey *survey)
{
	if (survey != NULL)
		arena_free(survey->arena);
}

/* --- the surveyor ----------------------------------------------------------- */

struct surveyor *surveyor_new(
	const struct survey_options *options, struct pb_error *error)
{
	struct surveyor *surveyor = calloc(1, sizeof(*surveyor));

	if (surveyor == NULL || (surveyor->arena = arena_new()) == NULL) {
		free(surveyor);
		pb_error_set(error, "out of memory");
		return NULL;
	}
	memcpy(surveyor->via, options->via, sizeof(surveyor->via));
	surveyor->via_count = options->via_count;
	if (!roots_read(&surveyor->roots, options->root_hints, surveyor->arena, error) ||
		(surveyor->net = net_new(&options->net, error)) == NULL) {
		surveyor_free(surveyor);
		return NULL;
	}
	surveyor->cuts = cuts_new(surveyor->net, &surveyor->roots);
	if (surveyor->cuts != NULL)
		return surveyor;
	pb_error_set(error, "out of memory");
	surveyor_free(surveyor);
	return NULL;
}

void surveyor_free(struct surveyor *surveyor)
{
	if (surveyor == NULL)
		return;
	cuts_free(surveyor->cuts);
	net_free(surveyor->net);
	arena_free(surveyor->arena);
	free(surveyor);
}

void surveyor_run(struct surveyor *surveyor)
{
	net_run(surveyor->net);
}

struct net *surveyor_net(struct surveyor *surveyor)
{
	return surveyor->net;
}

struct cuts *surveyor_cuts(struct surveyor *surveyor)
{
	return surveyor->cuts;
}
