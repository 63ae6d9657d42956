/* read.c - see read.h. */
#include "read.h"
#include <stdio.h>
#include <string.h>

/* What the reading of one response has at hand. */
struct reading {
	struct read_response *response;
	const ldns_pkt *message;
	const struct pb_name *asked, *question, *name;
	uint16_t type;
	bool forwarder;
	struct arena *arena;
};

bool read_name(struct pb_name *name, const ldns_rdf *rdf)
{
	return rdf != NULL && ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_DNAME &&
	       pb_name_from_wire(name, ldns_rdf_data(rdf), ldns_rdf_size(rdf)) ==
		       ldns_rdf_size(rdf);
}

/* Only data of class IN counts. */
static bool owned(struct pb_name *owner, const ldns_rr *rr)
{
	return ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
	       read_name(owner, ldns_rr_owner(rr));
}

static bool is(const ldns_rr *rr, const struct pb_name *owner, uint16_t type)
{
	struct pb_name name;

	return ldns_rr_get_type(rr) == type && owned(&name, rr) &&
	       pb_name_equal(&name, owner);
}

static ldns_rr_list *section(const ldns_pkt *message, ldns_pkt_section which)
{
	switch (which) {
	case LDNS_SECTION_ANSWER:
		return ldns_pkt_answer(message);
	case LDNS_SECTION_AUTHORITY:
		return ldns_pkt_authority(message);
	default:
		return ldns_pkt_additional(message);
	}
}

ldns_rr_list *read_rrset(const ldns_pkt *message, ldns_pkt_section which,
	const struct pb_name *owner, uint16_t type)
{
	const ldns_rr_list *rrs = section(message, which);
	ldns_rr_list *found = arena_need(ldns_rr_list_new());
	bool any = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);
		bool data = is(rr, owner, type);
		bool signature = is(rr, owner, LDNS_RR_TYPE_RRSIG) &&
				 ldns_rr_rd_count(rr) > 0 &&
				 ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(rr)) == type;

		if ((data || signature) &&
			!ldns_rr_list_push_rr(found, arena_need(ldns_rr_clone(rr))))
			(void)arena_need(NULL);
		any = any || data;
	}
	if (any)
		return found;
	ldns_rr_list_deep_free(found);
	return NULL;
}

void read_add_address(struct pb_seen_set *seen, const struct pb_name *host,
	const ldns_rr *rr, struct arena *arena)
{
	bool v6 = ldns_rr_get_type(rr) == LDNS_RR_TYPE_AAAA;
	struct pb_address address = {.family = v6 ? 6 : 4, .prefix = v6 ? 128 : 32};
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	size_t size = v6 ? 16 : 4;

	if ((!v6 && ldns_rr_get_type(rr) != LDNS_RR_TYPE_A) ||
		ldns_rr_rd_count(rr) != 1 || ldns_rdf_size(ldns_rr_rdf(rr, 0)) != size)
		return;
	memcpy(address.octets, ldns_rdf_data(ldns_rr_rdf(rr, 0)), size);
	arena_add(arena, seen, pb_order_names, element,
		pb_address_element(element, host, &address));
}

static bool add_host(struct reading *r, struct pb_seen_set *seen, const ldns_rdf *rdf)
{
	struct pb_name host;

	if (!read_name(&host, rdf))
		return false;
	arena_add(r->arena, seen, pb_order_names, host.wire, host.size);
	return true;
}

/* The RDATA as it is on the wire, names in it as they came. */
static bool add_rdata(struct reading *r, struct pb_seen_set *seen, const ldns_rr *rr)
{
	uint8_t rdata[4096];
	size_t size = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		if (ldns_rdf_size(rdf) > sizeof(rdata) - size)
			return false;
		memcpy(rdata + size, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		size += ldns_rdf_size(rdf);
	}
	arena_add(r->arena, seen, pb_order_octets, rdata, size);
	return true;
}

static bool add_record(struct reading *r, const ldns_rr *rr)
{
	struct pb_observation *seen = &r->response->seen;
	size_t count = ldns_rr_rd_count(rr);

	switch ((unsigned)ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_NS:
		return count == 1 && add_host(r, &seen->ns, ldns_rr_rdf(rr, 0));
	case LDNS_RR_TYPE_MX:
		return count == 2 && add_host(r, &seen->mx, ldns_rr_rdf(rr, 1));
	case LDNS_RR_TYPE_DS:
		seen->ds_seen = PB_DS_SHOWN;
		return add_rdata(r, &seen->ds, rr);
	default:
		return add_rdata(r, &r->response->rdata, rr);
	}
}

