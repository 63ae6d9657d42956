/*
 * fuzz_state.c - the state store with entries that a stranger has written. The input is
 * entries: 1 octet table, 1 size of the key, 2 of the value, key, value.
 */
#include "fuzz.h"
#include "state_tables.h"

static struct pb_state *state;
static struct pb_error error;

static void open_state(void)
{
	const char *path = fuzz_file("state.mdb");
	FILE *file = fopen(path, "we"); /* as "init" makes it */

	HOLDS(file != NULL);
	(void)fclose(file);
	state = pb_state_open(path, PB_STORE_WRITE, &error);
	HOLDS(state != NULL);
}

static void fill(const uint8_t *data, size_t size)
{
	struct pb_txn *txn = pb_db_write(state->db, &error);

	HOLDS(txn != NULL);
	fuzz_empty(txn, PB_STATE_TABLES);
	while (size >= 4) {
		size_t key_size = data[1], value_size = (size_t)(data[2] << 8 | data[3]);
		struct pb_bytes key = {data + 4, key_size},
				value = {data + 4 + key_size, value_size};

		if (key_size == 0 || key_size + value_size > size - 4)
			break;
		HOLDS(pb_txn_put(txn, data[0] % PB_STATE_TABLES, key, value, &error));
		data += 4 + key_size + value_size;
		size -= 4 + key_size + value_size;
	}
	HOLDS(pb_txn_commit(txn, &error));
}

static bool see_happening(void *arg, const struct pb_happening *happening)
{
	struct pb_happening *kept = arg;

	HOLDS(happening->aspect < PB_ASPECTS && happening->action <= PB_ACTION_REFUSED);
	HOLDS(happening->zone.size > 0 && strlen(happening->line) <= PB_LINE_MAX);
	HOLDS(fuzz_is_plain(happening->line));
	*kept = *happening;
	return true;
}

static bool see_count(void *arg, const struct pb_counted *counted)
{
	(void)arg;
	HOLDS(counted->zone.size > 0);
	return true;
}

static bool keep_some(void *arg, const struct pb_name *zone)
{
	(void)arg;
	return zone->size % 2 == 0;
}

static void check_result(enum pb_result result)
{
	HOLDS(result != PB_FAILED || fuzz_is_reason(&error));
}

/* Whatever is there, the resolver's writing is refused, or what it has written is read.
 */
static void write_one(struct pb_happening *happening)
{
	static const struct pb_news nothing;
	struct pb_news news = nothing;
	uint64_t last;

	happening->logged = true;
	happening->response = (struct pb_bytes){NULL, 0};
	news.happenings = happening;
	news.happening_count = 1;
	if (!pb_state_write(state, &news, &error)) {
		HOLDS(fuzz_is_reason(&error));
		return;
	}
	check_result(pb_state_events(state, 0, &last, see_happening, happening, &error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pb_happening happening = {.zone = {.size = 1}};
	struct pb_evidence evidence;
	struct pb_resolver resolver;
	uint64_t last;
	uint8_t *memory;

	if (state == NULL)
		open_state();
	fill(data, size);
	check_result(pb_state_resolver(state, &resolver, &error));
	check_result(pb_state_zones(state, see_happening, &happening, &error));
	check_result(pb_state_events(state, 0, &last, see_happening, &happening, &error));
	check_result(pb_state_counts(state, see_count, NULL, &error));
	check_result(pb_state_evidence(state, 1, &evidence, &memory, &error));
	free(memory);
	write_one(&happening);
	if (!pb_state_prune(state, keep_some, NULL, &error))
		HOLDS(fuzz_is_reason(&error));
	return 0;
}
