/* mailcount.c - see mailcount.h. */
#include "mailcount.h"
#include <stdlib.h>
#include <string.h>

/* The messages that are remembered: 8 MiB of hashes, four to a bucket, the one that
 * was met last in front. The two lowest bits tell what became of the message. */
#define BUCKETS ((size_t)1 << 18)
#define WAYS 4
#define DELIVERED UINT64_C(1)
#define DEFERRED UINT64_C(2)
#define FLAGS (DELIVERED | DEFERRED)

struct mailcount {
	struct mailcount_domain *domains;
	size_t count, room;
	uint32_t *slots; /* number of a domain, and 1; 0: free. Twice `room`. */
	uint64_t (*messages)[WAYS];
};

struct mailcount *mailcount_new(void)
{
	struct mailcount *count = calloc(1, sizeof(*count));

	if (count == NULL)
		return NULL;
	count->room = 1024;
	count->domains = malloc(count->room * sizeof(*count->domains));
	count->slots = calloc(2 * count->room, sizeof(*count->slots));
	count->messages = calloc(BUCKETS, sizeof(*count->messages));
	if (count->domains != NULL && count->slots != NULL && count->messages != NULL)
		return count;
	mailcount_free(count);
	return NULL;
}

void mailcount_free(struct mailcount *count)
{
	if (count == NULL)
		return;
	for (size_t i = 0; i < count->count; i++)
		free((void *)(uintptr_t)count->domains[i].wire);
	free(count->domains);
	free(count->slots);
	free(count->messages);
	free(count);
}

/* FNV-1a, which is enough for names of which no more than a log's can be chosen. */
static size_t hash(const uint8_t *octets, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ octets[i]) * UINT64_C(0x100000001b3);
	return (size_t)(sum ^ sum >> 32);
}

/* The slot that the name is in, or would be. */
static uint32_t *find(const struct mailcount *count, const uint8_t *wire, uint8_t size)
{
	size_t at = hash(wire, size);

	for (;; at++) {
		uint32_t *slot = &count->slots[at % (2 * count->room)];
		const struct mailcount_domain *domain = &count->domains[*slot - 1];

		if (*slot == 0 ||
			(domain->size == size && memcmp(domain->wire, wire, size) == 0))
			return slot;
	}
}

static bool grow(struct mailcount *count)
{
	size_t room = 2 * count->room;
	struct mailcount_domain *domains =
		reallocarray(count->domains, room, sizeof(*domains));
	uint32_t *slots = calloc(2 * room, sizeof(*slots));

	if (domains != NULL)
		count->domains = domains;
	if (domains == NULL || slots == NULL || room >= UINT32_MAX / 2) {
		free(slots);
		return false;
	}
	free(count->slots);
	count->slots = slots;
	count->room = room;
	for (size_t i = 0; i < count->count; i++)
		*find(count, domains[i].wire, domains[i].size) = (uint32_t)(i + 1);
	return true;
}

/* The domain's counts; NULL if there is no memory. */
static struct mailcount_domain *domain_of(
	struct mailcount *count, const struct pb_name *name)
{
	uint32_t *slot = find(count, name->wire, name->size);
	uint8_t *wire;

	if (*slot != 0)
		return &count->domains[*slot - 1];
	if (count->count == count->room) {
		if (!grow(count))
			return NULL;
		slot = find(count, name->wire, name->size);
	}
	wire = malloc(name->size);
	if (wire == NULL)
		return NULL;
	memcpy(wire, name->wire, name->size);
	count->domains[count->count] =
		(struct mailcount_domain){.wire = wire, .size = name->size};
	*slot = (uint32_t)++count->count;
	return &count->domains[count->count - 1];
}

/* The message's place, in front of its bucket. One that is not known yet takes that
 * of the one that was met longest ago. */
static uint64_t *message_of(struct mailcount *count, uint64_t hash_of_it, bool *known)
{
	uint64_t *bucket = count->messages[hash_of_it >> 46], entry;
	size_t at = 0;

	hash_of_it = (hash_of_it & ~FLAGS) | (hash_of_it < 4 ? 4 : 0);
	while (at < WAYS - 1 && (bucket[at] & ~FLAGS) != hash_of_it)
		at++;
	*known = (bucket[at] & ~FLAGS) == hash_of_it;
	entry = *known ? bucket[at] : hash_of_it;
	memmove(bucket + 1, bucket, at * sizeof(*bucket));
	bucket[0] = entry;
	return bucket;
}

bool mailcount_add(struct mailcount *count, const struct maillog_delivery *delivery)
{
	struct mailcount_domain *domain = domain_of(count, &delivery->domain);
	uint64_t flag = delivery->delivered ? DELIVERED : DEFERRED, *message;
	bool known;

	if (domain == NULL)
		return false;
	message = message_of(count, delivery->message, &known);
	if (!known)
		domain->messages++;
	if (!(*message & flag) && delivery->delivered)
		domain->delivered++;
	if (!(*message & flag) && !delivery->delivered)
		domain->deferred++;
	*message |= flag;
	if (delivery->when > domain->last)
		domain->last = delivery->when;
	return true;
}

static int order(const void *a, const void *b)
{
	const struct mailcount_domain *left = a, *right = b;
	struct pb_name left_name, right_name;

	if (left->messages != right->messages)
		return left->messages < right->messages ? 1 : -1;
	(void)pb_name_from_wire(&left_name, left->wire, left->size);
	(void)pb_name_from_wire(&right_name, right->wire, right->size);
	return pb_name_order(&left_name, &right_name);
}

const struct mailcount_domain *mailcount_sorted(struct mailcount *count, size_t *domains)
{
	if (count->count > 0)
		qsort(count->domains, count->count, sizeof(*count->domains), order);
	*domains = count->count;
	return count->domains;
}
