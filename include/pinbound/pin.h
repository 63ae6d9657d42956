/*
 * pin.h - a pin: what the delegation of a name must look like.
 */
#ifndef PINBOUND_PIN_H
#define PINBOUND_PIN_H

#include "pinbound/name.h"
#include "pinbound/set.h"

enum pb_mode {
	PB_MODE_UNSET = 0, /* the pin names none: default-mode of pinbound.conf */
	PB_MODE_LOG,
	PB_MODE_REFUSE,
};

/* "log", "refuse", or NULL for PB_MODE_UNSET. */
const char *pb_mode_name(enum pb_mode mode);
bool pb_mode_from_name(enum pb_mode *mode, const char *text);

#define PB_NOTE_MAX 255
#define PB_NEVER INT64_MIN /* no time */

/*
 * Elements of the sets:
 *   ns, child_ns  an owner name in canonical wire form
 *   ds            DS RDATA as RFC 4034 section 5.1 has it: key tag, algorithm,
 *                 digest type, digest
 *   address       the server's owner name, then struct pb_address in wire form:
 *                 1 octet 4 or 6, 1 octet prefix length, 4 or 16 octets
 *   mx            an owner name; its first label may be "*", which stands for
 *                 one whole label
 */
struct pb_pin {
	struct pb_name name;
	enum pb_mode mode;
	bool strict;
	bool ds_none;        /* ds: none (then ds is empty) */
	bool mx_none;        /* mx: none (then mx is empty) */
	bool expires_to_log; /* on-expiry: log */
	int64_t expires;     /* seconds since 1970, the first at which it has expired, or
				PB_NEVER */
	struct pb_set ns;
	struct pb_set child_ns;
	struct pb_set ds;
	struct pb_set address;
	struct pb_set mx;
	struct pb_bytes note; /* empty: none */
	uint64_t generation;  /* of the store when the pin was last written; 0 if it never
				 was */
	uint64_t snapshot;    /* generation in which pb_store_load() read it, else 0 */
};

/* Says whether ds or mx are pinned at all. */
static inline bool pb_pin_has_ds(const struct pb_pin *pin)
{
	return pin->ds_none || pin->ds.count > 0;
}

static inline bool pb_pin_has_mx(const struct pb_pin *pin)
{
	return pin->mx_none || pin->mx.count > 0;
}

/* True from 30 days before the pin expires, and after it has. */
bool pb_pin_expires_soon(const struct pb_pin *pin, int64_t now);

/* True if both say the same, generation left aside. */
bool pb_pin_equal(const struct pb_pin *a, const struct pb_pin *b);

/* An address or a prefix. */
struct pb_address {
	uint8_t family; /* 4 or 6; 0 if it is not known */
	uint8_t prefix; /* bits: 32 or 128 for a single address */
	uint8_t octets[16];
};

#define PB_ADDRESS_TEXT_MAX 64

/* Reads "192.0.2.1", "2001:db8::/32". Host bits must be zero. */
bool pb_address_from_text(struct pb_address *address, const char *text, size_t size,
	struct pb_error *error);
/* Is the text a single address? As a name it can only be meant with a dot at the end. */
bool pb_address_is(const char *text);
char *pb_address_to_text(
	const struct pb_address *address, char text[PB_ADDRESS_TEXT_MAX]);

/* True if the address (or narrower prefix) is in the prefix. */
bool pb_address_within(const struct pb_address *address, const struct pb_address *prefix);

/*
 * The elements of the address set. pb_address_element() writes one into out
 * (PB_NAME_MAX + 18 octets) and returns its size; pb_address_parse() reads one
 * back, false if the octets are not one.
 */
#define PB_ADDRESS_ELEMENT_MAX (PB_NAME_MAX + 18)
size_t pb_address_element(uint8_t out[PB_ADDRESS_ELEMENT_MAX],
	const struct pb_name *server, const struct pb_address *address);
bool pb_address_parse(
	struct pb_bytes element, struct pb_name *server, struct pb_address *address);

/* Once one address of a server is pinned, any other deviates: true for such an element,
 * and for octets that are none. */
bool pb_address_deviates(const struct pb_set *pinned, struct pb_bytes element);

/*
 * A DS as text, "20326 8 2 E06D...", digest in capitals. Returns the characters
 * written, without the NUL, at most size - 1.
 */
#define PB_DS_TEXT_MAX 576
#define PB_DS_MAX 260
size_t pb_ds_to_text(struct pb_bytes ds, char *text, size_t size);

/*
 * Reads what follows "ds:", hex with or without spaces, into out (PB_DS_MAX
 * octets). Checks the digest's length for the types of RFC 3658, 4509, 5933,
 * 6605 (SHA-1, SHA-256, GOST, SHA-384). Returns the octets, 0 on error.
 */
size_t pb_ds_from_text(uint8_t out[PB_DS_MAX], const char *text, struct pb_error *error);

/*
 * Any element of a name, DS or address set as text, for a person: its kind
 * decides. Returns the characters written, at most size - 1.
 */
enum pb_kind { PB_KIND_NAME, PB_KIND_DS, PB_KIND_ADDRESS };
size_t pb_element_to_text(
	enum pb_kind kind, struct pb_bytes element, char *text, size_t size);

/*
 * A pin under construction. It is large: keep it on the heap. The sets of `pin`
 * are views of the buffers, and are kept up to date by pb_pinbuf_add().
 */
#define PB_PINBUF_SET 16384
enum pb_pin_set {
	PB_SET_NS,
	PB_SET_CHILD_NS,
	PB_SET_DS,
	PB_SET_ADDRESS,
	PB_SET_MX,
	PB_SETS
};
struct pb_pinbuf {
	struct pb_pin pin;
	struct pb_setbuf sets[PB_SETS];
	uint8_t octets[PB_SETS][PB_PINBUF_SET];
	uint8_t note[PB_NOTE_MAX];
};

/* Makes an empty pin. */
void pb_pinbuf_init(struct pb_pinbuf *buf);

/* Makes a copy of a pin, for changing. */
void pb_pinbuf_copy(struct pb_pinbuf *buf, const struct pb_pin *pin);

/* Empties one set. */
void pb_pinbuf_clear(struct pb_pinbuf *buf, enum pb_pin_set which);

/* True if * is no label of the name, or its leftmost of several, as in mx it can be. */
bool pb_mx_is_fine(const struct pb_name *host);

/* Adds an element; false if the set is full. */
bool pb_pinbuf_add(
	struct pb_pinbuf *buf, enum pb_pin_set which, const void *octets, size_t size);

/* Sets the note (at most PB_NOTE_MAX octets, else false). */
bool pb_pinbuf_note(struct pb_pinbuf *buf, const void *octets, size_t size);

/*
 * What no set by itself can tell: at least one NS, addresses only for servers
 * of ns or child_ns, no DS at the root, ds_none and mx_none alone; and that the hosts
 * are hosts, wherever they were read.
 */
bool pb_pin_check(const struct pb_pin *pin, struct pb_error *error);

#endif
