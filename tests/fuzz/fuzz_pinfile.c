/* fuzz_pinfile.c - pin files, as "import" reads them and "export" writes them. */
#include "fuzz.h"
#include "pinbound/pinfile.h"

struct exported {
	FILE *out;
	size_t pins;
	unsigned line;
};

static bool export_pin(
	void *arg, const struct pb_pin *pin, unsigned line, struct pb_error *error)
{
	struct exported *exported = arg;

	(void)error;
	HOLDS(line > exported->line);
	exported->line = line;
	exported->pins++;
	fuzz_check_pin(pin);
	HOLDS(pb_pinfile_write(exported->out, pin));
	return true;
}

/* Writes what was read as "export" does. False if it cannot be read. */
static bool export(const void *text, size_t size, char **out, size_t *out_size,
	size_t *pins, struct pb_error *error)
{
	struct exported exported = {.out = open_memstream(out, out_size)};
	FILE *in = fmemopen((void *)text, size, "r");
	bool fine;

	HOLDS(in != NULL && exported.out != NULL);
	HOLDS(pb_pinfile_write_head(exported.out));
	fine = pb_pinfile_read(in, "pins", export_pin, &exported, error);
	(void)fclose(in);
	(void)fclose(exported.out);
	*pins = exported.pins;
	return fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pb_error error;
	char *first, *second;
	size_t first_size, second_size, first_pins, second_pins;

	if (size == 0)
		return 0;
	if (export(data, size, &first, &first_size, &first_pins, &error)) {
		HOLDS(export(
			first, first_size, &second, &second_size, &second_pins, &error));
		HOLDS(first_pins == second_pins && first_size == second_size &&
			memcmp(first, second, first_size) == 0);
		free(second);
	} else {
		HOLDS(fuzz_is_reason(&error));
		HOLDS(strncmp(error.text, "pins:", 5) == 0);
	}
	free(first);
	return 0;
}
