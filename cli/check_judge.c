/* check_judge.c - a survey of a zone, judged by its pin; see check.h. */
#include "check.h"
#include "survey/judged.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What refuse mode would do, whatever the pin's own is. */
static enum check_status status_of(
	const struct check *check, const struct pb_pin *pin, pb_reasons reasons)
{
	struct pb_policy policy = {.default_mode = PB_MODE_REFUSE};
	struct pb_pin strictly = *pin;

	strictly.mode = PB_MODE_REFUSE;
	strictly.expires = PB_NEVER;
	switch (pb_decide(&strictly, reasons, &policy, check->now)) {
	case PB_ACTION_REFUSED:
		return CHECK_CRITICAL;
	case PB_ACTION_LOGGED:
		return CHECK_WARNING;
	case PB_ACTION_NONE:
		break;
	}
	return CHECK_OK;
}

static pb_reasons judge_answer(const struct check *check, const struct pb_pin *pin,
	const struct survey_answer *answer)
{
	return survey_judge_answer(pin, answer, &check->policy, check->now);
}

static const struct survey_answer *same_server(
	const struct survey *survey, const struct survey_answer *of, uint16_t type)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];

		if (answer->side == of->side && answer->type == type &&
			answer->port == of->port &&
			memcmp(&answer->address, &of->address, sizeof(of->address)) == 0)
			return answer;
	}
	return NULL;
}

/* A server that was asked for two types says some of it twice: once will do. */
static pb_reasons without_repetition(const struct check *check, const struct pb_pin *pin,
	const struct survey *survey, const struct survey_answer *answer,
	pb_reasons reasons)
{
	uint16_t other =
		answer->type == LDNS_RR_TYPE_NS ? LDNS_RR_TYPE_DS : LDNS_RR_TYPE_NS;
	const struct survey_answer *twin = same_server(survey, answer, other);

	if (reasons == 0 || twin == NULL || twin->outcome != SURVEY_ANSWERED)
		return reasons;
	if (answer->type == LDNS_RR_TYPE_NS)
		return twin->seen.ds_seen != PB_DS_UNSEEN ? reasons & ~PB_DS_REASONS
							  : reasons;
	return reasons & ~(judge_answer(check, pin, twin) & ~PB_DS_REASONS);
}

static struct check_finding *find_alike(const struct check_zone *zone,
	const struct survey_answer *answer, pb_reasons reasons,
	const struct survey_answer **firsts)
{
	size_t i = 0;

	for (struct check_finding *finding = zone->findings; finding != NULL;
		finding = finding->next, i++)
		if (finding->reasons == reasons && firsts[i]->side == answer->side &&
			survey_same(firsts[i], answer))
			return finding;
	return NULL;
}

static void add_element(
	struct check *check, struct pb_seen_set *set, const struct survey_answer *answer)
{
	static const struct pb_name resolver = {.size = 1};
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];

	arena_add(check->arena, set, pb_order_names, element,
		pb_address_element(element,
			answer->server.size > 0 ? &answer->server : &resolver,
			&answer->address));
}

/* Of the addresses, those that deviate. */
static void keep_addresses(struct check *check, const struct check_zone *zone,
	struct check_finding *finding, const struct survey_answer *answer)
{
	struct pb_bytes element;

	if ((finding->reasons & PB_REASON(PB_ADDRESS_UNEXPECTED)) == 0)
		return;
	for (size_t at = 0; pb_set_next(&answer->seen.address.set, &at, &element);)
		if (pb_address_deviates(&zone->pin->address, element))
			arena_add(check->arena, &finding->address, pb_order_names,
				element.data, element.size);
}

static struct check_finding *new_finding(struct check *check, struct check_zone *zone,
	const struct survey_answer *answer, pb_reasons reasons)
{
	struct check_finding *finding = arena_alloc(check->arena, sizeof(*finding));
	struct check_finding **last = &zone->findings;

	finding->reasons = reasons;
	finding->status = status_of(check, zone->pin, reasons);
	finding->side = answer->side;
	finding->type = answer->type;
	finding->response = answer->seen.response;
	finding->alias = answer->seen.alias;
	arena_add_set(check->arena, &finding->ns, pb_order_names, &answer->seen.ns);
	arena_add_set(check->arena, &finding->ds, pb_order_octets, &answer->seen.ds);
	arena_add_set(check->arena, &finding->mx, pb_order_names, &answer->seen.mx);
	while (*last != NULL)
		last = &(*last)->next;
	*last = finding;
	return finding;
}

static size_t asked_alike(const struct survey *survey, const struct survey_answer *answer)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->count; i++)
		if (survey->answers[i]->side == answer->side &&
			survey->answers[i]->type == answer->type &&
			survey->answers[i]->outcome != SURVEY_UNREACHABLE)
			count++;
	return count;
}

static void judge_all(struct check *check, struct check_zone *zone, struct survey *survey)
{
	const struct survey_answer **firsts = arena_alloc(
		survey->arena, (survey->count + 1) * sizeof(struct survey_answer *));
	size_t count = 0;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];
		struct check_finding *finding;
		pb_reasons reasons;

		if (answer->outcome != SURVEY_ANSWERED)
			continue;
		reasons = without_repetition(check, zone->pin, survey, answer,
			judge_answer(check, zone->pin, answer));
		if (reasons == 0)
			continue;
		finding = find_alike(zone, answer, reasons, firsts);
		if (finding == NULL) {
			firsts[count++] = answer;
			finding = new_finding(check, zone, answer, reasons);
			finding->of = asked_alike(survey, answer);
		}
		finding->count++;
		add_element(check, &finding->servers, answer);
		keep_addresses(check, zone, finding, answer);
		zone->reasons |= reasons;
		zone->status = check_worse(zone->status, finding->status);
	}
}

