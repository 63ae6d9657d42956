/* lost.c - see lost.h. */
#include "lost.h"
#include "cli.h"
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line of /proc/self/maps: "from-to perms offset device inode   path" (proc(5)). */
struct mapping {
	char line[PATH_MAX + 128];
	const char *path; /* in the line */
};

/* Does the line tell of the address, and of a file? The fields between hold no '/'. */
static bool tells_of(struct mapping *mapping, uintptr_t address)
{
	char *next;
	uintmax_t from = strtoumax(mapping->line, &next, 16);
	uintmax_t to = *next == '-' ? strtoumax(next + 1, &next, 16) : 0;

	mapping->path = strchr(next, '/');
	return address >= from && address < to && mapping->path != NULL;
}

/* Which file is mapped at the address? */
static bool find_mapping(struct mapping *mapping, uintptr_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	bool found = false;

	mapping->line[0] = '\0';
	while (maps != NULL && !found &&
		fgets(mapping->line, sizeof(mapping->line), maps) != NULL)
		found = tells_of(mapping, address);
	if (maps != NULL)
		(void)fclose(maps);
	mapping->line[strcspn(mapping->line, "\n")] = '\0';
	return found;
}

/* The signal comes from what has read the page, at that very place: no function of the
 * C library's that must not be called again was interrupted. */
static void end(int number, siginfo_t *info, void *context)
{
	struct mapping mapping;

	(void)context;
	if (!find_mapping(&mapping, (uintptr_t)info->si_addr)) {
		(void)signal(number, SIG_DFL);
		return; /* and what has led here happens once more */
	}
	(void)cli_fail(
		"%s: it has been cut short, or its disk fails; see \"Restore a store\" "
		"in pinbound(8)",
		mapping.path);
	_exit(CLI_FAILED);
}

void lost_watch(void)
{
	struct sigaction action = {
		.sa_sigaction = end, .sa_flags = (int)(SA_SIGINFO | SA_RESETHAND)};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGBUS, &action, NULL);
}
