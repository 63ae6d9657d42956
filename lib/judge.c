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
		size_t size;

		if ((reasons & PB_REASON(i)) == 0)
			continue;
		size = strlen(reason_names[i]);
		if (used + size + 2 > PB_REASONS_TEXT_MAX)
			continue;
		if (used > 0)
			text[used++] = ',';
		memcpy(text + used, reason_names[i], size + 1);
		used += size;
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
	bool lapsed = pin->expires_to_log && pin->expires != PB_NEVER &&
		      now >= pin->expires && !policy->in_force;

	if (reasons == 0)
		return PB_ACTION_NONE;
	if (!pin->strict && (reasons & ~LENIENT) == 0)
		return PB_ACTION_LOGGED;
	if (lapsed || pb_mode_in_force(pin, policy) == PB_MODE_LOG)
		return PB_ACTION_LOGGED;
	return PB_ACTION_REFUSED;
}

static bool all_in(const struct pb_seen_set *seen, const struct pb_set *pinned)
{
	return !seen->cut_short && pb_set_within(&seen->set, pinned);
}

static pb_reasons judge_parent_ns(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (!all_in(&seen->ns, &pin->ns))
		return PB_REASON(PB_NS_UNEXPECTED);
	if (!pb_set_within(&pin->ns, &seen->ns.set))
		return PB_REASON(PB_NS_MISSING);
	return 0;
}

static pb_reasons judge_ds_set(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (!pb_pin_has_ds(pin) || seen->ds_seen == PB_DS_UNSEEN)
		return 0;
	if (pin->ds_none)
		return seen->ds_seen == PB_DS_SHOWN ? PB_REASON(PB_DS_APPEARED) : 0;
	if (seen->ds_seen == PB_DS_DENIED)
		return PB_REASON(PB_DS_REMOVED);
	if (!all_in(&seen->ds, &pin->ds))
		return PB_REASON(PB_DS_UNEXPECTED);
	if (!pb_set_within(&pin->ds, &seen->ds.set))
		return PB_REASON(PB_DS_MISSING);
	return 0;
}

static unsigned deviating_addresses(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	struct pb_bytes element;
	unsigned count = 0;

	for (size_t at = 0; pb_set_next(&seen->address.set, &at, &element);)
		if (pb_address_deviates(&pin->address, element))
			count++;
	return count;
}

static pb_reasons judge_glue(const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (pin->address.count == 0)
		return 0;
	return seen->address.cut_short || deviating_addresses(pin, seen) > 0
		       ? PB_REASON(PB_ADDRESS_UNEXPECTED)
		       : 0;
}

static struct pb_verdict about(enum pb_scope scope, pb_reasons reasons)
{
	return (struct pb_verdict){
		.aspect = PB_ASPECT_CUT, .scope = scope, .reasons = reasons};
}

/* An ancestor's server refers onwards. */
static struct pb_verdict judge_referral(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (pb_name_equal(&seen->owner, &pin->name))
		return about(PB_SCOPE_SHOWN, judge_parent_ns(pin, seen) |
						     judge_ds_set(pin, seen) |
						     judge_glue(pin, seen));
	if (!pb_name_below(&seen->owner, &pin->name))
		return about(PB_SCOPE_NOTHING, 0);
	return about(PB_SCOPE_SHOWN,
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
		PB_SCOPE_SHOWN, by_child && !of_zone ? 0 : PB_REASON(PB_DELEGATION_GONE));
}

static struct pb_verdict judge_from_above(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	/* QNAME minimisation asks for the names above, too. */
	if (pb_name_below(&pin->name, &seen->question) && seen->response != PB_REFERRAL)
		return seen->response == PB_NXDOMAIN
			       ? about(PB_SCOPE_SHOWN, PB_REASON(PB_DELEGATION_GONE))
			       : about(PB_SCOPE_NOTHING, 0);
	if (seen->response == PB_REFERRAL)
		return judge_referral(pin, seen);
	/* The parent has the say about DS, RFC 4035 section 3.1.4.1, but an alias is
	 * good for all types. */
	if (seen->type == PB_TYPE_DS && seen->response != PB_NXDOMAIN && !seen->alias &&
		pb_name_equal(&seen->question, &pin->name))
		return about(PB_SCOPE_NOTHING, 0);
	if (seen->response == PB_POSITIVE)
		return about(PB_SCOPE_SHOWN,
			seen->from_pinned_server ? 0 : PB_REASON(PB_ANSWERED_BY_PARENT));
	return judge_denial(pin, seen);
}

