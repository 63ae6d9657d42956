/* clock.c - is the clock right? Signatures and expiry are judged by it. */
#include "doctor.h"
#include <inttypes.h>
#include <string.h>

static void say_how(struct doctor_findings *findings)
{
	doctor_mend(findings, "Set the clock, and keep it right:");
	doctor_type(findings, "timedatectl set-ntp true");
}

/* The root signs anew each day, for two weeks. */
static void check_signature(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	int64_t off = facts->now < facts->inception ? facts->inception - facts->now
						    : facts->now - facts->expiration;

	if (!facts->signature_known || off <= 0)
		return;
	doctor_find(findings, DOCTOR_CRITICAL,
		"the clock is off: by the signature of the root zone it is at least "
		"%" PRId64 " s %s",
		off, facts->now < facts->inception ? "slow" : "fast");
	say_how(findings);
}

static bool is_unsynced(const struct doctor_facts *facts)
{
	const char *text = doctor_text(facts, DOCTOR_TIMEDATECTL);
	char value[DOCTOR_LINE_MAX];

	if (doctor_value(text, "NTPSynchronized", '=', value))
		return strcmp(value, "no") == 0;
	return facts->sync_known && facts->unsynced;
}

void doctor_clock(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	size_t before = findings->count;

	check_signature(facts, findings);
	if (facts->built != 0 && facts->now < facts->built - 86400) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"the clock is slow: it shows a time before this program was "
			"installed");
		say_how(findings);
	}
	if (findings->count == before && is_unsynced(facts)) {
		doctor_find(findings, DOCTOR_INFO,
			"nothing keeps the clock right, as far as the kernel knows: "
			"signatures and expiry are judged by it");
		say_how(findings);
	}
}
