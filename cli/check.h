/*
 * check.h - what the parts of `pinbound check` share: check.c (the run),
 * check_judge.c, canary.c, and what writes the report: check_text.c, check_json.c,
 * check_metrics.c.
 */
#ifndef PINBOUND_CHECK_H
#define PINBOUND_CHECK_H

#include "survey/survey.h"

/* As the monitoring plugins have them: the exit codes. */
enum check_status { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

/* "OK" and "ok", "WARNING" and "warning"... */
const char *check_status_name(enum check_status status);
const char *check_status_word(enum check_status status);

enum check_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_PROMETHEUS };

/* CRITICAL is worse than UNKNOWN, which is worse than WARNING. */
enum check_status check_worse(enum check_status a, enum check_status b);

/* Servers that say the same, which deviates. */
struct check_finding {
	struct check_finding *next;
	pb_reasons reasons;
	enum check_status status;
	enum survey_side side;
	uint16_t type;
	size_t count, of; /* servers that say so, of those that were asked */
	/* What they say, as far as the reasons are about it; elements as in a pin. */
	struct pb_seen_set ns, ds, address, mx;
	enum pb_response response;
	bool alias;
	struct pb_seen_set servers; /* their addresses, as elements of an address set */
};

struct check_note {
	struct check_note *next;
	const char *text;
};

struct check_zone {
	struct check_zone *next;
	const struct pb_pin *pin;
	struct pb_name parent;
	enum check_status status;
	pb_reasons reasons;
	bool expires_soon;
	struct check_finding *findings;
	struct check_note *unasked; /* what could not be asked, for a person */
};

/* A server that has not answered, or not usefully, though others have. */
struct check_server {
	struct check_server *next;
	char name[SURVEY_SERVER_MAX];
	char why[96];
	size_t zones;
};

struct check_resolver {
	struct check_resolver *next;
	const char *written; /* in resolv.conf; each is there once */
	const char *address; /* the same; NULL if it cannot be read */
	enum check_status status;
	const char *text; /* for a person: "protected", "not protected: ..." */
};

struct check {
	struct cli *cli;
	struct arena *arena; /* of all that is below */
	struct survey_options options;
	enum check_format format;
	const char *resolv_conf; /* NULL: no canary */
	bool terminal;           /* the report is for a person who looks at a terminal */
	struct pb_policy policy;
	int64_t now; /* seconds since 1970 */
	struct surveyor *surveyor;

	struct check_zone *zones, **last_zone, *next_zone;
	size_t zone_count, done;
	struct check_server *servers;
	struct check_resolver *resolvers, **last_resolver;

	enum check_status status;
	size_t counts[CHECK_UNKNOWN + 1]; /* zones, by status */
	uint64_t queries;
	int64_t milliseconds;
};

/* Judges a zone by what the survey has. */
void check_judge(struct check *check, struct check_zone *zone, struct survey *survey);

/* Reads resolv.conf, and asks each resolver for the canary. */
void check_canaries(struct check *check);

void check_write_text(const struct check *check, FILE *out);
void check_write_json(const struct check *check, FILE *out);
void check_write_metrics(const struct check *check, FILE *out);

#endif
