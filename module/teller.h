/*
 * teller.h - what the resolver tells of itself: queries leave it here, and the keeper's
 * thread writes it to the state store, for as long as that can be written.
 */
#ifndef PBM_TELLER_H
#define PBM_TELLER_H

#include "state.h"

struct pbm_teller;

/* `path`: of the state store; it must last for as long as the teller. NULL if there is
 * no memory. */
struct pbm_teller *pbm_teller_new(struct pbm *pb, const char *path);
void pbm_teller_free(struct pbm_teller *teller); /* NULL is fine */

/*
 * Notes a verdict. `refused`: answers, if a deviation is over with it; `line`: what was
 * logged, empty if nothing was; `evidence`: NULL if there is none. Never waits: what
 * there is no room for is counted. teller may be NULL.
 */
void pbm_tell(struct pbm_teller *teller, const struct pb_pin *pin,
	const struct pb_verdict *verdict, uint64_t refused, int64_t now, const char *line,
	const struct pb_evidence *evidence);

/*
 * Writes what has been noted and counted since the last call. A store that cannot be
 * written is logged, and tried again after some seconds; what was noted waits for as
 * long as there is room. Only one thread calls this, with all signals blocked: a limit
 * of the file's size would end the process with one.
 */
void pbm_teller_write(struct pbm_teller *teller);

/* The same at the end: all of it, without another try. */
void pbm_teller_finish(struct pbm_teller *teller);

/* Drops what is stored of zones that are not pinned. False if that could not be done
 * yet. */
bool pbm_teller_prune(struct pbm_teller *teller,
	bool (*keep)(void *arg, const struct pb_name *zone), void *arg);

#endif
