/* common.c - see fuzz.h. */
#include "db.h"
#include "fuzz.h"
#include "key.h"
#include "pinbound/pinfile.h"
#include <unistd.h>

static char directory[96];

static void clean_up(void)
{
	static const char *const names[] = {"pins.mdb", "state.mdb", "root.hints"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		(void)unlink(path);
		(void)snprintf(path, sizeof(path), "%s/%s-lock", directory, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(directory);
}

static bool make_directory(const char *below)
{
	if (below == NULL)
		return false;
	(void)snprintf(directory, sizeof(directory), "%s/pinbound-fuzz.XXXXXX", below);
	return mkdtemp(directory) != NULL;
}

const char *fuzz_file(const char *name)
{
	static char path[128];

	if (directory[0] == '\0') {
		HOLDS(make_directory(getenv("FUZZ_DIRECTORY")) ||
			make_directory("/dev/shm") || make_directory("/tmp"));
		HOLDS(atexit(clean_up) == 0);
	}
	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static bool compare(
	void *arg, const struct pb_pin *pin, unsigned line, struct pb_error *error)
{
	const struct pb_pin **expected = arg;

	(void)line;
	(void)error;
	HOLDS(*expected != NULL && pb_pin_equal(pin, *expected));
	*expected = NULL;
	return true;
}

void fuzz_check_pin(const struct pb_pin *pin)
{
	const struct pb_pin *expected = pin;
	struct pb_error error;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	HOLDS(pb_pin_check(pin, &error));
	HOLDS(pb_pinfile_write_head(file) && pb_pinfile_write(file, pin));
	(void)fclose(file);
	for (size_t i = 0; i < size; i++)
		HOLDS(text[i] == '\n' ||
			((unsigned char)text[i] >= ' ' && text[i] != 0x7f));
	file = fmemopen(text, size, "r");
	HOLDS(pb_pinfile_read(file, "again", compare, &expected, &error));
	HOLDS(expected == NULL);
	(void)fclose(file);
	free(text);
}

void fuzz_empty(struct pb_txn *txn, unsigned tables)
{
	struct pb_error error;

	for (unsigned table = 0; table < tables; table++) {
		struct pb_bytes key = {NULL, 0}, value;

		while (pb_txn_seek(txn, table, PB_FIRST, &key, &value, &error) == PB_OK) {
			uint8_t copy[PB_KEY_MAX];
			struct pb_bytes at = {copy, key.size};

			memcpy(copy, key.data, key.size);
			HOLDS(pb_txn_delete(txn, table, at, &error) == PB_OK);
		}
	}
}
