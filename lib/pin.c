/* pin.c - see pinbound/pin.h. */
#include "pinbound/pin.h"
#include <string.h>

#define EXPIRY_NOTICE ((int64_t)30 * 24 * 3600)

const char *pb_mode_name(enum pb_mode mode)
{
	switch (mode) {
	case PB_MODE_LOG:
		return "log";
	case PB_MODE_REFUSE:
		return "refuse";
	case PB_MODE_UNSET:
		break;
	}
	return NULL;
}

bool pb_mode_from_name(enum pb_mode *mode, const char *text)
{
	if (strcmp(text, "log") == 0)
		*mode = PB_MODE_LOG;
	else if (strcmp(text, "refuse") == 0)
		*mode = PB_MODE_REFUSE;
	else
		return false;
	return true;
}

bool pb_pin_expires_soon(const struct pb_pin *pin, int64_t now)
{
	return pin->expires != PB_NEVER && now >= pin->expires - EXPIRY_NOTICE;
}

bool pb_pin_equal(const struct pb_pin *a, const struct pb_pin *b)
{
	return pb_name_equal(&a->name, &b->name) && a->mode == b->mode &&
	       a->strict == b->strict && a->ds_none == b->ds_none &&
	       a->mx_none == b->mx_none && a->expires_to_log == b->expires_to_log &&
	       a->expires == b->expires && pb_set_equal(&a->ns, &b->ns) &&
	       pb_set_equal(&a->child_ns, &b->child_ns) && pb_set_equal(&a->ds, &b->ds) &&
	       pb_set_equal(&a->address, &b->address) && pb_set_equal(&a->mx, &b->mx) &&
	       a->note.size == b->note.size &&
	       (a->note.size == 0 ||
		       memcmp(a->note.data, b->note.data, a->note.size) == 0);
}

static pb_order *const orders[PB_SETS] = {
	[PB_SET_NS] = pb_order_names,
	[PB_SET_CHILD_NS] = pb_order_names,
	[PB_SET_DS] = pb_order_octets,
	[PB_SET_ADDRESS] = pb_order_names,
	[PB_SET_MX] = pb_order_names,
};

static struct pb_set *set_of(struct pb_pin *pin, enum pb_pin_set which)
{
	/* cppcheck-suppress constVariable */
	struct pb_set *const sets[PB_SETS] = {
		[PB_SET_NS] = &pin->ns,
		[PB_SET_CHILD_NS] = &pin->child_ns,
		[PB_SET_DS] = &pin->ds,
		[PB_SET_ADDRESS] = &pin->address,
		[PB_SET_MX] = &pin->mx,
	};

	return sets[which];
}

void pb_pinbuf_clear(struct pb_pinbuf *buf, enum pb_pin_set which)
{
	pb_setbuf_init(&buf->sets[which], buf->octets[which], sizeof(buf->octets[which]),
		orders[which]);
	*set_of(&buf->pin, which) = buf->sets[which].set;
}

void pb_pinbuf_init(struct pb_pinbuf *buf)
{
	buf->pin = (struct pb_pin){.expires = PB_NEVER};
	for (unsigned i = 0; i < PB_SETS; i++)
		pb_pinbuf_clear(buf, i);
}

void pb_pinbuf_copy(struct pb_pinbuf *buf, const struct pb_pin *pin)
{
	struct pb_pin copy = *pin;

	buf->pin = copy;
	for (unsigned i = 0; i < PB_SETS; i++) {
		const struct pb_set *from = set_of(&copy, i);
		size_t size = from->size < PB_PINBUF_SET ? from->size : PB_PINBUF_SET;

		pb_setbuf_init(
			&buf->sets[i], buf->octets[i], sizeof(buf->octets[i]), orders[i]);
		if (size > 0) /* cppcheck-suppress knownConditionTrueFalse */
			memmove(buf->octets[i], from->data, size);
		buf->sets[i].set.size = (uint16_t)size;
		buf->sets[i].set.count = from->count;
		*set_of(&buf->pin, i) = buf->sets[i].set;
	}
	(void)pb_pinbuf_note(buf, copy.note.data, copy.note.size);
}

