/* rights.c - see rights.h. */
#include "rights.h"
#include "host.h"
#include <sys/stat.h>
#include <unistd.h>

/* May we put something else in the place of `entry` of a directory? In one with the
 * sticky bit only the owners may. */
static bool can_replace(const char *directory, const char *entry)
{
	struct stat of_directory, of_entry;

	return access(directory, W_OK) == 0 && stat(directory, &of_directory) == 0 &&
	       stat(entry, &of_entry) == 0 &&
	       ((of_directory.st_mode & S_ISVTX) == 0 ||
		       of_directory.st_uid == geteuid() || of_entry.st_uid == geteuid());
}

/* The first directory above a file in which we can. False if there is none. */
static bool find_weak(const char *file, char *directory, size_t size)
{
	char entry[PATH_MAX];

	(void)snprintf(entry, sizeof(entry), "%s", file);
	for (char *last = strrchr(entry, '/'); last != NULL; last = strrchr(entry, '/')) {
		/* The root keeps its slash. */
		(void)snprintf(directory, size, "%.*s",
			last == entry ? 1 : (int)(last - entry), entry);
		if (can_replace(directory, entry))
			return true;
		*last = '\0';
	}
	return false;
}

void pbm_warn_of_rights(const char *pins)
{
	char directory[PATH_MAX];

	if (geteuid() == 0) /* whoever runs Unbound as root has decided so */
		return;
	if (access(pins, W_OK) == 0)
		log_warn("pinbound: %s: Unbound's user can write it, and so change the "
			 "pins; give it to root, with mode 0640",
			pins);
	else if (find_weak(pins, directory, sizeof(directory)))
		log_warn("pinbound: %s: Unbound's user can write the directory %s, and "
			 "so put other pins in their place; give that to root, and if "
			 "Unbound must write there, mode 1775",
			pins, directory);
}
