/*
 * accept.h - what the parts of `pinbound accept` share: accept.c, and accept_vouch.c,
 * which asks the zone whether it vouches for the change.
 */
#ifndef PINBOUND_ACCEPT_H
#define PINBOUND_ACCEPT_H

#include "cli.h"
#include "json.h"
#include "survey/vouch.h"

/* Asks what the zone says to the change from one pin to the other, unless the option
 * --offline says not to: `asked` is false then. Returns an exit code; an error is out
 * unless it is CLI_DONE. */
int accept_ask_zone(const struct cli *cli, const struct pb_pin *pinned,
	const struct pb_pin *wanted, struct vouching *vouching, bool *asked);

/* The zone says otherwise. */
bool accept_is_denied(const struct vouching *vouching);

void accept_show_vouching(const struct vouching *vouching);
void accept_json_vouching(struct json *json, const struct vouching *vouching);

#endif