/* One that cannot be read is one too many: the set is not what it seems. */
static struct pb_seen_set *set_of(struct reading *r, uint16_t type)
{
	struct pb_observation *seen = &r->response->seen;

	return type == LDNS_RR_TYPE_NS   ? &seen->ns
	       : type == LDNS_RR_TYPE_MX ? &seen->mx
	       : type == LDNS_RR_TYPE_DS ? &seen->ds
					 : &r->response->rdata;
}

static void add_rrset(struct reading *r, ldns_pkt_section which,
	const struct pb_name *owner, uint16_t type)
{
	const ldns_rr_list *rrs = section(r->message, which);

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		if (!is(rr, owner, type))
			continue;
		if (!add_record(r, rr))
			set_of(r, type)->cut_short = true;
		if (r->response->ttl > ldns_rr_ttl(rr))
			r->response->ttl = ldns_rr_ttl(rr);
	}
}

/* Glue counts for servers that the referral names, from a server whose zone they lie
 * in. */
static void add_glue(struct reading *r)
{
	const ldns_rr_list *rrs = ldns_pkt_additional(r->message);
	struct pb_name owner;

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		if (owned(&owner, rr) && pb_name_at_or_below(&owner, r->asked) &&
			pb_set_has(&r->response->seen.ns.set,
				(struct pb_bytes){owner.wire, owner.size}))
			read_add_address(&r->response->glue, &owner, rr, r->arena);
	}
	r->response->seen.address = r->response->glue;
}

/* The parent signs, and shows with it that there is no DS: RFC 4035 section 3.1.4. */
static bool denies_ds(const struct reading *r)
{
	const ldns_rr_list *rrs = ldns_pkt_authority(r->message);
	bool nsec = false, signature = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);
		ldns_rr_type type = ldns_rr_get_type(rr);

		nsec = nsec || type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3;
		signature = signature || type == LDNS_RR_TYPE_RRSIG;
	}
	return nsec && signature;
}

static void read_referral(
	struct reading *r, ldns_pkt_section which, const struct pb_name *owner)
{
	struct pb_observation *seen = &r->response->seen;

	seen->response = PB_REFERRAL;
	seen->owner = *owner;
	seen->has_owner = true;
	add_rrset(r, which, owner, LDNS_RR_TYPE_NS);
	add_glue(r);
	if (!pb_name_equal(owner, r->name))
		return;
	add_rrset(r, LDNS_SECTION_AUTHORITY, owner, LDNS_RR_TYPE_DS);
	if (seen->ds_seen == PB_DS_UNSEEN && denies_ds(r))
		seen->ds_seen = PB_DS_DENIED;
}

__attribute__((format(printf, 3, 4))) static void no_use(
	struct reading *r, enum read_sort sort, const char *format, ...)
{
	va_list args;

	r->response->sort = sort;
	va_start(args, format);
	(void)vsnprintf(r->response->why, sizeof(r->response->why), format, args);
	va_end(args);
}

/* Somebody's cache was asked: what it says is not what the zone's servers say. */
static bool from_cache(const struct reading *r)
{
	return !r->forwarder && ldns_pkt_ra(r->message) && !ldns_pkt_aa(r->message);
}

/* An NS RRset in the answer section without AA is a referral all the same. */
static bool referral_in_answer(struct reading *r)
{
	const ldns_rr_list *rrs = ldns_pkt_answer(r->message);
	struct pb_name owner;

	if (r->forwarder || ldns_pkt_aa(r->message) || r->type != LDNS_RR_TYPE_NS)
		return false;
	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS && owned(&owner, rr) &&
			pb_name_below(&owner, r->asked) &&
			pb_name_at_or_below(r->question, &owner)) {
			read_referral(r, LDNS_SECTION_ANSWER, &owner);
			return true;
		}
	}
	return false;
}

enum direct { NO_ANSWER, ANSWER, ALIAS };

/* What the answer section has for the question: data, or an alias, or nothing. */
static enum direct find_answer(const struct reading *r)
{
	const ldns_rr_list *rrs = ldns_pkt_answer(r->message);
	enum direct found = NO_ANSWER;
	struct pb_name owner;

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);
		ldns_rr_type type = ldns_rr_get_type(rr);

		if (!owned(&owner, rr))
			continue;
		if (type == r->type && pb_name_equal(&owner, r->question))
			return ANSWER;
		if ((type == LDNS_RR_TYPE_CNAME && pb_name_equal(&owner, r->question)) ||
			(type == LDNS_RR_TYPE_DNAME &&
				pb_name_below(r->question, &owner)))
			found = ALIAS;
	}
	return found;
}

