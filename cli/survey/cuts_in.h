/*
 * cuts_in.h - what the parts of cuts.h share: cuts.c (zones), hosts.c (addresses) and
 * zone_ask.c (one question to a zone's servers). Nobody else reads it.
 */
#ifndef PINBOUND_SURVEY_CUTS_IN_H
#define PINBOUND_SURVEY_CUTS_IN_H

#include "cuts.h"
#include "read.h"

/* Somebody to be told. */
struct waiter {
	struct waiter *next;
	union {
		cuts_zone_done *zone;
		cuts_servers_done *servers;
		cuts_host_done *host;
		void (*plain)(void *arg);
	} done;
	void *arg;
};

/* In the order in which they came. */
struct waiters {
	struct waiter *first, *last;
};

/* A zone. `known` is for asking on the way: as it comes, and also what is no NS host of
 * the zone, but has answered for it. */
struct zone {
	struct cuts_zone seen; /* first */
	struct cuts *cuts;
	struct cuts_server *known;
	size_t known_count;
	bool begun, complete;
	size_t pending;     /* hosts that are being asked for */
	struct waiters any; /* for another known server */
	struct waiters all; /* for completeness */
};

/* A name of which it is found out whether it is a zone. */
struct node {
	struct node *next;
	struct pb_name name;
	struct cuts *cuts;
	bool begun, done;
	enum cuts_state state;
	struct zone *zone;
	bool exists;
	const char *why;
	struct cuts_work work;
	struct waiters waiters;
};

struct host {
	struct host *next;
	struct cuts_host seen;
	struct cuts *cuts;
	bool begun;
	unsigned pending;
	struct cuts_work work;
	struct waiters waiters;
};

#define CUTS_BUCKETS 4096

struct cuts {
	struct net *net;
	struct arena *arena;
	struct zone *root;
	struct node *nodes[CUTS_BUCKETS];
	struct host *hosts[CUTS_BUCKETS];
};

size_t cuts_bucket(const struct pb_name *name);
struct waiter *cuts_add_waiter(struct cuts *cuts, struct waiters *waiters, void *arg);
/* Takes one out; NULL: there is none. */
struct waiter *cuts_next_waiter(struct waiters *waiters);

/* A text that lives as long as the cuts. */
const char *cuts_text(struct cuts *cuts, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Begins to find the addresses of its hosts; they become known one by one. */
void zone_find_hosts(struct zone *zone, struct cuts_work work);
void zone_add_known(
	struct zone *zone, const struct pb_name *host, const struct pb_address *address);

/*
 * Asks the zone's servers, one after the other, and more and more at a time as long as
 * they are silent, until one says something. `response` is NULL if none does, and `why`
 * says what the last one did.
 */
typedef void zone_answered(void *arg, const struct read_response *response,
	const struct cuts_server *server, const char *why);
void zone_ask(struct zone *zone, const struct pb_name *name, uint16_t type,
	struct cuts_work work, zone_answered *done, void *arg);

/* Hosts that wait for each other are given up. True if there was one. */
bool hosts_give_up(struct cuts *cuts);

#endif
