/* fuzz_zone.c - a zone file, as "import --format zone" reads it. The input is 1 octet of
 * options, and the file. */
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gather_file file = {.origin = {.size = 0}};

	if (size == 0)
		return 0;
	file.addresses = data[0] & 1;
	if (data[0] & 2)
		HOLDS(pb_name_from_text(&file.origin, "com", 3, NULL));
	fuzz_import(gather_zone, &file, data + 1, size - 1);
	return 0;
}
