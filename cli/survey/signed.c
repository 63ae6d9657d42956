/* signed.c - which answers of the zone's servers a DS vouches for; see survey_in.h. */
#include "survey_in.h"

/* Hostile servers may send keys and signatures by the hundred, each of which has to be
 * tried with each. */
#define KEYS_MAX 16
#define SIGNATURES_MAX 8
#define KEY_MAX 4096 /* octets of RDATA */

static bool stands_for(struct pb_bytes ds, const ldns_rr *key)
{
	ldns_rr *made = NULL;
	bool same = false;

	if (ds.size < 4)
		return false;
	if (ds.data[3] == LDNS_SHA1 || ds.data[3] == LDNS_SHA256 ||
		ds.data[3] == LDNS_SHA384)
		made = ldns_key_rr2ds(key, (ldns_hash)ds.data[3]);
	if (made != NULL && ldns_rr_rd_count(made) == 4) {
		const ldns_rdf *digest = ldns_rr_rdf(made, 3);
		uint16_t tag = ldns_calc_keytag(key);

		/* Without memory, it has a DS made without a digest. */
		same = digest != NULL && ds.data[0] == tag >> 8 &&
		       ds.data[1] == (tag & 0xff) &&
		       ldns_rdf_size(ldns_rr_rdf(key, 2)) == 1 &&
		       ldns_rdf_data(ldns_rr_rdf(key, 2))[0] == ds.data[2] &&
		       ldns_rdf_size(digest) == ds.size - 4 &&
		       memcmp(ldns_rdf_data(digest), ds.data + 4, ds.size - 4) == 0;
	}
	ldns_rr_free(made);
	return same;
}

bool signed_stands_for(
	const struct pb_name *zone, struct pb_bytes ds, struct pb_bytes key)
{
	uint8_t wire[PB_NAME_MAX + 10 + KEY_MAX];
	size_t at = 0, used = zone->size;
	ldns_rr *rr = NULL;
	bool same;

	if (key.size > KEY_MAX)
		return false;
	memcpy(wire, zone->wire, zone->size);
	memcpy(wire + used, (const uint8_t[]){0, READ_TYPE_DNSKEY, 0, 1, 0, 0, 0, 0}, 8);
	wire[used + 8] = (uint8_t)(key.size >> 8);
	wire[used + 9] = (uint8_t)key.size;
	used += 10;
	memcpy(wire + used, key.data, key.size);
	used += key.size;
	if (ldns_wire2rr(&rr, wire, used, &at, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
		return false;
	same = ldns_rr_rd_count(rr) == 4 && stands_for(ds, rr);
	ldns_rr_free(rr);
	return same;
}

/* Splits an answer: what is signed, and the signatures. Both are views. */
static bool split(const ldns_rr_list *all, ldns_rr_list **data, ldns_rr_list **signatures)
{
	*data = ldns_rr_list_new();
	*signatures = ldns_rr_list_new();
	for (size_t i = 0;
		*data != NULL && *signatures != NULL && i < ldns_rr_list_rr_count(all);
		i++) {
		ldns_rr *rr = ldns_rr_list_rr(all, i);

		ldns_rr_list_push_rr(
			ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG ? *signatures : *data,
			rr);
	}
	return *data != NULL && *signatures != NULL &&
	       ldns_rr_list_rr_count(*data) <= PB_SET_ELEMENTS_MAX &&
	       ldns_rr_list_rr_count(*signatures) > 0 &&
	       ldns_rr_list_rr_count(*signatures) <= SIGNATURES_MAX;
}

static bool verified(const ldns_rr_list *rrset, const ldns_rr_list *keys)
{
	ldns_rr_list *data, *signatures;
	ldns_rr_list *good = ldns_rr_list_new();
	bool fine = split(rrset, &data, &signatures) && good != NULL &&
		    ldns_rr_list_rr_count(keys) > 0 &&
		    ldns_verify(data, signatures, keys, good) == LDNS_STATUS_OK &&
		    ldns_rr_list_rr_count(good) > 0;

	/* `good` has keys that belong to the list of keys. */
	ldns_rr_list_free(good);
	ldns_rr_list_free(data);
	ldns_rr_list_free(signatures);
	return fine;
}

/* Those of a DNSKEY answer for which one of the DS stands; views. */
static ldns_rr_list *entry_keys(const ldns_rr_list *dnskey, const struct pb_set *ds)
{
	ldns_rr_list *keys = ldns_rr_list_new();
	struct pb_bytes element;

	for (size_t i = 0; keys != NULL && i < ldns_rr_list_rr_count(dnskey); i++) {
		ldns_rr *key = ldns_rr_list_rr(dnskey, i);
		bool any = false;

		if (ldns_rr_get_type(key) != LDNS_RR_TYPE_DNSKEY ||
			ldns_rr_rd_count(key) != 4)
			continue;
		for (size_t at = 0; !any && pb_set_next(ds, &at, &element);)
			any = stands_for(element, key);
		if (any)
			ldns_rr_list_push_rr(keys, key);
	}
	return keys;
}

static ldns_rr_list *all_keys(const ldns_rr_list *dnskey)
{
	ldns_rr_list *keys = ldns_rr_list_new();

	for (size_t i = 0; keys != NULL && i < ldns_rr_list_rr_count(dnskey); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(dnskey, i)) == LDNS_RR_TYPE_DNSKEY)
			ldns_rr_list_push_rr(keys, ldns_rr_list_rr(dnskey, i));
	return keys;
}

/* CDS and CDNSKEY must be signed by a key of the entry: RFC 7344 section 4.1. */
static bool by_entry_key(uint16_t type)
{
	return type == LDNS_RR_TYPE_DNSKEY || type == LDNS_RR_TYPE_CDS ||
	       type == LDNS_RR_TYPE_CDNSKEY;
}

static const struct held *keys_of(const struct run *run, const struct survey_answer *of)
{
	for (size_t i = 0; i < run->survey.count; i++) {
		const struct survey_answer *answer = run->survey.answers[i];

		if (answer->side == SURVEY_CHILD && answer->type == LDNS_RR_TYPE_DNSKEY &&
			memcmp(&answer->address, &of->address, sizeof(of->address)) == 0)
			return (const struct held *)answer;
	}
	return NULL;
}

static bool vouched_for(
	const struct run *run, const struct held *held, const struct pb_set *ds)
{
	const struct held *dnskey = keys_of(run, &held->answer);
	ldns_rr_list *entry, *all;
	bool fine;

	if (ds->count == 0 || held->rrset == NULL || dnskey == NULL ||
		dnskey->rrset == NULL)
		return false;
	entry = entry_keys(dnskey->rrset, ds);
	all = all_keys(dnskey->rrset);
	fine = entry != NULL && all != NULL && ldns_rr_list_rr_count(all) <= KEYS_MAX &&
	       verified(dnskey->rrset, entry) &&
	       (held == dnskey || verified(held->rrset,
					  by_entry_key(held->answer.type) ? entry : all));
	ldns_rr_list_free(entry);
	ldns_rr_list_free(all);
	return fine;
}

void check_signatures(struct run *run)
{
	for (size_t i = 0; i < run->survey.count; i++) {
		struct held *held = (struct held *)run->survey.answers[i];

		if (held->answer.side != SURVEY_CHILD)
			continue;
		held->answer.signed_by_parent_ds =
			vouched_for(run, held, &run->survey.ds.set);
		if (run->wants.pin != NULL)
			held->answer.signed_by_pin_ds =
				vouched_for(run, held, &run->wants.pin->ds);
	}
}
