/*
 * survey.h - what all servers say of one name: those of the zone above, those of the
 * zone itself, and, if wanted, other resolvers.
 *
 *	surveyor = surveyor_new(&options, &error);
 *	for each name: survey_start(surveyor, &name, &wants, done, arg);
 *	surveyor_run(surveyor);         calls done(arg, survey) for each
 *	... look at the surveys, judge them, survey_free() each ...
 *	surveyor_free(surveyor);        last, after all surveys
 *
 * Everything that a survey points to lives in an arena of its own, until
 * survey_free(). `done` may free it.
 */
#ifndef PINBOUND_SURVEY_H
#define PINBOUND_SURVEY_H

#include "cuts.h"
#include "options.h"
#include "read.h"

struct surveyor;

struct surveyor *surveyor_new(
	const struct survey_options *options, struct pb_error *error);
void surveyor_free(struct surveyor *surveyor); /* NULL is fine */

/* Asks until all surveys are done; in between, callbacks may start more. */
void surveyor_run(struct surveyor *surveyor);

/* For whoever needs more than a survey has: MX hosts, and what they depend on. */
struct net *surveyor_net(struct surveyor *surveyor);
struct cuts *surveyor_cuts(struct surveyor *surveyor);

/* What is asked beside (name, NS) of the parent's servers. */
struct survey_wants {
	bool ds;       /* DS, of the parent's servers */
	bool child_ns; /* NS, of the zone's own */
	bool mx;
	bool dnskey;
	bool cds; /* CDS, CDNSKEY */
	bool csync;
	bool addresses; /* let the judge see from which address the child answers */
	/* With a pin, only servers that it has are asked of the child's side, and who may
	 * serve parent and child alike is known by it. Must live as long as the survey.
	 */
	const struct pb_pin *pin;
	/* The servers that the parent names and those of the pin are asked alike. */
	bool pinned_too;
};

enum survey_side {
	SURVEY_PARENT, /* a server of the zone above; of the root, one of its own */
	SURVEY_CHILD,  /* a server of the zone itself */
	SURVEY_VIA,    /* a resolver that the user has named */
};

enum survey_outcome {
	SURVEY_ANSWERED,    /* `seen` counts */
	SURVEY_SILENT,      /* no answer, after all tries */
	SURVEY_UNREACHABLE, /* not asked, as there is no way from here: no IPv6 */
	SURVEY_MALFORMED,   /* an answer that cannot be read */
	SURVEY_ERROR,       /* SERVFAIL, REFUSED ... */
	SURVEY_LAME,      /* not as a server of the zone answers: a referral upward ... */
	SURVEY_UNTRUSTED, /* via TLS: the certificate is not for that name */
};

/* One question to one server address, and what came of it. */
struct survey_answer {
	enum survey_side side;
	struct pb_name server; /* the NS host; of a resolver, size is 0 */
	struct pb_address address;
	uint16_t port; /* of a resolver that is not at 53 or 853, else 0 */
	uint16_t type; /* that was asked for */
	enum survey_outcome outcome;
	/* Not SURVEY_ANSWERED: what happened, for a person: "no answer", "REFUSED",
	 * "refers to ., which is not below com.". In ASCII, nothing in it steers a
	 * terminal. */
	char why[96];
	enum net_transport transport;
	unsigned milliseconds;
	/* What can be given to pb_judge() and its kin. Of the child's side, `address` is
	 * the address that answered, as an element of `server`; of a referral the glue.
	 */
	struct pb_observation seen;
	bool authoritative;
	uint32_t ttl;
	/* DNSKEY, CDS, CDNSKEY, CSYNC: the RDATA. */
	struct pb_seen_set rdata;
	/* The child's side, if dnskey is wanted: the RRset is signed, and the signature
	 * is good now, by a key of the DNSKEY set that this server has, which in turn is
	 * signed by a key that a DS stands for: one of the parent's answers; one of the
	 * pin. DNSKEY, CDS and CDNSKEY must be signed by such a key itself (RFC 7344
	 * section 4.1). */
	bool signed_by_parent_ds;
	bool signed_by_pin_ds;
};

enum survey_found {
	SURVEY_UNKNOWN, /* nobody who knows could be asked: `why` */
	SURVEY_ZONE,    /* the name is a zone: delegated, or served with its parent */
	SURVEY_NO_ZONE, /* it is a name in the zone `parent` */
	SURVEY_NO_NAME, /* it does not exist: its parent's servers say NXDOMAIN */
};

struct survey {
	struct pb_name name;
	enum survey_found found; /* by most of the parent's answers */
	/* The zone above the name; it belongs to that if it is no zone of its own. Of the
	 * root, the root. If it could not be found, the deepest one that was. */
	struct pb_name parent;
	char why[160]; /* SURVEY_UNKNOWN, for a person */

	/* All that was asked: parent, child, via; in order of servers and addresses. */
	struct survey_answer **answers;
	size_t count;

	/* What the parent's servers say, all together. Elements as in a pin. If parent
	 * and child share servers, so that there is no referral, the NS is the child's.
	 */
	struct pb_seen_set ns;
	struct pb_seen_set ds;
	bool ds_denied; /* by one of them */
	struct pb_seen_set glue;
	/* What the zone's own servers say, all together. */
	struct pb_seen_set child_ns;
	struct pb_seen_set mx;
	struct pb_seen_set addresses; /* of the servers in `ns`, glue or asked for */

	struct pb_name *unresolved; /* servers in `ns` that have no address */
	size_t unresolved_count;

	struct arena *arena; /* where all of it lies */
};

/* The survey belongs to the callee from now on. */
typedef void survey_done(void *arg, struct survey *survey);

/* Queues a survey. `done` is called once, from surveyor_run(). */
void survey_start(struct surveyor *surveyor, const struct pb_name *name,
	const struct survey_wants *wants, survey_done *done, void *arg);
void survey_free(struct survey *survey); /* NULL is fine */

/*
 * Who says the same: answers of one side and type in groups, the largest first; those
 * that did not answer are in groups by outcome, last. Of what was SURVEY_UNREACHABLE
 * there is no group.
 */
struct survey_group {
	const struct survey_answer *first; /* speaks for all */
	size_t count;
	size_t of;                            /* all that were asked, over all groups */
	const struct survey_answer **members; /* `count`, in order */
};

/* In the survey's arena. Returns how many groups there are. */
size_t survey_groups(struct survey *survey, enum survey_side side, uint16_t type,
	struct survey_group **groups);

/* True if both say the same of what was asked for: sets, or the sort of denial. */
bool survey_same(const struct survey_answer *a, const struct survey_answer *b);

/* "ns1.dns-host.example. (192.0.2.1)", "192.0.2.1 port 5353"; for a person. */
#define SURVEY_SERVER_MAX (PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX + 16)
char *survey_server_text(
	const struct survey_answer *answer, char text[SURVEY_SERVER_MAX]);

#endif
