/* export.h - pins for a resolver that cannot load the module. */
#ifndef PINBOUND_EXPORT_H
#define PINBOUND_EXPORT_H

#include "cli.h"

/* Writes to standard output what stands above the pins. */
void export_unbound_head(void);

/*
 * Writes a pin as the clauses of an unbound.conf that come nearest to it, below
 * comments that say what is lost. `now` is seconds since 1970.
 */
void export_unbound_pin(
	const struct pb_conf *conf, const struct pb_pin *pin, int64_t now);

#endif
