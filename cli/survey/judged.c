/* judged.c - see judged.h. */
#include "judged.h"

pb_reasons survey_judge_answer(const struct pb_pin *pin,
	const struct survey_answer *answer, const struct pb_policy *policy, int64_t now)
{
	static pb_judge_aspect *const all[] = {
		pb_judge, pb_judge_server, pb_judge_child_ns, pb_judge_mx, pb_judge_ds};
	pb_reasons reasons = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		reasons |= all[i](pin, &answer->seen, policy, now).reasons;
	return reasons;
}

pb_reasons survey_judge(
	const struct pb_pin *pin, const struct survey *survey, int64_t now)
{
	const struct pb_policy policy = {.default_mode = PB_MODE_REFUSE};
	pb_reasons reasons = 0;
	bool any = false;

	for (size_t i = 0; i < survey->count; i++) {
		if (survey->answers[i]->outcome != SURVEY_ANSWERED)
			continue;
		reasons |= survey_judge_answer(pin, survey->answers[i], &policy, now);
		any = any || survey->answers[i]->side == SURVEY_PARENT;
	}
	return any ? reasons : reasons | PB_REASON(PB_UNVERIFIED);
}
