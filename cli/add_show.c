/* add_show.c - what add has found, for a person; see add.h. */
#include "add.h"
#include "colour.h"
#include <stdio.h>
#include <string.h>

#define WIDTH 80
#define INDENT 13 /* of what stands behind the name of an attribute */

/* Writes a text that begins in column `at`; what does not fit goes on below, in column
 * `indent`. It is broken at spaces only. */
static void wrap(size_t at, size_t indent, const char *text)
{
	bool first = true;

	for (size_t word; *text != '\0'; text += word) {
		text += strspn(text, " ");
		word = strcspn(text, " ");
		if (!first && at + 1 + word > WIDTH) {
			(void)printf("\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			(void)putchar(' ');
			at++;
		}
		(void)printf("%.*s", (int)word, text);
		at += word;
		first = false;
	}
	(void)putchar('\n');
}

static void row(const char *attribute, const char *text)
{
	(void)printf("  %-*s", INDENT - 2, attribute);
	wrap(INDENT, INDENT, text);
}

static void rows(const char *attribute, enum pb_kind kind, const struct pb_set *set)
{
	char text[PB_NAME_TEXT_MAX + PB_DS_TEXT_MAX];
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(set, &at, &element); attribute = "") {
		(void)pb_element_to_text(kind, element, text, sizeof(text));
		row(attribute, text);
	}
}

static void show_mx(const struct addition *a)
{
	const struct pb_pin *pin = &a->pin->pin;

	if (pb_pin_has_mx(pin)) {
		rows("mx", PB_KIND_NAME, &pin->mx);
		if (pin->mx_none)
			row("mx", "none: no mail is taken there");
	} else if (a->learned.mx.set.count > 0 || a->learned.null_mx) {
		(void)printf("\n  Not pinned, but with --mx:\n\n");
		rows("mx", PB_KIND_NAME, &a->learned.mx.set);
		if (a->learned.null_mx)
			row("mx", "none: no mail is taken there");
	}
}

static void show_pin(const struct addition *a)
{
	const struct pb_pin *pin = &a->pin->pin;

	rows("ns", PB_KIND_NAME, &pin->ns);
	rows("child-ns", PB_KIND_NAME, &pin->child_ns);
	rows("ds", PB_KIND_DS, &pin->ds);
	if (pin->ds_none)
		row("ds", "none");
	rows("address", PB_KIND_ADDRESS, &pin->address);
	if (pb_mode_name(pin->mode) != NULL)
		row("mode", pb_mode_name(pin->mode));
	show_mx(a);
}

static void show_servers(const struct addition *a)
{
	const struct learned *learned = &a->learned;
	char parent[PB_NAME_TEXT_MAX], text[PB_NAME_TEXT_MAX + 160];
	size_t used;

	(void)pb_name_to_text(&a->zone->survey->parent, parent);
	used = (size_t)snprintf(text, sizeof(text), "%zu of %zu server%s of %s say%s so",
		learned->agree, learned->asked, learned->asked == 1 ? "" : "s", parent,
		learned->agree == 1 ? "s" : "");
	if (learned->zone_asked > 0)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"; %zu of %zu server%s of the zone answer%s",
			learned->zone_answer, learned->zone_asked,
			learned->zone_asked == 1 ? "" : "s",
			learned->zone_answer == 1 ? "s" : "");
	if (learned->with_key > 0)
		(void)snprintf(text + used, sizeof(text) - used,
			", %zu with a key of the DS", learned->with_key);
	(void)fputs("  ", stdout);
	wrap(2, 2, text);
}

/* With the zone in front, if it is not the one that is shown. */
static void show_remarks(const struct addition *a, bool with_zone)
{
	char zone[PB_NAME_TEXT_MAX] = "";

	if (with_zone)
		(void)pb_name_to_text(&a->zone->name, zone);
	for (const struct learn_remark *r = a->learned.remarks; r != NULL; r = r->next) {
		const char *word = r->alarming ? "warning" : "note";

		(void)printf("  %s%s:%s ",
			cli_colour(stdout, r->alarming ? CLI_BAD : CLI_WARN), word,
			cli_colour(stdout, CLI_PLAIN));
		if (with_zone)
			(void)printf("%s: ", zone);
		wrap(4 + strlen(word) + (with_zone ? strlen(zone) + 2 : 0), 4, r->text);
	}
}

/* --- the tree --------------------------------------------------------------- */

static struct addition *addition_of(
	const struct adding *adding, const struct depend_zone *zone)
{
	struct addition *a = adding->additions;

	while (a != NULL && a->zone != zone)
		a = a->next;
	return a;
}

