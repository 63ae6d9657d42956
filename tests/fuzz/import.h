/* import.h - what the targets of "import" share: files that are none of ours. */
#ifndef PINBOUND_FUZZ_IMPORT_H
#define PINBOUND_FUZZ_IMPORT_H

#include "fuzz.h"
#include "gather.h"

/* Imports the input into a store that has no pins: what it makes are pins, in canonical
 * order; and neither its error nor its notes steer a terminal. */
void fuzz_import(bool (*gather)(struct gather_file *file, struct pb_error *error),
	struct gather_file *file, const uint8_t *data, size_t size);

#endif
