/* name.c - owner names; see pinbound/name.h. */
#include "pinbound/name.h"
#include <stdio.h>
#include <string.h>

#define LABEL_MAX 63

/* ASCII only, whatever the locale: RFC 4343. */
static uint8_t lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Reads one octet of a label, escapes resolved (RFC 1035 section 5.1), from
 * text[*at]. Returns false for a bad escape.
 */
static bool read_octet(const char *text, size_t size, size_t *at, uint8_t *octet)
{
	unsigned value;

	if (text[*at] != '\\') {
		*octet = (uint8_t)text[(*at)++];
		return true;
	}
	if (*at + 1 >= size)
		return false;
	if (!is_digit(text[*at + 1])) {
		*octet = (uint8_t)text[*at + 1];
		*at += 2;
		return true;
	}
	if (*at + 3 >= size || !is_digit(text[*at + 2]) || !is_digit(text[*at + 3]))
		return false;
	value = (unsigned)(text[*at + 1] - '0') * 100 +
		(unsigned)(text[*at + 2] - '0') * 10 + (unsigned)(text[*at + 3] - '0');
	if (value > UINT8_MAX)
		return false;
	*octet = (uint8_t)value;
	*at += 4;
	return true;
}

/* Most of what means itself in a name, and nothing else. */
static const bool usual[UINT8_MAX + 1] = {
	['-'] = true,
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['_'] = true,
	['a' ... 'z'] = true,
};

#define EACH_OF_8 0x0101010101010101U

/* Eight octets at a time: the high bit of each tells whether it is an upper-case letter,
 * a quarter of that is what makes it a lower-case one. */
static void lower_all(uint8_t *octets, size_t size)
{
	size_t at = 0;

	for (; at + 8 <= size; at += 8) {
		uint64_t word, seven, from_a, behind_z;

		memcpy(&word, octets + at, 8);
		seven = word & EACH_OF_8 * 0x7f;
		from_a = seven + EACH_OF_8 * (0x80 - 'A');
		behind_z = seven + EACH_OF_8 * (0x7f - 'Z');
		word |= (from_a & ~behind_z & ~word & EACH_OF_8 * 0x80) >> 2;
		memcpy(octets + at, &word, 8);
	}
	for (; at < size; at++)
		octets[at] = lower(octets[at]);
}

/* How many of the octets mean themselves, before one that may not. */
static size_t count_usual(const uint8_t *octets, size_t size)
{
	size_t count = 0;

	while (count < size && usual[octets[count]])
		count++;
	return count;
}

/* Copies what means itself, as long as there is room. Returns how many octets. */
static size_t copy_usual(uint8_t *wire, size_t room, const char *text, size_t size)
{
	size_t count = count_usual((const uint8_t *)text, size < room ? size : room);

	memcpy(wire, text, count);
	return count;
}

/* The octets that a label of that many, the length octet included, may still grow by. */
static size_t room_for(size_t label, size_t used)
{
	size_t in_label = LABEL_MAX + 1 - label, in_name = PB_NAME_MAX - used;

	return in_label < in_name ? in_label : in_name;
}

/* Reads labels up to the end of text into name, which has room for them all. */
static bool read_labels(
	struct pb_name *name, const char *text, size_t size, struct pb_error *error)
{
	size_t at = 0, label = 0, used = 1; /* label: where its length octet stands */
	uint8_t octet;

	while (at < size) {
		size_t copied = copy_usual(name->wire + used,
			room_for(used - label, used), text + at, size - at);

		at += copied;
		used += copied;
		if (at == size)
			break;
		if (text[at] == '.') {
			if (used - label == 1) {
				pb_error_set(error, "the name has an empty label");
				return false;
			}
			name->wire[label] = (uint8_t)(used - label - 1);
			label = used++;
			at++;
		} else if (text[at] == ' ' || text[at] == '\t') {
			pb_error_set(error,
				"a name has no blanks; one that really has is "
				"written with \\032");
			return false;
		} else if (!read_octet(text, size, &at, &octet)) {
			pb_error_set(error, "a backslash needs a character or three "
					    "digits up to 255 after it");
			return false;
		} else {
			if (used - label > LABEL_MAX) {
				pb_error_set(error, "a label is longer than 63 octets");
				return false;
			}
			if (used < PB_NAME_MAX)
				name->wire[used] = octet;
			used++;
		}
		if (used > PB_NAME_MAX) {
			pb_error_set(error, "the name is longer than 255 octets");
			return false;
		}
	}
	if (used - label > 1) { /* no trailing dot */
		name->wire[label] = (uint8_t)(used - label - 1);
		label = used++;
	}
	if (used > PB_NAME_MAX) {
		pb_error_set(error, "the name is longer than 255 octets");
		return false;
	}
	name->wire[label] = 0;
	name->size = (uint8_t)used;
	/* A length is below the letters. */
	lower_all(name->wire, name->size);
	return true;
}

