/* idn.c - names as people type them; the only file that knows libidn2. */
#include "pinbound/name.h"
#include <errno.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

/* Eight octets at a time: none has its high bit. */
static bool is_ascii(const char *text, size_t size)
{
	uint64_t all = 0, word;
	size_t at = 0;

	for (; at + 8 <= size; at += 8) {
		memcpy(&word, text + at, 8);
		all |= word;
	}
	for (; at < size; at++)
		all |= (unsigned char)text[at];
	return (all & 0x8080808080808080U) == 0;
}

/* Appends one label, as an A-label if it is a U-label. False with a reason. */
static bool append_label(char *out, size_t *used, size_t size, const char *label,
	size_t length, struct pb_error *error)
{
	char copy[256];
	char *ascii = copy;
	int code = IDN2_OK;
	bool fits;

	if (length >= sizeof(copy)) {
		pb_error_set(error, "a label is longer than 63 octets");
		return false;
	}
	memcpy(copy, label, length);
	copy[length] = '\0';
	if (!is_ascii(label, length))
		code = idn2_lookup_u8((const uint8_t *)copy, (uint8_t **)&ascii,
			IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (code == IDN2_MALLOC)
		errno = ENOMEM;
	if (code != IDN2_OK) {
		pb_error_set(error,
			"\"%s\" is not a label of an internationalized name: %s", copy,
			idn2_strerror(code));
		return false;
	}
	length = strlen(ascii);
	fits = length < size - *used;
	if (fits)
		memcpy(out + *used, ascii, length);
	else
		pb_error_set(error, "the name is longer than 255 octets");
	*used += length;
	if (ascii != copy)
		idn2_free(ascii);
	return fits;
}

bool pb_name_from_user(
	struct pb_name *name, const char *text, size_t size, struct pb_error *error)
{
	char ascii[PB_NAME_TEXT_MAX + 1];
	size_t used = 0, begin = 0;

	if (is_ascii(text, size))
		return pb_name_from_text(name, text, size, error);
	if (memchr(text, '\\', size) != NULL) {
		pb_error_set(
			error, "a name has either escapes or characters beyond ASCII");
		return false;
	}
	for (size_t at = 0; at <= size; at++) {
		if (at < size && text[at] != '.')
			continue;
		if (!append_label(
			    ascii, &used, sizeof(ascii), text + begin, at - begin, error))
			return false;
		if (at < size && used < sizeof(ascii))
			ascii[used++] = '.';
		begin = at + 1;
	}
	return pb_name_from_text(name, ascii, used, error);
}
