/* error.c - see pinbound/error.h. */
#include "pinbound/error.h"
#include "pinbound/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void pb_error_set(struct pb_error *error, const char *format, ...)
{
	char text[PB_ERROR_MAX];
	va_list args;

	if (error == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pb_utf8_escape(error->text, sizeof(error->text), text);
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
