/*
 * pins.h - what add and set share: a pin made of options.
 */
#ifndef PINBOUND_PINS_H
#define PINBOUND_PINS_H

#include "cli.h"

/* An empty pin, to be freed: it is too large for the stack. NULL, and an error is out,
 * without memory. */
struct pb_pinbuf *pins_new(void);

/* Applies all options that set or take away an attribute. What a repeatable one names
 * is emptied first. Returns an exit code; an error is out unless it is CLI_DONE. */
int pins_apply(struct cli *cli, struct pb_pinbuf *buf);

#endif
