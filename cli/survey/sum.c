/* sum.c - what all servers of one side say together; see survey_in.h. */
#include "survey_in.h"
#include <stdio.h>
#include <string.h>

static enum survey_found found_by(
	const struct survey *survey, const struct survey_answer *answer)
{
	const struct pb_observation *seen = &answer->seen;

	switch (seen->response) {
	case PB_REFERRAL:
		return pb_name_equal(&seen->owner, &survey->name) ? SURVEY_ZONE
								  : SURVEY_UNKNOWN;
	case PB_POSITIVE:
		return seen->ns.set.count > 0 ? SURVEY_ZONE : SURVEY_NO_ZONE;
	case PB_NODATA:
		return SURVEY_NO_ZONE;
	case PB_NXDOMAIN:
		return SURVEY_NO_NAME;
	}
	return SURVEY_UNKNOWN;
}

static bool counts(const struct survey_answer *answer, enum survey_side side)
{
	return answer->side == side && answer->outcome == SURVEY_ANSWERED;
}

static void find_most(struct survey *survey)
{
	static const enum survey_found order[] = {
		SURVEY_ZONE, SURVEY_NO_ZONE, SURVEY_NO_NAME};
	size_t votes[SURVEY_NO_NAME + 1] = {0};
	size_t most = 0;

	for (size_t i = 0; i < survey->count; i++)
		if (counts(survey->answers[i], SURVEY_PARENT) &&
			survey->answers[i]->type == LDNS_RR_TYPE_NS)
			votes[found_by(survey, survey->answers[i])]++;
	survey->found = SURVEY_UNKNOWN;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (votes[order[i]] > most) {
			most = votes[order[i]];
			survey->found = order[i];
		}
	}
}

/* Why nobody could tell: the most that can be said in a line. */
static void say_why(struct survey *survey)
{
	const struct survey_answer *first = NULL;
	char parent[PB_NAME_TEXT_MAX], address[PB_ADDRESS_TEXT_MAX];
	size_t asked = 0;

	if (survey->found != SURVEY_UNKNOWN || survey->why[0] != '\0')
		return;
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];

		if (answer->side != SURVEY_PARENT || answer->type != LDNS_RR_TYPE_NS)
			continue;
		asked++;
		if (first == NULL || (first->outcome == SURVEY_UNREACHABLE &&
					     answer->outcome != SURVEY_UNREACHABLE))
			first = answer;
	}
	if (first != NULL)
		(void)snprintf(survey->why, sizeof(survey->why),
			"none of %zu servers of %.60s: %.40s from %s", asked,
			pb_name_to_text(&survey->parent, parent),
			first->outcome == SURVEY_ANSWERED ? "a referral past it"
							  : first->why,
			pb_address_to_text(&first->address, address));
}

void sum_parent(struct run *run)
{
	struct survey *survey = &run->survey;
	struct arena *arena = survey->arena;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];
		const struct pb_observation *seen = &answer->seen;

		if (!counts(answer, SURVEY_PARENT))
			continue;
		if (seen->response == PB_REFERRAL &&
			!pb_name_equal(&seen->owner, &survey->name))
			continue;
		arena_add_set(arena, &survey->ns, pb_order_names, &seen->ns);
		arena_add_set(arena, &survey->ds, pb_order_octets, &seen->ds);
		if (seen->response == PB_REFERRAL)
			arena_add_set(
				arena, &survey->glue, pb_order_names, &seen->address);
		survey->ds_denied = survey->ds_denied || seen->ds_seen == PB_DS_DENIED;
	}
	/* The root has no parent: the hints say where its servers are. */
	if (survey->name.size == 1)
		arena_add_set(arena, &survey->glue, pb_order_names,
			&run->surveyor->roots.addresses);
	find_most(survey);
	say_why(survey);
}

void sum_child(struct run *run)
{
	struct survey *survey = &run->survey;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];

		if (!counts(answer, SURVEY_CHILD))
			continue;
		if (answer->type == LDNS_RR_TYPE_NS)
			arena_add_set(survey->arena, &survey->child_ns, pb_order_names,
				&answer->seen.ns);
		else if (answer->type == LDNS_RR_TYPE_MX)
			arena_add_set(survey->arena, &survey->mx, pb_order_names,
				&answer->seen.mx);
	}
}