/* --- what could not be asked ------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static void note_unasked(
	struct check *check, struct check_zone *zone, const char *format, ...)
{
	struct check_note *note = arena_alloc(check->arena, sizeof(*note));
	struct check_note **last = &zone->unasked;
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	note->text = arena_copy(check->arena, text, strlen(text) + 1);
	while (*last != NULL)
		last = &(*last)->next;
	*last = note;
	zone->status = check_worse(zone->status, CHECK_UNKNOWN);
}

/* Has any server of that side answered? *why is what one of them did instead. */
static bool any_answered(const struct survey *survey, enum survey_side side,
	uint16_t type, const struct survey_answer **why)
{
	*why = NULL;
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];

		if (answer->side != side || answer->type != type)
			continue;
		if (answer->outcome == SURVEY_ANSWERED)
			return true;
		if (*why == NULL || answer->outcome != SURVEY_UNREACHABLE)
			*why = answer;
	}
	return false;
}

static bool any_ds_seen(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		if (survey->answers[i]->side == SURVEY_PARENT &&
			survey->answers[i]->outcome == SURVEY_ANSWERED &&
			survey->answers[i]->seen.ds_seen != PB_DS_UNSEEN)
			return true;
	return false;
}

static void note_side(struct check *check, struct check_zone *zone,
	const struct survey *survey, uint16_t type, const char *what)
{
	char server[SURVEY_SERVER_MAX];
	const struct survey_answer *why;

	if (any_answered(survey, SURVEY_CHILD, type, &why))
		return;
	if (why == NULL)
		note_unasked(
			check, zone, "%s: no server that is pinned has an address", what);
	else
		note_unasked(check, zone, "%s: %.60s: %.90s", what,
			survey_server_text(why, server), why->why);
}

static void note_vias(
	struct check *check, struct check_zone *zone, const struct survey *survey)
{
	char server[SURVEY_SERVER_MAX];

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];

		if (answer->side == SURVEY_VIA && answer->type == LDNS_RR_TYPE_NS &&
			answer->outcome != SURVEY_ANSWERED)
			note_unasked(check, zone, "via %.80s: %s",
				survey_server_text(answer, server), answer->why);
	}
}

/* With these, it is not to be expected that a pinned server could be asked. */
#define ELSEWHERE                                                                        \
	(PB_REASON(PB_NS_UNEXPECTED) | PB_REASON(PB_DELEGATION_GONE) |                   \
		PB_REASON(PB_ANSWERED_BY_PARENT))

/* Where the delegation itself deviates, there may be nobody to ask of the rest. */
static void note_all_unasked(
	struct check *check, struct check_zone *zone, const struct survey *survey)
{
	const struct pb_pin *pin = zone->pin;
	const struct survey_answer *why;

	note_vias(check, zone, survey);
	if (!any_answered(survey, SURVEY_PARENT, LDNS_RR_TYPE_NS, &why)) {
		zone->reasons |= PB_REASON(PB_UNVERIFIED);
		note_unasked(check, zone, "%s", survey->why);
		return;
	}
	if (survey->found != SURVEY_ZONE)
		return;
	if (pb_pin_has_ds(pin) && !any_ds_seen(survey))
		note_unasked(check, zone, "DS: no server of the parent could be asked");
	if ((zone->reasons & ELSEWHERE) != 0 || pin->name.size == 1)
		return;
	note_side(check, zone, survey, LDNS_RR_TYPE_NS, "the zone's own NS");
	if (pb_pin_has_mx(pin))
		note_side(check, zone, survey, LDNS_RR_TYPE_MX, "MX");
}

/* --- servers that others make up for ---------------------------------------- */

static void note_server(struct check *check, const struct survey_answer *answer)
{
	char name[SURVEY_SERVER_MAX];
	struct check_server **place = &check->servers;

	(void)survey_server_text(answer, name);
	while (*place != NULL && (strcmp((*place)->name, name) != 0 ||
					 strcmp((*place)->why, answer->why) != 0))
		place = &(*place)->next;
	if (*place == NULL) {
		*place = arena_alloc(check->arena, sizeof(**place));
		memcpy((*place)->name, name, sizeof(name));
		memcpy((*place)->why, answer->why, sizeof(answer->why));
	}
	(*place)->zones++;
}

static void note_servers(struct check *check, const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];
		const struct survey_answer *before =
			i > 0 ? survey->answers[i - 1] : NULL;

		if (answer->outcome == SURVEY_ANSWERED ||
			answer->outcome == SURVEY_UNREACHABLE ||
			answer->side == SURVEY_VIA)
			continue;
		/* In order of servers: one that fails for each type is told of once. */
		if (before != NULL && before->side == answer->side &&
			memcmp(&before->address, &answer->address,
				sizeof(answer->address)) == 0 &&
			strcmp(before->why, answer->why) == 0)
			continue;
		note_server(check, answer);
	}
}

void check_judge(struct check *check, struct check_zone *zone, struct survey *survey)
{
	zone->parent = survey->parent;
	zone->status = CHECK_OK;
	judge_all(check, zone, survey);
	note_all_unasked(check, zone, survey);
	note_servers(check, survey);
	zone->expires_soon = pb_pin_expires_soon(zone->pin, check->now);
	if (zone->expires_soon)
		zone->status = check_worse(zone->status, CHECK_WARNING);
}
