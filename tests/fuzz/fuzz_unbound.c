/* fuzz_unbound.c - an unbound.conf, as "import --format unbound" reads it. */
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gather_file file = {.origin = {.size = 0}};

	fuzz_import(gather_unbound, &file, data, size);
	return 0;
}
