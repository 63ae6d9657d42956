/* maillog_time.c - the times that lines of a log begin with; see maillog.h. */
#include "maillog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A clock may be that much ahead of the one that reads. */
#define AHEAD 86400

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads exactly so many digits. NULL if they are not there, as for text NULL. */
static const char *digits(const char *text, int count, int *value)
{
	*value = 0;
	for (; text != NULL && count > 0; count--, text++) {
		if (!is_digit(*text))
			return NULL;
		*value = *value * 10 + (*text - '0');
	}
	return text;
}

static const char *mark(const char *text, char wanted)
{
	return text != NULL && *text == wanted ? text + 1 : NULL;
}

/* "18:40:21", and a fraction of any length. */
static const char *time_of_day(const char *text, struct tm *when)
{
	text = mark(digits(text, 2, &when->tm_hour), ':');
	text = mark(digits(text, 2, &when->tm_min), ':');
	text = digits(text, 2, &when->tm_sec);
	if (text == NULL || when->tm_hour > 23 || when->tm_min > 59 || when->tm_sec > 60)
		return NULL;
	if (*text == '.' || *text == ',')
		for (text++; is_digit(*text);)
			text++;
	return text;
}

/* "Z", "+01:00", "+0100", or one of these behind a blank, as Exim and journalctl write
 * it. *known is false if there is none. */
static const char *zone(const char *text, int *offset, bool *known)
{
	const char *at = text + (*text == ' ');
	int hours, minutes, sign = *at == '-' ? -1 : 1;

	*offset = 0;
	*known = true;
	if (*text == 'Z')
		return text + 1;
	if (*text == ' ' && (strncmp(at, "UTC ", 4) == 0 || strncmp(at, "GMT ", 4) == 0))
		return at + 3;
	if (*at == '+' || *at == '-') {
		at = digits(at + 1, 2, &hours);
		if (at != NULL && *at == ':')
			at++;
		at = digits(at, 2, &minutes);
		if (at != NULL) {
			*offset = sign * (hours * 3600 + minutes * 60);
			return at;
		}
	}
	*known = false;
	return text;
}

/* "2026-11-24T18:40:21.5+01:00"; a blank may stand for the T. */
static const char *iso(const char *text, int64_t *when)
{
	struct tm parts = {.tm_isdst = -1};
	const char *at = mark(digits(text, 4, &parts.tm_year), '-');
	int offset;
	bool known;

	at = mark(digits(at, 2, &parts.tm_mon), '-');
	at = digits(at, 2, &parts.tm_mday);
	if (at == NULL || (*at != 'T' && *at != ' '))
		return NULL;
	at = time_of_day(at + 1, &parts);
	if (at == NULL)
		return NULL;
	parts.tm_year -= 1900;
	parts.tm_mon -= 1;
	at = zone(at, &offset, &known);
	*when = known ? (int64_t)timegm(&parts) - offset : (int64_t)mktime(&parts);
	return at;
}

/* "Nov 24 18:40:21": of the last year that does not make it a time to come. */
static const char *classic(const char *text, int64_t *when, int64_t now)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)now;
	struct tm parts = {.tm_isdst = -1}, today;
	char month[4] = "";
	const char *found, *at;
	char *end;

	memcpy(month, text, strnlen(text, 3));
	found = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (found == NULL || (found - months) % 3 != 0 || text[3] != ' ')
		return NULL;
	parts.tm_mon = (int)(found - months) / 3;
	parts.tm_mday = (int)strtol(text + 4, &end, 10);
	at = time_of_day(mark(end, ' '), &parts);
	if (at == NULL || localtime_r(&seconds, &today) == NULL)
		return NULL;
	for (parts.tm_year = today.tm_year;; parts.tm_year--) {
		struct tm made = parts;

		*when = (int64_t)mktime(&made);
		if (*when <= now + AHEAD || parts.tm_year < today.tm_year)
			return at;
	}
}

/* "Tue 2026-11-24 18:40:21 CET": a zone by name is taken for that of this machine. */
static const char *full(const char *text, int64_t *when)
{
	const char *at;

	if (strnlen(text, 4) < 4 || text[3] != ' ')
		return NULL;
	at = iso(text + 4, when);
	if (at != NULL && *at == ' ' && at[1] >= 'A' && at[1] <= 'Z') {
		size_t size = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (size >= 3 && size <= 5 && at[1 + size] == ' ')
			at += 1 + size;
	}
	return at;
}

/* "1764009621.123456", journalctl's short-unix. */
static const char *counted(const char *text, int64_t *when)
{
	char *end;

	if (strspn(text, "0123456789") < 9)
		return NULL;
	*when = strtoll(text, &end, 10);
	if (*end != '.')
		return NULL;
	for (end++; is_digit(*end);)
		end++;
	return end;
}

const char *maillog_time(int64_t *when, const char *line, int64_t now)
{
	const char *end = iso(line, when);

	if (end == NULL)
		end = classic(line, when, now);
	if (end == NULL)
		end = full(line, when);
	if (end == NULL)
		end = counted(line, when);
	if (end != NULL && *end == ' ' && *when > 0)
		return end + 1;
	*when = 0;
	return line;
}
