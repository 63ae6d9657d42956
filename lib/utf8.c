/* utf8.c - see pinbound/utf8.h. */
#include "pinbound/utf8.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Octets that follow a first octet; 0 for ASCII, -1 for one that is no first octet. */
static int followers(uint8_t first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

/* Neither longer than it need be, nor a surrogate, nor behind the last code point. */
static bool is_in_range(uint32_t point, int more)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

	return point >= least[more] && point <= 0x10ffff &&
	       (point < 0xd800 || point > 0xdfff);
}

static bool is_control(uint32_t point)
{
	return point < ' ' || (point >= 0x7f && point < 0xa0);
}

size_t pb_utf8_printable(const uint8_t *octets, size_t size)
{
	int more = size == 0 ? -1 : followers(octets[0]);
	uint32_t point;

	if (more < 0 || size < (size_t)more + 1)
		return 0;
	point = more == 0 ? octets[0] : octets[0] & (0x3fU >> more);
	for (int i = 1; i <= more; i++) {
		if ((octets[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (octets[i] & 0x3f);
	}
	return is_in_range(point, more) && !is_control(point) ? (size_t)more + 1 : 0;
}

void pb_utf8_escape(char *out, size_t room, const char *text)
{
	size_t size = strlen(text), used = 0;

	for (size_t at = 0; at < size;) {
		size_t octets = pb_utf8_printable((const uint8_t *)text + at, size - at);
		size_t needed = octets == 0 ? 4 : octets;

		if (used + needed >= room)
			break;
		if (octets == 0)
			(void)snprintf(
				out + used, room - used, "\\%03u", (uint8_t)text[at]);
		else
			memcpy(out + used, text + at, octets);
		used += needed;
		at += octets == 0 ? 1 : octets;
	}
	out[used] = '\0';
}
