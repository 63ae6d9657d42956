/* evidence.h - evidence as a state store has it, for its tests and its sample. */
#ifndef PINBOUND_UNIT_EVIDENCE_H
#define PINBOUND_UNIT_EVIDENCE_H

#include "pinbound/evidence.h"
#include "unit.h"

/* Encoded, in memory that the next call overwrites. */
static inline struct pb_bytes encoded(const struct pb_evidence *from)
{
	static uint8_t octets[200000];
	size_t size = pb_evidence_size(from);

	assert_true(size <= sizeof(octets));
	pb_evidence_encode(octets, from);
	return (struct pb_bytes){octets, size};
}

#endif
