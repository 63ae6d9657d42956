/* file.c - see file.h. */
#include "file.h"
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is there something at the path that is written to, and not replaced: a device, a pipe?
 */
static bool is_special(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && !S_ISREG(file.st_mode);
}

/* A file that no other run has, and nobody has put there: *path is what it is called. */
static int make(char *path)
{
	mode_t mask = umask(0);
	int fd = mkostemp(path, O_CLOEXEC);

	(void)umask(mask);
	if (fd >= 0)
		(void)fchmod(fd, 0666 & ~mask);
	return fd;
}

static bool complain(struct cli_file *file)
{
	(void)cli_fail("%s: %s", file->path, strerror(errno));
	free(file->other);
	return false;
}

bool cli_file_open(struct cli_file *file, const char *path)
{
	int fd;

	*file = (struct cli_file){.path = path};
	if (is_special(path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else {
		if (asprintf(&file->other, "%s.new.XXXXXX", path) < 0) {
			file->other = NULL;
			errno = ENOMEM;
			return complain(file);
		}
		fd = make(file->other);
	}
	if (fd < 0)
		return complain(file);
	file->out = fdopen(fd, "w");
	if (file->out != NULL)
		return true;
	(void)close(fd);
	if (file->other != NULL)
		(void)unlink(file->other);
	return complain(file);
}

/* All of it is on the disk before it has the name of what was there. */
static bool write_out(struct cli_file *file, bool keep)
{
	bool fine = ferror(file->out) == 0 && fflush(file->out) == 0 &&
		    (file->other == NULL || !keep || fsync(fileno(file->out)) == 0);

	fine = fclose(file->out) == 0 && fine;
	return fine &&
	       (file->other == NULL || !keep || rename(file->other, file->path) == 0);
}

bool cli_file_close(struct cli_file *file, bool keep)
{
	bool fine = write_out(file, keep);

	if (!fine)
		(void)cli_fail("%s: %s", file->path, strerror(errno));
	if (file->other != NULL && (!fine || !keep))
		(void)unlink(file->other);
	free(file->other);
	return fine;
}
