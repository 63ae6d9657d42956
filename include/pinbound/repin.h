/*
 * repin.h - makes a pin allow what was observed.
 */
#ifndef PINBOUND_REPIN_H
#define PINBOUND_REPIN_H

#include "pinbound/evidence.h"

/*
 * Changes the pin so that what the evidence is about deviates no more: what its reasons
 * are about is replaced by what was observed, the rest stays. Addresses of servers that
 * are pinned no longer go. The address that answered is added to those of the server,
 * since the others were not in sight; glue replaces what is not in it any more.
 *
 * False with the reason if no pin can allow it, such as a delegation that is gone; then
 * the pin may be half changed. With evidence on several aspects, call it for each, in
 * the order of the aspects, and pb_pin_check() at the end.
 */
bool pb_repin(struct pb_pinbuf *buf, const struct pb_evidence *evidence,
	struct pb_error *error);

#endif
