/* gather_rr.c - see gather_rr.h. */
#include "gather_rr.h"
#include <string.h>

bool gather_name(struct pb_name *name, const ldns_rdf *rdf)
{
	return rdf != NULL && ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_DNAME &&
	       pb_name_from_wire(name, ldns_rdf_data(rdf), ldns_rdf_size(rdf)) ==
		       ldns_rdf_size(rdf);
}

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
static size_t check_ds(uint8_t *out, const ldns_rr *rr, struct pb_error *error)
{
	char text[PB_DS_TEXT_MAX];
	size_t size = rdata(out, PB_DS_MAX, rr);

	if (size == 0) {
		pb_error_set(error, "the DS is too long");
		return 0;
	}
	(void)pb_ds_to_text((struct pb_bytes){out, size}, text, sizeof(text));
	return pb_ds_from_text(out, text, error);
}

size_t gather_ds(uint8_t *out, const ldns_rr *rr, struct pb_error *error)
{
	ldns_rr *ds;
	size_t size = 0;

	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS)
		return check_ds(out, rr, error);
	ds = ldns_key_rr2ds(rr, LDNS_SHA256);
	if (ds == NULL)
		pb_error_set(error, "no DS can be computed of the DNSKEY");
	else
		size = check_ds(out, ds, error);
	ldns_rr_free(ds);
	return size;
}
