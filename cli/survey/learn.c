/* learn.c - see learn.h. */
#include "learn.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct learning {
	struct learned *out;
	struct pb_pinbuf *pin;
	struct survey *survey;
	struct pb_error *error;
	char parent[PB_NAME_TEXT_MAX];
};

struct survey_wants learn_survey(void)
{
	return (struct survey_wants){
		.ds = true, .child_ns = true, .mx = true, .dnskey = true};
}

/* --- remarks ---------------------------------------------------------------- */

#define REMARK_MAX 700

__attribute__((format(printf, 3, 4))) static void remark(
	struct learning *l, bool alarming, const char *format, ...)
{
	struct learn_remark *remark = arena_alloc(l->survey->arena, sizeof(*remark));
	struct learn_remark **place = &l->out->remarks;
	char text[REMARK_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	remark->alarming = alarming;
	remark->text = arena_copy(l->survey->arena, text, strlen(text) + 1);
	while (*place != NULL && ((*place)->alarming || !alarming))
		place = &(*place)->next;
	remark->next = *place;
	*place = remark;
	l->out->alarming = l->out->alarming || alarming;
}

#define LISTED_MAX 4
#define LIST_MAX 400

/* "a. b. and 3 more", or "none". */
static const char *list(enum pb_kind kind, const struct pb_set *set, char text[LIST_MAX])
{
	char one[PB_NAME_TEXT_MAX + PB_DS_TEXT_MAX];
	struct pb_bytes element;
	size_t used = 0;
	unsigned listed = 0;

	(void)snprintf(text, LIST_MAX, "none");
	for (size_t at = 0; listed < LISTED_MAX && pb_set_next(set, &at, &element);) {
		(void)pb_element_to_text(kind, element, one, sizeof(one));
		if (used + strlen(one) + 24 > LIST_MAX)
			break;
		used += (size_t)snprintf(text + used, LIST_MAX - used, "%s%s",
			listed++ > 0 ? " " : "", one);
	}
	if (listed < set->count)
		(void)snprintf(text + used, LIST_MAX - used, "%s%u more",
			listed > 0 ? " and " : "", set->count - listed);
	return text;
}

static const char *denial(const struct pb_observation *seen)
{
	if (seen->response == PB_NXDOMAIN)
		return "that it does not exist";
	if (seen->response == PB_NODATA)
		return "that it is no zone";
	return seen->response == PB_REFERRAL ? "nothing but a referral past it"
					     : "data without delegating it";
}

/* "ns1.example. (192.0.2.1) and 3 more". */
#define SERVERS_MAX (SURVEY_SERVER_MAX + 24)
static const char *servers(const struct survey_group *group, char text[SERVERS_MAX])
{
	char first[SURVEY_SERVER_MAX];

	(void)survey_server_text(group->first, first);
	if (group->count == 1)
		(void)snprintf(text, SERVERS_MAX, "%.200s", first);
	else
		(void)snprintf(text, SERVERS_MAX, "%.200s and %zu more", first,
			group->count - 1);
	return text;
}

static const char *says(const struct survey_group *group)
{
	return group->count == 1 ? "says" : "say";
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* --- what the parent's servers say ------------------------------------------ */

static bool answered(const struct survey_group *group)
{
	return group->first->outcome == SURVEY_ANSWERED;
}

static bool delegates(const struct learning *l, const struct survey_answer *answer)
{
	const struct pb_observation *seen = &answer->seen;

	if (answer->outcome != SURVEY_ANSWERED || seen->ns.set.count == 0)
		return false;
	if (seen->response == PB_REFERRAL)
		return pb_name_equal(&seen->owner, &l->survey->name);
	return seen->response == PB_POSITIVE && !seen->alias;
}

static bool take_set(struct learning *l, enum pb_pin_set which, const char *what,
	const struct pb_seen_set *seen)
{
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(&seen->set, &at, &element);) {
		if (!pb_pinbuf_add(l->pin, which, element.data, element.size)) {
			pb_error_set(
				l->error, "it has more %s than a pin can hold", what);
			return false;
		}
	}
	if (seen->cut_short)
		pb_error_set(l->error, "it has more %s than a pin can hold", what);
	return !seen->cut_short;
}

/* The servers of the parent that do not say what most of them do. */
static void remark_other_ns(struct learning *l, const struct survey_group *group)
{
	const struct pb_observation *seen = &group->first->seen;
	char names[LIST_MAX], who[SERVERS_MAX];

	if (!answered(group))
		remark(l, false, "%zu of %zu server%s of %.80s: %s (%s)", group->count,
			group->of, plural(group->of), l->parent, group->first->why,
			servers(group, who));
	else
		remark(l, true, "%zu of %zu servers of %.80s %s otherwise, %s%s (%s)",
			group->count, group->of, l->parent, says(group),
			delegates(l, group->first) ? "NS " : "",
			delegates(l, group->first)
				? list(PB_KIND_NAME, &seen->ns.set, names)
				: denial(seen),
			servers(group, who));
}

static bool learn_ns(struct learning *l)
{
	struct survey_group *groups;
	size_t count = survey_groups(l->survey, SURVEY_PARENT, LDNS_RR_TYPE_NS, &groups);
	const struct survey_group *most = NULL;

	for (size_t i = 0; i < count && most == NULL; i++)
		if (delegates(l, groups[i].first))
			most = &groups[i];
	if (most == NULL) {
		pb_error_set(l->error, "no server of the zone above delegates it");
		return false;
	}
	l->out->agree = most->count;
	l->out->asked = most->of;
	for (size_t i = 0; i < count; i++)
		if (&groups[i] != most)
			remark_other_ns(l, &groups[i]);
	return take_set(l, PB_SET_NS, "NS", &most->first->seen.ns);
}

static bool learn_ds(struct learning *l)
{
	struct survey_group *groups;
	size_t count = survey_groups(l->survey, SURVEY_PARENT, LDNS_RR_TYPE_DS, &groups);
	char others[LIST_MAX], who[SERVERS_MAX];

	if (count == 0)
		return true; /* the root */
	if (!answered(&groups[0]) || groups[0].first->seen.ds_seen == PB_DS_UNSEEN) {
		remark(l, true, "the DS could not be asked for: %s (%s)",
			answered(&groups[0]) ? denial(&groups[0].first->seen)
					     : groups[0].first->why,
			servers(&groups[0], who));
		return true;
	}
	for (size_t i = 1; i < count; i++)
		if (answered(&groups[i]))
			remark(l, true,
				"%zu of %zu servers of %.80s %s otherwise, DS %s (%s)",
				groups[i].count, groups[i].of, l->parent,
				says(&groups[i]),
				list(PB_KIND_DS, &groups[i].first->seen.ds.set, others),
				servers(&groups[i], who));
	return take_set(l, PB_SET_DS, "DS", &groups[0].first->seen.ds);
}

/* --- what the zone's own servers say ---------------------------------------- */

static bool is_own(const struct learning *l, const struct pb_name *host)
{
	return pb_set_has(&l->pin->pin.ns, (struct pb_bytes){host->wire, host->size});
}

/* What those servers say to whom only a few of the parent's refer is none of the
 * zone's: the survey is gone on with as if they had not been asked. */
static void leave_out_others(struct learning *l)
{
	struct survey *own = arena_copy(l->survey->arena, l->survey, sizeof(*own));

	own->answers = arena_alloc(
		own->arena, (own->count + 1) * sizeof(struct survey_answer *));
	own->count = 0;
	own->child_ns = own->mx = (struct pb_seen_set){0};
	for (size_t i = 0; i < l->survey->count; i++) {
		struct survey_answer *answer = l->survey->answers[i];

		if (answer->side == SURVEY_CHILD && !is_own(l, &answer->server))
			continue;
		own->answers[own->count++] = answer;
		if (answer->side != SURVEY_CHILD || answer->outcome != SURVEY_ANSWERED)
			continue;
		if (answer->type == LDNS_RR_TYPE_NS)
			arena_add_set(own->arena, &own->child_ns, pb_order_names,
				&answer->seen.ns);
		else if (answer->type == LDNS_RR_TYPE_MX)
			arena_add_set(
				own->arena, &own->mx, pb_order_names, &answer->seen.mx);
	}
	l->survey = own;
}

/* Who does not answer for the zone that was delegated to it. Anybody may be able to
 * have it served there: "Sitting Ducks". */
static void learn_answering(struct learning *l)
{
	struct survey_group *groups;
	size_t count = survey_groups(l->survey, SURVEY_CHILD, LDNS_RR_TYPE_NS, &groups);
	char name[PB_NAME_TEXT_MAX], who[SERVERS_MAX];

	for (size_t i = 0; i < count; i++) {
		l->out->zone_asked = groups[i].of;
		if (answered(&groups[i]))
			l->out->zone_answer += groups[i].count;
		else
			remark(l, false, "%zu of %zu server%s of the zone: %s (%s)",
				groups[i].count, groups[i].of, plural(groups[i].of),
				groups[i].first->why, servers(&groups[i], who));
	}
	for (size_t i = 0; i < l->survey->unresolved_count; i++)
		if (is_own(l, &l->survey->unresolved[i]))
			remark(l, false, "%.200s has no address",
				pb_name_to_text(&l->survey->unresolved[i], name));
	if (l->out->zone_answer == 0)
		remark(l, true,
			"none of the servers that %.80s names answers for the zone",
			l->parent);
}

static bool learn_child_ns(struct learning *l)
{
	const struct pb_set *ns = &l->pin->pin.ns;
	struct pb_seen_set others = {0};
	char names[LIST_MAX];
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(&l->survey->child_ns.set, &at, &element);)
		if (!pb_set_has(ns, element))
			arena_add(l->survey->arena, &others, pb_order_names, element.data,
				element.size);
	if (others.set.count == 0)
		return true;
	(void)list(PB_KIND_NAME, &others.set, names);
	if (others.set.count == l->survey->child_ns.set.count)
		remark(l, true, "the zone itself names none of these servers, but %s",
			names);
	else
		remark(l, false, "the zone itself also names %s", names);
	return take_set(l, PB_SET_CHILD_NS, "NS", &others);
}