static bool read_positive(struct reading *r)
{
	struct pb_observation *seen = &r->response->seen;
	enum direct found = find_answer(r);

	if (found == NO_ANSWER)
		return false;
	seen->response = PB_POSITIVE;
	seen->alias = found == ALIAS;
	if (from_cache(r))
		no_use(r, READ_LAME, "answers from a cache");
	else if (found == ANSWER)
		add_rrset(r, LDNS_SECTION_ANSWER, r->question, r->type);
	return true;
}

static bool find_soa(const struct reading *r, struct pb_name *owner)
{
	const ldns_rr_list *rrs = ldns_pkt_authority(r->message);

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA && owned(owner, rr) &&
			pb_name_at_or_below(r->question, owner))
			return true;
	}
	return false;
}

/* The parent has the say about DS; what the child's side denies says nothing. */
static void read_denial(struct reading *r, enum pb_response response)
{
	struct pb_observation *seen = &r->response->seen;

	seen->response = response;
	seen->has_owner = find_soa(r, &seen->owner);
	if (from_cache(r))
		no_use(r, READ_LAME, "answers from a cache");
	if (response == PB_NODATA && r->type == LDNS_RR_TYPE_DS &&
		(!seen->has_owner || pb_name_below(r->question, &seen->owner)))
		seen->ds_seen = PB_DS_DENIED;
}

/* The NS RRset in the authority section that leads on. False: there is none, and why. */
static bool find_referral(struct reading *r, struct pb_name *owner)
{
	const ldns_rr_list *rrs = ldns_pkt_authority(r->message);
	char text[PB_NAME_TEXT_MAX];
	bool any = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(rrs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(rrs, i);

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NS || !owned(owner, rr))
			continue;
		if (pb_name_below(owner, r->asked) &&
			pb_name_at_or_below(r->question, owner)) {
			r->response->sort = READ_SAYS;
			r->response->why[0] = '\0';
			return true;
		}
		any = true;
		no_use(r, READ_LAME, "refers to %.60s", pb_name_to_text(owner, text));
	}
	if (!any)
		no_use(r, READ_LAME, "says nothing");
	return false;
}

static void read_no_error(struct reading *r)
{
	struct pb_name owner;

	if (referral_in_answer(r) || read_positive(r))
		return;
	if (r->forwarder || find_soa(r, &owner) || ldns_pkt_aa(r->message)) {
		/* AA on a referral is wrong, and common. */
		if (r->forwarder || find_soa(r, &owner) || !find_referral(r, &owner)) {
			r->response->sort = READ_SAYS;
			r->response->why[0] = '\0';
			read_denial(r, PB_NODATA);
			return;
		}
		read_referral(r, LDNS_SECTION_AUTHORITY, &owner);
	} else if (find_referral(r, &owner)) {
		read_referral(r, LDNS_SECTION_AUTHORITY, &owner);
	}
}

static void read_code(struct reading *r, ldns_pkt_rcode code)
{
	const ldns_lookup_table *row = ldns_lookup_by_id(ldns_rcodes, (int)code);

	if (row != NULL)
		no_use(r, READ_ERROR, "%s", row->name);
	else
		no_use(r, READ_ERROR, "RCODE %d", (int)code);
}

void read_response(struct read_response *response, const ldns_pkt *message,
	const struct pb_name *asked, const struct pb_name *question, uint16_t type,
	const struct pb_name *name, bool forwarder, struct arena *arena)
{
	struct reading r = {
		response, message, asked, question, name, type, forwarder, arena};
	ldns_pkt_rcode code = ldns_pkt_get_rcode(message);

	*response = (struct read_response){
		.seen = {.asked = *asked,
			.question = *question,
			.type = type,
			.forwarded = forwarder},
		.authoritative = ldns_pkt_aa(message),
		.ttl = UINT32_MAX,
	};
	if (ldns_pkt_tc(message))
		no_use(&r, READ_ERROR, "truncated, even over TCP");
	else if (code == LDNS_RCODE_NOERROR)
		read_no_error(&r);
	else if (code != LDNS_RCODE_NXDOMAIN)
		read_code(&r, code);
	else if (find_answer(&r) == ALIAS)
		(void)read_positive(&r);
	else
		read_denial(&r, PB_NXDOMAIN);
	if (response->ttl == UINT32_MAX)
		response->ttl = 0;
}
