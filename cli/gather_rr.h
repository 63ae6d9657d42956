/* gather_rr.h - resource records of ldns as elements of a pin's sets. */
#ifndef PINBOUND_GATHER_RR_H
#define PINBOUND_GATHER_RR_H

#include "gather.h"
#include <ldns/ldns.h>

/*
 * The DS that a DS record is, or, with SHA-256, that of a DNSKEY. Returns the octets
 * written into out (PB_DS_MAX), 0 with the error.
 */
size_t gather_ds(uint8_t *out, const ldns_rr *rr, struct pb_error *error);

#endif
