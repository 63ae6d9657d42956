/*
 * stamp.h - is the running program one that this module was built for?
 *
 * The module reads Unbound's structs, whose layout may differ from build to
 * build without a change of version. So it carries the GNU build-ids of the
 * programs in the build directory, and refuses any other.
 */
#ifndef PBM_STAMP_H
#define PBM_STAMP_H

#include "pinbound/error.h"
#include <stdbool.h>

bool pbm_stamp_check(struct pb_error *error);

#endif
