/* graph_dot.c - the picture, in the language of Graphviz; see graph.h. */
#include "graph.h"
#include "survey/arena.h"
#include <stdlib.h>
#include <string.h>

/*
 * Each zone is a box, in a frame with the hosts that live in it. What one zone uses of
 * another is a group of hosts; zones that use the same have the group in common. So one
 * reads from left to right: a zone, the hosts that it is served by, the zone that these
 * live in, and so on. What the colours say is also said in words.
 */

/* --- strings ---------------------------------------------------------------- */

/* Within double quotes, with nothing in it that Graphviz understands. */
static void write_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			(void)putc('\\', out);
		(void)putc(*text, out);
	}
}

#define NAME_SHOWN 40 /* characters; the end of a name tells most */

static void write_name(FILE *out, const struct pb_name *name)
{
	char text[PB_NAME_TEXT_MAX];
	size_t size = strlen(pb_name_to_text(name, text));

	if (size > NAME_SHOWN) {
		(void)fputs("...", out);
		write_escaped(out, text + size - NAME_SHOWN + 3);
	} else {
		write_escaped(out, text);
	}
}

/* --- zones ------------------------------------------------------------------ */

struct look {
	const char *fill, *line, *style;
};

static bool deviates(const struct graph_zone *zone)
{
	return (zone->reasons & ~PB_REASON(PB_UNVERIFIED)) != 0;
}

static struct look look_of(const struct graph_zone *zone)
{
	if (deviates(zone))
		return (struct look){"#f8d0d0", "#b00000", "filled,bold"};
	if (zone->pin == NULL)
		return (struct look){"#ffffff", "#555555", "filled,dashed"};
	if (zone->mode == PB_MODE_LOG)
		return (struct look){"#fff2c0", "#8a6d00", "filled,solid"};
	return (struct look){"#d6efd6", "#1e6b1e", "filled,solid"};
}

/* Each in a line of its own, lest the box becomes wide. */
static void write_reasons(FILE *out, pb_reasons reasons)
{
	for (unsigned i = 0; i < PB_REASONS; i++)
		if (reasons & PB_REASON(i))
			(void)fprintf(out, "\\n%s", pb_reason_name((enum pb_reason)i));
}

static void write_standing(FILE *out, const struct graph_zone *zone)
{
	if (zone->zone->name.size > 1) {
		(void)fputs("below ", out);
		write_name(out, &zone->zone->survey->parent);
		(void)fputs("\\n", out);
	}
	if (zone->pin == NULL)
		(void)fputs("not pinned", out);
	else
		(void)fprintf(out, "pinned: %s", pb_mode_name(zone->mode));
	if (!zone->is_zone && zone->pin == NULL)
		(void)fputs(", could not be asked", out);
	else
		(void)fputs(zone->is_signed ? ", signed" : ", not signed", out);
	if (deviates(zone))
		(void)fputs("\\nDEVIATES", out);
	write_reasons(out, zone->reasons);
}

static void write_zone(FILE *out, const struct graph_zone *zone)
{
	const struct look look = look_of(zone);

	(void)fprintf(out,
		"\t\tzone%u [shape=box, penwidth=%d, style=\"%s\", "
		"fillcolor=\"%s\", color=\"%s\", label=\"",
		zone->number, zone->zone->found_by == NULL ? 3 : 1, look.style, look.fill,
		look.line);
	write_name(out, &zone->zone->name);
	(void)fputs("\\n", out);
	write_standing(out, zone);
	(void)fputs("\"];\n", out);
}

/* --- groups of hosts -------------------------------------------------------- */

/* The hosts of one kind that a zone uses of another; `first` stands for all. */
struct group {
	const struct graph_zone *user;
	const struct depend_host *first;
	const struct graph_zone *home; /* where the hosts live; NULL: not known */
	unsigned number; /* of the node that it is, or has in common with another */
};

static const struct depend_host *next_alike(
	const struct depend_host *host, const struct depend_host *like)
{
	while (host != NULL && (host->kind != like->kind || host->zone != like->zone))
		host = host->next;
	return host;
}

static bool is_first(const struct group *group)
{
	return next_alike(group->user->zone->hosts, group->first) == group->first;
}

/* Steps through all groups; the first step is from all zero. */
static bool next_group(const struct graph *graph, struct group *group)
{
	do {
		if (group->first != NULL)
			group->first = group->first->next;
		while (group->first == NULL) {
			group->user =
				group->user == NULL ? graph->zones : group->user->next;
			if (group->user == NULL)
				return false;
			group->first = group->user->zone->hosts;
		}
	} while (!is_first(group));
	return true;
}

static bool same_hosts(const struct group *a, const struct group *b)
{
	const struct depend_host *x = a->first, *y = b->first;

	while (x != NULL && y != NULL && pb_name_equal(&x->name, &y->name)) {
		x = next_alike(x->next, a->first);
		y = next_alike(y->next, b->first);
	}
	return x == NULL && y == NULL;
}