/* The child may list servers of its own beside those of the parent. */
static bool only_own_servers(const struct pb_pin *pin, const struct pb_observation *seen)
{
	struct pb_bytes server;

	if (seen->ns.cut_short)
		return false;
	for (size_t at = 0; pb_set_next(&seen->ns.set, &at, &server);)
		if (!pb_set_has(&pin->ns, server) && !pb_set_has(&pin->child_ns, server))
			return false;
	return true;
}

/* A forwarder tells the NS set of the parent or that of the child, who knows. */
static pb_reasons judge_told_ns(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (seen->ns.set.count == 0 && !seen->ns.cut_short)
		return PB_REASON(PB_DELEGATION_GONE);
	if (!only_own_servers(pin, seen))
		return PB_REASON(PB_NS_UNEXPECTED);
	return pb_set_within(&pin->ns, &seen->ns.set) ? 0 : PB_REASON(PB_NS_MISSING);
}

/* Behind a forwarder no delegation is seen: what it says when it is asked for the NS
 * set stands for one. */
static struct pb_verdict judge_forwarded(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (seen->response == PB_NXDOMAIN &&
		pb_name_at_or_below(&pin->name, &seen->question))
		return about(PB_SCOPE_SHOWN, PB_REASON(PB_DELEGATION_GONE));
	if (!pb_name_equal(&seen->question, &pin->name))
		return about(PB_SCOPE_CHILD, 0);
	if (seen->type == PB_TYPE_DS && !seen->alias)
		return about(PB_SCOPE_NOTHING, 0); /* the parent's, not the child's */
	if (seen->type != PB_TYPE_NS)
		return about(PB_SCOPE_CHILD, 0);
	return about(PB_SCOPE_SHOWN, judge_told_ns(pin, seen));
}

/* The root has no parent: what its servers say of it when primed (RFC 8109) stands
 * for the delegation. */
static struct pb_verdict judge_at_or_below(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (pin->name.size == 1 && seen->response == PB_POSITIVE &&
		seen->type == PB_TYPE_NS && pb_name_equal(&seen->question, &pin->name))
		return about(PB_SCOPE_SHOWN, judge_parent_ns(pin, seen));
	return about(PB_SCOPE_CHILD, 0);
}

struct pb_verdict pb_judge(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	struct pb_verdict verdict;

	if (observation->forwarded)
		verdict = judge_forwarded(pin, observation);
	else if (pb_name_below(&pin->name, &observation->asked))
		verdict = judge_from_above(pin, observation);
	else
		verdict = judge_at_or_below(pin, observation);
	verdict.action = pb_decide(pin, verdict.reasons, policy, now);
	return verdict;
}

/* A server that speaks for the zone: its own, or one of parent and child alike. */
static bool speaks_for_zone(const struct pb_pin *pin, const struct pb_observation *seen)
{
	if (seen->forwarded)
		return false;
	if (pb_name_equal(&seen->asked, &pin->name))
		return true;
	return seen->from_pinned_server && seen->response != PB_REFERRAL &&
	       pb_name_below(&pin->name, &seen->asked);
}

/* It shows data of the zone itself, by a server that may, or as a forwarder tells. */
static bool shows_zone(const struct pb_pin *pin, const struct pb_observation *seen)
{
	return seen->response != PB_REFERRAL &&
	       (seen->forwarded || speaks_for_zone(pin, seen)) &&
	       pb_name_equal(&seen->question, &pin->name);
}

