/* fuzz_name.c - owner names, as text, as typed by a person, and on the wire. */
#include "fuzz.h"
#include "key.h"
#include "pinbound/line.h"

/* The name is one, and its text and its key lead back to it. */
static void check(const struct pb_name *name)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_name again;
	struct pb_key key;
	struct pb_line line;

	HOLDS(name->size > 0 && name->wire[name->size - 1] == 0);
	HOLDS(pb_name_labels(name) <= PB_LABELS_MAX);
	HOLDS(pb_name_from_wire(&again, name->wire, name->size) == name->size);
	HOLDS(pb_name_equal(&again, name) && pb_name_order(&again, name) == 0);

	HOLDS(pb_name_to_text(name, text) == text && fuzz_is_plain(text));
	HOLDS(strpbrk(text, " \"#$();@") == NULL && text[strlen(text) - 1] == '.');
	HOLDS(pb_name_from_text(&again, text, strlen(text), NULL));
	HOLDS(pb_name_equal(&again, name));

	pb_key_from_name(&key, name);
	HOLDS(key.size <= PB_KEY_MAX);
	HOLDS(pb_key_to_name(&again, key.octets, key.size) &&
		pb_name_equal(&again, name));

	pb_line_begin(&line, "fuzz");
	pb_line_name(&line, "name", name);
	HOLDS(line.used <= PB_LINE_MAX && strlen(line.text) == line.used);
	HOLDS(fuzz_is_plain(line.text));
}

/* Each name above it is an ancestor, in canonical order before it. */
static void check_ancestors(const struct pb_name *name)
{
	unsigned labels = pb_name_labels(name);
	struct pb_name above;

	for (unsigned i = 0; i <= labels; i++) {
		pb_name_ancestor(&above, name, i);
		HOLDS(pb_name_labels(&above) == i);
		HOLDS(pb_name_at_or_below(name, &above));
		HOLDS(pb_name_below(name, &above) == (i < labels));
		HOLDS((pb_name_order(&above, name) < 0) == (i < labels));
	}
}

/* The order of names is that of their keys. */
static void compare(const struct pb_name *a, const struct pb_name *b)
{
	int order = pb_name_order(a, b), of_keys;
	struct pb_key key_a, key_b;
	size_t least;

	pb_key_from_name(&key_a, a);
	pb_key_from_name(&key_b, b);
	least = key_a.size < key_b.size ? key_a.size : key_b.size;
	of_keys = memcmp(key_a.octets, key_b.octets, least);
	if (of_keys == 0)
		of_keys = (key_a.size > key_b.size) - (key_a.size < key_b.size);
	HOLDS((order < 0) == (of_keys < 0) && (order > 0) == (of_keys > 0));
	HOLDS((order == 0) == pb_name_equal(a, b));
	HOLDS((pb_name_order(b, a) < 0) == (order > 0));
}

static void check_key(const uint8_t *data, size_t size)
{
	struct pb_name name;
	struct pb_key key;

	if (!pb_key_to_name(&name, data, size))
		return;
	pb_key_from_name(&key, &name);
	HOLDS(key.size == size && memcmp(key.octets, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct pb_name name, other;
	struct pb_error error;
	size_t used = pb_name_from_wire(&name, data, size);

	check_key(data, size);
	if (used > 0) {
		HOLDS(used <= size && used == name.size);
		check(&name);
		check_ancestors(&name);
		if (pb_name_from_wire(&other, data + used, size - used) > 0)
			compare(&name, &other);
	}
	if (pb_name_from_text(&name, text, size, &error))
		check(&name);
	else
		HOLDS(fuzz_is_reason(&error));
	if (pb_name_from_user(&name, text, size, &error))
		check(&name);
	else
		HOLDS(fuzz_is_reason(&error));
	return 0;
}