static void learn_keys(struct learning *l)
{
	size_t all = 0, good = 0, keys = 0;

	for (size_t i = 0; i < l->survey->count; i++) {
		const struct survey_answer *answer = l->survey->answers[i];

		if (answer->side != SURVEY_CHILD || answer->type != LDNS_RR_TYPE_DNSKEY ||
			answer->outcome != SURVEY_ANSWERED)
			continue;
		all++;
		good += answer->signed_by_parent_ds;
		keys += answer->rdata.set.count > 0;
	}
	l->out->with_key = good;
	if (all == 0)
		return;
	if (l->pin->pin.ds.count == 0 && keys > 0)
		remark(l, true,
			"the zone is signed, but %.80s has no DS for it; somebody may "
			"have removed it",
			l->parent);
	if (l->pin->pin.ds.count > 0 && good < all)
		remark(l, true,
			"on %zu of %zu server%s of the zone, no key that is good now "
			"matches the DS",
			all - good, all, plural(all));
}

static bool learn_mx(struct learning *l, const struct learn_wants *wants)
{
	static const uint8_t root[1] = {0};
	struct survey_group *groups;
	size_t count = survey_groups(l->survey, SURVEY_CHILD, LDNS_RR_TYPE_MX, &groups);
	const struct pb_seen_set *mx = &l->survey->mx;

	l->out->null_mx = mx->set.count == 1 &&
			  pb_set_has(&mx->set, (struct pb_bytes){root, sizeof(root)});
	if (!l->out->null_mx)
		l->out->mx = *mx;
	if (count > 1 && answered(&groups[1]))
		remark(l, false, "the zone's servers differ in the MX that they have");
	if (!wants->mx)
		return true;
	l->pin->pin.mx_none = l->out->null_mx;
	if (mx->set.count == 0)
		remark(l, false, "there is no MX to pin");
	return l->out->null_mx || take_set(l, PB_SET_MX, "MX", mx);
}

