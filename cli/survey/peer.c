/* peer.c - queues, rates and patience; see engine.h. */
#include "arena.h"
#include "engine.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* A server's receive buffer holds a few hundred queries at best. */
#define OPEN_MAX_PER_PEER 100
#define OPEN_MAX_UNHEARD 8

#define TRIES_UNHEARD 3
#define TRIES_HEARD 5
#define PATIENCE_UNHEARD (700 * MILLISECOND)
#define PATIENCE_LEAST (300 * MILLISECOND)
#define PATIENCE_MOST (4 * SECOND)
#define TRIES_STREAM 2
#define PATIENCE_STREAM (5 * SECOND)
#define FAILURES_MAX 5

/* Who wakes up late may make up for that much. */
#define CATCH_UP (10 * MILLISECOND)

/* --- queues ----------------------------------------------------------------- */

static void push(struct queue *queue, struct asking *asking)
{
	asking->next = NULL;
	if (queue->first == NULL)
		queue->first = asking;
	else
		queue->last->next = asking;
	queue->last = asking;
}

static struct asking *pop(struct queue *queue)
{
	struct asking *asking = queue->first;

	if (asking != NULL)
		queue->first = asking->next;
	return asking;
}

static void push_first(struct queue *queue, struct asking *asking)
{
	asking->next = queue->first;
	if (queue->first == NULL)
		queue->last = asking;
	queue->first = asking;
}

static void pump(struct peer *peer);

static void close_socket(struct asking *asking)
{
	struct net *net = asking->net;

	timers_unset(&net->timers, &asking->timer);
	net_close_stream(asking);
	if (asking->fd < 0)
		return;
	(void)close(asking->fd); /* epoll forgets it */
	asking->fd = -1;
	net->open--;
	asking->peer->open--;
}

void net_end(struct asking *asking, enum net_outcome outcome, const char *text)
{
	close_socket(asking);
	asking->outcome = outcome;
	asking->text = text;
	push(&asking->net->ended, asking);
}

static void end_queue(struct peer *peer, struct queue *queue)
{
	struct asking *asking;

	while ((asking = pop(queue)) != NULL)
		net_end(asking, peer->outcome, peer->text);
}

static void give_up(struct peer *peer, enum net_outcome outcome, const char *text)
{
	peer->given_up = true;
	peer->outcome = outcome;
	peer->text = text;
	end_queue(peer, &peer->urgent);
	end_queue(peer, &peer->normal);
}

/* --- sending ---------------------------------------------------------------- */

static int64_t patience(const struct asking *asking)
{
	const struct peer *peer = asking->peer;
	int64_t base = peer->heard ? 4 * peer->rtt : PATIENCE_UNHEARD;

	if (asking->transport != NET_UDP)
		return PATIENCE_STREAM;
	if (base < PATIENCE_LEAST)
		base = PATIENCE_LEAST;
	base <<= asking->tries < 4 ? asking->tries : 4;
	return base < PATIENCE_MOST ? base : PATIENCE_MOST;
}

/* Not to be guessed: RFC 5452 section 9.2. */
static uint16_t random_id(void)
{
	static uint16_t ids[128];
	static size_t used = 128;

	if (used == 128) {
		used = 0;
		if (getrandom(ids, sizeof(ids), 0) != (ssize_t)sizeof(ids)) {
			(void)fputs(
				"pinbound: the system has no random numbers\n", stderr);
			exit(1);
		}
	}
	return ids[used++];
}

static void starve(struct peer *peer)
{
	struct net *net = peer->net;

	if (peer->starved)
		return;
	peer->starved = true;
	peer->next_starved = NULL;
	if (net->starved == NULL)
		net->starved = peer;
	else
		net->last_starved->next_starved = peer;
	net->last_starved = peer;
}

/* As many as there are sockets for now. */
static void feed_starved(struct net *net)
{
	while (net->starved != NULL && net->open < net->most) {
		struct peer *peer = net->starved;

		net->starved = peer->next_starved;
		peer->starved = false;
		pump(peer);
	}
}

