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

size_t pb_ds_to_text(struct pb_bytes ds, char *text, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t used;

	if (ds.size < 4)
		return put_text(text, size, "?");
	used = put_text(text, size, "%u %u %u ", ds.data[0] << 8 | ds.data[1], ds.data[2],
		ds.data[3]);
	for (size_t i = 4; i < ds.size && size - used > 2; i++) {
		text[used++] = digits[ds.data[i] >> 4];
		text[used++] = digits[ds.data[i] & 15];
	}
	if (size > 0)
		text[used] = '\0';
	return used;
}

static int hex_value(char c)
{
	int letter = c | 0x20; /* in lower case */

	if (c >= '0' && c <= '9')
		return c - '0';
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

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

/* Reads hex digits, with spaces between them or not. Returns the octets, 0 if
 * they are not an even number of digits that fits. */
static size_t read_hex(uint8_t *out, size_t size, const char *text)
{
	size_t digits = 0;

	unsigned octet = 0;

	for (; *text != '\0'; text++) {
		int value = hex_value(*text);

		if (is_space(*text))
			continue;
		if (value < 0 || digits / 2 == size)
			return 0;
		octet = octet << 4 | (unsigned)value;
		if (digits++ % 2 == 1)
			out[digits / 2 - 1] = (uint8_t)octet;
	}
	return digits % 2 == 0 ? digits / 2 : 0;
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
