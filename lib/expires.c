/* expires.c - the times of "expires:"; see pinbound/pinfile.h. */
#include "expires.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400

/* Times outside are not written with a year of four digits from 1970 on: the beginning
 * of 1970-01-01, and the end of 9999-12-31. */
#define EARLIEST 0
#define LATEST INT64_C(253402300800)

/* Reads exactly so many digits. False if they are not there. */
static bool read_digits(const char **text, int digits, int *value)
{
	*value = 0;
	for (; digits > 0; digits--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool read_char(const char **text, char upper)
{
	if (**text != upper && **text != (upper | 0x20))
		return false;
	(*text)++;
	return true;
}

static bool read_date(const char **text, struct tm *when)
{
	int year, month, day;
	struct tm check;

	if (!read_digits(text, 4, &year) || *(*text)++ != '-' ||
		!read_digits(text, 2, &month) || *(*text)++ != '-' ||
		!read_digits(text, 2, &day))
		return false;
	*when = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	check = *when;
	/* timegm() turns 31 April into 1 May. */
	return year >= 1970 && timegm(&check) != (time_t)-1 &&
	       check.tm_mon == month - 1 && check.tm_mday == day;
}

/* "Z" or "+01:00", in seconds east of UTC. */
static bool read_zone(const char **text, int *offset)
{
	int sign = **text == '-' ? -1 : 1, hours, minutes;

	*offset = 0;
	if (read_char(text, 'Z'))
		return true;
	if (**text != '+' && **text != '-')
		return false;
	(*text)++;
	if (!read_digits(text, 2, &hours) || *(*text)++ != ':' ||
		!read_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* What follows the date in RFC 3339: a time of day and a zone. */
static bool read_time(const char *text, struct tm *when, int *offset)
{
	if (!read_char(&text, 'T') || !read_digits(&text, 2, &when->tm_hour) ||
		*text++ != ':' || !read_digits(&text, 2, &when->tm_min) ||
		*text++ != ':' || !read_digits(&text, 2, &when->tm_sec))
		return false;
	if (*text == '.') {
		text++;
		if (strspn(text, "0123456789") == 0)
			return false;
		text += strspn(text, "0123456789");
	}
	return when->tm_hour < 24 && when->tm_min < 60 && when->tm_sec <= 60 &&
	       read_zone(&text, offset) && *text == '\0';
}

static bool read_expires(int64_t *expires, const char *text)
{
	struct tm when;
	int offset = 0;

	if (!read_date(&text, &when))
		return false;
	if (*text == '\0') {
		*expires = (int64_t)timegm(&when) + DAY;
		return true;
	}
	if (!read_time(text, &when, &offset))
		return false;
	*expires = (int64_t)timegm(&when) - offset;
	return true;
}

bool pb_expires_from_text(int64_t *expires, const char *text, struct pb_error *error)
{
	int64_t read;

	if (!read_expires(&read, text)) {
		pb_error_set(error, "a date (2027-11-23) or a time with zone "
				    "(2027-11-23T12:00:00Z) is expected");
		return false;
	}
	if (read < EARLIEST || read > LATEST) {
		pb_error_set(error, "it must be from 1970-01-01 to 9999-12-31");
		return false;
	}
	*expires = read;
	return true;
}

char *pb_expires_to_text(int64_t expires, char text[32])
{
	time_t when = (time_t)expires;
	struct tm utc;

	if (expires % DAY == 0 && expires >= DAY) {
		when -= DAY;
		if (gmtime_r(&when, &utc) != NULL &&
			strftime(text, 32, "%Y-%m-%d", &utc) > 0)
			return text;
	} else if (gmtime_r(&when, &utc) != NULL &&
		   strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0) {
		return text;
	}
	text[0] = '\0';
	return text;
}
