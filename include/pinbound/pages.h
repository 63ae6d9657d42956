/*
 * pages.h - memory for large tables, from the system itself. Pages that are never used
 * are not resident, as a rule, and all are given back at once. The C library promises
 * neither: what it has freed it keeps, and clears when it hands it out again, so that
 * each reload of a resolver would leave it larger by a table.
 */
#ifndef PINBOUND_PAGES_H
#define PINBOUND_PAGES_H

#include <stddef.h>

/* Zeroed. NULL if there is no memory. To be freed with the same size, which is not 0. */
void *pb_pages_new(size_t size);
void pb_pages_free(void *pages, size_t size); /* NULL is fine */

#endif
