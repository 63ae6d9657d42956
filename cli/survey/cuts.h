/*
 * cuts.h - which servers serve which zone, found from the root down.
 *
 * What was found is kept for the whole run, and what is being asked for is asked for
 * once: a thousand names below com. ask the root once who serves com. Questions on
 * the way down have no more labels than they need (RFC 9156).
 *
 * Whoever answers may lie. So: a referral counts only if it leads down, from the zone
 * that was asked towards the name that was asked for. Glue counts only if its owner
 * lies in the zone whose server sent it. An NS host is never followed through an
 * alias. There are limits to the NS hosts of a zone and the addresses of a host
 * (CUTS_HOSTS_MAX, CUTS_ADDRESSES_MAX), to how many zones may have to be found for
 * the sake of another one's NS host (CUTS_DEPTH_MAX), and to the questions for one
 * survey (CUTS_WORK_MAX). NS hosts that depend on each other are found out when all
 * else is done, and have no addresses.
 *
 * All that a callback is given belongs to the cuts, and lives as long as they do.
 * Callbacks come from net_run(), or at once, from within the call itself, if the
 * answer is known.
 */
#ifndef PINBOUND_SURVEY_CUTS_H
#define PINBOUND_SURVEY_CUTS_H

#include "net.h"
#include "roots.h"

#define CUTS_HOSTS_MAX 32
#define CUTS_ADDRESSES_MAX 8
#define CUTS_DEPTH_MAX 8
#define CUTS_WORK_MAX 400

struct cuts;

/* What is left to be spent on one survey. */
struct cuts_work {
	unsigned depth; /* how many zones have been gone to for the sake of another */
	unsigned *left; /* questions; must live as long as the cuts */
};

enum cuts_state {
	CUTS_WAITING,
	CUTS_FOUND,
	CUTS_NOTHING, /* there is no such zone, or host, or it has no address */
	CUTS_FAILED,  /* whoever knows could not be asked, or made no sense */
};

/* A host, and its addresses: elements as in a pin, of this host only. */
struct cuts_host {
	struct pb_name name;
	enum cuts_state state;
	const char *why; /* CUTS_FAILED, CUTS_NOTHING: what went wrong, for a person */
	struct pb_seen_set addresses;
};

/* A server of a zone at one address. */
struct cuts_server {
	struct pb_name host;
	struct pb_address address;
	bool glue; /* the address came along with the referral */
};

struct cuts_zone {
	struct pb_name name;
	const struct cuts_zone *parent; /* NULL: the root */
	struct pb_seen_set ns;
	struct pb_seen_set glue; /* elements as in a pin */
	/* Complete once cuts_servers() calls back. In canonical order of the hosts,
	 * IPv4 first; an address that serves under several names is there for each. */
	struct cuts_server *servers;
	size_t server_count;
};

struct cuts *cuts_new(struct net *net, const struct roots *roots);
void cuts_free(struct cuts *cuts); /* NULL is fine */

/* A fresh budget of CUTS_WORK_MAX questions. */
struct cuts_work cuts_work(struct cuts *cuts);

/*
 * Finds the zone that the name lies in: the deepest one at or above it.
 * `exists` is false if a server has said NXDOMAIN for the name or one above it. With
 * CUTS_FAILED, `zone` is the deepest one that was reached, whose servers did not help,
 * and `why` says how.
 */
typedef void cuts_zone_done(void *arg, enum cuts_state state,
	const struct cuts_zone *zone, bool exists, const char *why);
void cuts_find_zone(struct cuts *cuts, const struct pb_name *name, struct cuts_work work,
	cuts_zone_done *done, void *arg);

/* Finds the addresses of all servers of a zone, as far as they can be found. */
typedef void cuts_servers_done(void *arg, const struct cuts_zone *zone);
void cuts_find_servers(struct cuts *cuts, const struct cuts_zone *zone,
	struct cuts_work work, cuts_servers_done *done, void *arg);

/* Finds the addresses (A and AAAA) of a host. */
typedef void cuts_host_done(void *arg, const struct cuts_host *host);
void cuts_find_host(struct cuts *cuts, const struct pb_name *name, struct cuts_work work,
	cuts_host_done *done, void *arg);

#endif
