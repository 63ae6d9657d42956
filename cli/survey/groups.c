/* groups.c - who says the same; see survey.h. */
#include "survey_in.h"
#include <stdio.h>
#include <stdlib.h>

static bool same_set(const struct pb_seen_set *a, const struct pb_seen_set *b)
{
	return a->cut_short == b->cut_short && pb_set_equal(&a->set, &b->set);
}

/* Of a referral, DS counts only in answers about DS: some servers send none along. */
bool survey_same(const struct survey_answer *a, const struct survey_answer *b)
{
	const struct pb_observation *x = &a->seen, *y = &b->seen;

	if (a->outcome != b->outcome || a->type != b->type)
		return false;
	if (a->outcome != SURVEY_ANSWERED)
		return true;
	if (x->response != y->response || x->alias != y->alias)
		return false;
	if (x->response == PB_REFERRAL && !pb_name_equal(&x->owner, &y->owner))
		return false;
	if (a->type == LDNS_RR_TYPE_DS &&
		(x->ds_seen != y->ds_seen || !same_set(&x->ds, &y->ds)))
		return false;
	return same_set(&x->ns, &y->ns) && same_set(&x->mx, &y->mx) &&
	       same_set(&a->rdata, &b->rdata);
}

static int order_groups(const void *a, const void *b)
{
	const struct survey_group *x = a, *y = b;
	bool x_answered = x->first->outcome == SURVEY_ANSWERED;
	bool y_answered = y->first->outcome == SURVEY_ANSWERED;

	if (x_answered != y_answered)
		return x_answered ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

size_t survey_groups(struct survey *survey, enum survey_side side, uint16_t type,
	struct survey_group **groups)
{
	size_t count = 0, asked = 0;

	*groups = arena_alloc(
		survey->arena, (survey->count + 1) * sizeof(struct survey_group));
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];
		size_t g = 0;

		if (answer->side != side || answer->type != type ||
			answer->outcome == SURVEY_UNREACHABLE)
			continue;
		asked++;
		while (g < count && !survey_same((*groups)[g].first, answer))
			g++;
		if (g == count) {
			(*groups)[count++] = (struct survey_group){.first = answer,
				.members = arena_alloc(survey->arena,
					survey->count * sizeof(struct survey_answer *))};
		}
		(*groups)[g].members[(*groups)[g].count++] = answer;
	}
	for (size_t g = 0; g < count; g++)
		(*groups)[g].of = asked;
	if (count > 1)
		qsort(*groups, count, sizeof(**groups), order_groups);
	return count;
}

char *survey_server_text(const struct survey_answer *answer, char text[SURVEY_SERVER_MAX])
{
	char host[PB_NAME_TEXT_MAX], address[PB_ADDRESS_TEXT_MAX], port[16] = "";

	(void)pb_address_to_text(&answer->address, address);
	if (answer->port != 0)
		(void)snprintf(port, sizeof(port), " port %u", answer->port);
	if (answer->server.size > 0)
		(void)snprintf(text, SURVEY_SERVER_MAX, "%s (%s%s)",
			pb_name_to_text(&answer->server, host), address, port);
	else
		(void)snprintf(text, SURVEY_SERVER_MAX, "%s%s", address, port);
	return text;
}
