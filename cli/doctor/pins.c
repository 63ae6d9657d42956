/* pins.c - the pins themselves: none, only logging, expiring. */
#include "doctor.h"
#include <stdio.h>
#include <time.h>

/* Those that are named, when there are more. */
#define NAMED 3

static void date(int64_t when, char text[16])
{
	time_t seconds = (time_t)when;
	struct tm parts;

	if (gmtime_r(&seconds, &parts) == NULL ||
		strftime(text, 16, "%Y-%m-%d", &parts) == 0)
		(void)snprintf(text, 16, "?");
}

void doctor_pins(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	size_t refusing = 0;

	for (size_t i = 0; i < facts->pin_count; i++)
		refusing += facts->pins[i].mode == PB_MODE_REFUSE;
	if (facts->pin_count == 0) {
		doctor_find(findings, DOCTOR_WARNING, "nothing is pinned");
		doctor_mend(
			findings, "Begin with your own domain, as it is delegated now:");
		doctor_type(findings, "pinbound add example.com --mx");
	} else if (refusing == 0) {
		doctor_find(findings, DOCTOR_INFO,
			"all pins only log: no hijacked answer is held back");
		doctor_mend(findings, "After a trial without a surprise, for each:");
		doctor_type(findings, "pinbound set NAME --mode refuse");
	}
}

static void say(const struct doctor_facts *facts, const struct doctor_pin *pin,
	struct doctor_findings *findings)
{
	char name[PB_NAME_TEXT_MAX], day[16];
	bool expired = pin->expires <= facts->now;
	const char *then = pin->to_log ? "it only logs" : "it is enforced all the same";

	date(pin->expires - 1, day);
	doctor_find(findings, DOCTOR_WARNING, "the pin of %s %s on %s%s%s",
		pb_name_to_text(&pin->name, name), expired ? "has expired" : "expires",
		day,
		expired       ? ": "
		: pin->to_log ? ", and only logs then"
			      : "",
		expired ? then : "");
	doctor_mend(findings, "See that it is still right, and give it another time, or "
			      "none:");
	doctor_type(findings, "pinbound set %s --expires YYYY-MM-DD", name);
}

void doctor_expiry(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->pin_count; i++) {
		const struct pb_pin pin = {.expires = facts->pins[i].expires};

		if (!pb_pin_expires_soon(&pin, facts->now))
			continue;
		if (count++ < NAMED)
			say(facts, &facts->pins[i], findings);
	}
	if (count > NAMED) {
		doctor_find(findings, DOCTOR_WARNING,
			"%zu more pins expire soon, or have expired", count - NAMED);
		doctor_type(findings, "pinbound list");
	}
}
