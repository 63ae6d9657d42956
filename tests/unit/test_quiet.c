/*
 * test_quiet.c - looking up a name allocates nothing and makes no system call.
 *
 * The allocator is replaced by one that counts, for the libraries, too. For system
 * calls the kernel is the witness: a child process gives them up (seccomp's strict
 * mode leaves read, write and _exit), looks names up, and lives.
 */
#include "pinbound/store.h"
#include "unit.h"
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PINS 1000
#define LOOKUPS 10000

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned long allocations;

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}

static char directory[64], path[128];

/* PREFIX, the number, ".example". */
static struct pb_name numbered(const char *prefix, int number)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s%d.example", prefix, number);
	return unit_name(text);
}

static int setup(void **state)
{
	struct pb_error why;
	struct pb_store *store;
	struct pb_edit *edit;
	struct pb_pin pin = {.ns = NAMES("ns1.host", "ns2.host"), .expires = PB_NEVER};
	uint64_t generation;

	(void)state;
	(void)snprintf(directory, sizeof(directory), "/tmp/pinbound-quiet-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/pins.mdb", directory);
	store = pb_store_open(path, PB_STORE_CREATE, &why);
	if (store == NULL || (edit = pb_edit_begin(store, "t", "t", 0, &why)) == NULL)
		return 1;
	for (int i = 0; i < PINS; i++) {
		pin.name = numbered("pinned-", i);
		if (pb_edit_put(edit, &pin, &why) != PB_OK)
			return 1;
	}
	if (pb_edit_commit(edit, &generation, &why) != PB_OK)
		return 1;
	pb_store_close(store);
	return 0;
}

static int teardown(void **state)
{
	char lock[160];

	(void)state;
	(void)snprintf(lock, sizeof(lock), "%s-lock", path);
	(void)unlink(path);
	(void)unlink(lock);
	return rmdir(directory);
}

/* Looks up names that are not pinned, and some that are. True if all is as it was
 * stored. */
static bool look_up(struct pb_store *store, const struct pb_name *unpinned,
	const struct pb_name *pinned)
{
	struct pb_error why;
	struct pb_path found;

	for (int i = 0; i < LOOKUPS; i++)
		if (pb_store_path(store, &unpinned[i % PINS], &found, &why) !=
				PB_NOT_FOUND ||
			pb_store_path(store, &pinned[i % PINS], &found, &why) != PB_OK ||
			found.count != 1)
			return false;
	return true;
}

static struct pb_name unpinned[PINS], pinned[PINS];

static struct pb_store *open_warm(void)
{
	struct pb_error why;
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, &why);

	for (int i = 0; i < PINS; i++) {
		unpinned[i] = numbered("www.other-", i);
		pinned[i] = numbered("mail.pinned-", i);
	}
	/* The first lookup makes the transaction that all others use again. */
	assert_true(store != NULL && look_up(store, unpinned, pinned));
	return store;
}

static void no_allocation(void **state)
{
	struct pb_store *store = open_warm();
	unsigned long before;

	(void)state;
	free(malloc(1)); /* it is ours that is called */
	assert_true(allocations > 0);
	before = allocations;
	assert_true(look_up(store, unpinned, pinned));
	assert_int_equal(allocations, before);
	pb_store_close(store);
}

/* LMDB does not allow to use a store across fork(): each child opens it. */
static int in_child(bool with_a_call)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct pb_store *store = open_warm();
		bool fine;

		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
			(void)syscall(SYS_exit, 77);
		fine = look_up(store, unpinned, pinned);
		if (with_a_call)
			(void)getppid();
		(void)syscall(SYS_exit, fine ? 0 : 1); /* not exit_group */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void no_system_call(void **state)
{
	int status = in_child(false);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* And had there been one, it would have been seen. */
	assert_true(WIFSIGNALED(in_child(true)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_allocation),
		cmocka_unit_test(no_system_call),
	};

	return cmocka_run_group_tests_name("quiet", tests, setup, teardown);
}
