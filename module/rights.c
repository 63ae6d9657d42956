/* rights.c - see rights.h. */
#include "rights.h"
#include "host.h"
#include <unistd.h>

static bool can_write_directory_of(const char *path)
{
	char *directory = strdup(path);
	char *last = directory == NULL ? NULL : strrchr(directory, '/');
	bool can = false;

	if (last != NULL) {
		last[last == directory] = '\0'; /* the root keeps its slash */
		can = access(directory, W_OK) == 0;
	}
	free(directory);
	return can;
}

void pbm_warn_of_rights(const char *pins)
{
	if (geteuid() == 0) /* whoever runs Unbound as root has decided so */
		return;
	if (access(pins, W_OK) == 0)
		log_warn("pinbound: %s: Unbound's user can write it, and so change the "
			 "pins; give it to root, with mode 0640",
			pins);
	else if (can_write_directory_of(pins))
		log_warn("pinbound: %s: Unbound's user can write its directory, and so "
			 "change the pins; give that to root, with mode 0750",
			pins);
}
