/* element.c - DS data and other elements as text; see pinbound/pin.h. */
#include "pinbound/pin.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Writes as much as fits, always with a NUL. Returns the characters written. */
static size_t put_text(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static size_t put_text(char *text, size_t size, const char *format, ...)
{
	va_list args;
	int used;

	if (size == 0)
		return 0;
	va_start(args, format);
	used = vsnprintf(text, size, format, args);
	va_end(args);
	if (used < 0)
		return 0;
	return (size_t)used < size ? (size_t)used : size - 1;
}

/* Writes a number and a space behind it, at most 6 characters. Returns their end. */
static char *put_number(char *out, unsigned value)
{
	char digits[5];
	size_t count = 0;

	do
		digits[count++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (count-- > 0)
		*out++ = digits[count];
	*out++ = ' ';
	return out;
}

size_t pb_ds_to_text(struct pb_bytes ds, char *text, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	char head[3 * 6 + 1], *end = head;
	size_t used, fits;

	if (ds.size < 4)
		return put_text(text, size, "?");
	end = put_number(end, (unsigned)(ds.data[0] << 8 | ds.data[1]));
	end = put_number(end, ds.data[2]);
	end = put_number(end, ds.data[3]);
	used = (size_t)(end - head);
	if (used >= size) {
		*end = '\0';
		return put_text(text, size, "%s", head);
	}
	memcpy(text, head, used);
	fits = (size - used - 1) / 2;
	if (fits > ds.size - 4)
		fits = ds.size - 4;
	for (size_t i = 0; i < fits; i++) {
		text[used + 2 * i] = digits[ds.data[4 + i] >> 4];
		text[used + 2 * i + 1] = digits[ds.data[4 + i] & 15];
	}
	used += 2 * fits;
	text[used] = '\0';
	return used;
}

/* What a hex digit stands for, and one more; 0: it is none. */
static const uint8_t hex_digits[UINT8_MAX + 1] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Reads a number up to `most` and the space behind it. NULL if it is not there. */
static const char *read_number(const char *text, unsigned long most, unsigned long *value)
{
	while (is_space(*text))
		text++;
	if (*text < '0' || *text > '9')
		return NULL;
	for (*value = 0; *text >= '0' && *text <= '9'; text++) {
		*value = *value * 10 + (unsigned long)(*text - '0');
		if (*value > most)
			return NULL;
	}
	return is_space(*text) ? text : NULL;
}

/* The next hex digit behind spaces, as in the table; 0: something else is next. */
static unsigned next_digit(const char **text)
{
	unsigned digit;

	while ((digit = hex_digits[(uint8_t) * *text]) == 0 && is_space(**text))
		++*text;
	*text += digit != 0;
	return digit;
}

/* Reads hex digits, with spaces between them or not. Returns the octets, 0 if
 * they are not an even number of digits that fits. */
static size_t read_hex(uint8_t *out, size_t size, const char *text)
{
	size_t octets = 0;

	for (;;) {
		unsigned high = next_digit(&text), low;

		if (high == 0)
			return *text == '\0' ? octets : 0;
		low = next_digit(&text);
		if (low == 0 || octets == size)
			return 0;
		out[octets++] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
}

/* Octets of the digest; 0 for types that are not known here. */
static size_t digest_size(unsigned type)
{
	static const uint8_t sizes[] = {
		[1] = 20, /* SHA-1: RFC 3658 */
		[2] = 32, /* SHA-256: RFC 4509 */
		[3] = 32, /* GOST R 34.11-94: RFC 5933 */
		[4] = 48, /* SHA-384: RFC 6605 */
	};

	return type < sizeof(sizes) ? sizes[type] : 0;
}

size_t pb_ds_from_text(uint8_t out[PB_DS_MAX], const char *text, struct pb_error *error)
{
	unsigned long tag, algorithm, type;
	size_t size;

	text = read_number(text, UINT16_MAX, &tag);
	if (text != NULL)
		text = read_number(text, UINT8_MAX, &algorithm);
	if (text != NULL)
		text = read_number(text, UINT8_MAX, &type);
	if (text == NULL) {
		pb_error_set(error, "a DS is \"KEYTAG ALGORITHM DIGESTTYPE HEX\", with "
				    "numbers up to 65535, 255 and 255, or \"none\"");
		return 0;
	}
	out[0] = (uint8_t)(tag >> 8);
	out[1] = (uint8_t)tag;
	out[2] = (uint8_t)algorithm;
	out[3] = (uint8_t)type;
	size = read_hex(out + 4, PB_DS_MAX - 4, text);
	if (size == 0) {
		pb_error_set(error,
			"the digest of a DS is an even number of hex digits, at most %d",
			2 * (PB_DS_MAX - 4));
		return 0;
	}
	if (digest_size((unsigned)type) != 0 && size != digest_size((unsigned)type)) {
		pb_error_set(error, "a digest of type %lu has %zu hex digits, not %zu",
			type, 2 * digest_size((unsigned)type), 2 * size);
		return 0;
	}
	return size + 4;
}

size_t pb_element_to_text(
	enum pb_kind kind, struct pb_bytes element, char *text, size_t size)
{
	char name_text[PB_NAME_TEXT_MAX], address_text[PB_ADDRESS_TEXT_MAX];
	struct pb_address address;
	struct pb_name name;

	switch (kind) {
	case PB_KIND_NAME:
		if (pb_name_from_wire(&name, element.data, element.size) != 0)
			return put_text(
				text, size, "%s", pb_name_to_text(&name, name_text));
		break;
	case PB_KIND_DS:
		return pb_ds_to_text(element, text, size);
	case PB_KIND_ADDRESS:
		if (pb_address_parse(element, &name, &address))
			return put_text(text, size, "%s %s",
				pb_name_to_text(&name, name_text),
				pb_address_to_text(&address, address_text));
		break;
	}
	return put_text(text, size, "?");
}
