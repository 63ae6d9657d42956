/* fuzz_evidence.c - evidence as it is stored, but for its checksum, which is put behind
 * the input. */
#include "fuzz.h"
#include "pinbound/evidence.h"
#include "record.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static void check_set(const struct pb_seen_set *seen, enum pb_kind kind)
{
	char text[PB_NAME_TEXT_MAX + PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;
	size_t count = 0;

	for (size_t at = 0; pb_set_next(&seen->set, &at, &element); count++) {
		HOLDS(pb_element_to_text(kind, element, text, sizeof(text)) ==
			strlen(text));
		HOLDS(fuzz_is_plain(text));
	}
	HOLDS(count == seen->set.count);
}

/* What decodes is encoded as it was, but for names in upper case. */
static void check(struct pb_bytes octets)
{
	struct pb_evidence evidence;
	uint8_t *again, *once_more;

	if (!pb_evidence_decode(&evidence, octets))
		return;
	check_set(&evidence.ns, PB_KIND_NAME);
	check_set(&evidence.ds, PB_KIND_DS);
	check_set(&evidence.address, PB_KIND_ADDRESS);
	check_set(&evidence.mx, PB_KIND_NAME);
	HOLDS(evidence.transport < PB_TRANSPORTS && evidence.aspect < PB_ASPECTS);
	(void)pb_transport_name(evidence.transport);
	HOLDS(pb_evidence_size(&evidence) == octets.size);
	again = malloc(octets.size);
	pb_evidence_encode(again, &evidence);
	HOLDS(pb_evidence_decode(&evidence, (struct pb_bytes){again, octets.size}));
	once_more = malloc(octets.size);
	pb_evidence_encode(once_more, &evidence);
	HOLDS(memcmp(again, once_more, octets.size) == 0);
	free(once_more);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *octets = malloc(size + 8);

	if (size > 0)
		memcpy(octets, data, size);
	(void)pb_put_u64(octets + size, XXH3_64bits(octets, size));
	check((struct pb_bytes){octets, size + 8});
	free(octets);
	return 0;
}
