/* repin.c - see pinbound/repin.h. */
#include "pinbound/repin.h"
#include <stdlib.h>
#include <string.h>

#define R(reason) PB_REASON(PB_##reason)

/* What there is no pin for. */
static const char *obstacle(const struct pb_evidence *evidence)
{
	if (evidence->reasons & R(DELEGATION_GONE))
		return "the parent says that there is no such delegation, which no pin "
		       "can allow; \"pinbound remove\" drops the pin";
	if (evidence->reasons & R(ANSWERED_BY_PARENT))
		return "the parent answers by itself, without a delegation, which no pin "
		       "can allow; \"pinbound remove\" drops the pin";
	if (evidence->reasons & R(UNVERIFIED))
		return "nothing could be observed";
	if (evidence->ns.cut_short || evidence->ds.cut_short ||
		evidence->address.cut_short || evidence->mx.cut_short)
		return "what was observed is more than a pin can hold; \"pinbound set\" "
		       "pins some of it";
	if ((evidence->reasons & R(MX_UNEXPECTED)) && evidence->mx.set.count == 0)
		return "the MX set is gone, which no pin can allow; \"pinbound set\" "
		       "with "
		       "--no-mx pins none";
	return NULL;
}

static bool add(struct pb_pinbuf *buf, enum pb_pin_set which, struct pb_bytes element,
	struct pb_error *error)
{
	if (pb_pinbuf_add(buf, which, element.data, element.size))
		return true;
	pb_error_set(error, "what was observed is more than a pin can hold");
	return false;
}

static bool replace(struct pb_pinbuf *buf, enum pb_pin_set which,
	const struct pb_set *observed, struct pb_error *error)
{
	struct pb_bytes element;

	pb_pinbuf_clear(buf, which);
	for (size_t at = 0; pb_set_next(observed, &at, &element);)
		if (!add(buf, which, element, error))
			return false;
	return true;
}

/* The servers that the child has beside those of the parent. */
static bool replace_child_ns(
	struct pb_pinbuf *buf, const struct pb_set *observed, struct pb_error *error)
{
	struct pb_bytes server;

	pb_pinbuf_clear(buf, PB_SET_CHILD_NS);
	for (size_t at = 0; pb_set_next(observed, &at, &server);)
		if (!pb_set_has(&buf->pin.ns, server) &&
			!add(buf, PB_SET_CHILD_NS, server, error))
			return false;
	return true;
}

/* Null MX is one MX whose host is the root: RFC 7505 section 3. */
static bool replace_mx(
	struct pb_pinbuf *buf, const struct pb_set *observed, struct pb_error *error)
{
	static const uint8_t root[] = {0};
	struct pb_set none = {0};

	buf->pin.mx_none =
		observed->count == 1 && pb_set_has(observed, (struct pb_bytes){root, 1});
	return replace(buf, PB_SET_MX, buf->pin.mx_none ? &none : observed, error);
}

/* --- addresses --- */

/* What to keep of a set, and why. */
struct sieve {
	const struct pb_pin *pin;
	const struct pb_set *observed;
};

typedef bool keeps(const struct sieve *sieve, struct pb_bytes element);

static bool sift(struct pb_pinbuf *buf, const struct sieve *sieve, keeps *keep,
	struct pb_error *error)
{
	struct pb_set was = buf->pin.address;
	uint8_t *copy = malloc((size_t)was.size + 1);
	struct pb_bytes element;

	if (copy == NULL) {
		pb_error_set(error, "out of memory");
		return false;
	}
	if (was.size > 0)
		memcpy(copy, was.data, was.size);
	was.data = copy;
	pb_pinbuf_clear(buf, PB_SET_ADDRESS);
	for (size_t at = 0; pb_set_next(&was, &at, &element);)
		if (keep(sieve, element))
			(void)pb_pinbuf_add(
				buf, PB_SET_ADDRESS, element.data, element.size);
	free(copy);
	return true;
}

/* Does the pinned address, which may be a prefix, cover one of the same server that was
 * observed? Or was the server observed with no address of the family at all? */
static bool still_there(const struct sieve *sieve, struct pb_bytes pinned)
{
	struct pb_address allowed, seen;
	struct pb_name server, other;
	struct pb_bytes element;
	bool observed = false;

	if (!pb_address_parse(pinned, &server, &allowed))
		return false;
	for (size_t at = 0; pb_set_next(sieve->observed, &at, &element);) {
		if (!pb_address_parse(element, &other, &seen) ||
			!pb_name_equal(&other, &server) || seen.family != allowed.family)
			continue;
		if (pb_address_within(&seen, &allowed))
			return true;
		observed = true;
	}
	return !observed;
}

static bool of_pinned_server(const struct sieve *sieve, struct pb_bytes element)
{
	struct pb_address address;
	struct pb_name server;
	struct pb_bytes name;

	if (!pb_address_parse(element, &server, &address))
		return false;
	name = (struct pb_bytes){server.wire, server.size};
	return pb_set_has(&sieve->pin->ns, name) ||
	       pb_set_has(&sieve->pin->child_ns, name);
}

static bool replace_addresses(
	struct pb_pinbuf *buf, const struct pb_evidence *evidence, struct pb_error *error)
{
	const struct pb_set *observed = &evidence->address.set;
	struct sieve sieve = {&buf->pin, observed};
	uint8_t fresh[PB_SET_ELEMENTS_MAX + 1] = {0};
	struct pb_bytes element;
	size_t count = 0;

	/* Which ones are new is to be found before any goes. */
	for (size_t at = 0; pb_set_next(observed, &at, &element);)
		fresh[count++] = pb_address_deviates(&buf->pin.address, element);
	if (evidence->aspect == PB_ASPECT_CUT && !sift(buf, &sieve, still_there, error))
		return false;
	count = 0;
	for (size_t at = 0; pb_set_next(observed, &at, &element);)
		if (fresh[count++] && !add(buf, PB_SET_ADDRESS, element, error))
			return false;
	return true;
}

bool pb_repin(
	struct pb_pinbuf *buf, const struct pb_evidence *evidence, struct pb_error *error)
{
	const char *why = obstacle(evidence);
	pb_reasons reasons = evidence->reasons;
	struct sieve sieve = {&buf->pin, NULL};

	if (why != NULL) {
		pb_error_set(error, "%s", why);
		return false;
	}
	if ((reasons & (R(NS_UNEXPECTED) | R(NS_MISSING))) != 0 &&
		!replace(buf, PB_SET_NS, &evidence->ns.set, error))
		return false;
	if ((reasons & PB_DS_REASONS) != 0) {
		if (!replace(buf, PB_SET_DS, &evidence->ds.set, error))
			return false;
		buf->pin.ds_none = evidence->ds.set.count == 0;
	}
	if ((reasons & R(ADDRESS_UNEXPECTED)) != 0 &&
		!replace_addresses(buf, evidence, error))
		return false;
	if ((reasons & R(CHILD_NS_UNEXPECTED)) != 0 &&
		!replace_child_ns(buf, &evidence->ns.set, error))
		return false;
	if ((reasons & R(MX_UNEXPECTED)) != 0 &&
		!replace_mx(buf, &evidence->mx.set, error))
		return false;
	return sift(buf, &sieve, of_pinned_server, error);
}
