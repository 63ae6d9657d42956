/* evidence.c - see pinbound/evidence.h. */
#include "pinbound/evidence.h"
#include "record.h"
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/*
 * 1 version, 1 aspect, 1 transport, 1 ds_seen
 * 8 reasons, 8 when, 8 generation
 * 1 address family, 16 address, 2 port
 * 2 times: 1 size, a name                       (zone asked)
 * 4 times: 1 cut short, 2 count, 2 size, a set  (ns ds address mx)
 * the message
 * 8 XXH3 over all of the above
 *
 * Integers are big endian.
 */
#define VERSION 1
#define FIXED_SIZE (4 + 3 * 8 + 1 + 16 + 2)
#define SET_HEAD 5
#define SETS 4
#define SUM_SIZE 8

const char *pb_transport_name(enum pb_transport transport)
{
	static const char *const names[PB_TRANSPORTS] = {
		[PB_TRANSPORT_UDP] = "udp",
		[PB_TRANSPORT_TCP] = "tcp",
		[PB_TRANSPORT_TLS] = "tls",
	};

	return names[transport];
}

size_t pb_evidence_size(const struct pb_evidence *evidence)
{
	return FIXED_SIZE + 2 + (size_t)evidence->zone.size + evidence->asked.size +
	       (size_t)SETS * SET_HEAD + evidence->ns.set.size + evidence->ds.set.size +
	       evidence->address.set.size + evidence->mx.set.size + evidence->wire.size +
	       SUM_SIZE;
}

/* --- writing --- */

static uint8_t *put_u16(uint8_t *out, size_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return out + 2;
}

static uint8_t *put_octets(uint8_t *out, const void *octets, size_t size)
{
	if (size > 0)
		memcpy(out, octets, size);
	return out + size;
}

static uint8_t *put_name(uint8_t *out, const struct pb_name *name)
{
	*out++ = name->size;
	return put_octets(out, name->wire, name->size);
}

static uint8_t *put_set(uint8_t *out, const struct pb_seen_set *seen)
{
	*out++ = seen->cut_short;
	out = put_u16(out, seen->set.count);
	out = put_u16(out, seen->set.size);
	return put_octets(out, seen->set.data, seen->set.size);
}

void pb_evidence_encode(uint8_t *out, const struct pb_evidence *evidence)
{
	uint8_t *at = out;

	*at++ = VERSION;
	*at++ = (uint8_t)evidence->aspect;
	*at++ = (uint8_t)evidence->transport;
	*at++ = (uint8_t)evidence->ds_seen;
	at = pb_put_u64(at, evidence->reasons);
	at = pb_put_u64(at, (uint64_t)evidence->when);
	at = pb_put_u64(at, evidence->generation);
	*at++ = evidence->server.family;
	at = put_octets(at, evidence->server.octets, sizeof(evidence->server.octets));
	at = put_u16(at, evidence->port);
	at = put_name(at, &evidence->zone);
	at = put_name(at, &evidence->asked);
	at = put_set(at, &evidence->ns);
	at = put_set(at, &evidence->ds);
	at = put_set(at, &evidence->address);
	at = put_set(at, &evidence->mx);
	at = put_octets(at, evidence->wire.data, evidence->wire.size);
	(void)pb_put_u64(at, XXH3_64bits(out, (size_t)(at - out)));
}

/* --- reading: each returns what is left, NULL if it does not decode --- */

static const uint8_t *get_fixed(struct pb_evidence *evidence, const uint8_t *at)
{
	uint64_t reasons = pb_get_u64(at + 4);

	if (at[0] != VERSION || at[1] >= PB_ASPECTS || at[2] >= PB_TRANSPORTS ||
		at[3] > PB_DS_SHOWN || reasons >= PB_REASON(PB_REASONS) ||
		(at[28] != 0 && at[28] != 4 && at[28] != 6))
		return NULL;
	evidence->aspect = at[1];
	evidence->transport = at[2];
	evidence->ds_seen = at[3];
	evidence->reasons = (pb_reasons)reasons;
	evidence->when = (int64_t)pb_get_u64(at + 12);
	evidence->generation = pb_get_u64(at + 20);
	evidence->server.family = at[28];
	evidence->server.prefix = at[28] == 6 ? 128 : 32;
	memcpy(evidence->server.octets, at + 29, sizeof(evidence->server.octets));
	evidence->port = (uint16_t)(at[45] << 8 | at[46]);
	return at + FIXED_SIZE;
}

static const uint8_t *get_name(
	struct pb_name *name, const uint8_t *at, const uint8_t *end, bool may_lack)
{
	size_t size;

	if (at == NULL || at == end)
		return NULL;
	size = *at++;
	if (size == 0 && may_lack) {
		name->size = 0;
		return at;
	}
	if (size == 0 || size > (size_t)(end - at) ||
		pb_name_from_wire(name, at, size) != size)
		return NULL;
	return at + size;
}

static const uint8_t *get_set(
	struct pb_seen_set *seen, const uint8_t *at, const uint8_t *end, pb_order *order)
{
	if (at == NULL || end - at < SET_HEAD || at[0] > 1)
		return NULL;
	seen->cut_short = at[0];
	seen->set.count = (uint16_t)(at[1] << 8 | at[2]);
	seen->set.size = (uint16_t)(at[3] << 8 | at[4]);
	seen->set.data = at + SET_HEAD;
	if (seen->set.size > end - at - SET_HEAD || !pb_set_check(&seen->set, order))
		return NULL;
	return at + SET_HEAD + seen->set.size;
}

bool pb_evidence_decode(struct pb_evidence *evidence, struct pb_bytes octets)
{
	const uint8_t *at, *end;

	if (octets.size < FIXED_SIZE + SUM_SIZE)
		return false;
	end = octets.data + octets.size - SUM_SIZE;
	if (pb_get_u64(end) != XXH3_64bits(octets.data, octets.size - SUM_SIZE))
		return false;
	at = get_fixed(evidence, octets.data);
	at = get_name(&evidence->zone, at, end, false);
	at = get_name(&evidence->asked, at, end, true);
	at = get_set(&evidence->ns, at, end, pb_order_names);
	at = get_set(&evidence->ds, at, end, pb_order_octets);
	at = get_set(&evidence->address, at, end, pb_order_names);
	at = get_set(&evidence->mx, at, end, pb_order_names);
	if (at == NULL || end - at > UINT16_MAX)
		return false;
	evidence->wire = (struct pb_bytes){at, (size_t)(end - at)};
	return true;
}
