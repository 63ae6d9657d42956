/*
 * engine.h - what the parts of net.h share: net.c, peer.c (queues and rates), udp.c,
 * stream.c (TCP and TLS) and message.c. Nobody else reads it.
 */
#ifndef PINBOUND_SURVEY_ENGINE_H
#define PINBOUND_SURVEY_ENGINE_H

#include "net.h"
#include "timers.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)

struct stream;

/* A question from net_ask() until its callback. */
struct asking {
	struct asking *next; /* in a queue */
	struct net *net;
	struct peer *peer;
	struct net_question question;
	net_done *done;
	void *arg;

	enum net_transport transport; /* of this try */
	uint16_t id;                  /* likewise */
	int fd;                       /* -1: none is open */
	struct stream *stream;        /* TCP and TLS, while one is open */
	int64_t sent;
	struct timer timer; /* the end of the patience of this try */
	unsigned tries;
	bool no_edns;
	unsigned unreadable; /* answers to this try that could not be read */
	bool malformed; /* something came that was an answer, and could not be read */

	/* What is to be reported if nothing better comes. */
	enum net_outcome outcome;
	const char *text;
};

struct queue {
	struct asking *first, *last;
};

/* An address, with its scope, and port. */
struct peer {
	struct peer *next; /* in its bucket */
	struct peer *next_starved;
	struct net *net;
	struct pb_address address;
	uint32_t scope;
	uint16_t port;
	struct queue urgent, normal;
	unsigned open;   /* questions that have a socket */
	int64_t next_at; /* when the next may be sent */
	struct timer timer;
	bool starved; /* it waits for a socket */
	bool heard;   /* it has answered once */
	bool no_edns;
	int64_t rtt;       /* smoothed, once it was heard */
	unsigned failures; /* questions without an answer, in a row */
	/* It is asked no more: all ends like this. */
	bool given_up;
	enum net_outcome outcome;
	const char *text;
};

#define BUCKETS 1024

struct net {
	struct net_options options;
	int epoll;
	unsigned most, open; /* sockets */
	uint64_t sent;
	size_t left; /* questions that have not been reported */
	struct timers timers;
	struct timer ticker;
	struct peer *peers[BUCKETS];
	struct peer *starved, *last_starved;
	struct queue ended; /* to be reported */
	bool (*idle)(void *arg);
	void *idle_arg;
	void (*tick)(void *arg);
	void *tick_arg;
	void *tls; /* SSL_CTX, made when it is needed */
};

/* --- peer.c --- */

/* The peer with that address, scope and port; net has it. */
struct peer *net_peer(
	struct net *net, const struct pb_address *address, uint32_t scope, uint16_t port);

/* The question waits for its turn with its peer. */
void net_queue(struct asking *asking);

/* It ends like this. To be reported by net_report_ended(): the callback must not come
 * from within net_ask(). */
void net_end(struct asking *asking, enum net_outcome outcome, const char *text);
void net_report_ended(struct net *net);

/* Frees the peers, and all questions that have not been reported. */
void net_free_peers(struct net *net);

/* This try has come to nothing: another one, or the end. */
void net_try_failed(struct asking *asking, enum net_outcome outcome, const char *text);

/* Asks once more, at once, in another way; not counted as a try. */
void net_again(struct asking *asking);

/* An answer is there. The asking is gone afterwards. */
void net_answered(struct asking *asking, const ldns_pkt *message, struct pb_bytes wire);

/* It ends without an answer, whatever is left of its tries. Likewise. */
void net_failed(struct asking *asking, enum net_outcome outcome, const char *text);

/* --- message.c --- */

#define QUERY_MAX (12 + PB_NAME_MAX + 4 + 11)
size_t net_write_query(const struct asking *asking, uint8_t out[QUERY_MAX]);

/* Is it an answer to this question? */
bool net_matches(const struct asking *asking, struct pb_bytes wire);

/*
 * What a matching answer leads to: the end, or another way of asking. Returns false if
 * it cannot be read (then nothing has happened yet); else the asking may be gone.
 */
bool net_take(struct asking *asking, struct pb_bytes wire);

/* --- udp.c, stream.c --- */

enum launched {
	LAUNCHED,
	LAUNCH_NO_ROUTE,   /* there is no way to such an address */
	LAUNCH_NO_SOCKETS, /* none is left in this process, or on this machine */
	LAUNCH_FAILED,     /* errno says why */
};

/* A connected socket that does not block, or one that is being connected. */
enum launched net_open(struct asking *asking, int type);

enum launched net_launch_udp(struct asking *asking);
enum launched net_launch_stream(struct asking *asking);
void net_ready_udp(struct asking *asking);
void net_ready_stream(struct asking *asking);
void net_close_stream(struct asking *asking);
void net_free_tls(struct net *net);

#endif
