/* vouch.c - see vouch.h. */
#include "vouch.h"
#include "survey_in.h"

struct survey_wants vouch_survey(const struct pb_pin *pin)
{
	return (struct survey_wants){.child_ns = true,
		.dnskey = true,
		.cds = true,
		.csync = true,
		.pin = pin,
		.pinned_too = true};
}

static bool counts(const struct survey_answer *answer, uint16_t type)
{
	return answer->side == SURVEY_CHILD && answer->type == type &&
	       answer->outcome == SURVEY_ANSWERED && answer->signed_by_pin_ds;
}

static bool any_answers(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		if (survey->answers[i]->side == SURVEY_CHILD &&
			survey->answers[i]->outcome == SURVEY_ANSWERED)
			return true;
	return false;
}

static void heard(enum vouch *said, bool says_so)
{
	if (!says_so)
		*said = VOUCH_SAYS_OTHERWISE;
	else if (*said != VOUCH_SAYS_OTHERWISE)
		*said = VOUCH_SAYS_SO;
}

/* --- DS --------------------------------------------------------------------- */

static bool is_only(const struct pb_set *set, const uint8_t *octets, size_t size)
{
	return set->count == 1 && pb_set_has(set, (struct pb_bytes){octets, size});
}

/* RFC 8078 section 4: there is to be no DS. */
static bool is_delete(const struct survey_answer *answer)
{
	static const uint8_t cds[] = {0, 0, 0, 0, 0}, cdnskey[] = {0, 0, 3, 0, 0};

	return answer->type == READ_TYPE_CDS
		       ? is_only(&answer->rdata.set, cds, sizeof(cds))
		       : is_only(&answer->rdata.set, cdnskey, sizeof(cdnskey));
}

/* A key for each DS, and a DS for each key. */
static bool keys_match(
	const struct pb_name *zone, const struct pb_set *keys, const struct pb_set *ds)
{
	struct pb_bytes key, element;

	for (size_t at = 0; pb_set_next(keys, &at, &key);) {
		bool any = false;

		for (size_t i = 0; !any && pb_set_next(ds, &i, &element);)
			any = signed_stands_for(zone, element, key);
		if (!any)
			return false;
	}
	for (size_t at = 0; pb_set_next(ds, &at, &element);) {
		bool any = false;

		for (size_t i = 0; !any && pb_set_next(keys, &i, &key);)
			any = signed_stands_for(zone, element, key);
		if (!any)
			return false;
	}
	return true;
}

static bool ds_matches(const struct survey_answer *answer, const struct pb_pin *wanted)
{
	if (is_delete(answer))
		return wanted->ds.count == 0;
	if (answer->type == READ_TYPE_CDS)
		return pb_set_equal(&answer->rdata.set, &wanted->ds);
	return keys_match(&wanted->name, &answer->rdata.set, &wanted->ds);
}

static enum vouch vouch_ds(const struct survey *survey, const struct pb_pin *wanted)
{
	enum vouch said = VOUCH_SILENT;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *answer = survey->answers[i];

		if ((counts(answer, READ_TYPE_CDS) ||
			    counts(answer, READ_TYPE_CDNSKEY)) &&
			answer->rdata.set.count > 0)
			heard(&said, ds_matches(answer, wanted));
	}
	return said;
}

/* --- NS --------------------------------------------------------------------- */

/* RFC 7477 section 2.1: SOA serial, flags, and the types, of which NS is in the first
 * octet of the first window. */
static bool is_about_ns(const struct survey_answer *csync)
{
	struct pb_bytes rdata;

	for (size_t at = 0; pb_set_next(&csync->rdata.set, &at, &rdata);)
		if (rdata.size >= 9 && rdata.data[6] == 0 && rdata.data[7] >= 1 &&
			(rdata.data[8] & 0x80 >> PB_TYPE_NS) != 0)
			return true;
	return false;
}

static const struct survey_answer *ns_of_same_server(
	const struct survey *survey, const struct survey_answer *of)
{
	for (size_t i = 0; i < survey->count; i++)
		if (counts(survey->answers[i], PB_TYPE_NS) &&
			memcmp(&survey->answers[i]->address, &of->address,
				sizeof(of->address)) == 0)
			return survey->answers[i];
	return NULL;
}

static enum vouch vouch_ns(const struct survey *survey, const struct pb_pin *wanted)
{
	enum vouch said = VOUCH_SILENT;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_answer *csync = survey->answers[i], *ns;

		if (!counts(csync, READ_TYPE_CSYNC) || !is_about_ns(csync) ||
			(ns = ns_of_same_server(survey, csync)) == NULL)
			continue;
		heard(&said, pb_set_equal(&ns->seen.ns.set, &wanted->ns));
	}
	return said;
}

void vouch(struct vouching *vouching, const struct survey *survey,
	const struct pb_pin *pinned, const struct pb_pin *wanted)
{
	enum vouch without = pinned->ds.count == 0  ? VOUCH_NO_KEY
			     : !any_answers(survey) ? VOUCH_UNKNOWN
						    : VOUCH_SILENT;

	*vouching = (struct vouching){VOUCH_NO_CHANGE, VOUCH_NO_CHANGE};
	if (!pb_set_equal(&pinned->ns, &wanted->ns))
		vouching->ns =
			without == VOUCH_SILENT ? vouch_ns(survey, wanted) : without;
	if (!pb_set_equal(&pinned->ds, &wanted->ds))
		vouching->ds =
			without == VOUCH_SILENT ? vouch_ds(survey, wanted) : without;
}
