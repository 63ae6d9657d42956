/* net.c - questions, and what goes on until all have ended; see net.h and engine.h. */
#include "arena.h"
#include "engine.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define SOCKETS_MAX 1000
#define SOCKETS_SPARED 40 /* for the stores and whatever else is open */

#define TICK (100 * MILLISECOND)

static unsigned most_sockets(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
		limit.rlim_cur >= SOCKETS_MAX + SOCKETS_SPARED)
		return SOCKETS_MAX;
	return limit.rlim_cur > SOCKETS_SPARED + SOCKETS_SPARED
		       ? (unsigned)limit.rlim_cur - SOCKETS_SPARED
		       : SOCKETS_SPARED;
}

struct net *net_new(const struct net_options *options, struct pb_error *error)
{
	struct net *net = arena_need(calloc(1, sizeof(*net)));

	net->options = *options;
	net->most = most_sockets();
	net->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (net->epoll >= 0)
		return net;
	pb_error_set(error, "epoll: %s", strerror(errno));
	free(net);
	return NULL;
}

void net_ask(
	struct net *net, const struct net_question *question, net_done *done, void *arg)
{
	uint16_t usual = question->transport == NET_TLS ? 853 : 53;
	struct peer *peer = net_peer(net, &question->server, question->scope,
		question->port != 0 ? question->port : usual);
	struct asking *asking = arena_need(calloc(1, sizeof(*asking)));
	bool v4 = question->server.family == 4;

	*asking = (struct asking){
		.net = net,
		.peer = peer,
		.question = *question,
		.done = done,
		.arg = arg,
		.transport = question->transport,
		.fd = -1,
	};
	net->left++;
	if (v4 ? net->options.no_v4 : net->options.no_v6) {
		net_end(asking, NET_UNREACHABLE,
			v4 ? "IPv4 is not asked" : "IPv6 is not asked");
		return;
	}
	net_queue(asking);
}

static void ready(struct asking *asking)
{
	if (asking->transport == NET_UDP)
		net_ready_udp(asking);
	else
		net_ready_stream(asking);
}

/* Each socket belongs to one question, and a question ends no other one that has a
 * socket: no event of a round can be about one that is gone. */
static void turn(struct net *net)
{
	struct epoll_event events[64];
	int count =
		net->ended.first != NULL ? 0 : timers_left(&net->timers, timers_now());

	count = epoll_wait(net->epoll, events, 64, count);
	for (int i = 0; i < count; i++)
		ready(events[i].data.ptr);
	timers_fire(&net->timers, timers_now());
	net_report_ended(net);
}

static void ticked(void *owner)
{
	struct net *net = owner;

	if (net->tick != NULL)
		net->tick(net->tick_arg);
	timers_set(&net->timers, &net->ticker, timers_now() + TICK);
}

void net_run(struct net *net)
{
	/* OpenSSL writes to sockets that may be closed at the other end. */
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	net->ticker.fire = ticked;
	net->ticker.owner = net;
	timers_set(&net->timers, &net->ticker, timers_now() + TICK);
	do {
		while (net->left > 0)
			turn(net);
	} while (net->idle != NULL && net->idle(net->idle_arg));
	timers_unset(&net->timers, &net->ticker);
	(void)signal(SIGPIPE, before == SIG_ERR ? SIG_DFL : before);
}

void net_on_idle(struct net *net, bool (*idle)(void *arg), void *arg)
{
	net->idle = idle;
	net->idle_arg = arg;
}

void net_on_tick(struct net *net, void (*tick)(void *arg), void *arg)
{
	net->tick = tick;
	net->tick_arg = arg;
}

uint64_t net_sent(const struct net *net)
{
	return net->sent;
}

void net_free(struct net *net)
{
	if (net == NULL)
		return;
	net_free_peers(net);
	timers_free(&net->timers);
	net_free_tls(net);
	(void)close(net->epoll);
	free(net);
}

bool net_read_address(struct pb_address *address, uint16_t *port, const char *text,
	size_t size, struct pb_error *error)
{
	const char *at = memchr(text, '@', size);
	size_t before = at != NULL ? (size_t)(at - text) : size;
	unsigned long value = 0;
	char digits[8] = "", *rest = digits;

	if (!pb_address_from_text(address, text, before, error))
		return false;
	if (address->prefix != (address->family == 4 ? 32 : 128)) {
		pb_error_set(error, "an address is expected, not a prefix");
		return false;
	}
	*port = 0;
	if (at == NULL)
		return true;
	if (size - before - 1 < sizeof(digits)) {
		memcpy(digits, at + 1, size - before - 1);
		value = digits[0] >= '0' && digits[0] <= '9' ? strtoul(digits, &rest, 10)
							     : 0;
	}
	if (value == 0 || value > 65535 || *rest != '\0') {
		pb_error_set(error, "\"%.*s\" is not a port", (int)(size - before - 1),
			at + 1);
		return false;
	}
	*port = (uint16_t)value;
	return true;
}
