/* export_unbound.c - see export.h. */
#include "export.h"
#include "pinbound/pinfile.h"
#include "pinbound/utf8.h"
#include <stdio.h>
#include <string.h>

struct exporting {
	const struct pb_pin *pin;
	const char *off;  /* "#" in front of what must not be in force */
	size_t reachable; /* servers that a stub zone can ask */
};

void export_unbound_head(void)
{
	(void)printf(
		"# Written by \"pinbound export --format unbound\", for an Unbound that\n"
		"# cannot load the module. It comes near, no more: the servers that are\n"
		"# pinned are asked, whatever the parent says, and the DS that are "
		"pinned\n"
		"# are believed. What is lost for all: nobody is told when the parent's\n"
		"# delegation deviates, and a planned move breaks the domain until this\n"
		"# file is written anew. What is lost for one stands above it.\n");
}

/* As pb_name_to_text(), without a colon: "import" takes one for that of a keyword. */
static char *name_to_text(const struct pb_name *name, char text[PB_NAME_TEXT_MAX])
{
	char plain[PB_NAME_TEXT_MAX];
	size_t used = 0;

	(void)pb_name_to_text(name, plain);
	for (const char *at = plain; *at != '\0'; at++) {
		if (*at == ':') {
			memcpy(text + used, "\\058", 4);
			used += 4;
		} else {
			text[used++] = *at;
		}
	}
	text[used] = '\0';
	return text;
}

/* The host's addresses that are no prefixes, each as a stub-addr, if `print` says so.
 * Returns how many there are. */
static size_t print_addresses(
	const struct exporting *e, const struct pb_name *host, bool print)
{
	char text[PB_NAME_TEXT_MAX], address_text[PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;
	struct pb_address address;
	struct pb_name server;
	size_t count = 0;

	for (size_t at = 0; pb_set_next(&e->pin->address, &at, &element);) {
		if (!pb_address_parse(element, &server, &address) ||
			!pb_name_equal(&server, host) ||
			address.prefix != (address.family == 4 ? 32 : 128))
			continue;
		count++;
		if (print)
			(void)printf("%s\tstub-addr: %s # %s\n", e->off,
				pb_address_to_text(&address, address_text),
				pb_name_to_text(host, text));
	}
	return count;
}

/* A server in the zone itself is found by its address, or not at all. */
static bool is_reachable(const struct exporting *e, const struct pb_name *host)
{
	return print_addresses(e, host, false) > 0 ||
	       !pb_name_at_or_below(host, &e->pin->name);
}

static void count_reachable(struct exporting *e)
{
	struct pb_bytes element;
	struct pb_name host;

	for (size_t at = 0; pb_set_next(&e->pin->ns, &at, &element);)
		if (pb_name_from_wire(&host, element.data, element.size) != 0 &&
			is_reachable(e, &host))
			e->reachable++;
}

static void print_note(struct pb_bytes note)
{
	(void)printf("# note: ");
	for (size_t at = 0; at < note.size;) {
		size_t size = pb_utf8_printable(note.data + at, note.size - at);

		if (size > 0)
			(void)fwrite(note.data + at, 1, size, stdout);
		else
			(void)printf("\\%03u", note.data[at]);
		at += size > 0 ? size : 1;
	}
	(void)putchar('\n');
}

static bool has_prefix(const struct pb_pin *pin)
{
	struct pb_bytes element;
	struct pb_address address;
	struct pb_name server;

	for (size_t at = 0; pb_set_next(&pin->address, &at, &element);)
		if (pb_address_parse(element, &server, &address) &&
			address.prefix != (address.family == 4 ? 32 : 128))
			return true;
	return false;
}

static void print_lost(const struct pb_pin *pin)
{
	char text[32];

	if (!pb_pin_has_ds(pin))
		(void)printf("# ds is not pinned: who holds the parent can take DNSSEC "
			     "away, or break it\n");
	if (pin->ds_none)
		(void)printf("# lost: ds: none, a DS at the parent breaks the domain\n");
	if (pin->child_ns.count > 0)
		(void)printf("# lost: child-ns, these servers are not asked\n");
	if (has_prefix(pin))
		(void)printf("# lost: address, where it is a prefix\n");
	if (pb_pin_has_mx(pin))
		(void)printf("# lost: mx\n");
	if (pin->expires != PB_NEVER)
		(void)printf("# lost: expires: %s, this stays in force\n",
			pb_expires_to_text(pin->expires, text));
}

static void print_anchors(const struct exporting *e)
{
	char name[PB_NAME_TEXT_MAX], text[PB_DS_TEXT_MAX];
	struct pb_bytes element;

	if (e->pin->ds.count > 0)
		(void)printf("%sserver:\n", e->off);
	for (size_t at = 0; pb_set_next(&e->pin->ds, &at, &element);) {
		(void)pb_ds_to_text(element, text, sizeof(text));
		(void)printf("%s\ttrust-anchor: \"%s DS %s\"\n", e->off,
			name_to_text(&e->pin->name, name), text);
	}
}

static void print_server(const struct exporting *e, const struct pb_name *host)
{
	char text[PB_NAME_TEXT_MAX];

	if (print_addresses(e, host, true) > 0)
		return;
	(void)name_to_text(host, text);
	if (is_reachable(e, host))
		(void)printf("%s\tstub-host: \"%s\"\n", e->off, text);
	else
		(void)printf("\t# lost: %s, which cannot be found without its address\n",
			text);
}

static void print_stub(const struct exporting *e)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_bytes element;
	struct pb_name host;

	(void)printf("%sstub-zone:\n%s\tname: \"%s\"\n", e->off, e->off,
		name_to_text(&e->pin->name, text));
	for (size_t at = 0; pb_set_next(&e->pin->ns, &at, &element);)
		if (pb_name_from_wire(&host, element.data, element.size) != 0)
			print_server(e, &host);
}

/* What the pin does when it meets a deviation now. */
static enum pb_mode mode_of(
	const struct pb_conf *conf, const struct pb_pin *pin, int64_t now)
{
	if (pin->expires_to_log && pin->expires != PB_NEVER && now >= pin->expires)
		return PB_MODE_LOG;
	return pin->mode != PB_MODE_UNSET ? pin->mode : conf->default_mode;
}

void export_unbound_pin(const struct pb_conf *conf, const struct pb_pin *pin, int64_t now)
{
	struct exporting e = {.pin = pin, .off = ""};
	enum pb_mode mode = mode_of(conf, pin, now);
	char text[PB_NAME_TEXT_MAX];

	count_reachable(&e);
	(void)printf("\n# %s\n", pb_name_to_text(&pin->name, text));
	if (pin->note.size > 0)
		print_note(pin->note);
	print_lost(pin);
	if (mode == PB_MODE_LOG)
		(void)printf("# lost: all of it, as it is only logged; to enforce it, "
			     "take the # away\n");
	else if (e.reachable == 0)
		(void)printf("# lost: all of it, as no server can be found without its "
			     "address: pin one\n");
	if (mode == PB_MODE_LOG || e.reachable == 0)
		e.off = "#";
	print_anchors(&e);
	print_stub(&e);
}
