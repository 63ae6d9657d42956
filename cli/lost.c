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

/* Which file is mapped at the address? */
static bool find_mapping(struct mapping *mapping, uintptr_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	bool found = false;

	while (maps != NULL && !found &&
		fgets(mapping->line, sizeof(mapping->line), maps) != NULL) {
		uintptr_t from, to;
		int path = 0;

		found = sscanf(mapping->line,
				"%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &from,
				&to, &path) == 2 &&
			address >= from && address < to;
		mapping->path = mapping->line + path;
	}
	if (maps != NULL)
		(void)fclose(maps);
	if (!found)
		return false;
	mapping->line[strcspn(mapping->line, "\n")] = '\0';
	return mapping->path[0] == '/';
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
