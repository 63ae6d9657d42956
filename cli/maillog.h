/*
 * maillog.h - lines of the logs of Postfix and Exim, and what they say of mail that
 * went to other sites.
 */
#ifndef PINBOUND_MAILLOG_H
#define PINBOUND_MAILLOG_H

#include "pinbound/name.h"

/* Octets of a line that are looked at; what is beyond belongs to a server's answer. */
#define MAILLOG_LINE_MAX 8192

/* One attempt to deliver a message to a recipient elsewhere. */
struct maillog_delivery {
	struct pb_name domain; /* of the recipient, as A-labels; never a single label */
	bool delivered;        /* else it waits in the queue */
	int64_t when;          /* seconds since 1970; 0 if the line does not say */
	uint64_t message;      /* a hash of the queue id, the instance and the domain */
};

/*
 * Reads one line, without its end. `now`, in seconds since 1970, tells which year a
 * time of syslog that has none is of. False for every line that is no such attempt:
 * mail that came in or stayed here, bounces, and all else that is in a log; errno is
 * ENOMEM if it may be one, and there was no memory to tell.
 */
bool maillog_read(struct maillog_delivery *delivery, const char *line, int64_t now);

/*
 * Reads the time that a line begins with: RFC 3339, with a zone or in local time, that
 * of syslog, and those of journalctl. Returns what stands behind it, or the line if it
 * begins with none; *when is 0 then.
 */
const char *maillog_time(int64_t *when, const char *line, int64_t now);

#endif