static struct pb_verdict shown(enum pb_aspect aspect, const struct pb_pin *pin,
	pb_reasons reasons, const struct pb_policy *policy, int64_t now)
{
	return (struct pb_verdict){.aspect = aspect,
		.scope = PB_SCOPE_SHOWN,
		.reasons = reasons,
		.action = pb_decide(pin, reasons, policy, now)};
}

struct pb_verdict pb_judge_servers(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	return shown(PB_ASPECT_SERVER, pin, judge_glue(pin, observation), policy, now);
}

struct pb_verdict pb_judge_server(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	const struct pb_set *servers = &observation->address.set;

	if (pin->address.count == 0 || servers->count == 0 ||
		!speaks_for_zone(pin, observation))
		return (struct pb_verdict){.aspect = PB_ASPECT_SERVER};
	/* It may be any of them: one that is allowed to have the address will do. */
	return shown(PB_ASPECT_SERVER, pin,
		deviating_addresses(pin, observation) == servers->count
			? PB_REASON(PB_ADDRESS_UNEXPECTED)
			: 0,
		policy, now);
}

struct pb_verdict pb_judge_child_ns(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	pb_reasons reasons = only_own_servers(pin, observation)
				     ? 0
				     : PB_REASON(PB_CHILD_NS_UNEXPECTED);

	/* That of the root, and what a forwarder tells, is judged as the delegation. */
	if (pin->name.size == 1 || observation->forwarded ||
		!shows_zone(pin, observation) ||
		(observation->ns.set.count == 0 && !observation->ns.cut_short))
		return (struct pb_verdict){.aspect = PB_ASPECT_CHILD_NS};
	return shown(PB_ASPECT_CHILD_NS, pin, reasons, policy, now);
}

/* "*" as the leftmost label stands for one whole label: RFC 8461 section 4.1. */
static bool host_matches(struct pb_bytes host, struct pb_bytes pattern)
{
	size_t skip;

	if (pattern.size < 2 || pattern.data[0] != 1 || pattern.data[1] != '*')
		return host.size == pattern.size &&
		       memcmp(host.data, pattern.data, host.size) == 0;
	skip = host.data[0] + 1U;
	return host.data[0] != 0 && host.size - skip == pattern.size - 2 &&
	       memcmp(host.data + skip, pattern.data + 2, pattern.size - 2) == 0;
}

static bool host_pinned(const struct pb_set *pinned, struct pb_bytes host)
{
	struct pb_bytes pattern;

	for (size_t at = 0; pb_set_next(pinned, &at, &pattern);)
		if (host_matches(host, pattern))
			return true;
	return false;
}

/* Null MX is one MX whose host is the root: RFC 7505 section 3. */
static pb_reasons judge_mx_set(
	const struct pb_pin *pin, const struct pb_observation *seen)
{
	struct pb_bytes host;
	bool fine = seen->mx.set.count > 0 && !seen->mx.cut_short;

	for (size_t at = 0; fine && pb_set_next(&seen->mx.set, &at, &host);)
		fine = pin->mx_none ? host.size == 1 : host_pinned(&pin->mx, host);
	return fine ? 0 : PB_REASON(PB_MX_UNEXPECTED);
}

struct pb_verdict pb_judge_mx(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	bool in_it = observation->mx.set.count > 0 || observation->mx.cut_short;

	if (!pb_pin_has_mx(pin) || !shows_zone(pin, observation) ||
		(observation->type != PB_TYPE_MX && !in_it))
		return (struct pb_verdict){.aspect = PB_ASPECT_MX};
	return shown(PB_ASPECT_MX, pin, judge_mx_set(pin, observation), policy, now);
}

struct pb_verdict pb_judge_ds(const struct pb_pin *pin,
	const struct pb_observation *observation, const struct pb_policy *policy,
	int64_t now)
{
	if (!pb_pin_has_ds(pin) || observation->ds_seen == PB_DS_UNSEEN)
		return (struct pb_verdict){.aspect = PB_ASPECT_DS};
	return shown(PB_ASPECT_DS, pin, judge_ds_set(pin, observation), policy, now);
}
