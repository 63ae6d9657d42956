/* depend.c - see depend.h. */
#include "depend.h"
#include "learn.h"
#include <stdlib.h>
#include <string.h>

struct depend {
	struct surveyor *surveyor;
	struct arena *arena;
	depend_pin *pin;
	void *arg;
	struct depend_zone *zones, **last;
	size_t count;
};

/* A zone while it is looked at. */
struct walking {
	struct depend *depend;
	struct depend_zone *zone;
	bool follow, with_mx;
};

/* A host of which it is being found out where it lives. */
struct placing {
	struct walking *walking;
	struct depend_host *host;
};

struct depend *depend_new(struct surveyor *surveyor, depend_pin *pin, void *arg)
{
	struct depend *depend = calloc(1, sizeof(*depend));

	if (depend == NULL || (depend->arena = arena_new()) == NULL) {
		free(depend);
		return NULL;
	}
	depend->surveyor = surveyor;
	depend->pin = pin;
	depend->arg = arg;
	depend->last = &depend->zones;
	return depend;
}

void depend_free(struct depend *depend)
{
	if (depend == NULL)
		return;
	for (struct depend_zone *zone = depend->zones; zone != NULL; zone = zone->next)
		survey_free(zone->survey);
	arena_free(depend->arena);
	free(depend);
}

static struct depend_zone *find_zone(struct depend *depend, const struct pb_name *name)
{
	struct depend_zone *zone = depend->zones;

	while (zone != NULL && !pb_name_equal(&zone->name, name))
		zone = zone->next;
	return zone;
}

static struct depend_zone *start(struct depend *depend, const struct pb_name *name,
	const struct depend_zone *found_by, enum depend_kind as, bool follow);

/* The zone is known that a host lives in. */
static void placed(void *arg, enum cuts_state state, const struct cuts_zone *zone,
	bool exists, const char *why)
{
	struct placing *placing = arg;
	struct walking *walking = placing->walking;
	struct depend_host *host = placing->host;

	/* Without an answer from that zone's servers, it is the deepest that is known. */
	if (state != CUTS_FOUND)
		host->why = why;
	else if (!exists)
		host->why = "it does not exist";
	host->zone = find_zone(walking->depend, &zone->name);
	if (host->zone == NULL)
		host->zone = start(
			walking->depend, &zone->name, walking->zone, host->kind, true);
	if (host->zone == NULL)
		host->why = "too many zones";
}

static void follow_hosts(
	struct walking *walking, enum depend_kind kind, const struct pb_set *hosts)
{
	struct depend *depend = walking->depend;
	struct depend_host **last = &walking->zone->hosts;
	struct cuts *cuts = surveyor_cuts(depend->surveyor);
	struct pb_bytes element;
	struct pb_name name;

	while (*last != NULL)
		last = &(*last)->next;
	for (size_t at = 0; pb_set_next(hosts, &at, &element);) {
		struct placing *placing;

		/* The root as a host is a null MX. */
		if (pb_name_from_wire(&name, element.data, element.size) <= 1)
			continue;
		placing = arena_alloc(depend->arena, sizeof(*placing));
		placing->walking = walking;
		placing->host = arena_alloc(depend->arena, sizeof(*placing->host));
		placing->host->kind = kind;
		placing->host->name = name;
		*last = placing->host;
		last = &placing->host->next;
		cuts_find_zone(cuts, &name, cuts_work(cuts), placed, placing);
	}
}

/* What few servers say, as in a hijack of some, leads nowhere: it would be pinned. */
static void follow(struct walking *walking, struct survey *survey)
{
	const struct learn_wants wants = {.mx = walking->with_mx};
	struct pb_pinbuf *pin = arena_alloc(walking->depend->arena, sizeof(*pin));
	struct learned learned;
	struct pb_error error;

	pb_pinbuf_init(pin);
	if (!learn(&learned, pin, survey, &wants, &error))
		return;
	follow_hosts(walking, DEPEND_NS, &pin->pin.ns);
	follow_hosts(walking, DEPEND_MX, &pin->pin.mx);
}

static void surveyed(void *arg, struct survey *survey)
{
	struct walking *walking = arg;

	walking->zone->survey = survey;
	if (walking->follow && survey->found == SURVEY_ZONE)
		follow(walking, survey);
}

static struct depend_zone *start(struct depend *depend, const struct pb_name *name,
	const struct depend_zone *found_by, enum depend_kind as, bool follow)
{
	struct survey_wants wants = learn_survey();
	struct depend_zone *zone;
	struct walking *walking;

	if (depend->count == DEPEND_ZONES_MAX)
		return NULL;
	zone = arena_alloc(depend->arena, sizeof(*zone));
	zone->name = *name;
	zone->found_by = found_by;
	zone->found_as = as;
	*depend->last = zone;
	depend->last = &zone->next;
	depend->count++;
	walking = arena_alloc(depend->arena, sizeof(*walking));
	*walking = (struct walking){depend, zone, follow, found_by == NULL};
	wants.mx = walking->with_mx;
	if (depend->pin != NULL)
		wants.pin = depend->pin(depend->arg, name);
	survey_start(depend->surveyor, name, &wants, surveyed, walking);
	return zone;
}

void depend_add(struct depend *depend, const struct pb_name *name, bool follow)
{
	if (find_zone(depend, name) == NULL)
		(void)start(depend, name, NULL, DEPEND_NS, follow);
}

/* Puts a zone at the end of the list, unless it is there. */
static void list(struct depend *depend, struct depend_zone *zone,
	const struct depend_zone *found_by, enum depend_kind as)
{
	if (zone == NULL || zone->listed)
		return;
	zone->listed = true;
	zone->found_by = found_by;
	zone->found_as = as;
	zone->next = NULL;
	*depend->last = zone;
	depend->last = &zone->next;
}

/* Which answer comes first is chance; the order of the zones is to be none. */
struct depend_zone *depend_zones(struct depend *depend)
{
	struct depend_zone *zone = depend->zones, *next;

	depend->last = &depend->zones;
	depend->zones = NULL;
	for (struct depend_zone *z = zone; z != NULL; z = z->next)
		z->listed = false;
	for (; zone != NULL; zone = next) {
		next = zone->next;
		if (zone->found_by == NULL)
			list(depend, zone, NULL, DEPEND_NS);
	}
	for (zone = depend->zones; zone != NULL; zone = zone->next)
		for (struct depend_host *host = zone->hosts; host != NULL;
			host = host->next)
			list(depend, host->zone, zone, host->kind);
	return depend->zones;
}

size_t depend_count(const struct depend *depend)
{
	return depend->count;
}
