/* address.c - addresses and prefixes; see pinbound/pin.h. */
#include "pinbound/pin.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cuts text[0..size) into a NUL-terminated copy; false if it does not fit. */
static bool copy_text(char *out, size_t out_size, const char *text, size_t size)
{
	if (size >= out_size)
		return false;
	memcpy(out, text, size);
	out[size] = '\0';
	return true;
}

/* True if the bits behind the prefix are zero. */
static bool no_host_bits(const struct pb_address *address)
{
	unsigned bits = address->family == 4 ? 32 : 128;

	for (unsigned i = address->prefix; i < bits; i++)
		if (address->octets[i / 8] & (0x80U >> i % 8))
			return false;
	return true;
}

static bool read_prefix(uint8_t *prefix, const char *text, unsigned most)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value > most)
		return false;
	*prefix = (uint8_t)value;
	return true;
}

bool pb_address_from_text(
	struct pb_address *address, const char *text, size_t size, struct pb_error *error)
{
	char copy[PB_ADDRESS_TEXT_MAX];
	char *slash;
	unsigned most;

	memset(address, 0, sizeof(*address));
	if (!copy_text(copy, sizeof(copy), text, size)) {
		pb_error_set(error, "an IPv4 or IPv6 address is expected");
		return false;
	}
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash++ = '\0';
	address->family = strchr(copy, ':') != NULL ? 6 : 4;
	most = address->family == 6 ? 128 : 32;
	address->prefix = (uint8_t)most;
	if (inet_pton(address->family == 6 ? AF_INET6 : AF_INET, copy, address->octets) !=
		1) {
		pb_error_set(error, "%s is not an IPv4 or IPv6 address", copy);
		return false;
	}
	if (slash != NULL && !read_prefix(&address->prefix, slash, most)) {
		pb_error_set(
			error, "/%s is not a prefix length from 0 to %u", slash, most);
		return false;
	}
	if (!no_host_bits(address)) {
		pb_error_set(error, "%s/%s has host bits set", copy, slash);
		return false;
	}
	return true;
}

/* Few names end in a digit or have a colon: an export asks about millions. */
bool pb_address_is(const char *text)
{
	size_t size = strlen(text);
	uint8_t octets[16];

	if (strchr(text, ':') != NULL)
		return inet_pton(AF_INET6, text, octets) == 1;
	return size > 0 && text[size - 1] >= '0' && text[size - 1] <= '9' &&
	       inet_pton(AF_INET, text, octets) == 1;
}

char *pb_address_to_text(const struct pb_address *address, char text[PB_ADDRESS_TEXT_MAX])
{
	unsigned most = address->family == 4 ? 32 : 128;
	size_t used;

	if (inet_ntop(address->family == 4 ? AF_INET : AF_INET6, address->octets, text,
		    PB_ADDRESS_TEXT_MAX) == NULL)
		text[0] = '\0';
	used = strlen(text);
	if (address->prefix != most)
		(void)snprintf(
			text + used, PB_ADDRESS_TEXT_MAX - used, "/%u", address->prefix);
	return text;
}

bool pb_address_within(const struct pb_address *address, const struct pb_address *prefix)
{
	if (address->family != prefix->family || address->prefix < prefix->prefix)
		return false;
	for (unsigned i = 0; i < prefix->prefix; i++)
		if ((address->octets[i / 8] ^ prefix->octets[i / 8]) & (0x80U >> i % 8))
			return false;
	return true;
}

static size_t octets_of(uint8_t family)
{
	return family == 4 ? 4 : family == 6 ? 16 : 0;
}

size_t pb_address_element(uint8_t out[PB_ADDRESS_ELEMENT_MAX],
	const struct pb_name *server, const struct pb_address *address)
{
	size_t octets = octets_of(address->family);
	uint8_t *at = out + server->size;

	memcpy(out, server->wire, server->size);
	*at++ = address->family;
	*at++ = address->prefix;
	memcpy(at, address->octets, octets);
	return server->size + 2U + octets;
}

bool pb_address_parse(
	struct pb_bytes element, struct pb_name *server, struct pb_address *address)
{
	size_t used = pb_name_from_wire(server, element.data, element.size);

	memset(address, 0, sizeof(*address));
	if (used == 0 || element.size < used + 2)
		return false;
	address->family = element.data[used];
	address->prefix = element.data[used + 1];
	if (octets_of(address->family) == 0 ||
		element.size != used + 2 + octets_of(address->family) ||
		address->prefix > 8 * octets_of(address->family))
		return false;
	memcpy(address->octets, element.data + used + 2, octets_of(address->family));
	return true;
}

bool pb_address_deviates(const struct pb_set *pinned, struct pb_bytes element)
{
	struct pb_address address, allowed;
	struct pb_name server, other;
	struct pb_bytes candidate;
	bool judged = false;

	if (!pb_address_parse(element, &server, &address))
		return true;
	for (size_t at = 0; pb_set_next(pinned, &at, &candidate);) {
		if (!pb_address_parse(candidate, &other, &allowed) ||
			!pb_name_equal(&other, &server))
			continue;
		if (pb_address_within(&address, &allowed))
			return false;
		judged = true;
	}
	return judged;
}
