/* mailcount.h - how many messages went to each domain. */
#ifndef PINBOUND_MAILCOUNT_H
#define PINBOUND_MAILCOUNT_H

#include "maillog.h"

struct mailcount_domain {
	uint64_t messages;   /* of these were */
	uint64_t delivered;  /* so many delivered, */
	uint64_t deferred;   /* and so many had to wait, whatever became of them */
	int64_t last;        /* seconds since 1970; 0: not known */
	const uint8_t *wire; /* the domain, see pb_name_from_wire() */
	uint8_t size;
};

struct mailcount;

/* NULL if there is no memory. */
struct mailcount *mailcount_new(void);
void mailcount_free(struct mailcount *count); /* NULL is fine */

/*
 * Counts an attempt. Those of one message to one domain are one, as long as the message
 * is among the last million: memory grows with the domains, not with the log. False if
 * there is no memory.
 */
bool mailcount_add(struct mailcount *count, const struct maillog_delivery *delivery);

/* The domains, most messages first, those with equal many by name. They belong to
 * `count`, to which nothing may be added any more. */
const struct mailcount_domain *mailcount_sorted(struct mailcount *count, size_t *domains);

#endif
