/* judge.c - see pinbound/judge.h. */
#include "pinbound/judge.h"
#include <stdio.h>
#include <string.h>

static const char *const reason_names[PB_REASONS] = {
	[PB_NS_UNEXPECTED] = "ns-unexpected",
	[PB_NS_MISSING] = "ns-missing",
	[PB_CHILD_NS_UNEXPECTED] = "child-ns-unexpected",
	[PB_DS_UNEXPECTED] = "ds-unexpected",
	[PB_DS_REMOVED] = "ds-removed",
	[PB_DS_MISSING] = "ds-missing",
	[PB_DS_APPEARED] = "ds-appeared",
	[PB_ADDRESS_UNEXPECTED] = "address-unexpected",
	[PB_DELEGATION_GONE] = "delegation-gone",
	[PB_ANSWERED_BY_PARENT] = "answered-by-parent",
	[PB_MX_UNEXPECTED] = "mx-unexpected",
	[PB_UNVERIFIED] = "unverified",
};

/* Only logged, unless the pin is strict. */
#define LENIENT                                                                          \
	(PB_REASON(PB_NS_MISSING) | PB_REASON(PB_CHILD_NS_UNEXPECTED) |                  \
		PB_REASON(PB_DS_MISSING))

const char *pb_reason_name(enum pb_reason reason)
{
	return reason_names[reason];
}

char *pb_reasons_to_text(pb_reasons reasons, char text[PB_REASONS_TEXT_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < PB_REASONS; i++) {
		int more;

		if ((reasons & PB_REASON(i)) == 0)
			continue;
		more = snprintf(text + used, PB_REASONS_TEXT_MAX - used, "%s%s",
			used > 0 ? "," : "", reason_names[i]);
		if (more < 0 || (size_t)more >= PB_REASONS_TEXT_MAX - used)
			break;
		used += (size_t)more;
	}
	return text;
}

const char *pb_action_name(enum pb_action action)
{
	switch (action) {
	case PB_ACTION_LOGGED:
		return "logged";
	case PB_ACTION_REFUSED:
		return "refused";
	case PB_ACTION_NONE:
		break;
	}
	return "none";
}

enum pb_mode pb_mode_in_force(const struct pb_pin *pin, const struct pb_policy *policy)
{
	if (policy->override)
		return PB_MODE_LOG;
	return pin->mode != PB_MODE_UNSET ? pin->mode : policy->default_mode;
}

enum pb_action pb_decide(const struct pb_pin *pin, pb_reasons reasons,
	const struct pb_policy *policy, int64_t now)
{
	bool lapsed =
		pin->expires_to_log && pin->expires != PB_NEVER && now >= pin->expires;

	if (reasons == 0)
		return PB_ACTION_NONE;
	if (!pin->strict && (reasons & ~LENIENT) == 0)
		return PB_ACTION_LOGGED;
	if (lapsed || pb_mode_in_force(pin, policy) == PB_MODE_LOG)
		return PB_ACTION_LOGGED;
	return PB_ACTION_REFUSED;
}

static pb_reasons judge_parent_ns(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (seen->too_many_ns || !pb_set_within(&seen->ns, &pin->ns))
		return PB_REASON(PB_NS_UNEXPECTED);
	if (!pb_set_within(&pin->ns, &seen->ns))
		return PB_REASON(PB_NS_MISSING);
	return 0;
}

/* The child may list servers of its own beside those of the parent. */
static pb_reasons judge_child_ns(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	struct pb_bytes server;

	if (seen->response != PB_POSITIVE || seen->type != PB_TYPE_NS ||
		!pb_name_equal(&seen->question, &pin->name))
		return 0;
	if (seen->too_many_ns)
		return PB_REASON(PB_CHILD_NS_UNEXPECTED);
	for (size_t at = 0; pb_set_next(&seen->ns, &at, &server);)
		if (!pb_set_has(&pin->ns, server) && !pb_set_has(&pin->child_ns, server))
			return PB_REASON(PB_CHILD_NS_UNEXPECTED);
	return 0;
}

static struct pb_verdict about(enum pb_scope scope, pb_reasons reasons)
{
	return (struct pb_verdict){.scope = scope, .reasons = reasons};
}

/* An ancestor's server refers onwards. */
static struct pb_verdict judge_referral(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (pb_name_equal(&seen->owner, &pin->name))
		return about(PB_SCOPE_CUT, judge_parent_ns(pin, seen));
	if (!pb_name_below(&seen->owner, &pin->name))
		return about(PB_SCOPE_NOTHING, 0);
	return about(PB_SCOPE_CUT,
		seen->from_pinned_server ? 0 : PB_REASON(PB_ANSWERED_BY_PARENT));
}

/* An ancestor's server denies a name at or below the pinned one, or type there. */
static struct pb_verdict judge_denial(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	bool by_child =
		seen->from_pinned_server &&
		(!seen->has_owner || pb_name_at_or_below(&seen->owner, &pin->name));
	bool of_zone = seen->response == PB_NXDOMAIN &&
		       pb_name_equal(&seen->question, &pin->name);

	return about(
		PB_SCOPE_CUT, by_child && !of_zone ? 0 : PB_REASON(PB_DELEGATION_GONE));
}

static struct pb_verdict judge_from_above(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	/* QNAME minimisation asks for the names above, too. */
	if (pb_name_below(&pin->name, &seen->question) && seen->response != PB_REFERRAL)
		return seen->response == PB_NXDOMAIN
			       ? about(PB_SCOPE_CUT, PB_REASON(PB_DELEGATION_GONE))
			       : about(PB_SCOPE_NOTHING, 0);
	if (seen->response == PB_REFERRAL)
		return judge_referral(pin, seen);
	/* The parent has the say about DS: RFC 4035 section 3.1.4.1. */
	if (seen->type == PB_TYPE_DS && seen->response != PB_NXDOMAIN &&
		pb_name_equal(&seen->question, &pin->name))
		return about(PB_SCOPE_NOTHING, 0);
	if (seen->response == PB_POSITIVE)
		return about(PB_SCOPE_CUT, seen->from_pinned_server
						   ? judge_child_ns(pin, seen)
						   : PB_REASON(PB_ANSWERED_BY_PARENT));
	return judge_denial(pin, seen);
}

/* The root has no parent: what its servers say of it when primed (RFC 8109) stands
 * for the delegation. */
static struct pb_verdict judge_at_or_below(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (pin->name.size == 1 && seen->response == PB_POSITIVE &&
		seen->type == PB_TYPE_NS && pb_name_equal(&seen->question, &pin->name))
		return about(PB_SCOPE_CUT, judge_parent_ns(pin, seen));
	return about(PB_SCOPE_CHILD, judge_child_ns(pin, seen));
}

struct pb_verdict pb_judge(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	struct pb_verdict verdict;

	if (pb_name_below(&pin->name, &observation->asked))
		verdict = judge_from_above(pin, observation);
	else
		verdict = judge_at_or_below(pin, observation);
	verdict.action = pb_decide(pin, verdict.reasons, policy, now);
	return verdict;
}
