/* set.c - packed sorted sets; see pinbound/set.h. */
#include "pinbound/set.h"
#include "pinbound/name.h"
#include <string.h>

#define LENGTH_SIZE 2

int pb_order_octets(struct pb_bytes a, struct pb_bytes b)
{
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

	if (order != 0)
		return order;
	return a.size < b.size ? -1 : a.size > b.size;
}

int pb_order_names(struct pb_bytes a, struct pb_bytes b)
{
	struct pb_name name_a, name_b;
	size_t size_a = pb_name_from_wire(&name_a, a.data, a.size);
	size_t size_b = pb_name_from_wire(&name_b, b.data, b.size);
	int order;

	if (size_a == 0 || size_b == 0)
		return pb_order_octets(a, b);
	order = pb_name_order(&name_a, &name_b);
	if (order != 0)
		return order;
	return pb_order_octets((struct pb_bytes){a.data + size_a, a.size - size_a},
		(struct pb_bytes){b.data + size_b, b.size - size_b});
}

bool pb_set_next(const struct pb_set *set, size_t *at, struct pb_bytes *element)
{
	size_t size;

	if (set->size < LENGTH_SIZE || *at > set->size - (size_t)LENGTH_SIZE)
		return false;
	size = (size_t)set->data[*at] << 8 | set->data[*at + 1];
	if (size > set->size - *at - LENGTH_SIZE)
		return false;
	element->data = set->data + *at + LENGTH_SIZE;
	element->size = size;
	*at += LENGTH_SIZE + size;
	return true;
}

bool pb_set_check(const struct pb_set *set, pb_order *order)
{
	struct pb_bytes element, last = {NULL, 0};
	size_t at = 0, count = 0;

	while (pb_set_next(set, &at, &element)) {
		if (count++ > 0 && order(last, element) >= 0)
			return false;
		last = element;
	}
	return at == set->size && count == set->count;
}

static bool same(struct pb_bytes a, struct pb_bytes b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

bool pb_set_has(const struct pb_set *set, struct pb_bytes element)
{
	struct pb_bytes candidate;

	for (size_t at = 0; pb_set_next(set, &at, &candidate);)
		if (same(candidate, element))
			return true;
	return false;
}

bool pb_set_equal(const struct pb_set *a, const struct pb_set *b)
{
	return a->size == b->size && a->count == b->count &&
	       (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

bool pb_set_within(const struct pb_set *a, const struct pb_set *b)
{
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(a, &at, &element);)
		if (!pb_set_has(b, element))
			return false;
	return true;
}

void pb_setbuf_init(
	struct pb_setbuf *buf, uint8_t *data, size_t capacity, pb_order *order)
{
	*buf = (struct pb_setbuf){
		.set = {.data = data},
		.data = data,
		.capacity = capacity < UINT16_MAX ? capacity : UINT16_MAX,
		.order = order,
	};
}

bool pb_setbuf_add(struct pb_setbuf *buf, const void *octets, size_t size)
{
	struct pb_bytes element, added = {octets, size};
	size_t at = 0, place = 0;

	while (pb_set_next(&buf->set, &at, &element)) {
		int order = buf->order(element, added);

		if (order == 0)
			return true;
		if (order > 0)
			break;
		place = at;
	}
	if (buf->set.count == PB_SET_ELEMENTS_MAX || size > UINT16_MAX ||
		size + LENGTH_SIZE > buf->capacity - buf->set.size)
		return false;
	memmove(buf->data + place + LENGTH_SIZE + size, buf->data + place,
		buf->set.size - place);
	buf->data[place] = (uint8_t)(size >> 8);
	buf->data[place + 1] = (uint8_t)size;
	memcpy(buf->data + place + LENGTH_SIZE, octets, size);
	buf->set.size = (uint16_t)(buf->set.size + LENGTH_SIZE + size);
	buf->set.count++;
	return true;
}
