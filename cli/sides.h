/* sides.h - two pins of one name, side by side. */
#ifndef PINBOUND_SIDES_H
#define PINBOUND_SIDES_H

#include "pinbound/pin.h"

/* Writes the sets in which the pins differ, element by element, under the headings. */
void cli_sides(const struct pb_pin *left, const char *left_heading,
	const struct pb_pin *right, const char *right_heading);

#endif
