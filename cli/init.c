/* init.c - making the stores. */
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose the stores are to be. */
struct owners {
	uid_t resolver;
	gid_t group;
};

/* Unbound's user, if we are root and there is one; else our own. */
static struct owners find_owners(void)
{
	const struct passwd *user = geteuid() == 0 ? getpwnam("unbound") : NULL;

	if (user != NULL)
		return (struct owners){user->pw_uid, user->pw_gid};
	return (struct owners){geteuid(), getegid()};
}

static bool complain(const char *path)
{
	(void)cli_fail("%s: %s", path, strerror(errno));
	return false;
}

/* Sets owner and mode of what was just opened, whatever the umask. */
static bool give(int fd, const char *path, uid_t owner, gid_t group, mode_t mode)
{
	if (fchown(fd, owner, group) == 0 && fchmod(fd, mode) == 0)
		return true;
	return complain(path);
}

/* Makes the directory that a store lies in, if it is not there. */
static bool make_directory(const char *store, const struct owners *owners)
{
	char *path = strdup(store);
	char *slash = path != NULL ? strrchr(path, '/') : NULL;
	bool fine = false, made;
	int fd;

	if (slash == NULL || slash == path) {
		free(path);
		return true;
	}
	*slash = '\0';
	made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST) {
		(void)complain(path);
	} else if (!made) {
		fine = true;
	} else {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		fine = fd < 0 ? complain(path)
			      : give(fd, path, geteuid(), owners->group, 0750);
		if (fd >= 0)
			(void)close(fd);
	}
	free(path);
	return fine;
}

/* Makes an empty file, or gives one that is there its owner. */
static bool make_file(const char *path, bool there, uid_t owner, gid_t group, mode_t mode)
{
	int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (there ? 0 : O_CREAT | O_EXCL);
	int fd = open(path, flags, 0600);
	bool fine;

	if (fd < 0)
		return (!there && errno == EEXIST) || complain(path);
	fine = give(fd, path, owner, group, mode);
	(void)close(fd);
	return fine;
}

/*
 * root writes the pins, Unbound's group reads them; the lock file, in which
 * LMDB's readers must write, and the state are Unbound's.
 */
static bool make_pins(const char *path, const struct owners *owners)
{
	char lock[4096];
	struct pb_error error;
	struct pb_store *store = pb_store_open(path, PB_STORE_CREATE, &error);

	if (store == NULL) {
		(void)cli_fail("%s", error.text);
		return false;
	}
	pb_store_close(store);
	(void)snprintf(lock, sizeof(lock), "%s-lock", path);
	return make_file(path, true, geteuid(), owners->group, 0640) &&
	       make_file(lock, true, owners->resolver, owners->group, 0660);
}

static bool make_state(const char *path, const struct owners *owners)
{
	char lock[4096];

	(void)snprintf(lock, sizeof(lock), "%s-lock", path);
	return make_file(path, false, owners->resolver, owners->group, 0640) &&
	       make_file(lock, false, owners->resolver, owners->group, 0660);
}

int cli_init(struct cli *cli)
{
	const struct owners owners = find_owners();

	if (!make_directory(cli->conf.pins, &owners) ||
		!make_directory(cli->conf.state, &owners) ||
		!make_pins(cli->conf.pins, &owners) ||
		!make_state(cli->conf.state, &owners))
		return CLI_FAILED;
	if (cli->json)
		(void)printf("{\"pins\": \"%s\", \"state\": \"%s\"}\n", cli->conf.pins,
			cli->conf.state);
	else if (!cli->quiet)
		(void)printf("%s: made; \"pinbound add NAME\" stores the first pin\n",
			cli->conf.pins);
	return CLI_DONE;
}