/* Those of the servers that are pinned, as far as they are known. */
static bool learn_addresses(struct learning *l)
{
	struct pb_seen_set addresses = {0};
	struct pb_address address;
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(&l->survey->addresses.set, &at, &element);)
		if (pb_address_parse(element, &host, &address) && is_own(l, &host))
			arena_add(l->survey->arena, &addresses, pb_order_names,
				element.data, element.size);
	return take_set(l, PB_SET_ADDRESS, "addresses", &addresses);
}

/* Is it the answer of a server of the parent that serves the zone itself, under a name
 * that is none of the zone's? */
static bool answers_for_zone(const struct learning *l, const struct survey_answer *answer)
{
	return answer->side == SURVEY_PARENT && answer->type == LDNS_RR_TYPE_NS &&
	       answer->seen.response == PB_POSITIVE && delegates(l, answer) &&
	       !is_own(l, &answer->server);
}

/* A prefix says too little of who it is. */
static bool has_pinned_address(
	const struct learning *l, const struct survey_answer *answer)
{
	struct pb_address pinned;
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(&l->pin->pin.address, &at, &element);)
		if (pb_address_parse(element, &host, &pinned) &&
			pinned.prefix == answer->address.prefix &&
			pb_address_within(&answer->address, &pinned))
			return true;
	return false;
}

/* One machine for parent and child, under two names: the resolver knows it by a pinned
 * address only. */
