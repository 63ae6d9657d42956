/* udp.c - one question over UDP, on a socket of its own; see engine.h. */
#include "engine.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static socklen_t socket_address(struct sockaddr_storage *out, const struct peer *peer)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (peer->address.family == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(peer->port);
		memcpy(&v4->sin_addr, peer->address.octets, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(peer->port);
	v6->sin6_scope_id = peer->scope;
	memcpy(&v6->sin6_addr, peer->address.octets, 16);
	return sizeof(*v6);
}

static enum launched why_not(void)
{
	switch (errno) {
	case ENETUNREACH:
	case EAFNOSUPPORT:
	case EADDRNOTAVAIL:
	case EINVAL: /* from an address of the loopback to one that is not */
		return LAUNCH_NO_ROUTE;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN: /* no port is free */
		return LAUNCH_NO_SOCKETS;
	default:
		return LAUNCH_FAILED;
	}
}

enum launched net_open(struct asking *asking, int type)
{
	struct sockaddr_storage address;
	socklen_t size = socket_address(&address, asking->peer);
	int fd = socket(address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event event = {
		.events = type == SOCK_STREAM ? EPOLLOUT : EPOLLIN, .data.ptr = asking};
	enum launched launched;

	if (fd < 0)
		return why_not();
	/* The kernel chooses a port at random (RFC 6056). */
	if ((connect(fd, (struct sockaddr *)&address, size) != 0 &&
		    errno != EINPROGRESS) ||
		epoll_ctl(asking->net->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		launched = why_not();
		(void)close(fd);
		return launched;
	}
	asking->fd = fd;
	return LAUNCHED;
}

enum launched net_launch_udp(struct asking *asking)
{
	uint8_t query[QUERY_MAX];
	size_t size = net_write_query(asking, query);
	enum launched launched = net_open(asking, SOCK_DGRAM);

	if (launched != LAUNCHED)
		return launched;
	if (send(asking->fd, query, size, MSG_NOSIGNAL) == (ssize_t)size)
		return LAUNCHED;
	/* A queue on the way that is full is as good as one lost on the way. */
	return errno == EAGAIN || errno == ENOBUFS ? LAUNCHED : LAUNCH_FAILED;
}

/* The host has said that nobody listens there. Perhaps somebody does soon. */
#define REFUSED_PAUSE (100 * MILLISECOND)

/* It may say so again and again: the pause does not become longer by that. */
static void refused(struct asking *asking)
{
	int64_t until = timers_now() + REFUSED_PAUSE;

	asking->text = "connection refused";
	if (asking->timer.at > until)
		timers_set(&asking->net->timers, &asking->timer, until);
}

/* Who sends without end must not keep the timers, and all others, waiting. What is left
 * makes the socket ready again: epoll is level-triggered. */
#define DATAGRAMS_AT_ONCE 8

/* To decode what cannot be read takes time, too. One such answer, or the copies of one
 * that a network makes, are passed over, since the true one may follow; so many are no
 * accident, and whoever knows the id could send any answer. */
#define UNREADABLE_MAX 8

void net_ready_udp(struct asking *asking)
{
	static uint8_t buffer[65535];

	for (unsigned i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		ssize_t size = recv(asking->fd, buffer, sizeof(buffer), 0);
		struct pb_bytes wire = {buffer, size < 0 ? 0 : (size_t)size};

		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (size < 0) {
			refused(asking);
			return;
		}
		if (!net_matches(asking, wire))
			continue;
		if (net_take(asking, wire))
			return;
		asking->malformed = true;
		if (++asking->unreadable == UNREADABLE_MAX) {
			net_try_failed(
				asking, NET_MALFORMED, "an answer that cannot be read");
			return;
		}
	}
}
