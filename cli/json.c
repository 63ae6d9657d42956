/* json.c - see json.h. */
#include "json.h"
#include "pinbound/utf8.h"
#include <inttypes.h>
#include <string.h>

void json_begin(struct json *json, FILE *out)
{
	*json = (struct json){.out = out, .first = true};
}

void json_end(struct json *json)
{
	(void)putc('\n', json->out);
}

static void write_octet(FILE *out, uint8_t octet)
{
	if (octet == '"' || octet == '\\')
		(void)fprintf(out, "\\%c", octet);
	else
		(void)putc(octet, out);
}

/* JSON is UTF-8: what is not becomes U+FFFD. */
static void write_octets(struct json *json, struct pb_bytes octets)
{
	(void)putc('"', json->out);
	for (size_t at = 0; at < octets.size;) {
		size_t size = pb_utf8_printable(octets.data + at, octets.size - at);

		for (size_t i = 0; i < size; i++)
			write_octet(json->out, octets.data[at + i]);
		if (size == 0)
			(void)fprintf(json->out, "\\u%04x",
				octets.data[at] < 0x80 ? octets.data[at] : 0xfffd);
		at += size == 0 ? 1 : size;
	}
	(void)putc('"', json->out);
}

static void write_text(struct json *json, const char *text)
{
	write_octets(json, (struct pb_bytes){(const uint8_t *)text, strlen(text)});
}

static void indent(const struct json *json)
{
	if (json->compact)
		return;
	(void)fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
}

/* What stands before a value: a comma, a new line, the key. */
static void lead(struct json *json, const char *key)
{
	if (json->depth > 0) {
		if (!json->first)
			(void)fputs(json->compact ? ", " : ",", json->out);
		indent(json);
	}
	json->first = false;
	if (key != NULL) {
		write_text(json, key);
		(void)fputs(": ", json->out);
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	lead(json, key);
	(void)putc(bracket, json->out);
	json->depth++;
	json->first = true;
}

void json_close(struct json *json, char bracket)
{
	json->depth--;
	if (!json->first)
		indent(json);
	json->first = false;
	(void)putc(bracket, json->out);
}

void json_text(struct json *json, const char *key, const char *text)
{
	lead(json, key);
	write_text(json, text);
}

void json_octets(struct json *json, const char *key, struct pb_bytes octets)
{
	lead(json, key);
	write_octets(json, octets);
}

void json_number(struct json *json, const char *key, int64_t number)
{
	lead(json, key);
	(void)fprintf(json->out, "%" PRId64, number);
}

void json_bool(struct json *json, const char *key, bool value)
{
	lead(json, key);
	(void)fputs(value ? "true" : "false", json->out);
}

/* RFC 4648 section 4. */
void json_base64(struct json *json, const char *key, struct pb_bytes octets)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	lead(json, key);
	(void)putc('"', json->out);
	for (size_t i = 0; i < octets.size; i += 3) {
		size_t left = octets.size - i;
		uint32_t group = (uint32_t)octets.data[i] << 16;

		if (left > 1)
			group |= (uint32_t)octets.data[i + 1] << 8;
		if (left > 2)
			group |= octets.data[i + 2];
		(void)putc(digits[group >> 18], json->out);
		(void)putc(digits[group >> 12 & 63], json->out);
		(void)putc(left > 1 ? digits[group >> 6 & 63] : '=', json->out);
		(void)putc(left > 2 ? digits[group & 63] : '=', json->out);
	}
	(void)putc('"', json->out);
}
