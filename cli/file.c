/* file.c - see file.h. */
#include "file.h"
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of our own, not one that somebody has put there, or a link (O_EXCL). */
static FILE *make(const char *path)
{
	FILE *out;
	int fd;

	(void)unlink(path); /* what a run left that came to no end */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return NULL;
	out = fdopen(fd, "w");
	if (out == NULL)
		(void)close(fd);
	return out;
}

bool cli_file_open(struct cli_file *file, const char *path)
{
	*file = (struct cli_file){.path = path};
	if (asprintf(&file->other, "%s.new", path) < 0) {
		file->other = NULL;
		(void)cli_fail("out of memory");
		return false;
	}
	file->out = make(file->other);
	if (file->out != NULL)
		return true;
	(void)cli_fail("%s: %s", file->other, strerror(errno));
	free(file->other);
	return false;
}

bool cli_file_close(struct cli_file *file, bool keep)
{
	bool fine = ferror(file->out) == 0;

	fine = fclose(file->out) == 0 && fine;
	fine = fine && (!keep || rename(file->other, file->path) == 0);
	if (!fine)
		(void)cli_fail("%s: %s", file->other, strerror(errno));
	if (!fine || !keep)
		(void)unlink(file->other);
	free(file->other);
	return fine;
}