/* The zone of the walk, or NULL for NULL. */
static const struct graph_zone *find(
	const struct graph *graph, const struct depend_zone *zone)
{
	const struct graph_zone *out = graph->zones;

	while (out != NULL && out->zone != zone)
		out = out->next;
	return out;
}

/* All groups, in the order of next_group(). */
struct groups {
	struct group *all;
	unsigned count;
};

/* The place of the first that has the same hosts: itself, or one before. */
static unsigned number_of(const struct groups *groups, const struct group *of)
{
	unsigned number = 0;

	while (groups->all + number < of && !same_hosts(&groups->all[number], of))
		number++;
	return number;
}

/* To be freed. There may be thousands, and each is compared with all before: once. */
static struct groups number_groups(const struct graph *graph)
{
	struct group group = {0};
	struct groups groups = {NULL, 0};

	while (next_group(graph, &group))
		groups.count++;
	groups.all = arena_need(calloc(groups.count + 1, sizeof(*groups.all)));
	for (unsigned i = 0; i < groups.count && next_group(graph, &group); i++) {
		groups.all[i] = group;
		groups.all[i].home = find(graph, group.first->zone);
		groups.all[i].number = number_of(&groups, &groups.all[i]);
	}
	return groups;
}

static void write_hosts(FILE *out, const struct group *group)
{
	for (const struct depend_host *h = group->first; h != NULL;
		h = next_alike(h->next, group->first)) {
		write_name(out, &h->name);
		if (h->why != NULL) {
			(void)fputs("\\l  ", out);
			write_escaped(out, h->why);
		}
		(void)fputs("\\l", out);
	}
}

static void write_group(FILE *out, const struct group *group)
{
	(void)fprintf(out,
		"\t\thosts%u [shape=note, style=filled, "
		"fillcolor=\"#f4f4f4\", color=\"#999999\", label=\"",
		group->number);
	write_hosts(out, group);
	(void)fputs("\"];\n", out);
	if (group->home != NULL)
		(void)fprintf(out,
			"\t\thosts%u -> zone%u [arrowhead=none, "
			"color=\"#999999\"];\n",
			group->number, group->home->number);
}

/* The groups of hosts that live in a zone; NULL: of which that is not known. */
static void write_groups(
	FILE *out, const struct groups *groups, const struct graph_zone *home)
{
	for (unsigned i = 0; i < groups->count; i++)
		if (groups->all[i].home == home && groups->all[i].number == i)
			write_group(out, &groups->all[i]);
}

static void write_arrows(FILE *out, const struct groups *groups)
{
	for (unsigned i = 0; i < groups->count; i++) {
		const struct group *group = &groups->all[i];
		bool mx = group->first->kind == DEPEND_MX;

		(void)fprintf(out, "\tzone%u -> hosts%u [label=\" %s \"%s%s];\n",
			group->user->number, group->number, mx ? "MX" : "NS",
			mx ? ", color=\"#1a4f9c\", fontcolor=\"#1a4f9c\"" : "",
			group->first->zone == group->user->zone ? ", constraint=false"
								: "");
	}
}

/* --- all of it -------------------------------------------------------------- */

static void write_cluster(
	FILE *out, const struct groups *groups, const struct graph_zone *zone)
{
	(void)fprintf(out,
		"\tsubgraph cluster%u {\n\t\tstyle=rounded; color=\"#bbbbbb\"; "
		"label=\"\";\n",
		zone->number);
	write_zone(out, zone);
	write_groups(out, groups, zone);
	(void)fputs("\t}\n", out);
}

static void write_legend(FILE *out)
{
	(void)fputs("\tlabelloc=b; labeljust=l;\n"
		    "\tlabel=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" "
		    "cellpadding=\"4\">\n"
		    "\t\t<tr><td bgcolor=\"#d6efd6\">pinned: refuse</td>"
		    "<td bgcolor=\"#fff2c0\">pinned: log</td>"
		    "<td bgcolor=\"#ffffff\">not pinned</td>"
		    "<td bgcolor=\"#f8d0d0\"><b>DEVIATES</b></td>"
		    "<td>NS: is served by</td><td>MX: has its mail at</td></tr>\n"
		    "\t</table>>;\n",
		out);
}

void graph_write_dot(const struct graph *graph, FILE *out)
{
	struct groups groups = number_groups(graph);

	(void)fputs("digraph pinbound {\n"
		    "\trankdir=LR; ranksep=0.5; nodesep=0.25;\n"
		    "\tgraph [fontname=\"Helvetica\", fontsize=11];\n"
		    "\tnode [fontname=\"Helvetica\", fontsize=11];\n"
		    "\tedge [fontname=\"Helvetica\", fontsize=10];\n",
		out);
	write_legend(out);
	for (const struct graph_zone *zone = graph->zones; zone != NULL;
		zone = zone->next)
		write_cluster(out, &groups, zone);
	write_groups(out, &groups, NULL);
	write_arrows(out, &groups);
	if (graph->cut_short)
		(void)fputs("\tmore [shape=plain, label=\"and more zones\"];\n", out);
	(void)fputs("}\n", out);
	free(groups.all);
}
