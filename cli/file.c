/* file.c - see file.h. */
#include "file.h"
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "/dev/stdout" and its like are what this process has open already. Returns -1 if the
 * path is none of them. */
static int descriptor_of(const char *path)
{
	static const char *const places[] = {"/dev/fd/", "/proc/self/fd/"};
	char *end;
	long number;

	if (strcmp(path, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t size = strlen(places[i]);

		if (strncmp(path, places[i], size) != 0)
			continue;
		number = strtol(path + size, &end, 10);
		return end != path + size && *end == '\0' && number >= 0 &&
				       number <= INT16_MAX
			       ? (int)number
			       : -1;
	}
	return -1;
}

/* Is it a device, which is written to as it is? A link is none, wherever it leads:
 * somebody may have put it there. */
static bool is_device(const char *path)
{
	struct stat file;

	return lstat(path, &file) == 0 && S_ISCHR(file.st_mode);
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

static int open_it(struct cli_file *file)
{
	int number = descriptor_of(file->path);

	if (number >= 0)
		return fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (is_device(file->path))
		return open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (asprintf(&file->other, "%s.new.XXXXXX", file->path) >= 0)
		return make(file->other);
	file->other = NULL;
	errno = ENOMEM;
	return -1;
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
	fd = open_it(file);
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
	bool replaces = file->other != NULL && keep;
	bool fine = ferror(file->out) == 0 && fflush(file->out) == 0 &&
		    (!replaces || fsync(fileno(file->out)) == 0);

	fine = fclose(file->out) == 0 && fine;
	return fine && (!replaces || rename(file->other, file->path) == 0);
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