static void remark_parents_that_answer(struct learning *l)
{
	const struct survey_answer *first = NULL;
	char server[SURVEY_SERVER_MAX];
	size_t count = 0;

	for (size_t i = 0; i < l->survey->count; i++) {
		const struct survey_answer *answer = l->survey->answers[i];

		if (!answers_for_zone(l, answer) || has_pinned_address(l, answer))
			continue;
		first = first != NULL ? first : answer;
		count++;
	}
	if (count > 0)
		remark(l, true,
			"%zu of %zu server%s of %.80s serve%s the zone itself, under "
			"another name (%.200s); unless its addresses are pinned "
			"(--addresses), the resolver refuses what it says",
			count, l->out->asked, plural(l->out->asked), l->parent,
			count == 1 ? "s" : "", survey_server_text(first, server));
}

/* --- what others see -------------------------------------------------------- */

static void learn_via(struct learning *l)
{
	static pb_judge_aspect *const aspects[] = {pb_judge, pb_judge_ds};
	const struct pb_policy policy = {.default_mode = PB_MODE_REFUSE};
	char server[SURVEY_SERVER_MAX], text[LIST_MAX];

	for (size_t i = 0; i < l->survey->count; i++) {
		const struct survey_answer *answer = l->survey->answers[i];
		const struct pb_observation *seen = &answer->seen;
		bool ds = answer->type == LDNS_RR_TYPE_DS;
		pb_reasons reasons = 0;

		if (answer->side != SURVEY_VIA)
			continue;
		(void)survey_server_text(answer, server);
		if (answer->outcome != SURVEY_ANSWERED) {
			if (!ds)
				remark(l, false, "via %.80s: %s", server, answer->why);
			continue;
		}
		for (size_t j = 0; j < sizeof(aspects) / sizeof(aspects[0]); j++)
			reasons |= aspects[j](&l->pin->pin, seen, &policy, 0).reasons;
		if (ds && l->pin->pin.ds.count == 0 && seen->ds.set.count > 0)
			reasons |= PB_REASON(PB_DS_APPEARED);
		/* A zone may list fewer of its servers than the parent does. */
		if ((reasons & ~PB_REASON(PB_NS_MISSING)) == 0)
			continue;
		if (ds && seen->ds_seen != PB_DS_UNSEEN)
			(void)list(PB_KIND_DS, &seen->ds.set, text);
		else if (!ds && seen->ns.set.count > 0)
			(void)list(PB_KIND_NAME, &seen->ns.set, text);
		else
			(void)snprintf(text, sizeof(text), "%s", denial(seen));
		remark(l, true, "the resolver %.80s says otherwise, %s %s", server,
			ds ? "DS" : "NS", text);
	}
}

/* --- all of it -------------------------------------------------------------- */

bool learn(struct learned *learned, struct pb_pinbuf *pin, struct survey *survey,
	const struct learn_wants *wants, struct pb_error *error)
{
	struct learning l = {
		.out = learned, .pin = pin, .survey = survey, .error = error};

	*learned = (struct learned){.survey = survey};
	pin->pin.name = survey->name;
	(void)pb_name_to_text(&survey->parent, l.parent);
	if (!learn_ns(&l) || !learn_ds(&l))
		return false;
	leave_out_others(&l);
	if (survey->name.size > 1)
		learn_answering(&l);
	if (!learn_child_ns(&l) || !learn_mx(&l, wants) ||
		(wants->addresses && !learn_addresses(&l)))
		return false;
	remark_parents_that_answer(&l);
	if (survey->name.size > 1)
		learn_keys(&l);
	learn_via(&l);
	return true;
}

char *learn_why_not(const struct survey *survey, char text[LEARN_WHY_MAX])
{
	char name[PB_NAME_TEXT_MAX], parent[PB_NAME_TEXT_MAX];

	(void)pb_name_to_text(&survey->name, name);
	(void)pb_name_to_text(&survey->parent, parent);
	switch (survey->found) {
	case SURVEY_NO_ZONE:
		(void)snprintf(text, LEARN_WHY_MAX,
			"%s is not a zone, but a name in %s; pin that", name, parent);
		break;
	case SURVEY_NO_NAME:
		(void)snprintf(text, LEARN_WHY_MAX,
			"%s does not exist, say the servers of %s", name, parent);
		break;
	case SURVEY_UNKNOWN:
		(void)snprintf(text, LEARN_WHY_MAX,
			"%s: what its delegation is could not be asked: %s", name,
			survey->why);
		break;
	case SURVEY_ZONE:
		text[0] = '\0';
		break;
	}
	return text;
}
