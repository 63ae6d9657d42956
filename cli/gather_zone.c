/* gather_zone.c - NS and DS lines of a zone file, RFC 1035 section 5. */
#include "gather_rr.h"
#include "survey/read.h"
#include <errno.h>
#include <string.h>

/* Stands for the origin that the file lacks: a name below it is a relative one. */
static const char no_origin[] = "no-origin.pinbound.invalid.";

struct zone_reader {
	struct gather_file *file;
	struct gather records, glue;
	struct pb_name no_origin;
	unsigned line;
	unsigned left_out, first_left_out; /* records of other types, and a line */
};

/* A name of the file, which must be known in full. */
static bool take_name(struct zone_reader *reader, struct pb_name *name,
	const ldns_rdf *rdf, struct pb_error *error)
{
	char text[PB_NAME_TEXT_MAX];

	if (!read_name(name, rdf)) {
		pb_error_set(error, "it is no name");
		return false;
	}
	if (!pb_name_at_or_below(name, &reader->no_origin))
		return true;
	(void)pb_name_to_text(name, text);
	text[strlen(text) - strlen(no_origin)] = '\0';
	pb_error_set(error,
		"\"%s\" is relative, and no $ORIGIN above it is absolute; --origin "
		"gives one",
		*text != '\0' ? text : "@");
	return false;
}

static bool add_address(struct zone_reader *reader, const struct pb_name *owner,
	const ldns_rr *rr, struct pb_error *error)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);
	struct pb_address address = {
		.family = ldns_rr_get_type(rr) == LDNS_RR_TYPE_A ? 4 : 6};
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	size_t size;

	if (rdf == NULL || ldns_rdf_size(rdf) > sizeof(address.octets))
		return true;
	address.prefix = (uint8_t)(8 * ldns_rdf_size(rdf));
	memcpy(address.octets, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
	size = pb_address_element(element, owner, &address);
	return gather_add(&reader->glue, owner, PB_SET_ADDRESS,
		(struct pb_bytes){element, size}, reader->line, error);
}

static bool add_ns(struct zone_reader *reader, const struct pb_name *owner,
	const ldns_rr *rr, struct pb_error *error)
{
	struct pb_name host;

	return take_name(reader, &host, ldns_rr_rdf(rr, 0), error) &&
	       gather_add(&reader->records, owner, PB_SET_NS,
		       (struct pb_bytes){host.wire, host.size}, reader->line, error);
}

static bool add_ds(struct zone_reader *reader, const struct pb_name *owner,
	const ldns_rr *rr, struct pb_error *error)
{
	uint8_t ds[PB_DS_MAX];
	size_t size = gather_ds(ds, rr, error);

	return size > 0 && gather_add(&reader->records, owner, PB_SET_DS,
				   (struct pb_bytes){ds, size}, reader->line, error);
}

static bool add_rr(struct zone_reader *reader, const ldns_rr *rr, struct pb_error *error)
{
	ldns_rr_type type = ldns_rr_get_type(rr);
	bool of_servers = type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA;
	struct pb_name owner;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN ||
		(type != LDNS_RR_TYPE_NS && type != LDNS_RR_TYPE_DS &&
			!(of_servers && reader->file->addresses))) {
		if (reader->left_out++ == 0)
			reader->first_left_out = reader->line;
		return true;
	}
	if (!take_name(reader, &owner, ldns_rr_owner(rr), error))
		return false;
	if (pb_name_is_wildcard(&owner) && !of_servers) {
		pb_error_set(error, "a wildcard cannot be pinned");
		return false;
	}
	if (of_servers)
		return add_address(reader, &owner, rr, error);
	return type == LDNS_RR_TYPE_NS ? add_ns(reader, &owner, rr, error)
				       : add_ds(reader, &owner, rr, error);
}

/* The addresses of those that are servers of a zone. */
static bool add_glue(struct zone_reader *reader, struct pb_error *error)
{
	size_t count = reader->records.count;

	gather_sort(&reader->glue);
	for (size_t i = 0; i < count; i++) {
		struct gather_record ns = reader->records.records[i];
		const struct gather_record *at = NULL;
		struct pb_name host;

		if (ns.set == PB_SET_NS &&
			pb_name_from_wire(&host, ns.octets, ns.size) != 0)
			at = gather_find(&reader->glue, &host);
		for (; at != NULL && at < reader->glue.records + reader->glue.count &&
			pb_name_equal(&at->zone, &host);
			at++)
			if (!gather_add(&reader->records, &ns.zone, PB_SET_ADDRESS,
				    (struct pb_bytes){at->octets, at->size}, ns.line,
				    error))
				return false;
	}
	return true;
}

/* Reads what comes next. Returns false with the error; *end says that it was the last. */
static bool read_next(struct zone_reader *reader, ldns_rdf **origin, ldns_rdf **previous,
	uint32_t *ttl, struct pb_error *error)
{
	ldns_rr *rr = NULL;
	int lines = 0;
	ldns_status status =
		read_record(&rr, reader->file->in, ttl, origin, previous, &lines);
	bool fine = true;

	/* The end of a last line that has none is not counted. */
	if (lines == 0 && status != LDNS_STATUS_SYNTAX_EMPTY)
		lines = 1;
	reader->line += (unsigned)lines;
	switch (status) {
	case LDNS_STATUS_OK:
		fine = add_rr(reader, rr, error);
		break;
	case LDNS_STATUS_SYNTAX_EMPTY:
	case LDNS_STATUS_SYNTAX_TTL:
	case LDNS_STATUS_SYNTAX_ORIGIN:
		break;
	case LDNS_STATUS_SYNTAX_INCLUDE:
		pb_error_set(error, "$INCLUDE is not followed; import that file, too");
		fine = false;
		break;
	default:
		pb_error_set(error, "%s", ldns_get_errorstr_by_id(status));
		fine = false;
		break;
	}
	ldns_rr_free(rr);
	return fine;
}

static bool read_records(struct zone_reader *reader, struct pb_error *error)
{
	const struct pb_name *from = reader->file->origin.size > 0 ? &reader->file->origin
								   : &reader->no_origin;
	ldns_rdf *origin =
		ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, from->size, from->wire);
	ldns_rdf *previous = NULL;
	uint32_t ttl = 3600;
	bool fine = origin != NULL;

	if (!fine)
		pb_error_set(error, "out of memory");
	while (fine && !feof(reader->file->in) && !ferror(reader->file->in))
		fine = read_next(reader, &origin, &previous, &ttl, error);
	if (fine && ferror(reader->file->in)) {
		pb_error_set(error, "%s", strerror(errno));
		fine = false;
	}
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(previous);
	return fine;
}

bool gather_zone(struct gather_file *file, struct pb_error *error)
{
	struct zone_reader reader = {.file = file};
	bool fine;

	(void)pb_name_from_text(
		&reader.no_origin, no_origin, sizeof(no_origin) - 1, error);
	fine = read_records(&reader, error) && add_glue(&reader, error);
	if (!fine)
		pb_error_context(
			error, "%s:%u", file->path, reader.line > 0 ? reader.line : 1);
	if (fine && reader.left_out > 0)
		gather_note(file, reader.first_left_out,
			"%u record%s left out that %s%s, from here on", reader.left_out,
			reader.left_out == 1 ? " is" : "s are",
			reader.left_out == 1 ? "is neither NS nor DS"
					     : "are neither NS nor DS",
			file->addresses ? " nor the address of a server" : "");
	fine = fine && gather_pins(&reader.records, file, error);
	gather_free(&reader.records);
	gather_free(&reader.glue);
	return fine;
}
