/* arena.c - see arena.h. */
#include "arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 8192

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(16) uint8_t octets[];
};

struct arena {
	struct block *blocks; /* the one that is being filled first */
};

static struct {
	void (*end)(void *arg);
	void *arg;
} without_memory;

void arena_set_end(void (*end)(void *arg), void *arg)
{
	without_memory.end = end;
	without_memory.arg = arg;
}

void *arena_need(void *memory)
{
	if (memory != NULL)
		return memory;
	if (without_memory.end != NULL)
		without_memory.end(without_memory.arg);
	(void)fputs("pinbound: out of memory\n", stderr);
	exit(1);
}

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	struct block *block = arena == NULL ? NULL : arena->blocks;

	while (block != NULL) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
	free(arena);
}

/* Something large gets a block of its own, behind the one that is being filled. */
static struct block *add_block(struct arena *arena, size_t size)
{
	bool large = size > BLOCK_SIZE / 4;
	size_t room = large ? size : BLOCK_SIZE;
	struct block *block = arena_need(calloc(1, sizeof(*block) + room));

	block->size = room;
	if (large && arena->blocks != NULL) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX - BLOCK_SIZE)
		(void)arena_need(NULL);
	size = (size + 15) & ~(size_t)15;
	if (block == NULL || size > block->size - block->used)
		block = add_block(arena, size);
	memory = block->octets + block->used;
	block->used += size;
	return memory;
}

void *arena_copy(struct arena *arena, const void *octets, size_t size)
{
	void *copy = arena_alloc(arena, size == 0 ? 1 : size);

	if (size > 0)
		memcpy(copy, octets, size);
	return copy;
}

/* The room that a set of this size has: what it is allocated in steps of. */
static size_t capacity(size_t size)
{
	size_t room = 64;

	while (room < size)
		room *= 2;
	return room;
}

static void make_room(
	struct arena *arena, struct pb_setbuf *buf, const struct pb_set *set, size_t size)
{
	size_t room = capacity(set->size + size);

	if (set->count == 0 || room > capacity(set->size)) {
		pb_setbuf_init(buf, arena_alloc(arena, room), room, buf->order);
		if (set->size > 0)
			memcpy(buf->data, set->data, set->size);
	} else {
		/* The octets are ours, if only the view of them is constant. */
		pb_setbuf_init(buf, (uint8_t *)(uintptr_t)set->data, room, buf->order);
	}
	buf->set.size = set->size;
	buf->set.count = set->count;
}

void arena_add(struct arena *arena, struct pb_seen_set *seen, pb_order *order,
	const void *octets, size_t size)
{
	struct pb_setbuf buf = {.order = order};

	if (size > ARENA_SET_MAX || seen->set.size + size + 2 > ARENA_SET_MAX) {
		seen->cut_short = true;
		return;
	}
	make_room(arena, &buf, &seen->set, size + 2);
	if (!pb_setbuf_add(&buf, octets, size))
		seen->cut_short = true;
	seen->set = buf.set;
}

void arena_add_set(struct arena *arena, struct pb_seen_set *seen, pb_order *order,
	const struct pb_seen_set *more)
{
	struct pb_bytes element;

	for (size_t at = 0; pb_set_next(&more->set, &at, &element);)
		arena_add(arena, seen, order, element.data, element.size);
	seen->cut_short = seen->cut_short || more->cut_short;
}
