/* line.c - see pinbound/line.h. */
#include "pinbound/line.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char truncated[] = " truncated=\"yes\"";

/* Always kept free: the quote that ends a value, and the mark. */
#define RESERVED (1 + sizeof(truncated) - 1)

/* Appends all or nothing; what does not fit makes the line full. */
static bool append(struct pb_line *line, const char *text, size_t size)
{
	if (line->full)
		return false;
	if (line->used + size + RESERVED > PB_LINE_MAX) {
		line->full = true;
		return false;
	}
	memcpy(line->text + line->used, text, size);
	line->used += size;
	line->text[line->used] = '\0';
	return true;
}

static void append_escaped(struct pb_line *line, const char *value)
{
	char escape[5];

	for (; *value != '\0' && !line->full; value++) {
		uint8_t octet = (uint8_t)*value;
		int size;

		if (octet == '"' || octet == '\\')
			size = snprintf(escape, sizeof(escape), "\\%c", *value);
		else if (octet < ' ' || octet > '~')
			size = snprintf(escape, sizeof(escape), "\\%03u", octet);
		else
			size = snprintf(escape, sizeof(escape), "%c", *value);
		(void)append(line, escape, (size_t)size);
	}
}

/* Begins a pair: returns false if the line has no room for another. */
static bool open_value(struct pb_line *line, const char *key)
{
	char head[64];
	int size = snprintf(head, sizeof(head), " %s=\"", key);

	if (size < 0 || (size_t)size >= sizeof(head) || line->full)
		return false;
	if (append(line, head, (size_t)size))
		return true;
	memcpy(line->text + line->used, truncated, sizeof(truncated));
	line->used += sizeof(truncated) - 1;
	return false;
}

/* Ends it, with the mark if the value was cut. Their room was kept free. */
static void close_value(struct pb_line *line)
{
	line->text[line->used++] = '"';
	line->text[line->used] = '\0';
	if (line->full) {
		memcpy(line->text + line->used, truncated, sizeof(truncated));
		line->used += sizeof(truncated) - 1;
	}
}

void pb_line_begin(struct pb_line *line, const char *event)
{
	line->used = 0;
	line->full = false;
	line->text[0] = '\0';
	(void)append(line, "pinbound: ", strlen("pinbound: "));
	(void)append(line, event, strlen(event));
}

void pb_line_text(struct pb_line *line, const char *key, const char *value)
{
	if (!open_value(line, key))
		return;
	append_escaped(line, value);
	close_value(line);
}

void pb_line_name(struct pb_line *line, const char *key, const struct pb_name *name)
{
	char text[PB_NAME_TEXT_MAX];

	pb_line_text(line, key, pb_name_to_text(name, text));
}

void pb_line_number(struct pb_line *line, const char *key, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	pb_line_text(line, key, text);
}

void pb_line_set(struct pb_line *line, const char *key, enum pb_kind kind,
	const struct pb_set *set)
{
	char text[PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;
	const char *space = "";

	if (!open_value(line, key))
		return;
	for (size_t at = 0; !line->full && pb_set_next(set, &at, &element); space = " ") {
		(void)pb_element_to_text(kind, element, text, sizeof(text));
		append_escaped(line, space);
		append_escaped(line, text);
	}
	close_value(line);
}
