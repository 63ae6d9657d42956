/*
 * net.h - asking DNS servers, many at a time, in one thread.
 *
 * Questions are queued with net_ask(), and net_run() sends them and calls back with
 * what came of each, until none is left. A callback may ask more. Nothing blocks but
 * net_run().
 *
 * It knows nothing of zones. What it does see to:
 *
 * - Each question over UDP has a socket of its own, connected, with a port and an id
 *   that cannot be guessed. Only a message from that address with that id and that
 *   question is an answer. Anything else is dropped, and the waiting goes on.
 * - EDNS with 1232 octets (DNS flag day 2020); without, if the server says FORMERR or
 *   the like to it. A truncated answer is asked for again over TCP.
 * - Tries, each with more patience than the one before. An answer that cannot be read
 *   does not end the waiting, only many of them end the try; if nothing better comes,
 *   it is what is reported.
 * - A server that has never answered is sent a few questions only, until it does. If
 *   they all end in silence, it is silent from then on: all that is to be asked of it
 *   ends at once. So is one that has stopped to answer.
 * - To one address, no more than so many questions a second go out (tries, and TCP,
 *   among them), evenly spaced. Each address has a queue of its own, so one that is
 *   slow holds nobody else up.
 * - There are only so many sockets, as RLIMIT_NOFILE allows.
 */
#ifndef PINBOUND_SURVEY_NET_H
#define PINBOUND_SURVEY_NET_H

#include "pinbound/pin.h"
#include <ldns/ldns.h>

struct net;

struct net_options {
	unsigned rate; /* questions a second to one address; 0: as fast as it answers */
	bool no_v4;    /* ask no IPv4 address */
	bool no_v6;
};

enum net_transport {
	NET_UDP, /* and TCP, if that truncates */
	NET_TCP,
	NET_TLS, /* RFC 7858 */
};

struct net_question {
	struct pb_address server;
	uint32_t scope; /* a link-local address: index of its interface; else 0 */
	uint16_t port;  /* 0: 53, with NET_TLS 853 */
	enum net_transport transport;
	/* NET_TLS: the name that the certificate must be for; NULL: the address. Must
	 * live until the callback. */
	const char *tls_name;
	struct pb_name name;
	uint16_t type;
	bool rd, cd, dnssec_ok;
	/* To be sent before what is not: others wait for it. */
	bool urgent;
};

enum net_outcome {
	NET_ANSWERED,    /* `message` is there, whatever it says */
	NET_SILENT,      /* nothing, or only what was no answer */
	NET_MALFORMED,   /* an answer that cannot be read */
	NET_UNREACHABLE, /* not sent: this machine has no way there, or is not to use it
			  */
	NET_UNTRUSTED,   /* the certificate is not for that name, or nobody vouches */
};

struct net_answer {
	enum net_outcome outcome;
	/* What happened, for a person: "no answer", "connection refused" ... */
	const char *text;
	const ldns_pkt *message; /* NULL unless NET_ANSWERED */
	struct pb_bytes wire;    /* the octets that message was read from */
	enum net_transport transport;
	unsigned milliseconds; /* from the last try to the answer */
	unsigned tries; /* that came to nothing; 0 if it is known to be silent already */
};

/* The answer, and all that it points to, is valid during the call only. */
typedef void net_done(void *arg, const struct net_answer *answer);

/* NULL, with the reason in *error, if the system does not give what is needed. */
struct net *net_new(const struct net_options *options, struct pb_error *error);
void net_free(struct net *net); /* NULL is fine; what is still queued is dropped */

/* Queues a question. `done` is called once, from within net_run(). */
void net_ask(
	struct net *net, const struct net_question *question, net_done *done, void *arg);

/* When nothing is left to be asked, `idle` is called; if it returns true (it has asked
 * more, or given somebody up who may), net_run() goes on. */
void net_on_idle(struct net *net, bool (*idle)(void *arg), void *arg);

/* Called about every 100 ms while net_run() runs, for a progress bar. */
void net_on_tick(struct net *net, void (*tick)(void *arg), void *arg);

/* Returns when no question is left. */
void net_run(struct net *net);

/* How much was sent, of all; tries count. */
uint64_t net_sent(const struct net *net);

/* Reads "192.0.2.1", "2001:db8::1", each with an optional "@PORT". False, with the
 * reason, if it is none or a prefix. port is 0 if there is none. */
bool net_read_address(struct pb_address *address, uint16_t *port, const char *text,
	size_t size, struct pb_error *error);

#endif
