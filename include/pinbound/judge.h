/*
 * judge.h - does what a response said of a delegation match the pin?
 *
 * A pure function: no clock, no store, no network, no log.
 */
#ifndef PINBOUND_JUDGE_H
#define PINBOUND_JUDGE_H

#include "pinbound/pin.h"

/* One way to deviate. They are listed in this order everywhere. */
enum pb_reason {
	PB_NS_UNEXPECTED,
	PB_NS_MISSING,
	PB_CHILD_NS_UNEXPECTED,
	PB_DS_UNEXPECTED,
	PB_DS_REMOVED,
	PB_DS_MISSING,
	PB_DS_APPEARED,
	PB_ADDRESS_UNEXPECTED,
	PB_DELEGATION_GONE,
	PB_ANSWERED_BY_PARENT,
	PB_MX_UNEXPECTED,
	PB_UNVERIFIED,
	PB_REASONS,
};

/* A set of reasons: a bit for each. 0 is "ok". */
typedef unsigned pb_reasons;
#define PB_REASON(reason) (1U << (reason))

/* Those that are about the DS set. */
#define PB_DS_REASONS                                                                    \
	(PB_REASON(PB_DS_UNEXPECTED) | PB_REASON(PB_DS_REMOVED) |                        \
		PB_REASON(PB_DS_MISSING) | PB_REASON(PB_DS_APPEARED))

const char *pb_reason_name(enum pb_reason reason);

/* Writes "ns-unexpected,ds-removed", cut at `size`. Returns text. */
#define PB_REASONS_TEXT_MAX 256
char *pb_reasons_to_text(pb_reasons reasons, char text[PB_REASONS_TEXT_MAX]);

/* What sort of response it was, lame and broken ones having been sorted out. */
enum pb_response {
	PB_REFERRAL,
	PB_POSITIVE, /* data for the question, or a CNAME or DNAME at or above it */
	PB_NODATA,
	PB_NXDOMAIN,
};

/* The types that matter, by their numbers. */
enum { PB_TYPE_NS = 2, PB_TYPE_MX = 15, PB_TYPE_DS = 43 };

/* A set as it was seen. One with more than a set can hold is cut short. */
struct pb_seen_set {
	struct pb_set set;
	bool cut_short;
};

enum pb_ds_seen {
	PB_DS_UNSEEN, /* the response says nothing about DS */
	PB_DS_DENIED, /* it says that there is none */
	PB_DS_SHOWN,  /* the set is in it */
};

/* What one response said, from the point of view of one pinned name. */
struct pb_observation {
	enum pb_response response;
	struct pb_name asked;    /* the zone whose servers were asked */
	struct pb_name question; /* the name that was really asked for */
	uint16_t type;           /* the type that was really asked for */
	/* PB_REFERRAL: the zone referred to. Denials: the owner of the SOA, if
	 * there was one. */
	struct pb_name owner;
	bool has_owner;
	bool alias; /* PB_POSITIVE: not the type asked for, but a CNAME or DNAME */
	/* A forwarder said it: no delegation is seen, and `asked` is what it is asked
	 * about. */
	bool forwarded;
	/* The server's address is known to be that of a pinned NS of the name: it
	 * may serve parent and child alike. */
	bool from_pinned_server;
	/* PB_REFERRAL: the NS set of the parent. PB_POSITIVE for (name, NS): that of
	 * the child. */
	struct pb_seen_set ns;
	enum pb_ds_seen ds_seen;
	struct pb_seen_set ds;
	/* Elements as in a pin. PB_REFERRAL: the glue. Else the address that answered,
	 * once for each server that it may belong to. */
	struct pb_seen_set address;
	struct pb_seen_set mx; /* PB_POSITIVE for (name, MX): the hosts */
};

/*
 * What of a pinned zone a verdict is about. Each is judged, remembered, refused
 * and asked about again by itself.
 */
enum pb_aspect {
	PB_ASPECT_CUT,      /* the delegation, by all that a referral shows */
	PB_ASPECT_DS,       /* the DS set, by an answer to (name, DS) */
	PB_ASPECT_SERVER,   /* the address that answered */
	PB_ASPECT_CHILD_NS, /* the child's own NS set: concerns (name, NS) only */
	PB_ASPECT_MX,       /* concerns (name, MX) only */
	PB_ASPECT_EXPIRY,   /* of the pin itself: warned of, never judged */
	PB_ASPECTS,
};

/* What the response allows to judge. */
enum pb_scope {
	PB_SCOPE_NOTHING, /* it says nothing about the aspect */
	PB_SCOPE_SHOWN,   /* it shows the aspect, or that it is not there */
	PB_SCOPE_CHILD,   /* it comes from the child's side: good for as much as the
			     delegation is that led there */
};

enum pb_action { PB_ACTION_NONE, PB_ACTION_LOGGED, PB_ACTION_REFUSED };

/* "logged" or "refused". */
const char *pb_action_name(enum pb_action action);

struct pb_verdict {
	enum pb_aspect aspect;
	enum pb_scope scope;
	pb_reasons reasons;
	enum pb_action action; /* PB_ACTION_NONE exactly if there are no reasons */
};

/* What pinbound.conf says to all pins. */
struct pb_policy {
	enum pb_mode default_mode;
	bool override;
	/* The zone is refused now: a pin that expires meanwhile goes on being enforced
	 * until that is over. */
	bool in_force;
};

/*
 * Judges one aspect of an observation by a pin. `now` is seconds since 1970. The
 * rules are those of pinbound-module(8), "WHAT IS JUDGED".
 */
typedef struct pb_verdict pb_judge_aspect(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now);

pb_judge_aspect pb_judge;        /* the delegation; the only one to say PB_SCOPE_CHILD */
pb_judge_aspect pb_judge_server; /* was it a server of the zone, by its address? */
/* May the servers be asked at the addresses that are known of them? For a query that is
 * still to be sent. */
pb_judge_aspect pb_judge_servers;
pb_judge_aspect pb_judge_child_ns; /* the NS set that the zone has of itself */
pb_judge_aspect pb_judge_mx;
pb_judge_aspect pb_judge_ds; /* in an answer whose trust the caller has seen to */

/*
 * The one place that decides what is done about reasons, whatever found them.
 */
enum pb_action pb_decide(const struct pb_pin *pin, pb_reasons reasons,
	const struct pb_policy *policy, int64_t now);

/* The mode of a pin as it is in force. */
enum pb_mode pb_mode_in_force(const struct pb_pin *pin, const struct pb_policy *policy);

#endif
