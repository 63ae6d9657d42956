/* zone_ask.c - one question to a zone's servers; see cuts_in.h. */
#include "cuts_in.h"

/*
 * One server is asked after the other. But silence takes seconds, and a zone may have two
 * dozen addresses: as many are asked at a time as were silent before, and one more.
 */
struct zone_question {
	struct zone *zone;
	struct pb_name name;
	uint16_t type;
	struct cuts_work work;
	zone_answered *done;
	void *arg;
	size_t next;
	size_t open;   /* servers that are being asked */
	size_t silent; /* that were asked in vain */
	bool answered;
	const struct cuts_server *asked; /* the last one */
	const char *why;
};

struct zone_asked {
	struct zone_question *question;
	const struct cuts_server *server;
};

static void next_servers(void *arg);

/* Has the server said something? If not, question->why is what it did. */
static bool take(const struct zone_asked *asked, const struct net_answer *answer)
{
	struct zone_question *question = asked->question;
	struct cuts *cuts = question->zone->cuts;
	struct read_response response;

	if (answer->outcome != NET_ANSWERED) {
		question->why = answer->text;
		return false;
	}
	read_response(&response, answer->message, &question->zone->seen.name,
		&question->name, question->type, &question->name, false, cuts->arena);
	if (response.sort != READ_SAYS) {
		question->why = cuts_text(cuts, "%s", response.why);
		return false;
	}
	/* What another one has said of the names above holds: this one leads astray. */
	if (response.seen.response == PB_REFERRAL &&
		(question->type != LDNS_RR_TYPE_NS ||
			!pb_name_equal(&response.seen.owner, &question->name))) {
		question->why = "a referral that leads elsewhere";
		return false;
	}
	question->answered = true;
	question->done(question->arg, &response, asked->server, "");
	return true;
}

static void took(void *arg, const struct net_answer *answer)
{
	const struct zone_asked *asked = arg;
	struct zone_question *question = asked->question;

	question->open--;
	/* One that had been given up before has cost no time. */
	if (answer->outcome == NET_SILENT && answer->tries > 0)
		question->silent++;
	if (!question->answered && !take(asked, answer) && question->open == 0)
		next_servers(question);
}

static void ask(struct zone_question *question, const struct cuts_server *server)
{
	struct cuts *cuts = question->zone->cuts;
	struct zone_asked *asked = arena_alloc(cuts->arena, sizeof(*asked));
	struct net_question what = {
		.server = server->address,
		.name = question->name,
		.type = question->type,
		.urgent = true,
	};

	*asked = (struct zone_asked){question, server};
	--*question->work.left;
	question->open++;
	question->asked = server;
	net_ask(cuts->net, &what, took, asked);
}

static void next_servers(void *arg)
{
	struct zone_question *question = arg;
	struct zone *zone = question->zone;

	while (*question->work.left > 0 && question->next < zone->known_count &&
		question->open <= question->silent)
		ask(question, &zone->known[question->next++]);
	if (question->open > 0)
		return;
	if (*question->work.left == 0) {
		question->done(question->arg, NULL, NULL,
			"it takes too many questions to find out");
	} else if (zone->complete) {
		question->done(question->arg, NULL, question->asked, question->why);
	} else {
		cuts_add_waiter(zone->cuts, &zone->any, question)->done.plain =
			next_servers;
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
	next_servers(question);
}
