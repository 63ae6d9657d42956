/* gather.c - see gather.h. */
#include "gather.h"
#include "colour.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool gather_add(struct gather *gather, const struct pb_name *zone, enum pb_pin_set set,
	struct pb_bytes octets, unsigned line, struct pb_error *error)
{
	uint8_t *copy = malloc(octets.size + 1);

	if (copy != NULL && gather->count == gather->room) {
		size_t room = gather->room == 0 ? 64 : 2 * gather->room;
		struct gather_record *records =
			reallocarray(gather->records, room, sizeof(*records));

		if (records == NULL) {
			free(copy);
			copy = NULL;
		} else {
			gather->records = records;
			gather->room = room;
		}
	}
	if (copy == NULL) {
		pb_error_set(error, "out of memory");
		return false;
	}
	memcpy(copy, octets.data, octets.size);
	gather->records[gather->count++] = (struct gather_record){.zone = *zone,
		.set = set,
		.line = line,
		.size = octets.size,
		.octets = copy};
	return true;
}

void gather_free(struct gather *gather)
{
	for (size_t i = 0; i < gather->count; i++)
		free(gather->records[i].octets);
	free(gather->records);
	*gather = (struct gather){NULL, 0, 0};
}

static int order_records(const void *a, const void *b)
{
	const struct gather_record *left = a, *right = b;
	int order = pb_name_order(&left->zone, &right->zone);

	if (order == 0 && left->line != right->line)
		order = left->line < right->line ? -1 : 1;
	return order != 0 ? order : (int)left->set - (int)right->set;
}

void gather_sort(struct gather *gather)
{
	if (gather->count > 0)
		qsort(gather->records, gather->count, sizeof(*gather->records),
			order_records);
}

const struct gather_record *gather_find(
	const struct gather *gather, const struct pb_name *zone)
{
	size_t low = 0, high = gather->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pb_name_order(&gather->records[middle].zone, zone) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < gather->count && pb_name_equal(&gather->records[low].zone, zone)
		       ? &gather->records[low]
		       : NULL;
}

void gather_note(const struct gather_file *file, unsigned line, const char *format, ...)
{
	struct pb_error note;
	va_list args;
	char text[PB_ERROR_MAX];

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pb_error_set(&note, "%s", text); /* what a file says must not steer a terminal */
	(void)fprintf(stderr, "%spinbound: warning:%s %s:%u: %s\n",
		cli_colour(stderr, CLI_WARN), cli_colour(stderr, CLI_PLAIN), file->path,
		line, note.text);
}

/* The sets that the file speaks of begin empty. */
static bool fill(struct pb_pinbuf *buf, const struct gather_record *records, size_t count)
{
	bool speaks[PB_SETS] = {false};

	for (size_t i = 0; i < count; i++) {
		if (!speaks[records[i].set]) {
			speaks[records[i].set] = true;
			pb_pinbuf_clear(buf, records[i].set);
			if (records[i].set == PB_SET_DS)
				buf->pin.ds_none = false;
		}
		if (!pb_pinbuf_add(
			    buf, records[i].set, records[i].octets, records[i].size))
			return false;
	}
	return true;
}

/* The pin that was there may have addresses of servers that it has no longer. */
static bool drop_addresses(struct pb_pinbuf *buf)
{
	uint8_t *octets = malloc(PB_PINBUF_SET);
	struct pb_set before = buf->pin.address;
	struct pb_bytes element;
	bool dropped = false;

	if (octets == NULL)
		return false;
	memcpy(octets, buf->octets[PB_SET_ADDRESS], before.size);
	before.data = octets;
	pb_pinbuf_clear(buf, PB_SET_ADDRESS);
	for (size_t at = 0; pb_set_next(&before, &at, &element);) {
		struct pb_address address;
		struct pb_name server;
		struct pb_bytes wire;

		if (!pb_address_parse(element, &server, &address))
			continue;
		wire = (struct pb_bytes){server.wire, server.size};
		if (pb_set_has(&buf->pin.ns, wire) ||
			pb_set_has(&buf->pin.child_ns, wire))
			(void)pb_pinbuf_add(
				buf, PB_SET_ADDRESS, element.data, element.size);
		else
			dropped = true;
	}
	free(octets);
	return dropped;
}

/* Makes the pin of one zone out of its records. */
static bool make_pin(const struct gather_file *file, struct pb_pinbuf *buf,
	const struct gather_record *records, size_t count, struct pb_error *error)
{
	char text[PB_NAME_TEXT_MAX];
	enum pb_result there = pb_edit_get(file->edit, &records->zone, buf, error);

	if (there == PB_FAILED)
		return false;
	if (there == PB_NOT_FOUND) {
		pb_pinbuf_init(buf);
		buf->pin.name = records->zone;
	}
	(void)pb_name_to_text(&records->zone, text);
	if (!fill(buf, records, count)) {
		pb_error_set(error, "%s has more records than a pin can hold", text);
		return false;
	}
	if (drop_addresses(buf))
		gather_note(file, records->line,
			"%s: its pin had addresses of servers that the file does not "
			"have; they go",
			text);
	if (buf->pin.ns.count == 0) {
		pb_error_set(error,
			"%s: there is no NS of it in the file, and it is not pinned; a "
			"pin needs the NS",
			text);
		return false;
	}
	return pb_pin_check(&buf->pin, error) &&
	       file->each(file->arg, &buf->pin, records->line, error);
}

bool gather_pins(
	struct gather *gather, const struct gather_file *file, struct pb_error *error)
{
	struct pb_pinbuf *buf = malloc(sizeof(*buf));
	bool fine = buf != NULL;

	if (buf == NULL)
		pb_error_set(error, "%s: out of memory", file->path);
	if (fine && gather->count == 0) {
		/* A transfer that failed, with --replace, would remove all. */
		pb_error_set(error, "%s: there is nothing in it that can be pinned",
			file->path);
		fine = false;
	}
	gather_sort(gather);
	for (size_t at = 0, end; fine && at < gather->count; at = end) {
		const struct gather_record *first = &gather->records[at];

		for (end = at + 1; end < gather->count &&
				   pb_name_equal(&first->zone, &first[end - at].zone);
			end++)
			;
		fine = make_pin(file, buf, first, end - at, error);
		if (!fine)
			pb_error_context(error, "%s:%u", file->path, first->line);
	}
	free(buf);
	return fine;
}
