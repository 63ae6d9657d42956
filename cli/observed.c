/* observed.c - see observed.h. */
#include "observed.h"
#include <inttypes.h>
#include <string.h>
#include <time.h>

struct pb_state *observed_open(const struct cli *cli)
{
	struct pb_error error;
	struct pb_state *state = pb_state_open(cli->conf.state, PB_STORE_READ, &error);

	if (state == NULL)
		(void)cli_fail("%s", error.text);
	return state;
}

int observed_check_names(const struct cli *cli)
{
	struct pb_name name;

	for (size_t i = 0; i < cli->argument_count; i++)
		if (!cli_read_name(&name, cli->arguments[i]))
			return CLI_USAGE;
	return CLI_DONE;
}

bool observed_asked_for(const struct cli *cli, const struct pb_name *zone)
{
	for (size_t i = 0; i < cli->argument_count; i++) {
		struct pb_name name;

		if (pb_name_from_user(
			    &name, cli->arguments[i], strlen(cli->arguments[i]), NULL) &&
			pb_name_equal(&name, zone))
			return true;
	}
	return cli->argument_count == 0;
}

#define YEAR_10000 INT64_C(253402300800)

static const char *or_seconds(size_t written, int64_t when, char text[OBSERVED_TIME_MAX])
{
	if (written == 0)
		(void)snprintf(text, OBSERVED_TIME_MAX, "%" PRId64, when);
	return text;
}

/* strftime() has no colon in the zone, which ISO 8601 wants if the time has some. */
const char *observed_local_time(int64_t when, char text[OBSERVED_TIME_MAX])
{
	time_t seconds = (time_t)when;
	struct tm parts;
	size_t size = 0;

	if (localtime_r(&seconds, &parts) != NULL)
		size = strftime(
			text, OBSERVED_TIME_MAX - 1, "%Y-%m-%dT%H:%M:%S%z", &parts);
	if (size > 2) {
		memmove(text + size - 1, text + size - 2, 3);
		text[size - 2] = ':';
	}
	return or_seconds(size, when, text);
}

/* A year has four digits in RFC 3339. The end of 9999-12-31 is one second behind. */
const char *observed_utc_time(int64_t when, char text[OBSERVED_TIME_MAX])
{
	time_t seconds = (time_t)(when < YEAR_10000 ? when : YEAR_10000 - 1);
	struct tm parts;
	bool fine = gmtime_r(&seconds, &parts) != NULL;

	return or_seconds(
		fine ? strftime(text, OBSERVED_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts)
		     : 0,
		when, text);
}

const char *observed_aspect(enum pb_aspect aspect)
{
	static const char *const names[PB_ASPECTS] = {
		[PB_ASPECT_CUT] = "delegation",
		[PB_ASPECT_DS] = "ds",
		[PB_ASPECT_SERVER] = "server",
		[PB_ASPECT_CHILD_NS] = "child-ns",
		[PB_ASPECT_MX] = "mx",
		[PB_ASPECT_EXPIRY] = "expiry",
	};

	return names[aspect];
}

const char *observed_verdict(const struct pb_happening *happening)
{
	return happening->reasons == 0 ? "ok" : pb_action_name(happening->action);
}

void observed_json_reasons(struct json *json, pb_reasons reasons)
{
	json_open(json, "reasons", '[');
	for (unsigned i = 0; i < PB_REASONS; i++)
		if (reasons & PB_REASON(i))
			json_text(json, NULL, pb_reason_name((enum pb_reason)i));
	json_close(json, ']');
}

void observed_json_happening(
	struct json *json, const struct pb_happening *happening, const char *verdict)
{
	char text[PB_NAME_TEXT_MAX], when[OBSERVED_TIME_MAX];

	json_text(json, "zone", pb_name_to_text(&happening->zone, text));
	json_text(json, "aspect", observed_aspect(happening->aspect));
	json_text(json, "verdict", verdict);
	observed_json_reasons(json, happening->reasons);
	json_text(json, "time", observed_utc_time(happening->when, when));
	json_number(json, "generation", (int64_t)happening->generation);
	if (happening->refused > 0)
		json_number(json, "refused", (int64_t)happening->refused);
	if (happening->line[0] != '\0')
		json_text(json, "line", happening->line);
}
