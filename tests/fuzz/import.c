/* import.c - see import.h. */
#include "import.h"

static struct pb_error error;

static struct pb_edit *begin(void)
{
	static struct pb_store *store;
	struct pb_edit *edit;

	if (store == NULL)
		store = pb_store_open(fuzz_file("pins.mdb"), PB_STORE_CREATE, &error);
	HOLDS(store != NULL);
	edit = pb_edit_begin(store, "fuzz", "import", 0, &error);
	HOLDS(edit != NULL);
	return edit;
}

static struct pb_name last; /* that was read; size 0: none yet */

static bool take(void *arg, const struct pb_pin *pin, unsigned line, struct pb_error *why)
{
	(void)arg;
	(void)why;
	HOLDS(line > 0);
	HOLDS(last.size == 0 || pb_name_order(&last, &pin->name) < 0);
	last = pin->name;
	fuzz_check_pin(pin);
	return true;
}

void fuzz_import(bool (*gather)(struct gather_file *file, struct pb_error *why),
	struct gather_file *file, const uint8_t *data, size_t size)
{
	FILE *terminal = stderr;
	char *said;
	size_t said_size;

	if (size == 0)
		return;
	file->in = fmemopen((void *)data, size, "r");
	file->path = "file";
	file->edit = begin();
	file->each = take;
	last.size = 0;
	HOLDS(file->in != NULL);
	stderr = open_memstream(&said, &said_size);
	if (!gather(file, &error))
		(void)fprintf(stderr, "%s\n", error.text);
	(void)fclose(stderr);
	stderr = terminal;
	for (size_t i = 0; i < said_size; i++)
		HOLDS(said[i] == '\n' ||
			((unsigned char)said[i] >= ' ' && said[i] != 0x7f));
	free(said);
	(void)fclose(file->in);
	pb_edit_abort(file->edit);
}