static void launched_well(struct asking *asking)
{
	int64_t now = timers_now();

	asking->sent = now;
	asking->net->sent++;
	timers_set(&asking->net->timers, &asking->timer, now + patience(asking));
}

/* Returns false if it cannot be sent now. */
static bool launch(struct asking *asking)
{
	struct net *net = asking->net;
	struct peer *peer = asking->peer;
	enum launched launched;

	asking->id = random_id();
	asking->unreadable = 0;
	asking->no_edns = asking->no_edns || peer->no_edns;
	launched = asking->transport == NET_UDP ? net_launch_udp(asking)
						: net_launch_stream(asking);
	if (asking->fd >= 0) {
		net->open++;
		peer->open++;
	}
	switch (launched) {
	case LAUNCHED:
		launched_well(asking);
		return true;
	case LAUNCH_NO_ROUTE:
		net_end(asking, NET_UNREACHABLE, "there is no way there from here");
		give_up(peer, asking->outcome, asking->text);
		return true;
	case LAUNCH_NO_SOCKETS:
		if (net->open > 0)
			return false;
		net_end(asking, NET_UNREACHABLE, "the system has no socket left");
		return true;
	case LAUNCH_FAILED:
		asking->text = "it cannot be sent";
		timers_set(
			&net->timers, &asking->timer, timers_now() + 100 * MILLISECOND);
		return true;
	}
	return true;
}

/* Is the peer to wait for its turn? */
static bool too_soon(struct peer *peer)
{
	struct net *net = peer->net;
	int64_t now = timers_now();
	int64_t interval;

	if (net->options.rate == 0)
		return false;
	interval = SECOND / net->options.rate;
	if (peer->next_at > now) {
		timers_set(&net->timers, &peer->timer, peer->next_at);
		return true;
	}
	if (peer->next_at < now - CATCH_UP)
		peer->next_at = now - (peer->next_at == 0 ? 0 : CATCH_UP);
	peer->next_at += interval;
	return false;
}

/* Sends what may be sent now. */
static void pump(struct peer *peer)
{
	struct net *net = peer->net;

	while (peer->urgent.first != NULL || peer->normal.first != NULL) {
		struct queue *queue =
			peer->urgent.first != NULL ? &peer->urgent : &peer->normal;
		struct asking *asking;

		if (peer->given_up) {
			end_queue(peer, &peer->urgent);
			end_queue(peer, &peer->normal);
			return;
		}
		if (peer->open >= (peer->heard ? OPEN_MAX_PER_PEER : OPEN_MAX_UNHEARD))
			return; /* until one of them ends */
		if (net->open >= net->most) {
			starve(peer);
			return;
		}
		if (too_soon(peer))
			return;
		asking = pop(queue);
		if (!launch(asking)) {
			push_first(queue, asking);
			net->most = net->open;
			starve(peer);
			return;
		}
	}
}

static void pump_later(void *owner)
{
	pump(owner);
}

/* --- what becomes of it ----------------------------------------------------- */

void net_again(struct asking *asking)
{
	struct peer *peer = asking->peer;

	close_socket(asking);
	asking->tries = 0;
	push_first(&peer->urgent, asking);
	pump(peer);
	feed_starved(peer->net);
}

static unsigned most_tries(const struct asking *asking)
{
	if (asking->transport != NET_UDP)
		return TRIES_STREAM;
	return asking->peer->heard ? TRIES_HEARD : TRIES_UNHEARD;
}

static void note_failure(struct peer *peer, enum net_outcome outcome, const char *text)
{
	if (!peer->given_up && (++peer->failures >= FAILURES_MAX || !peer->heard))
		give_up(peer, outcome, text);
}

void net_failed(struct asking *asking, enum net_outcome outcome, const char *text)
{
	struct peer *peer = asking->peer;

	net_end(asking, outcome, text);
	if (outcome == NET_UNTRUSTED && !peer->given_up)
		give_up(peer, outcome, text);
	pump(peer);
	feed_starved(peer->net);
}