static const char *standing(const struct addition *a, char text[64])
{
	if (a->pinned)
		return "pinned already";
	if (a->pin == NULL)
		return "cannot be pinned";
	(void)snprintf(text, 64, "%u NS, %s", a->pin->pin.ns.count,
		a->pin->pin.ds.count > 0 ? "signed" : "not signed");
	return text;
}

/* Has an earlier host of the zone led to the same? */
static bool told_before(const struct depend_zone *of, const struct depend_host *host)
{
	for (const struct depend_host *h = of->hosts; h != host; h = h->next)
		if (h->zone == host->zone && h->kind == host->kind)
			return true;
	return false;
}

#define TREE_COLUMN 46

/* One host, or the zone that it lives in. False if that has been shown before. */
static bool show_host(struct addition *a, const struct depend_host *host, unsigned depth)
{
	char name[PB_NAME_TEXT_MAX], text[64];
	const char *what = host->why;
	bool first = a != NULL && !a->shown;
	int at = printf("  %*s%s  %s", (int)depth * 2, "",
		host->kind == DEPEND_NS ? "NS" : "MX",
		pb_name_to_text(a != NULL ? &a->zone->name : &host->name, name));

	if (a != NULL)
		what = first ? standing(a, text) : "see above";
	(void)printf("%*s %s\n", at < TREE_COLUMN ? TREE_COLUMN - at : 1, "", what);
	return first;
}

/* The next of the hosts of an addition that is to be shown, and shows it. Returns the
 * zone to go on with below it, or NULL: then there is no host any more. */
static struct addition *show_next(
	const struct adding *adding, struct addition *of, unsigned depth)
{
	while (of->next_host != NULL) {
		const struct depend_host *host = of->next_host;
		struct addition *a = addition_of(adding, host->zone);

		of->next_host = host->next;
		if (host->zone != of->zone &&
			(a == NULL || !told_before(of->zone, host)) &&
			show_host(a, host, depth))
			return a;
	}
	return NULL;
}

/* Each zone once, below the one that is first to lead there. */
static void show_zones(const struct adding *adding, struct addition *own)
{
	struct addition *at = own;
	unsigned depth = 0;

	own->shown = true;
	own->next_host = own->zone->hosts;
	while (at != NULL) {
		struct addition *below = show_next(adding, at, depth);

		if (below == NULL) {
			at = at->above;
			depth--;
			continue;
		}
		below->shown = true;
		below->above = at;
		below->next_host = below->zone->hosts;
		at = below;
		depth++;
	}
}

static void show_why_not(const struct addition *a)
{
	if (a->why == NULL)
		return;
	(void)printf("  %snote:%s ", cli_colour(stdout, CLI_WARN),
		cli_colour(stdout, CLI_PLAIN));
	wrap(8, 4, a->why);
}

static void show_tree(const struct adding *adding)
{
	struct addition *own = adding->additions;
	char name[PB_NAME_TEXT_MAX];
	bool told = false;

	(void)printf("\n%s%s depends on%s%s\n", cli_colour(stdout, CLI_STRONG),
		pb_name_to_text(&own->zone->name, name),
		own->next != NULL ? "" : " no other zone", cli_colour(stdout, CLI_PLAIN));
	if (own->next != NULL)
		(void)putchar('\n');
	show_zones(adding, own);
	if (depend_count(adding->depend) == DEPEND_ZONES_MAX)
		(void)printf("  and more: the walk ends at %d zones\n", DEPEND_ZONES_MAX);
	for (const struct addition *a = own->next; a != NULL; a = a->next) {
		if (!told && (a->why != NULL || a->learned.remarks != NULL))
			(void)putchar('\n');
		told = told || a->why != NULL || a->learned.remarks != NULL;
		show_remarks(a, true);
		show_why_not(a);
	}
}

void add_show(const struct adding *adding)
{
	const struct addition *own = adding->additions;
	char name[PB_NAME_TEXT_MAX], parent[PB_NAME_TEXT_MAX];

	(void)printf("%s%s%s%s%s\n\n", cli_colour(stdout, CLI_STRONG),
		pb_name_to_text(&own->zone->name, name), cli_colour(stdout, CLI_PLAIN),
		own->zone->name.size == 1 ? "" : " as delegated by ",
		own->zone->name.size == 1
			? ""
			: pb_name_to_text(&own->zone->survey->parent, parent));
	show_pin(own);
	(void)putchar('\n');
	show_servers(own);
	show_remarks(own, false);
	if (adding->dependencies)
		show_tree(adding);
	(void)putchar('\n');
}
