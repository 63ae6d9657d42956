/* sides.c - see sides.h. */
#include "sides.h"
#include "colour.h"
#include <stdio.h>
#include <string.h>

/* Columns: the attribute, and the left side. With the right side it is 80. */
#define ATTRIBUTE 10
#define SIDE 34

#define TEXT_MAX (PB_NAME_TEXT_MAX + PB_DS_TEXT_MAX + PB_ADDRESS_TEXT_MAX)

/* What is too long for its column goes on by itself in a line. */
static void print_row(const char *attribute, const char *left,
	enum cli_colour left_colour, const char *right, enum cli_colour right_colour)
{
	const char *plain = cli_colour(stdout, CLI_PLAIN);

	(void)printf("%-*s %s%-*s%s ", ATTRIBUTE, attribute,
		cli_colour(stdout, left_colour), SIDE, left, plain);
	if (strlen(left) > SIDE && *right != '\0')
		(void)printf("\n%*s", ATTRIBUTE + SIDE + 2, "");
	(void)printf("%s%s%s\n", cli_colour(stdout, right_colour), right, plain);
}

struct side {
	const struct pb_set *set;
	bool none; /* it is pinned that there is none */
	size_t at;
	struct pb_bytes element;
	bool more;
};

static void step(struct side *side)
{
	side->more = pb_set_next(side->set, &side->at, &side->element);
}

/* The element that the side is at, if it has one that belongs in this row. */
static const char *text_of(
	enum pb_kind kind, struct side *side, bool belongs, char text[TEXT_MAX])
{
	const char *lacks = side->none ? "none" : "-";

	if (side->more && belongs)
		(void)pb_element_to_text(kind, side->element, text, TEXT_MAX);
	else
		(void)snprintf(text, TEXT_MAX, "%s", lacks);
	side->none = false; /* that is said once */
	return text;
}

/* Which side's element comes first: <0 the left one's, 0 both. */
static int order_of(pb_order *order, const struct side *left, const struct side *right)
{
	if (!left->more || !right->more)
		return (int)right->more - (int)left->more;
	return order(left->element, right->element);
}

/* Has either side an element that its column has no room for? */
static bool too_wide(enum pb_kind kind, const struct pb_set *set)
{
	struct pb_bytes element;
	char text[TEXT_MAX];

	for (size_t at = 0; pb_set_next(set, &at, &element);)
		if (pb_element_to_text(kind, element, text, TEXT_MAX) > SIDE)
			return true;
	return false;
}

/* Below each other, as diff(1) has it. */
static void print_line(
	enum pb_kind kind, struct side *side, char sign, enum cli_colour colour)
{
	char text[TEXT_MAX];

	(void)printf("  %s%c %s%s\n", cli_colour(stdout, colour), sign,
		text_of(kind, side, true, text), cli_colour(stdout, CLI_PLAIN));
}

/* The sets are sorted, so that equal elements come at one time. */
static void print_sets(const char *attribute, enum pb_kind kind, pb_order *order,
	struct side left, struct side right)
{
	bool wide = too_wide(kind, left.set) || too_wide(kind, right.set);
	char texts[2][TEXT_MAX];

	if (left.none == right.none && pb_set_equal(left.set, right.set))
		return;
	step(&left);
	step(&right);
	if (wide)
		(void)printf("%s\n", attribute);
	do {
		int which = order_of(order, &left, &right);

		if (!wide)
			print_row(attribute, text_of(kind, &left, which <= 0, texts[0]),
				which < 0 ? CLI_BAD : CLI_PLAIN,
				text_of(kind, &right, which >= 0, texts[1]),
				which > 0 ? CLI_GOOD : CLI_PLAIN);
		else if (which == 0 && left.more)
			print_line(kind, &left, ' ', CLI_PLAIN);
		else if (which < 0)
			print_line(kind, &left, '-', CLI_BAD);
		else
			print_line(kind, &right, '+', CLI_GOOD);
		if (which <= 0)
			step(&left);
		if (which >= 0)
			step(&right);
		attribute = "";
	} while (left.more || right.more);
	/* That there is to be none is an element in nobody's list. */
	if (wide && left.none)
		print_line(kind, &left, '-', CLI_BAD);
	if (wide && right.none)
		print_line(kind, &right, '+', CLI_GOOD);
}

void cli_sides(const struct pb_pin *left, const char *left_heading,
	const struct pb_pin *right, const char *right_heading)
{
	const struct {
		const char *attribute;
		enum pb_kind kind;
		pb_order *order;
		struct side left, right;
	} rows[] = {
		{"ns", PB_KIND_NAME, pb_order_names, {.set = &left->ns},
			{.set = &right->ns}},
		{"child-ns", PB_KIND_NAME, pb_order_names, {.set = &left->child_ns},
			{.set = &right->child_ns}},
		{"ds", PB_KIND_DS, pb_order_octets,
			{.set = &left->ds, .none = left->ds_none},
			{.set = &right->ds, .none = right->ds_none}},
		{"address", PB_KIND_ADDRESS, pb_order_names, {.set = &left->address},
			{.set = &right->address}},
		{"mx", PB_KIND_NAME, pb_order_names,
			{.set = &left->mx, .none = left->mx_none},
			{.set = &right->mx, .none = right->mx_none}},
	};

	print_row("", left_heading, CLI_STRONG, right_heading, CLI_STRONG);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		print_sets(rows[i].attribute, rows[i].kind, rows[i].order, rows[i].left,
			rows[i].right);
}
