/*
 * judged.h - what a survey shows, judged by a pin. Pure.
 */
#ifndef PINBOUND_SURVEY_JUDGED_H
#define PINBOUND_SURVEY_JUDGED_H

#include "survey.h"

/* How one answer deviates, by all that it shows. `now` is seconds since 1970. */
pb_reasons survey_judge_answer(const struct pb_pin *pin,
	const struct survey_answer *answer, const struct pb_policy *policy, int64_t now);

/* How any answer of a survey does; PB_UNVERIFIED if no server of the parent has answered.
 */
pb_reasons survey_judge(
	const struct pb_pin *pin, const struct survey *survey, int64_t now);

#endif
