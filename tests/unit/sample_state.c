/*
 * sample_state.c - a state store for the tests of the command.
 *
 * Usage: sample_state PATH GENERATION
 */
#include "evidence.h"
#include "pinbound/state.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

/* The referral that the sample keeps: example.com. NS ns9.other., and a name whose
 * first label is an escape character. */
static const uint8_t sample_wire[] = "\x12\x34\x80\x00\x00\x01\x00\x00\x00\x02\x00\x00"
				     "\x07"
				     "example"
				     "\x03"
				     "com"
				     "\x00"
				     "\x00\x0f\x00\x01"
				     "\xc0\x0c"
				     "\x00\x02\x00\x01\x00\x00\x00\x3c\x00\x0b"
				     "\x03"
				     "ns9"
				     "\x05"
				     "other"
				     "\x00"
				     "\xc0\x0c"
				     "\x00\x02\x00\x01\x00\x00\x00\x3c\x00\x06"
				     "\x04"
				     "\x1b[2J"
				     "\x00";

static struct pb_happening sample_event(
	uint64_t generation, const struct pb_evidence *seen)
{
	struct pb_happening event = {.zone = unit_name("example.com"),
		.aspect = PB_ASPECT_CUT,
		.reasons = PB_REASON(PB_NS_UNEXPECTED),
		.action = PB_ACTION_REFUSED,
		.when = 1800000000,
		.generation = generation,
		.logged = true,
		.response = encoded(seen)};

	(void)snprintf(event.line, sizeof(event.line),
		"pinbound: deviation zone=\"example.com.\" reason=\"ns-unexpected\"");
	return event;
}

static struct pb_evidence sample_evidence(uint64_t generation)
{
	return (struct pb_evidence){.zone = unit_name("example.com"),
		.reasons = PB_REASON(PB_NS_UNEXPECTED),
		.when = 1800000000,
		.generation = generation,
		.transport = PB_TRANSPORT_UDP,
		.server = {4, 32, {192, 0, 2, 53}},
		.port = 53,
		.asked = unit_name("com"),
		.ns = {.set = NAMES("ns9.other", "\\027[2J")},
		.wire = {sample_wire, sizeof(sample_wire) - 1}};
}

/* Writes what a resolver would tell of a hijack of example.com., and of a zone that is
 * fine and has a long name, both judged by pins of that generation. */
static int write_sample(const char *path, const char *generation_text)
{
	uint64_t generation = strtoull(generation_text, NULL, 10);
	struct pb_evidence seen = sample_evidence(generation);
	struct pb_happening events[] = {sample_event(generation, &seen),
		{.zone = unit_name("a-rather-long-name-of-a-zone.example"),
			.when = 1800000060,
			.generation = generation}};
	struct pb_counted counted[] = {{events[0].zone, {12, 3, 2, 1, 1800000000}}};
	struct pb_news news = {
		.resolver = {4711, 1799999000, generation, 1799990000, {40, 12, 3, 2, 1}},
		.happenings = events,
		.happening_count = 2,
		.counted = counted,
		.counted_count = 1,
	};
	struct pb_error error;
	struct pb_state *store = pb_state_open(path, PB_STORE_WRITE, &error);
	bool fine;

	fine = store != NULL && pb_state_write(store, &news, &error);
	pb_state_close(store);
	if (!fine)
		(void)fprintf(stderr, "%s\n", error.text);
	return !fine;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return write_sample(argv[1], argv[2]);
	(void)fprintf(stderr, "usage: sample_state PATH GENERATION\n");
	return 2;
}
