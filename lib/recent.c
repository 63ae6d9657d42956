/* recent.c - see pinbound/recent.h. */
#include "pinbound/recent.h"
#include "pinbound/pages.h"
#include <stdlib.h>

/* Numbers of one remainder, the newest first. They are a line of the processor's cache.
 */
#define WAYS 8

struct bucket {
	uint64_t numbers[WAYS]; /* each atomic; 0: none */
};

struct pb_recent {
	size_t count;
	struct bucket *buckets;
};

static size_t buckets_size(const struct pb_recent *recent)
{
	return recent->count * sizeof(struct bucket);
}

struct pb_recent *pb_recent_new(size_t room)
{
	struct pb_recent *recent = calloc(1, sizeof(*recent));

	if (recent == NULL)
		return NULL;
	recent->count = room / WAYS + 1;
	recent->buckets = pb_pages_new(buckets_size(recent));
	if (recent->buckets != NULL)
		return recent;
	free(recent);
	return NULL;
}

void pb_recent_free(struct pb_recent *recent)
{
	if (recent == NULL)
		return;
	pb_pages_free(recent->buckets, buckets_size(recent));
	free(recent);
}

static struct bucket *bucket_of(const struct pb_recent *recent, uint64_t number)
{
	return &recent->buckets[number % recent->count];
}

static uint64_t get(const struct bucket *bucket, unsigned way)
{
	return __atomic_load_n(&bucket->numbers[way], __ATOMIC_RELAXED);
}

static void put(struct bucket *bucket, unsigned way, uint64_t number)
{
	__atomic_store_n(&bucket->numbers[way], number, __ATOMIC_RELAXED);
}

/* Which of the bucket's the number is; WAYS if it is none of them. */
static unsigned find(const struct bucket *bucket, uint64_t number)
{
	unsigned way = 0;

	while (way < WAYS && get(bucket, way) != number)
		way++;
	return way;
}

void pb_recent_add(struct pb_recent *recent, uint64_t number)
{
	struct bucket *bucket = bucket_of(recent, number);
	unsigned way = find(bucket, number);

	/* One that is there becomes the newest; else the oldest goes. */
	if (way == WAYS)
		way--;
	for (; way > 0; way--)
		put(bucket, way, get(bucket, way - 1));
	put(bucket, 0, number);
}

bool pb_recent_has(const struct pb_recent *recent, uint64_t number)
{
	return find(bucket_of(recent, number), number) < WAYS;
}

size_t pb_recent_size(const struct pb_recent *recent)
{
	return sizeof(*recent) + buckets_size(recent);
}
