/*
 * observed.h - what status, log and accept share: the state store, as a person or a
 * program is shown it.
 */
#ifndef PINBOUND_OBSERVED_H
#define PINBOUND_OBSERVED_H

#include "cli.h"
#include "json.h"
#include "pinbound/state.h"

/* Opens the state store for reading. NULL, and an error is out, on failure. */
struct pb_state *observed_open(const struct cli *cli);

/* Checks the names among the arguments. Returns an exit code. */
int observed_check_names(const struct cli *cli);

/* True if the zone is one of the arguments, or there are none. */
bool observed_asked_for(const struct cli *cli, const struct pb_name *zone);

/* Times of ISO 8601, local ones with their distance from UTC: the first 16 characters
 * are date, hour and minute. One that cannot be written out is written as seconds. */
#define OBSERVED_TIME_MAX 32
const char *observed_local_time(int64_t when, char text[OBSERVED_TIME_MAX]);
const char *observed_utc_time(int64_t when, char text[OBSERVED_TIME_MAX]);

/* "delegation", "ds", "server", "child-ns", "mx", "expiry". */
const char *observed_aspect(enum pb_aspect aspect);

/* The reasons, as an array. */
void observed_json_reasons(struct json *json, pb_reasons reasons);

/* What a verdict and an event have in common, of an object that is open. */
void observed_json_happening(
	struct json *json, const struct pb_happening *happening, const char *verdict);

/* "ok", "logged" or "refused". */
const char *observed_verdict(const struct pb_happening *happening);

/* "com. at 192.5.6.30 port 53 (udp)", as far as it is known. */
#define OBSERVED_SOURCE_MAX (PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX + 32)
const char *observed_source(
	const struct pb_evidence *evidence, char text[OBSERVED_SOURCE_MAX]);

/* The message as dig would show it, with nothing in it that steers a terminal. */
void observed_print_evidence(const struct pb_evidence *evidence);

/* The same as an object under "evidence", with the message in base64. */
void observed_json_evidence(struct json *json, const struct pb_evidence *evidence);

#endif
