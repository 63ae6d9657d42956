/* names.c - see pinbound/names.h. */
#include "pinbound/names.h"
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct pb_names {
	uint64_t *hashes; /* sorted once finished */
	size_t count, capacity;
};

struct pb_names *pb_names_new(void)
{
	return calloc(1, sizeof(struct pb_names));
}

void pb_names_free(struct pb_names *names)
{
	if (names == NULL)
		return;
	free(names->hashes);
	free(names);
}

bool pb_names_add(struct pb_names *names, const struct pb_name *name)
{
	if (names->count == names->capacity) {
		size_t more = names->capacity == 0 ? 64 : names->capacity * 2;
		uint64_t *hashes =
			reallocarray(names->hashes, more, sizeof(*names->hashes));

		if (hashes == NULL)
			return false;
		names->hashes = hashes;
		names->capacity = more;
	}
	names->hashes[names->count++] = XXH3_64bits(name->wire, name->size);
	return true;
}

static int order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void pb_names_finish(struct pb_names *names)
{
	if (names->count > 1)
		qsort(names->hashes, names->count, sizeof(*names->hashes), order);
}

size_t pb_names_count(const struct pb_names *names)
{
	return names->count;
}

static bool has_octets(const struct pb_names *names, const uint8_t *wire, size_t size)
{
	uint64_t hash = XXH3_64bits(wire, size);

	return bsearch(&hash, names->hashes, names->count, sizeof(hash), order) != NULL;
}

int pb_names_longest(const struct pb_names *names, const struct pb_name *name)
{
	int labels = (int)pb_name_labels(name);

	if (names->count == 0)
		return -1;
	/* Each name above is what is left of the wire form behind a label. */
	for (size_t at = 0; !has_octets(names, name->wire + at, name->size - at);
		at += 1U + name->wire[at], labels--)
		if (name->wire[at] == 0)
			return -1;
	return labels;
}

bool pb_names_cover(const struct pb_names *names, const struct pb_name *name)
{
	return pb_names_longest(names, name) >= 0;
}
