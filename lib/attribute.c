/* attribute.c - the attributes of a pin, set from text; see pinbound/pinfile.h. */
#include "expires.h"
#include "pinbound/pinfile.h"
#include "pinbound/utf8.h"
#include <string.h>

static bool full(struct pb_error *error)
{
	pb_error_set(error, "a pin holds at most 255 of them, in 16384 octets");
	return false;
}

/* An address would be a name like any other, and no delegation ever has it. */
static bool read_any_name(struct pb_name *name, const char *value, struct pb_error *error)
{
	if (pb_address_is(value)) {
		pb_error_set(
			error, "%s is an address, and a name is expected here", value);
		return false;
	}
	return pb_name_from_user(name, value, strlen(value), error);
}

/* A host or zone, without a wildcard. */
static bool read_name(struct pb_name *name, const char *value, struct pb_error *error)
{
	if (!read_any_name(name, value, error))
		return false;
	if (pb_name_is_wildcard(name)) {
		pb_error_set(error, "a wildcard has no meaning here");
		return false;
	}
	return true;
}

static bool read_host(struct pb_name *name, const char *value, struct pb_error *error)
{
	if (!read_name(name, value, error))
		return false;
	if (name->size == 1) {
		pb_error_set(error, "the root is not a host");
		return false;
	}
	return true;
}

static bool add_host(struct pb_pinbuf *buf, enum pb_pin_set which, const char *value,
	struct pb_error *error)
{
	struct pb_name name;

	if (!read_host(&name, value, error))
		return false;
	return pb_pinbuf_add(buf, which, name.wire, name.size) || full(error);
}

static bool set_name(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	return read_name(&buf->pin.name, value, error);
}

static bool set_mode(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	if (pb_mode_from_name(&buf->pin.mode, value))
		return true;
	pb_error_set(error, "\"%s\" is neither \"log\" nor \"refuse\"", value);
	return false;
}

static bool add_ns(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	return add_host(buf, PB_SET_NS, value, error);
}

static bool add_child_ns(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	return add_host(buf, PB_SET_CHILD_NS, value, error);
}

/* True with *none set for "none"; false if it does not stand alone. */
static bool read_none(const char *value, bool *none, const struct pb_set *others,
	struct pb_error *error)
{
	bool says_none = strcmp(value, "none") == 0;

	if (*none || (says_none && others->count > 0)) {
		pb_error_set(error, "\"none\" must stand alone");
		return false;
	}
	*none = says_none;
	return true;
}

static bool add_ds(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	uint8_t ds[PB_DS_MAX];
	size_t size;

	if (!read_none(value, &buf->pin.ds_none, &buf->pin.ds, error))
		return false;
	if (buf->pin.ds_none)
		return true;
	size = pb_ds_from_text(ds, value, error);
	if (size == 0)
		return false;
	return pb_pinbuf_add(buf, PB_SET_DS, ds, size) || full(error);
}

static bool add_address(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	char server_text[PB_NAME_TEXT_MAX];
	size_t size = strcspn(value, " \t");
	const char *rest = value + size + strspn(value + size, " \t");
	struct pb_address address;
	struct pb_name server;

	if (*rest == '\0' || size >= sizeof(server_text)) {
		pb_error_set(
			error, "\"SERVER ADDRESS\" or \"SERVER PREFIX\" is expected");
		return false;
	}
	memcpy(server_text, value, size);
	server_text[size] = '\0';
	if (!read_host(&server, server_text, error) ||
		!pb_address_from_text(&address, rest, strlen(rest), error))
		return false;
	size = pb_address_element(element, &server, &address);
	return pb_pinbuf_add(buf, PB_SET_ADDRESS, element, size) || full(error);
}

static bool add_mx(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	struct pb_name name;

	if (!read_none(value, &buf->pin.mx_none, &buf->pin.mx, error))
		return false;
	if (buf->pin.mx_none)
		return true;
	if (!read_any_name(&name, value, error))
		return false;
	if (name.size == 1) {
		pb_error_set(error, "the root is not a host; null MX is \"none\"");
		return false;
	}
	if (!pb_mx_is_fine(&name)) {
		pb_error_set(error, "* can only be the leftmost of several labels");
		return false;
	}
	return pb_pinbuf_add(buf, PB_SET_MX, name.wire, name.size) || full(error);
}

static bool set_strict(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	buf->pin.strict = strcmp(value, "yes") == 0;
	if (buf->pin.strict || strcmp(value, "no") == 0)
		return true;
	pb_error_set(error, "\"%s\" is neither \"yes\" nor \"no\"", value);
	return false;
}

static bool set_expires(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	return pb_expires_from_text(&buf->pin.expires, value, error);
}

static bool set_on_expiry(
	struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	buf->pin.expires_to_log = strcmp(value, "log") == 0;
	if (buf->pin.expires_to_log || strcmp(value, "warn") == 0)
		return true;
	pb_error_set(error, "\"%s\" is neither \"warn\" nor \"log\"", value);
	return false;
}

/* Is there a control character? Those behind 127 steer a terminal, too: as UTF-8, and as
 * single octets where that is not what the terminal reads. */
static bool has_control(const char *text)
{
	size_t size = strlen(text), octets;

	for (size_t at = 0; at < size; at += octets == 0 ? 1 : octets) {
		octets = pb_utf8_printable((const uint8_t *)text + at, size - at);
		if (octets == 0 && (uint8_t)text[at] < 0xa0)
			return true;
	}
	return false;
}

static bool set_note(struct pb_pinbuf *buf, const char *value, struct pb_error *error)
{
	if (has_control(value)) {
		pb_error_set(error, "a note is one line, without control characters");
		return false;
	}
	if (pb_pinbuf_note(buf, value, strlen(value)))
		return true;
	pb_error_set(error, "a note has at most %d octets, not %zu", PB_NOTE_MAX,
		strlen(value));
	return false;
}

static const struct {
	const char *name;
	bool repeatable;
	bool (*set)(struct pb_pinbuf *buf, const char *value, struct pb_error *error);
} attributes[] = {
	{"name", false, set_name},
	{"mode", false, set_mode},
	{"ns", true, add_ns},
	{"child-ns", true, add_child_ns},
	{"ds", true, add_ds},
	{"address", true, add_address},
	{"mx", true, add_mx},
	{"strict", false, set_strict},
	{"expires", false, set_expires},
	{"on-expiry", false, set_on_expiry},
	{"note", false, set_note},
};

bool pb_pinfile_has(const char *attribute)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (strcmp(attribute, attributes[i].name) == 0)
			return true;
	return false;
}

bool pb_pinfile_set(struct pb_pinbuf *buf, const char *attribute, const char *value,
	unsigned *seen, struct pb_error *error)
{
	for (unsigned i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		bool again = (*seen & 1U << i) != 0;

		/* A call takes longer than a look at the first letter. */
		if (attribute[0] != attributes[i].name[0] ||
			strcmp(attribute, attributes[i].name) != 0)
			continue;
		*seen |= 1U << i;
		if (again && !attributes[i].repeatable)
			pb_error_set(error, "it is given twice");
		else if (value[0] == '\0' && strcmp(attribute, "note") != 0)
			pb_error_set(error, "it has no value");
		else if (attributes[i].set(buf, value, error))
			return true;
		pb_error_context(error, "%s", attribute);
		return false;
	}
	pb_error_set(error, "unknown attribute \"%s\"", attribute);
	return false;
}