void net_try_failed(struct asking *asking, enum net_outcome outcome, const char *text)
{
	struct peer *peer = asking->peer;

	close_socket(asking);
	if (++asking->tries < most_tries(asking) && !peer->given_up) {
		push_first(&peer->urgent, asking);
		pump(peer);
		feed_starved(peer->net);
		return;
	}
	if (asking->malformed) {
		outcome = NET_MALFORMED;
		text = "an answer that cannot be read";
	}
	note_failure(peer, outcome, text);
	net_failed(asking, outcome, text);
}

static void patience_over(void *owner)
{
	struct asking *asking = owner;

	/* Without a socket, nothing was sent. */
	if (asking->transport != NET_UDP && asking->fd >= 0)
		net_try_failed(asking, NET_SILENT,
			asking->transport == NET_TLS ? "no answer over TLS"
						     : "no answer over TCP");
	else
		net_try_failed(asking, NET_SILENT,
			asking->text != NULL ? asking->text : "no answer");
}

static void note_answer(struct peer *peer, int64_t took)
{
	peer->rtt = peer->heard ? (7 * peer->rtt + took) / 8 : took;
	peer->heard = true;
	peer->failures = 0;
}

static void report(struct asking *asking, const struct net_answer *answer)
{
	struct net *net = asking->net;

	net->left--;
	asking->done(asking->arg, answer);
	free(asking);
}

void net_answered(struct asking *asking, const ldns_pkt *message, struct pb_bytes wire)
{
	struct peer *peer = asking->peer;
	int64_t took = timers_now() - asking->sent;
	struct net_answer answer = {
		.outcome = NET_ANSWERED,
		.text = "",
		.message = message,
		.wire = wire,
		.transport = asking->transport,
		.milliseconds = (unsigned)(took / MILLISECOND),
		.tries = asking->tries,
	};

	note_answer(peer, took);
	close_socket(asking);
	report(asking, &answer);
	pump(peer);
	feed_starved(peer->net);
}

void net_report_ended(struct net *net)
{
	struct asking *asking;

	while ((asking = pop(&net->ended)) != NULL) {
		struct net_answer answer = {
			.outcome = asking->outcome,
			.text = asking->text,
			.transport = asking->transport,
			.tries = asking->tries,
		};

		report(asking, &answer);
	}
}

/* --- peers and their questions ---------------------------------------------- */

struct peer *net_peer(
	struct net *net, const struct pb_address *address, uint32_t scope, uint16_t port)
{
	uint32_t hash = 2166136261U ^ port;
	struct peer **place, *peer;

	for (size_t i = 0; i < sizeof(address->octets); i++)
		hash = (hash ^ address->octets[i]) * 16777619U;
	place = &net->peers[hash % BUCKETS];
	for (peer = *place; peer != NULL; peer = peer->next)
		if (peer->port == port && peer->scope == scope &&
			peer->address.family == address->family &&
			memcmp(peer->address.octets, address->octets,
				sizeof(address->octets)) == 0)
			return peer;
	peer = arena_need(calloc(1, sizeof(*peer)));
	*peer = (struct peer){
		.next = *place,
		.net = net,
		.address = *address,
		.scope = scope,
		.port = port,
		.timer = {.fire = pump_later, .owner = peer},
	};
	*place = peer;
	return peer;
}

void net_queue(struct asking *asking)
{
	struct peer *peer = asking->peer;

	asking->timer = (struct timer){.fire = patience_over, .owner = asking};
	push(asking->question.urgent ? &peer->urgent : &peer->normal, asking);
	pump(peer);
}

static void free_queue(struct queue *queue)
{
	struct asking *asking;

	while ((asking = pop(queue)) != NULL)
		free(asking);
}

void net_free_peers(struct net *net)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (net->peers[i] != NULL) {
			struct peer *peer = net->peers[i];

			net->peers[i] = peer->next;
			free_queue(&peer->urgent);
			free_queue(&peer->normal);
			free(peer);
		}
	}
	free_queue(&net->ended);
}
