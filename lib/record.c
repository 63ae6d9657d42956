/* record.c - see record.h. */
#include "record.h"
#include "key.h"
#include <string.h>

/* In the header alone: the module then needs no library that a chroot lacks. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#define VERSION 1
#define HEAD_SIZE 3
#define CHECK_SIZE 8

#define FLAG_MODE 0x03 /* enum pb_mode */
#define FLAG_STRICT 0x04
#define FLAG_DS_NONE 0x08
#define FLAG_MX_NONE 0x10
#define FLAG_EXPIRES 0x20
#define FLAG_TO_LOG 0x40
#define FLAGS_KNOWN 0x7f

uint8_t *pb_put_u64(uint8_t *out, uint64_t value)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*out++ = (uint8_t)(value >> shift);
	return out;
}

uint64_t pb_get_u64(const uint8_t *in)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

static uint64_t checksum(struct pb_bytes key, const uint8_t *octets, size_t size)
{
	return XXH3_64bits_withSeed(octets, size, XXH3_64bits(key.data, key.size));
}

static uint8_t flags_of(const struct pb_pin *pin)
{
	unsigned flags = pin->mode & FLAG_MODE;

	if (pin->strict)
		flags |= FLAG_STRICT;
	if (pin->ds_none)
		flags |= FLAG_DS_NONE;
	if (pin->mx_none)
		flags |= FLAG_MX_NONE;
	if (pin->expires != PB_NEVER)
		flags |= FLAG_EXPIRES;
	if (pin->expires_to_log)
		flags |= FLAG_TO_LOG;
	return (uint8_t)flags;
}

static uint8_t *put_set(uint8_t *out, const struct pb_set *set)
{
	*out++ = (uint8_t)set->count;
	*out++ = (uint8_t)(set->size >> 8);
	*out++ = (uint8_t)set->size;
	if (set->size > 0)
		memcpy(out, set->data, set->size);
	return out + set->size;
}

size_t pb_record_encode(uint8_t out[PB_RECORD_MAX], struct pb_bytes key,
	const struct pb_pin *pin, const struct pb_path *ancestors)
{
	const struct pb_set *sets[] = {
		&pin->ns, &pin->child_ns, &pin->ds, &pin->address, &pin->mx};
	uint8_t *at = out;

	for (unsigned i = 0; i < PB_SETS; i++)
		if (sets[i]->size > PB_PINBUF_SET || sets[i]->count > PB_SET_ELEMENTS_MAX)
			return 0;
	if (pin->note.size > PB_NOTE_MAX)
		return 0;
	*at++ = VERSION;
	*at++ = flags_of(pin);
	*at++ = ancestors->count;
	memcpy(at, ancestors->labels, ancestors->count);
	at = pb_put_u64(at + ancestors->count, pin->generation);
	if (pin->expires != PB_NEVER)
		at = pb_put_u64(at, (uint64_t)pin->expires);
	for (unsigned i = 0; i < PB_SETS; i++)
		at = put_set(at, sets[i]);
	*at++ = (uint8_t)pin->note.size;
	if (pin->note.size > 0)
		memcpy(at, pin->note.data, pin->note.size);
	at += pin->note.size;
	at = pb_put_u64(at, checksum(key, out, (size_t)(at - out)));
	return (size_t)(at - out);
}

/* Octets that are left to read. Reading past the end gives NULL and stays there. */
struct input {
	const uint8_t *at;
	size_t left;
};

static const uint8_t *take(struct input *in, size_t size)
{
	const uint8_t *octets = in->at;

	if (octets == NULL || size > in->left) {
		in->at = NULL;
		return NULL;
	}
	in->at += size;
	in->left -= size;
	return octets;
}

static bool take_set(struct input *in, struct pb_set *set, pb_order *order)
{
	const uint8_t *head = take(in, 3);

	if (head == NULL)
		return false;
	set->count = head[0];
	set->size = (uint16_t)(head[1] << 8 | head[2]);
	set->data = take(in, set->size);
	return set->data != NULL && pb_set_check(set, order);
}

