/* pages.c - see pinbound/pages.h. */
#include "pinbound/pages.h"
#include <stdlib.h>
#include <sys/mman.h>

/* AddressSanitizer watches the ends of what comes from the C library. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WATCHED
#endif

#ifdef WATCHED

void *pb_pages_new(size_t size)
{
	return calloc(1, size);
}

void pb_pages_free(void *pages, size_t size)
{
	(void)size;
	free(pages);
}

#else

void *pb_pages_new(size_t size)
{
	void *pages = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

void pb_pages_free(void *pages, size_t size)
{
	if (pages != NULL)
		(void)munmap(pages, size);
}

#endif
