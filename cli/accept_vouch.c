/* accept_vouch.c - see accept.h. */
#include "accept.h"
#include "colour.h"
#include <stdio.h>

static void take_survey(void *arg, struct survey *survey)
{
	*(struct survey **)arg = survey;
}

static int survey_zone(const struct survey_options *options, const struct pb_pin *pinned,
	const struct pb_pin *wanted, struct vouching *vouching)
{
	const struct survey_wants wants = vouch_survey(pinned);
	struct survey *survey = NULL;
	struct pb_error error;
	struct surveyor *surveyor = surveyor_new(options, &error);

	if (surveyor == NULL)
		return cli_fail("%s", error.text);
	survey_start(surveyor, &pinned->name, &wants, take_survey, &survey);
	surveyor_run(surveyor);
	vouch(vouching, survey, pinned, wanted);
	survey_free(survey);
	surveyor_free(surveyor);
	return CLI_DONE;
}

int accept_ask_zone(const struct cli *cli, const struct pb_pin *pinned,
	const struct pb_pin *wanted, struct vouching *vouching, bool *asked)
{
	static const struct survey nobody = {.count = 0};
	struct survey_options options;
	int code = survey_options_read(&options, cli);

	*asked = code == CLI_DONE && cli_value(cli, "--offline") == NULL;
	if (!*asked)
		return code;
	/* What needs no asking. */
	vouch(vouching, &nobody, pinned, wanted);
	if (vouching->ns != VOUCH_UNKNOWN && vouching->ds != VOUCH_UNKNOWN)
		return CLI_DONE;
	return survey_zone(&options, pinned, wanted, vouching);
}

bool accept_is_denied(const struct vouching *vouching)
{
	return vouching->ns == VOUCH_SAYS_OTHERWISE ||
	       vouching->ds == VOUCH_SAYS_OTHERWISE;
}

static void show(const char *what, const char *records, enum vouch vouch)
{
	const char *plain = cli_colour(stdout, CLI_PLAIN);

	switch (vouch) {
	case VOUCH_NO_CHANGE:
		break;
	case VOUCH_NO_KEY:
		(void)printf("%s: the zone cannot vouch for it: no DS is pinned\n", what);
		break;
	case VOUCH_UNKNOWN:
		(void)printf("%s: whether the zone vouches for it is not known: none of "
			     "its servers\n    answers\n",
			what);
		break;
	case VOUCH_SILENT:
		(void)printf("%s: the zone does not vouch for it: it has no %s signed\n"
			     "    with a key that is pinned\n",
			what, records);
		break;
	case VOUCH_SAYS_SO:
		(void)printf("%s: %sthe zone vouches for it%s: its %s says so, signed\n"
			     "    with a key that is pinned\n",
			what, cli_colour(stdout, CLI_GOOD), plain, records);
		break;
	case VOUCH_SAYS_OTHERWISE:
		(void)printf("%s: %sthe zone says otherwise%s: its %s is signed\n"
			     "    with a key that is pinned\n",
			what, cli_colour(stdout, CLI_BAD), plain, records);
		break;
	}
}

void accept_show_vouching(const struct vouching *vouching)
{
	show("ns", "CSYNC", vouching->ns);
	show("ds", "CDS or CDNSKEY", vouching->ds);
}

static void json_one(struct json *json, const char *key, enum vouch vouch)
{
	static const char *const words[] = {
		[VOUCH_NO_KEY] = "no-key",
		[VOUCH_UNKNOWN] = "unknown",
		[VOUCH_SILENT] = "silent",
		[VOUCH_SAYS_SO] = "yes",
		[VOUCH_SAYS_OTHERWISE] = "no",
	};

	if (vouch != VOUCH_NO_CHANGE)
		json_text(json, key, words[vouch]);
}

void accept_json_vouching(struct json *json, const struct vouching *vouching)
{
	json_open(json, "vouched", '{');
	json_one(json, "ns", vouching->ns);
	json_one(json, "ds", vouching->ds);
	json_close(json, '}');
}
