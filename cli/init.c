/* init.c - making the stores. */
#include "cli.h"
#include "json.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose the stores are to be. */
struct owners {
	uid_t resolver;
	gid_t group;
};

/* Not to be able to look is not to find none: the stores would not be Unbound's. */
static bool is_no_such_user(int code)
{
	return code == 0 || code == ENOENT || code == ESRCH;
}

/* Unbound's user, if we are root and there is one; else our own. */
static bool find_owners(struct owners *owners)
{
	struct passwd user, *found = NULL;
	char text[4096];
	int code = geteuid() != 0
			   ? 0
			   : getpwnam_r("unbound", &user, text, sizeof(text), &found);

	*owners = (struct owners){geteuid(), getegid()};
	if (found != NULL)
		*owners = (struct owners){user.pw_uid, user.pw_gid};
	else if (!is_no_such_user(code))
		(void)cli_fail(
			"the user \"unbound\" cannot be looked up: %s", strerror(code));
	return found != NULL || is_no_such_user(code);
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

/* Makes one directory. True also if it was there; *made tells. */
static bool make_one(const char *path, bool *made)
{
	*made = mkdir(path, 0755) == 0;
	return *made || errno == EEXIST || complain(path);
}

static bool give_directory(const char *path, gid_t group)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool fine;

	if (fd < 0)
		return complain(path);
	fine = give(fd, path, geteuid(), group, 0750);
	(void)close(fd);
	return fine;
}

/* Makes the directory that a store lies in, and those above it, if they are not
 * there. One that was there stays as it is. */
static bool make_directory(const char *store, const struct owners *owners)
{
	char *path = strdup(store), *last;
	bool fine = true, made = false;

	if (path == NULL)
		return complain(store);
	last = strrchr(path, '/');
	if (last == NULL || last == path) {
		free(path);
		return true;
	}
	*last = '\0';
	for (char *slash = strchr(path + 1, '/'); fine && slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		fine = make_one(path, &made);
		*slash = '/';
	}
	fine = fine && make_one(path, &made);
	if (fine && made)
		fine = give_directory(path, owners->group);
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

/* The directory that a file lies in; -1 if it cannot be opened, which it says. */
static int open_directory(const char *path)
{
	char directory[4096];
	int fd;

	(void)snprintf(directory, sizeof(directory), "%.*s",
		(int)(strrchr(path, '/') - path + 1), path);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		(void)complain(directory);
	return fd;
}

/* Gives the store that was made beside its place that place, where nothing may be. */
static bool put_in_place(const char *made, const char *path)
{
	if (link(made, path) != 0) {
		(void)cli_fail("%s: %s", path,
			errno == EEXIST ? "it exists already" : strerror(errno));
		return false;
	}
	return unlink(made) == 0 || complain(made);
}

/*
 * root writes the pins, Unbound's group reads them; the lock file, in which
 * LMDB's readers must write, and the state are Unbound's. A store that was not made to
 * its end must not be in the way of the next one. A lock file without its store belongs
 * to one that was moved away, which a resolver may still have open: both would share it.
 */
static bool make_pins(const char *path, const struct owners *owners)
{
	char made[4096 + 8], made_lock[4096 + 16], lock[4096 + 8];
	struct pb_error error;
	struct pb_store *store;
	bool fine;

	(void)snprintf(made, sizeof(made), "%s.new", path);
	(void)snprintf(made_lock, sizeof(made_lock), "%s-lock", made);
	(void)snprintf(lock, sizeof(lock), "%s-lock", path);
	if (access(path, F_OK) == 0) {
		(void)cli_fail("%s: it exists already", path);
		return false;
	}
	(void)unlink(made);
	store = pb_store_open(made, PB_STORE_CREATE, &error);
	if (store == NULL) {
		(void)cli_fail("%s", error.text);
		return false;
	}
	pb_store_close(store);
	(void)unlink(made_lock);
	(void)unlink(lock);
	fine = make_file(made, true, geteuid(), owners->group, 0640) &&
	       make_file(lock, false, owners->resolver, owners->group, 0660) &&
	       put_in_place(made, path);
	(void)unlink(made);
	return fine;
}

/* One at a time: what is made beside the store has one name. And what was made is there
 * after a power cut, too. */
static bool make_pins_alone(const char *path, const struct owners *owners)
{
	int directory = open_directory(path);
	bool fine;

	if (directory < 0)
		return false;
	fine = (flock(directory, LOCK_EX) == 0 || complain(path)) &&
	       make_pins(path, owners) && (fsync(directory) == 0 || complain(path));
	(void)close(directory);
	return fine;
}

static bool make_state(const char *path, const struct owners *owners)
{
	char lock[4096];

	(void)snprintf(lock, sizeof(lock), "%s-lock", path);
	return make_file(path, false, owners->resolver, owners->group, 0640) &&
	       make_file(lock, false, owners->resolver, owners->group, 0660);
}

static void say_json(const struct cli *cli)
{
	struct json json;

	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_text(&json, "pins", cli->conf.pins);
	json_text(&json, "state", cli->conf.state);
	json_close(&json, '}');
	json_end(&json);
}

/* The state store is lost, as when it was damaged and removed; the pins are there. */
static bool lacks_only_state(const struct cli *cli)
{
	struct stat pins;

	return stat(cli->conf.pins, &pins) == 0 && S_ISREG(pins.st_mode) &&
	       access(cli->conf.state, F_OK) != 0;
}

int cli_init(struct cli *cli)
{
	bool only_state = lacks_only_state(cli);
	struct owners owners;

	if (!find_owners(&owners) || !make_directory(cli->conf.pins, &owners) ||
		!make_directory(cli->conf.state, &owners) ||
		!make_state(cli->conf.state, &owners) ||
		/* last: it must not be there yet */
		(!only_state && !make_pins_alone(cli->conf.pins, &owners)))
		return CLI_FAILED;
	if (cli->json)
		say_json(cli);
	else if (!cli->quiet && only_state)
		(void)printf("%s: made; the pins were there\n", cli->conf.state);
	else if (!cli->quiet)
		(void)printf("%s: made; \"pinbound add NAME\" stores the first pin\n",
			cli->conf.pins);
	return CLI_DONE;
}
