/*
 * driver.c - runs a target on each file that is given: what libFuzzer's own main() does
 * with files, for a compiler without it.
 */
#include "fuzz.h"

static bool run(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0;
	long end = -1;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0)
		end = ftell(file);
	if (end >= 0 && fseek(file, 0, SEEK_SET) == 0) {
		/* As long as that and no longer, so that valgrind sees more. */
		size = (size_t)end;
		data = malloc(size + (size == 0));
	}
	if (data == NULL || fread(data, 1, size, file) != size) {
		perror(path);
		free(data);
		if (file != NULL)
			(void)fclose(file);
		return false;
	}
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return true;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!run(argv[i]))
			return 1;
	return 0;
}