bool pb_pinbuf_add(
	struct pb_pinbuf *buf, enum pb_pin_set which, const void *octets, size_t size)
{
	bool added = pb_setbuf_add(&buf->sets[which], octets, size);

	*set_of(&buf->pin, which) = buf->sets[which].set;
	return added;
}

bool pb_pinbuf_note(struct pb_pinbuf *buf, const void *octets, size_t size)
{
	if (size > PB_NOTE_MAX)
		return false;
	if (size > 0)
		memmove(buf->note, octets, size);
	buf->pin.note = (struct pb_bytes){buf->note, size};
	return true;
}

static bool check_servers(const struct pb_pin *pin, struct pb_error *error)
{
	struct pb_bytes element;
	struct pb_address address;
	struct pb_name server;
	char text[PB_NAME_TEXT_MAX];

	for (size_t at = 0; pb_set_next(&pin->address, &at, &element);) {
		if (!pb_address_parse(element, &server, &address)) {
			pb_error_set(error, "address: it does not decode");
			return false;
		}
		if (!pb_set_has(&pin->ns, (struct pb_bytes){server.wire, server.size}) &&
			!pb_set_has(&pin->child_ns,
				(struct pb_bytes){server.wire, server.size})) {
			pb_error_set(error,
				"address: %s is neither in \"ns:\" nor in \"child-ns:\"",
				pb_name_to_text(&server, text));
			return false;
		}
	}
	return true;
}

bool pb_mx_is_fine(const struct pb_name *host)
{
	for (size_t at = 1 + (size_t)host->wire[0]; host->wire[at] != 0;
		at += 1 + (size_t)host->wire[at])
		if (host->wire[at] == 1 && host->wire[at + 1] == '*')
			return false;
	return !pb_name_is_wildcard(host) || pb_name_labels(host) > 1;
}

static bool no_wildcard(const struct pb_name *host)
{
	return !pb_name_is_wildcard(host);
}

/* As the attributes of a pin file are checked one by one: what is stored, whoever has
 * read it, can be exported, and that imported. */
static bool check_hosts(const char *attribute, const struct pb_set *set,
	bool (*is_fine)(const struct pb_name *host), struct pb_error *error)
{
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(set, &at, &element);) {
		size_t used = pb_name_from_wire(&host, element.data, element.size);

		if (used == 0 || used != element.size) {
			pb_error_set(error, "%s: it does not decode", attribute);
			return false;
		}
		if (host.size == 1) {
			pb_error_set(error, "%s: the root is not a host", attribute);
			return false;
		}
		if (!is_fine(&host)) {
			pb_error_set(error, "%s: a * is where it cannot be", attribute);
			return false;
		}
	}
	return true;
}

bool pb_pin_check(const struct pb_pin *pin, struct pb_error *error)
{
	if (pin->name.size == 0) {
		pb_error_set(error, "the pin has no \"name:\"");
		return false;
	}
	if (pb_name_is_wildcard(&pin->name)) {
		pb_error_set(error, "name: a wildcard cannot be pinned");
		return false;
	}
	if (pin->ns.count == 0) {
		pb_error_set(error, "the pin has no \"ns:\"; at least one is needed");
		return false;
	}
	if (pin->name.size == 1 && pb_pin_has_ds(pin)) {
		pb_error_set(error, "ds: the root has no DS");
		return false;
	}
	if (pin->ds_none && pin->ds.count > 0) {
		pb_error_set(error, "ds: \"none\" must stand alone");
		return false;
	}
	if (pin->mx_none && pin->mx.count > 0) {
		pb_error_set(error, "mx: \"none\" must stand alone");
		return false;
	}
	if (pin->expires_to_log && pin->expires == PB_NEVER) {
		pb_error_set(error, "on-expiry: the pin has no \"expires:\"");
		return false;
	}
	return check_hosts("ns", &pin->ns, no_wildcard, error) &&
	       check_hosts("child-ns", &pin->child_ns, no_wildcard, error) &&
	       check_hosts("mx", &pin->mx, pb_mx_is_fine, error) &&
	       check_servers(pin, error);
}