bool pb_name_from_text(
	struct pb_name *name, const char *text, size_t size, struct pb_error *error)
{
	if (size == 0) {
		pb_error_set(error, "the name is empty");
		return false;
	}
	if (size == 1 && text[0] == '.') {
		name->wire[0] = 0;
		name->size = 1;
		return true;
	}
	return read_labels(name, text, size, error);
}

size_t pb_name_from_wire(struct pb_name *name, const uint8_t *wire, size_t size)
{
	size_t at = 0;

	for (;;) {
		if (at >= size || at >= PB_NAME_MAX || wire[at] > LABEL_MAX)
			return 0;
		if (wire[at] == 0)
			break;
		at += 1 + (size_t)wire[at];
	}
	name->size = (uint8_t)(at + 1);
	memcpy(name->wire, wire, name->size);
	/* A length is below the letters. */
	lower_all(name->wire, name->size);
	return name->size;
}

/* True for what needs no escape anywhere that a name is written. */
static bool is_plain(uint8_t octet)
{
	return usual[octet] || (octet != 0 && strchr("*/+=:,~!%^&<>?|[]{}'`", octet));
}

char *pb_name_to_text(const struct pb_name *name, char text[PB_NAME_TEXT_MAX])
{
	size_t out = 0;

	for (size_t at = 0, next; name->wire[at] != 0; at = next) {
		next = at + 1 + name->wire[at];
		for (size_t i = at + 1; i < next; i++) {
			size_t count = count_usual(name->wire + i, next - i);
			uint8_t octet;

			memcpy(text + out, name->wire + i, count);
			out += count;
			i += count;
			if (i == next)
				break;
			octet = name->wire[i];
			if (is_plain(octet)) {
				text[out++] = (char)octet;
			} else if (octet == '.' || octet == '\\') {
				text[out++] = '\\';
				text[out++] = (char)octet;
			} else {
				text[out++] = '\\';
				text[out++] = (char)('0' + octet / 100);
				text[out++] = (char)('0' + octet / 10 % 10);
				text[out++] = (char)('0' + octet % 10);
			}
		}
		text[out++] = '.';
	}
	if (out == 0)
		text[out++] = '.';
	text[out] = '\0';
	return text;
}

bool pb_name_equal(const struct pb_name *a, const struct pb_name *b)
{
	return a->size == b->size && memcmp(a->wire, b->wire, a->size) == 0;
}

/* Where each label begins, leftmost first. Returns how many there are. */
static unsigned label_offsets(const struct pb_name *name, uint8_t offsets[PB_LABELS_MAX])
{
	unsigned count = 0;

	for (size_t at = 0; name->wire[at] != 0; at += 1 + (size_t)name->wire[at])
		offsets[count++] = (uint8_t)at;
	return count;
}

int pb_name_order(const struct pb_name *a, const struct pb_name *b)
{
	uint8_t in_a[PB_LABELS_MAX], in_b[PB_LABELS_MAX];
	unsigned left_a = label_offsets(a, in_a), left_b = label_offsets(b, in_b);

	while (left_a > 0 && left_b > 0) {
		const uint8_t *x = a->wire + in_a[--left_a],
			      *y = b->wire + in_b[--left_b];
		int order = memcmp(x + 1, y + 1, *x < *y ? *x : *y);

		if (order == 0)
			order = *x - *y;
		if (order != 0)
			return order;
	}
	return (int)left_a - (int)left_b;
}

unsigned pb_name_labels(const struct pb_name *name)
{
	unsigned count = 0;

	for (size_t at = 0; name->wire[at] != 0; at += 1 + (size_t)name->wire[at])
		count++;
	return count;
}

bool pb_name_is_wildcard(const struct pb_name *name)
{
	return name->wire[0] == 1 && name->wire[1] == '*';
}

/* Where in name its ancestor of that many labels begins. */
static size_t ancestor_offset(const struct pb_name *name, unsigned labels)
{
	size_t at = 0;

	for (unsigned skip = pb_name_labels(name) - labels; skip > 0; skip--)
		at += 1 + (size_t)name->wire[at];
	return at;
}

bool pb_name_at_or_below(const struct pb_name *name, const struct pb_name *ancestor)
{
	unsigned labels = pb_name_labels(ancestor);
	size_t at;

	if (name->size < ancestor->size || pb_name_labels(name) < labels)
		return false;
	at = ancestor_offset(name, labels);
	return name->size - at == ancestor->size &&
	       memcmp(name->wire + at, ancestor->wire, ancestor->size) == 0;
}

bool pb_name_below(const struct pb_name *name, const struct pb_name *ancestor)
{
	return name->size > ancestor->size && pb_name_at_or_below(name, ancestor);
}

void pb_name_ancestor(
	struct pb_name *ancestor, const struct pb_name *name, unsigned labels)
{
	size_t at = ancestor_offset(name, labels);

	ancestor->size = (uint8_t)(name->size - at);
	memmove(ancestor->wire, name->wire + at, ancestor->size);
}