/* Checks version and checksum, and leaves in at the ancestors. */
static bool take_head(struct input *in, struct pb_bytes key, struct pb_bytes record,
	uint8_t *flags, struct pb_path *ancestors)
{
	size_t size;
	const uint8_t *labels;

	if (record.size < HEAD_SIZE + CHECK_SIZE || record.data[0] != VERSION ||
		(record.data[1] & ~FLAGS_KNOWN) != 0)
		return false;
	size = record.size - CHECK_SIZE;
	if (checksum(key, record.data, size) != pb_get_u64(record.data + size))
		return false;
	*flags = record.data[1];
	*in = (struct input){record.data + HEAD_SIZE, size - HEAD_SIZE};
	ancestors->count = record.data[2];
	labels = take(in, ancestors->count);
	if (labels == NULL || ancestors->count > PB_LABELS_MAX)
		return false;
	memcpy(ancestors->labels, labels, ancestors->count);
	return true;
}

bool pb_record_ancestors(
	struct pb_bytes key, struct pb_bytes record, struct pb_path *ancestors)
{
	struct input in;
	uint8_t flags;

	return take_head(&in, key, record, &flags, ancestors);
}

bool pb_record_decode(struct pb_bytes key, struct pb_bytes record, struct pb_pin *pin,
	struct pb_path *ancestors)
{
	struct input in;
	uint8_t flags;
	const uint8_t *octets;

	if (!take_head(&in, key, record, &flags, ancestors))
		return false;
	*pin = (struct pb_pin){
		.mode = flags & FLAG_MODE,
		.strict = flags & FLAG_STRICT,
		.ds_none = flags & FLAG_DS_NONE,
		.mx_none = flags & FLAG_MX_NONE,
		.expires_to_log = flags & FLAG_TO_LOG,
		.expires = PB_NEVER,
	};
	if ((octets = take(&in, 8)) == NULL)
		return false;
	pin->generation = pb_get_u64(octets);
	if (flags & FLAG_EXPIRES) {
		if ((octets = take(&in, 8)) == NULL)
			return false;
		pin->expires = (int64_t)pb_get_u64(octets);
		if (pin->expires == PB_NEVER)
			return false; /* that is said by the flag */
	}
	if (!take_set(&in, &pin->ns, pb_order_names) ||
		!take_set(&in, &pin->child_ns, pb_order_names) ||
		!take_set(&in, &pin->ds, pb_order_octets) ||
		!take_set(&in, &pin->address, pb_order_names) ||
		!take_set(&in, &pin->mx, pb_order_names))
		return false;
	if ((octets = take(&in, 1)) == NULL)
		return false;
	pin->note.size = *octets;
	pin->note.data = take(&in, *octets);
	return pin->note.data != NULL && in.left == 0 &&
	       pb_key_to_name(&pin->name, key.data, key.size);
}

bool pb_record_glance(struct pb_bytes key, struct pb_bytes record, struct pb_pin *pin)
{
	size_t head;

	if (record.size < HEAD_SIZE)
		return false;
	head = HEAD_SIZE + (size_t)record.data[2];
	if (record.size < head + 8)
		return false;
	pin->mode = record.data[1] & FLAG_MODE;
	pin->generation = pb_get_u64(record.data + head);
	return pb_key_to_name(&pin->name, key.data, key.size);
}

static XXH128_hash_t hash(struct pb_bytes key, struct pb_bytes record)
{
	return XXH3_128bits_withSeed(
		record.data, record.size, XXH3_64bits(key.data, key.size));
}

void pb_digest_add(struct pb_digest *digest, struct pb_bytes key, struct pb_bytes record)
{
	XXH128_hash_t one = hash(key, record);

	digest->low += one.low64;
	digest->high += one.high64;
}

void pb_digest_remove(
	struct pb_digest *digest, struct pb_bytes key, struct pb_bytes record)
{
	XXH128_hash_t one = hash(key, record);

	digest->low -= one.low64;
	digest->high -= one.high64;
}
