/* place.c - see place.h. */
#include "place.h"

/* Milliseconds for which it is out of its place before that is said: who has put another
 * one there is about to reload. */
#define LASTS 2000

void pbm_place_look(struct pbm_place *place, struct pbm *pb, int64_t now)
{
	bool displaced = !pb_store_is_in_place(pb->store);

	if (displaced != pb->displaced)
		place->moved = now;
	pb->displaced = displaced;
	if (displaced == place->told || now - place->moved < LASTS)
		return;
	place->told = displaced;
	if (displaced)
		log_err("pinbound: %s: another file is in its place, or in that of its "
			"lock file: until Unbound is reloaded, changes of the pins do "
			"not arrive, and pinned names may be refused",
			pb->conf.pins);
	else
		log_info("pinbound: %s: it is in its place again", pb->conf.pins);
}
