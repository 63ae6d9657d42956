/* roots.c - see roots.h. */
#include "roots.h"
#include "read.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGED "/usr/share/dns/root.hints"

/* As of 2023-11-27, when b.root-servers.net moved last. */
static const char built_in[] = ". 3600000 NS a.root-servers.net.\n"
			       ". 3600000 NS b.root-servers.net.\n"
			       ". 3600000 NS c.root-servers.net.\n"
			       ". 3600000 NS d.root-servers.net.\n"
			       ". 3600000 NS e.root-servers.net.\n"
			       ". 3600000 NS f.root-servers.net.\n"
			       ". 3600000 NS g.root-servers.net.\n"
			       ". 3600000 NS h.root-servers.net.\n"
			       ". 3600000 NS i.root-servers.net.\n"
			       ". 3600000 NS j.root-servers.net.\n"
			       ". 3600000 NS k.root-servers.net.\n"
			       ". 3600000 NS l.root-servers.net.\n"
			       ". 3600000 NS m.root-servers.net.\n"
			       "a.root-servers.net. 3600000 A 198.41.0.4\n"
			       "b.root-servers.net. 3600000 A 170.247.170.2\n"
			       "c.root-servers.net. 3600000 A 192.33.4.12\n"
			       "d.root-servers.net. 3600000 A 199.7.91.13\n"
			       "e.root-servers.net. 3600000 A 192.203.230.10\n"
			       "f.root-servers.net. 3600000 A 192.5.5.241\n"
			       "g.root-servers.net. 3600000 A 192.112.36.4\n"
			       "h.root-servers.net. 3600000 A 198.97.190.53\n"
			       "i.root-servers.net. 3600000 A 192.36.148.17\n"
			       "j.root-servers.net. 3600000 A 192.58.128.30\n"
			       "k.root-servers.net. 3600000 A 193.0.14.129\n"
			       "l.root-servers.net. 3600000 A 199.7.83.42\n"
			       "m.root-servers.net. 3600000 A 202.12.27.33\n"
			       "a.root-servers.net. 3600000 AAAA 2001:503:ba3e::2:30\n"
			       "b.root-servers.net. 3600000 AAAA 2801:1b8:10::b\n"
			       "c.root-servers.net. 3600000 AAAA 2001:500:2::c\n"
			       "d.root-servers.net. 3600000 AAAA 2001:500:2d::d\n"
			       "e.root-servers.net. 3600000 AAAA 2001:500:a8::e\n"
			       "f.root-servers.net. 3600000 AAAA 2001:500:2f::f\n"
			       "g.root-servers.net. 3600000 AAAA 2001:500:12::d0d\n"
			       "h.root-servers.net. 3600000 AAAA 2001:500:1::53\n"
			       "i.root-servers.net. 3600000 AAAA 2001:7fe::53\n"
			       "j.root-servers.net. 3600000 AAAA 2001:503:c27::2:30\n"
			       "k.root-servers.net. 3600000 AAAA 2001:7fd::1\n"
			       "l.root-servers.net. 3600000 AAAA 2001:500:9f::42\n"
			       "m.root-servers.net. 3600000 AAAA 2001:dc3::35\n";

static bool take(struct roots *roots, const ldns_rr *rr, struct arena *arena)
{
	struct pb_name owner, host;

	if (ldns_rr_rd_count(rr) < 1 || !read_name(&owner, ldns_rr_owner(rr)))
		return false;
	if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NS) {
		read_add_address(&roots->addresses, &owner, rr, arena);
		return true;
	}
	if (owner.size != 1 || !read_name(&host, ldns_rr_rdf(rr, 0)))
		return false;
	arena_add(arena, &roots->ns, pb_order_names, host.wire, host.size);
	return true;
}

/* Reads record after record. Returns the line of a mistake, 0 if there is none. */
static int read_records(struct roots *roots, FILE *file, struct arena *arena)
{
	ldns_rdf *origin = arena_need(ldns_dname_new_frm_str("."));
	ldns_rdf *previous = NULL;
	uint32_t ttl = 3600000;
	int line = 0, mistake = 0;

	while (mistake == 0 && !feof(file)) {
		ldns_rr *rr = NULL;
		ldns_status status =
			read_record(&rr, file, &ttl, &origin, &previous, &line);

		if (status == LDNS_STATUS_OK && !take(roots, rr, arena))
			mistake = line;
		else if (status != LDNS_STATUS_OK && status != LDNS_STATUS_SYNTAX_EMPTY &&
			 status != LDNS_STATUS_SYNTAX_TTL &&
			 status != LDNS_STATUS_SYNTAX_ORIGIN)
			mistake = line > 0 ? line : 1;
		ldns_rr_free(rr);
	}
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(previous);
	return mistake;
}

static bool read_file(struct roots *roots, FILE *file, const char *path,
	struct arena *arena, struct pb_error *error)
{
	int mistake = read_records(roots, file, arena);

	(void)fclose(file);
	if (mistake != 0) {
		pb_error_set(
			error, "%s:%d: it is no record of root hints", path, mistake);
		return false;
	}
	if (roots->ns.set.count == 0 || roots->addresses.set.count == 0) {
		pb_error_set(
			error, "%s: it has no server of the root with an address", path);
		return false;
	}
	return true;
}

bool roots_read(struct roots *roots, const char *path, struct arena *arena,
	struct pb_error *error)
{
	FILE *file = fopen(path != NULL ? path : PACKAGED, "r");

	*roots = (struct roots){0};
	if (file != NULL)
		return read_file(
			roots, file, path != NULL ? path : PACKAGED, arena, error);
	if (path != NULL) {
		pb_error_set(error, "%s: %s", path, strerror(errno));
		return false;
	}
	file = fmemopen((char *)(uintptr_t)built_in, sizeof(built_in) - 1, "r");
	if (file == NULL) {
		pb_error_set(error, "root hints: %s", strerror(errno));
		return false;
	}
	return read_file(roots, file, "built-in root hints", arena, error);
}
