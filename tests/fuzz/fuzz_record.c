/*
 * fuzz_record.c - a pin as it is stored. The input is 2 octets, the size of the key; the
 * key; and the record but for its checksum, which is put behind it.
 */
#include "fuzz.h"
#include "record.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static bool is_in(struct pb_bytes part, struct pb_bytes whole)
{
	return part.size == 0 ||
	       (part.data >= whole.data &&
		       part.data + part.size <= whole.data + whole.size);
}

static struct pb_bytes octets_of(const struct pb_set *set)
{
	return (struct pb_bytes){set->data, set->size};
}

/* A pin that comes out of a store that somebody has forged may be nonsense, but it may be
 * printed, judged by, and stored again as it was. */
static void check(struct pb_bytes key, struct pb_bytes record, const struct pb_pin *pin,
	const struct pb_path *ancestors)
{
	const struct pb_set *sets[] = {
		&pin->ns, &pin->child_ns, &pin->ds, &pin->address, &pin->mx};
	static const enum pb_kind kinds[] = {
		PB_KIND_NAME, PB_KIND_NAME, PB_KIND_DS, PB_KIND_ADDRESS, PB_KIND_NAME};
	static uint8_t again[PB_RECORD_MAX];
	char text[PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;
	struct pb_pin glance = {.expires = PB_NEVER};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		HOLDS(is_in(octets_of(sets[i]), record));
		for (size_t at = 0; pb_set_next(sets[i], &at, &element);) {
			HOLDS(pb_set_has(sets[i], element));
			HOLDS(pb_element_to_text(kinds[i], element, text, sizeof(text)) ==
				strlen(text));
			HOLDS(fuzz_is_plain(text));
		}
	}
	HOLDS(is_in(pin->note, record));
	HOLDS(pb_record_glance(key, record, &glance));
	HOLDS(pb_name_equal(&glance.name, &pin->name) && glance.mode == pin->mode &&
		glance.generation == pin->generation);
	if (pb_record_encode(again, key, pin, ancestors) != 0)
		HOLDS(memcmp(again, record.data, record.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pb_bytes key, record;
	struct pb_path ancestors;
	struct pb_pin pin;
	struct pb_error error;
	uint8_t *octets;

	if (size < 2 || (size_t)(data[0] << 8 | data[1]) > size - 2 ||
		size > PB_RECORD_MAX)
		return 0;
	key = (struct pb_bytes){data + 2, (size_t)(data[0] << 8 | data[1])};
	record.size = size - 2 - key.size + 8;
	octets = malloc(record.size);
	memcpy(octets, key.data + key.size, record.size - 8);
	(void)pb_put_u64(
		octets + record.size - 8, XXH3_64bits_withSeed(octets, record.size - 8,
						  XXH3_64bits(key.data, key.size)));
	record.data = octets;
	if (pb_record_decode(key, record, &pin, &ancestors)) {
		check(key, record, &pin, &ancestors);
		if (pb_pin_check(&pin, &error))
			(void)pb_pin_expires_soon(&pin, INT64_MAX);
		else
			HOLDS(fuzz_is_reason(&error));
		octets[record.size - 1] ^= 1;
		HOLDS(!pb_record_decode(key, record, &pin, &ancestors));
	}
	free(octets);
	return 0;
}
