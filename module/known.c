/* known.c - see known.h. */
#include "known.h"

void pbm_known_init(struct pbm_known *known)
{
	*known = (struct pbm_known){0};
	(void)pthread_mutex_init(&known->lock, NULL);
}

void pbm_known_free(struct pbm_known *known)
{
	(void)pthread_mutex_destroy(&known->lock);
	pb_names_free(known->pinned);
	pb_names_free(known->refusing);
	pb_names_free(known->newer_pinned);
	pb_names_free(known->newer_refusing);
	pb_names_free(known->stale);
}

void pbm_known_set(
	struct pbm_known *known, struct pb_names **place, struct pb_names *names)
{
	struct pb_names *old;

	(void)pthread_mutex_lock(&known->lock);
	old = *place;
	*place = names;
	(void)pthread_mutex_unlock(&known->lock);
	pb_names_free(old);
}

void pbm_known_set_pending(struct pbm_known *known, bool pending)
{
	(void)pthread_mutex_lock(&known->lock);
	known->pending = pending;
	(void)pthread_mutex_unlock(&known->lock);
}

static int longest(const struct pb_names *names, const struct pb_name *name)
{
	return names == NULL ? -1 : pb_names_longest(names, name);
}

bool pbm_known_may_be_pinned(struct pbm_known *known, const struct pb_name *name)
{
	bool may;

	(void)pthread_mutex_lock(&known->lock);
	may = known->pinned == NULL || pb_names_cover(known->pinned, name) ||
	      longest(known->newer_pinned, name) >= 0;
	(void)pthread_mutex_unlock(&known->lock);
	return may;
}

bool pbm_known_is_refusing(struct pbm_known *known, const struct pb_name *name,
	bool marked, struct pb_name *zone)
{
	int labels, newer;

	(void)pthread_mutex_lock(&known->lock);
	labels = longest(known->refusing, name);
	newer = longest(known->newer_refusing, name);
	if (newer > labels)
		labels = newer;
	if (marked && !(known->pending && known->stale != NULL &&
			      pb_names_cover(known->stale, name)))
		labels = -1;
	(void)pthread_mutex_unlock(&known->lock);
	if (labels >= 0)
		pb_name_ancestor(zone, name, (unsigned)labels);
	return labels >= 0;
}
