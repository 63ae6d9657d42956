/* names.c - see pinbound/names.h. */
#include "pinbound/names.h"
#include "pinbound/pages.h"
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* So that a place among them can be found by 32 bits of a hash. */
#define NAMES_MAX (UINT32_MAX / 2)

/* With open addressing: where a hash belongs, or in the next place that is free. At
 * least a third is free, so that the end of a search is near. */
struct pb_names {
	uint64_t *hashes; /* 0: free */
	size_t count, room;
	bool depths[PB_LABELS_MAX + 1]; /* are there names of so many labels? */
};

static size_t hashes_size(const struct pb_names *names)
{
	return names->room * sizeof(*names->hashes);
}

struct pb_names *pb_names_new(size_t expected)
{
	struct pb_names *names;

	/* It may come from a store that is damaged. */
	if (expected > NAMES_MAX || (names = calloc(1, sizeof(*names))) == NULL)
		return NULL;
	names->room = expected + expected / 2 + 16;
	names->hashes = pb_pages_new(hashes_size(names));
	if (names->hashes == NULL) {
		free(names);
		return NULL;
	}
	return names;
}

void pb_names_free(struct pb_names *names)
{
	if (names == NULL)
		return;
	pb_pages_free(names->hashes, hashes_size(names));
	free(names);
}

static uint64_t hash_of(const uint8_t *wire, size_t size)
{
	uint64_t hash = XXH3_64bits(wire, size);

	return hash != 0 ? hash : 1;
}

/* Where a hash belongs, without a division. */
static size_t place_of(const struct pb_names *names, uint64_t hash)
{
	return (size_t)((hash >> 32) * (uint64_t)names->room >> 32);
}

/* Where the hash is, or would go. */
static uint64_t *find(const struct pb_names *names, uint64_t hash)
{
	size_t at = place_of(names, hash);

	while (names->hashes[at] != 0 && names->hashes[at] != hash)
		if (++at == names->room)
			at = 0;
	return &names->hashes[at];
}

static bool grow(struct pb_names *names)
{
	struct pb_names *larger = pb_names_new(names->count * 2);

	if (larger == NULL)
		return false;
	for (size_t i = 0; i < names->room; i++)
		if (names->hashes[i] != 0)
			*find(larger, names->hashes[i]) = names->hashes[i];
	pb_pages_free(names->hashes, hashes_size(names));
	names->hashes = larger->hashes;
	names->room = larger->room;
	free(larger);
	return true;
}

bool pb_names_add(struct pb_names *names, const struct pb_name *name)
{
	uint64_t hash = hash_of(name->wire, name->size), *place;

	if (names->count + 1 > names->room / 3 * 2 && !grow(names))
		return false;
	place = find(names, hash);
	if (*place == 0)
		names->count++;
	*place = hash;
	names->depths[pb_name_labels(name)] = true;
	return true;
}

size_t pb_names_count(const struct pb_names *names)
{
	return names->count;
}

unsigned pb_names_path(const struct pb_names *names, const struct pb_name *name,
	uint8_t labels[PB_LABELS_MAX + 1])
{
	uint64_t hashes[PB_LABELS_MAX + 1]; /* of the name and those above it */
	uint8_t depths[PB_LABELS_MAX + 1];  /* their labels */
	unsigned above = 0, count = 0, depth;

	if (names->count == 0)
		return 0;
	depth = pb_name_labels(name);
	/* Each name above is what is left of the wire form behind a label. Memory that
	 * is not in a cache takes far longer to come than a hash: get all of it at once.
	 */
	for (size_t at = 0;; at += 1U + name->wire[at], depth--) {
		if (names->depths[depth]) {
			uint64_t hash = hash_of(name->wire + at, name->size - at);

			hashes[above] = hash;
			depths[above++] = (uint8_t)depth;
			__builtin_prefetch(&names->hashes[place_of(names, hash)]);
		}
		if (depth == 0)
			break;
	}
	while (above-- > 0)
		if (*find(names, hashes[above]) != 0)
			labels[count++] = depths[above];
	return count;
}

int pb_names_longest(const struct pb_names *names, const struct pb_name *name)
{
	uint8_t labels[PB_LABELS_MAX + 1];
	unsigned count = pb_names_path(names, name, labels);

	return count == 0 ? -1 : labels[count - 1];
}

bool pb_names_cover(const struct pb_names *names, const struct pb_name *name)
{
	uint8_t labels[PB_LABELS_MAX + 1];

	return pb_names_path(names, name, labels) > 0;
}
