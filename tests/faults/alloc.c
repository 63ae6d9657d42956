/*
 * alloc.c - preloaded into a program, lets chosen allocations fail.
 *
 *   FAULT_AT=N       the N-th allocation from the beginning of main() fails
 *   FAULT_ON=YES     ... and all behind it
 *   FAULT_HIT=FILE   where it is said, with a backtrace, that it came to that; and,
 *                    behind a line "signal", where a signal has ended the program
 *
 * What the C library allocates for the program counts as well: strdup, asprintf,
 * fopen. Programs that it starts in turn are left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEPTH 24

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
	void (*init)(void), void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

static unsigned long at, count;
static bool on, further;
static const char *hit;
static int (*real_main)(int, char **, char **);
static pthread_t counted;

static void tell(const char *why, int flags)
{
	void *places[DEPTH];
	int fd;

	on = false; /* what tells of it is not to fail */
	fd = open(hit, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	(void)!write(fd, why, strlen(why));
	backtrace_symbols_fd(places, backtrace(places, DEPTH), fd);
	(void)close(fd);
}

/* It returns to what happens once more, now without this. */
static void end(int number)
{
	(void)number;
	tell("signal\n", O_APPEND);
}

static void watch(int number)
{
	struct sigaction action = {.sa_handler = end, .sa_flags = (int)SA_RESETHAND};

	(void)sigaction(number, &action, NULL);
}

/* Only the first thread counts: then the same number is the same place each time. */
static bool fails(void)
{
	unsigned long number;

	if (!on || !pthread_equal(counted, pthread_self()))
		return false;
	number = ++count;
	if (number < at || (number > at && !further))
		return false;
	if (number == at && hit != NULL) {
		tell("", O_TRUNC);
		on = true;
	}
	errno = ENOMEM;
	return true;
}

static int begin(int argc, char **argv, char **environment)
{
	const char *text = getenv("FAULT_AT");
	void *place;

	at = text == NULL ? 0 : strtoul(text, NULL, 10);
	further = getenv("FAULT_ON") != NULL;
	hit = getenv("FAULT_HIT");
	(void)backtrace(&place, 1); /* allocates, the first time */
	(void)unsetenv("LD_PRELOAD");
	counted = pthread_self();
	if (hit != NULL) {
		watch(SIGSEGV);
		watch(SIGABRT);
	}
	on = at > 0;
	return real_main(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
	void (*init)(void), void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	__typeof__(&__libc_start_main) real;

	*(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
	real_main = main;
	return real(begin, argc, argv, init, fini, rtld_fini, stack_end);
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

/* Files that are mapped are no memory that was asked for. */
void *mmap(void *where, size_t size, int rights, int flags, int fd, off_t offset)
{
	if ((flags & MAP_ANONYMOUS) != 0 && fails())
		return MAP_FAILED;
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	return (void *)syscall(SYS_mmap, where, size, rights, flags, fd, offset);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
	void *octets = memalign(alignment, size);

	if (octets == NULL)
		return ENOMEM;
	*result = octets;
	return 0;
}
