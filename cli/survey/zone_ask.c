/* zone_ask.c - one question to a zone's servers, one after the other; see cuts_in.h. */
#include "cuts_in.h"

struct zone_question {
	struct zone *zone;
	struct pb_name name;
	uint16_t type;
	struct cuts_work work;
	zone_answered *done;
	void *arg;
	size_t next;
	const struct cuts_server *asked;
	const char *why;
};

static void next_server(void *arg);

static void took(void *arg, const struct net_answer *answer)
{
	struct zone_question *question = arg;
	struct cuts *cuts = question->zone->cuts;
	struct read_response response;

	if (answer->outcome != NET_ANSWERED) {
		question->why = answer->text;
		next_server(question);
		return;
	}
	read_response(&response, answer->message, &question->zone->seen.name,
		&question->name, question->type, &question->name, false, cuts->arena);
	/* What another one has said of the names above holds: this one leads astray. */
	if (response.sort == READ_SAYS && response.seen.response == PB_REFERRAL &&
		(question->type != LDNS_RR_TYPE_NS ||
			!pb_name_equal(&response.seen.owner, &question->name))) {
		question->why = "a referral that leads elsewhere";
		next_server(question);
	} else if (response.sort == READ_SAYS) {
		question->done(question->arg, &response, question->asked, "");
	} else {
		question->why = cuts_text(cuts, "%s", response.why);
		next_server(question);
	}
}

static void ask(struct zone_question *question, const struct cuts_server *server)
{
	struct net_question asked = {
		.server = server->address,
		.name = question->name,
		.type = question->type,
		.urgent = true,
	};

	--*question->work.left;
	question->asked = server;
	net_ask(question->zone->cuts->net, &asked, took, question);
}

static void next_server(void *arg)
{
	struct zone_question *question = arg;
	struct zone *zone = question->zone;

	if (*question->work.left == 0) {
		question->done(question->arg, NULL, NULL,
			"it takes too many questions to find out");
	} else if (question->next < zone->known_count) {
		ask(question, &zone->known[question->next++]);
	} else if (zone->complete) {
		question->done(question->arg, NULL, question->asked, question->why);
	} else {
		cuts_add_waiter(zone->cuts, &zone->any, question)->done.plain =
			next_server;
		zone_find_hosts(zone, question->work);
	}
}

void zone_ask(struct zone *zone, const struct pb_name *name, uint16_t type,
	struct cuts_work work, zone_answered *done, void *arg)
{
	struct zone_question *question =
		arena_alloc(zone->cuts->arena, sizeof(*question));

	*question = (struct zone_question){
		.zone = zone,
		.name = *name,
		.type = type,
		.work = work,
		.done = done,
		.arg = arg,
		.why = "none of its servers has an address",
	};
	next_server(question);
}
