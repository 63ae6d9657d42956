/* key.c - see key.h. */
#include "key.h"
#include <string.h>

#define END 0
#define ESCAPE 1

void pb_key_from_name(struct pb_key *key, const struct pb_name *name)
{
	uint8_t labels[PB_LABELS_MAX];
	unsigned count = 0;
	uint8_t *out = key->octets;

	for (size_t at = 0; name->wire[at] != 0; at += 1 + (size_t)name->wire[at])
		labels[count++] = (uint8_t)at;
	*out++ = END;
	while (count-- > 0) {
		/* cppcheck-suppress uninitvar */
		const uint8_t *label = name->wire + labels[count];

		for (size_t i = 1; i <= label[0]; i++) {
			if (label[i] > ESCAPE) {
				*out++ = label[i];
			} else {
				*out++ = ESCAPE;
				*out++ = (uint8_t)(label[i] + 1);
			}
		}
		*out++ = END;
	}
	key->size = (size_t)(out - key->octets);
}

/*
 * Undoes the escapes of the label that ends before key[end], into out. Returns
 * its length, 0 if it is none.
 */
static size_t read_label(uint8_t out[63], const uint8_t *key, size_t begin, size_t end)
{
	size_t size = 0;

	while (begin < end) {
		uint8_t octet = key[begin++];

		if (octet == ESCAPE) {
			if (begin == end || key[begin] < 1 || key[begin] > 2)
				return 0;
			octet = (uint8_t)(key[begin++] - 1);
		}
		if (size == 63)
			return 0;
		out[size++] = octet;
	}
	return size;
}

bool pb_key_to_name(struct pb_name *name, const uint8_t *key, size_t size)
{
	uint8_t reversed[PB_NAME_MAX]; /* filled from its end */
	size_t at = PB_NAME_MAX, begin = 1, length;
	uint8_t label[63];

	if (size == 0 || size > PB_KEY_MAX || key[0] != END || key[size - 1] != END)
		return false;
	reversed[--at] = 0;
	for (size_t end = 1; end < size; end++) {
		if (key[end] != END)
			continue;
		length = read_label(label, key, begin, end);
		if (length == 0 || length + 1 > at)
			return false;
		at -= length + 1;
		reversed[at] = (uint8_t)length;
		memcpy(reversed + at + 1, label, length);
		begin = end + 1;
	}
	name->size = (uint8_t)(PB_NAME_MAX - at);
	memcpy(name->wire, reversed + at, name->size);
	return true;
}

unsigned pb_key_common_labels(
	const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b)
{
	unsigned ends = 0;

	for (size_t i = 0; i < size_a && i < size_b && a[i] == b[i]; i++)
		if (a[i] == END)
			ends++;
	return ends > 0 ? ends - 1 : 0;
}
