/* gather_rr.c - see gather_rr.h. */
#include "gather_rr.h"
#include "survey/read.h"
#include <stdlib.h>
#include <string.h>

/* The RDATA as it is on the wire. 0 if it is too long. */
static size_t rdata(uint8_t *out, size_t room, const ldns_rr *rr)
{
	size_t used = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		if (ldns_rdf_size(rdf) > room - used)
			return 0;
		memcpy(out + used, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		used += ldns_rdf_size(rdf);
	}
	return used;
}

/* Its length is checked as that of a DS that somebody typed. */
static size_t check_ds(uint8_t *out, size_t size, struct pb_error *error)
{
	char text[PB_DS_TEXT_MAX];

	if (size == 0) {
		pb_error_set(error, "the DS is too long");
		return 0;
	}
	(void)pb_ds_to_text((struct pb_bytes){out, size}, text, sizeof(text));
	return pb_ds_from_text(out, text, error);
}

/* RFC 4034 section 5.1.4, with SHA-256. Not ldns_key_rr2ds(): it makes a DS with another
 * key tag, or with fields left out, of what it finds no memory for. */
static size_t ds_of_key(
	uint8_t *out, const struct pb_name *owner, const uint8_t *key, size_t size)
{
	uint8_t *digested = malloc(owner->size + size);
	uint16_t tag = ldns_calc_keytag_raw(key, size);

	if (digested == NULL)
		return 0;
	memcpy(digested, owner->wire, owner->size);
	memcpy(digested + owner->size, key, size);
	out[0] = (uint8_t)(tag >> 8);
	out[1] = (uint8_t)tag;
	out[2] = key[3];
	out[3] = LDNS_SHA256;
	(void)ldns_sha256(digested, (unsigned)(owner->size + size), out + 4);
	free(digested);
	return 4 + LDNS_SHA256_DIGEST_LENGTH;
}

size_t gather_ds(uint8_t *out, const ldns_rr *rr, struct pb_error *error)
{
	uint8_t *key;
	struct pb_name owner;
	size_t size;

	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS)
		return check_ds(out, rdata(out, PB_DS_MAX, rr), error);
	key = malloc(UINT16_MAX);
	size = key == NULL ? 0 : rdata(key, UINT16_MAX, rr);
	/* flags, protocol and algorithm are 4 octets; then comes the key */
	size = size > 4 && read_name(&owner, ldns_rr_owner(rr))
		       ? ds_of_key(out, &owner, key, size)
		       : 0;
	free(key);
	if (size == 0)
		pb_error_set(error, "no DS can be computed of the DNSKEY");
	return size;
}
