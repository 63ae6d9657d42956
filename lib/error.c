/* error.c - see pinbound/error.h. */
#include "pinbound/error.h"
#include "pinbound/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a file or a user wrote is quoted in errors, which go to terminals and logs:
 * what is no printable character becomes \\DDD. Cuts at the end of out. */
static void make_printable(char *out, size_t room, const char *text)
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

void pb_error_set(struct pb_error *error, const char *format, ...)
{
	char text[PB_ERROR_MAX];
	va_list args;

	if (error == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_printable(error->text, sizeof(error->text), text);
}

void pb_error_context(struct pb_error *error, const char *format, ...)
{
	char was[sizeof(error->text)];
	va_list args;
	int used;

	if (error == NULL)
		return;
	memcpy(was, error->text, sizeof(was));
	va_start(args, format);
	used = vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	if (used < 0 || (size_t)used >= sizeof(error->text))
		return;
	(void)snprintf(
		error->text + used, sizeof(error->text) - (size_t)used, ": %s", was);
}
