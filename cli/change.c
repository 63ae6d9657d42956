/* change.c - see change.h. */
#include "change.h"
#include "colour.h"
#include "json.h"
#include "pinbound/state.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define WAIT_SECONDS 10
#define WAIT_STEP_MS 50

/* How long a resolver may take to enforce a change. */
#define ENFORCED_SECONDS 5
#define ENFORCED_STEP_MS 20L

/* Finds the process that holds the lock of a file, in /proc/locks. 0: unknown. */
static long lock_holder(int fd)
{
	struct stat file;
	char line[256], place[64];
	FILE *locks = fopen("/proc/locks", "re");
	long pid = 0, candidate;

	if (locks == NULL)
		return 0;
	if (fstat(fd, &file) == 0) {
		(void)snprintf(place, sizeof(place), " %02x:%02x:%" PRIuMAX " ",
			major(file.st_dev), minor(file.st_dev), (uintmax_t)file.st_ino);
		while (pid == 0 && fgets(line, sizeof(line), locks) != NULL)
			if (strstr(line, place) != NULL && strstr(line, "->") == NULL &&
				/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it */
				sscanf(line, "%*s FLOCK %*s %*s %ld", &candidate) == 1)
				pid = candidate;
	}
	(void)fclose(locks);
	return pid;
}

static void complain_of_holder(const char *path, int fd)
{
	char file[64], name[64] = "?";
	long pid = lock_holder(fd);
	FILE *comm;

	if (pid == 0) {
		(void)cli_fail(
			"%s: another process is changing it; nothing was done", path);
		return;
	}
	(void)snprintf(file, sizeof(file), "/proc/%ld/comm", pid);
	comm = fopen(file, "re");
	if (comm != NULL) {
		if (fscanf(comm, "%63s", name) != 1)
			name[0] = '?';
		(void)fclose(comm);
	}
	(void)cli_fail(
		"%s: process %ld (%s) has been changing it for %d seconds; nothing "
		"was done",
		path, pid, name, WAIT_SECONDS);
}

/* Takes the lock that changes of the command exclude each other with. Returns a
 * descriptor, or -1 with the error out. */
static int take_lock(const char *path)
{
	const struct timespec step = {0, WAIT_STEP_MS * 1000000L};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		(void)cli_fail("%s: %s%s", path, strerror(errno),
			errno == ENOENT   ? "; \"pinbound init\" makes it"
			: errno == EACCES ? "; it is root who changes the pins"
					  : "");
		return -1;
	}
	for (int waited = 0; waited <= WAIT_SECONDS * 1000; waited += WAIT_STEP_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		(void)nanosleep(&step, NULL);
	}
	complain_of_holder(path, fd);
	(void)close(fd);
	return -1;
}

/* Behind our own lock, only the one in LMDB's lock file can still be held, which
 * the resolver can write. Nothing has been written yet when this fires. */
static void give_up(int signal_number)
{
	static const char text[] = "pinbound: the lock in the store's lock file is held "
				   "by a process that has "
				   "the store open; nothing was done\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)signal_number;
	(void)ignored;
	_exit(CLI_FAILED);
}

/* Who is at the keyboard. Only a note: sudo says it, and nothing depends on it. */
static const char *who(void)
{
	const char *sudo = getuid() == 0 ? secure_getenv("SUDO_USER") : NULL;
	const struct passwd *user;

	if (sudo != NULL && *sudo != '\0')
		return sudo;
	user = getpwuid(getuid());
	return user != NULL ? user->pw_name : "?";
}

static void describe(const struct cli *cli, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s", cli->command->name);

	for (size_t i = 0; i < cli->argument_count && used < size; i++)
		used += (size_t)snprintf(
			text + used, size - used, " %s", cli->arguments[i]);
}

bool cli_change_begin(struct cli *cli, struct cli_change *change)
{
	struct pb_error error;
	char what[200];

	*change = (struct cli_change){.lock = take_lock(cli->conf.pins)};
	if (change->lock < 0)
		return false;
	change->store = pb_store_open(cli->conf.pins, PB_STORE_WRITE, &error);
	if (change->store != NULL) {
		(void)signal(SIGALRM, give_up);
		(void)alarm(WAIT_SECONDS);
		describe(cli, what, sizeof(what));
		change->edit = pb_edit_begin(
			change->store, who(), what, (int64_t)time(NULL), &error);
		(void)alarm(0);
	}
	if (change->edit != NULL)
		return true;
	(void)cli_fail("%s", error.text);
	(void)cli_change_drop(change);
	return false;
}

int cli_change_drop(struct cli_change *change)
{
	pb_edit_abort(change->edit);
	pb_store_close(change->store);
	if (change->lock >= 0)
		(void)close(change->lock);
	*change = (struct cli_change){.lock = -1};
	return CLI_FAILED;
}

/* What the resolver says of itself. All 0 if that cannot be read. */
static struct pb_resolver resolver_now(const struct cli *cli)
{
	struct pb_error error;
	struct pb_resolver resolver;
	struct pb_state *state = pb_state_open(cli->conf.state, PB_STORE_READ, &error);
	bool fine = state != NULL && pb_state_resolver(state, &resolver, &error) == PB_OK;

	pb_state_close(state);
	return fine ? resolver : (struct pb_resolver){0};
}

/* What was enforced `before` there was such a generation is one of another file, that
 * was in the store's place: the resolver has to say it anew. */
static bool is_enforced(
	const struct cli *cli, uint64_t generation, const struct pb_resolver *before)
{
	struct pb_resolver now = resolver_now(cli);

	return now.enforced >= generation &&
	       (before->enforced < generation || now.enforced != before->enforced ||
		       now.pid != before->pid || now.started != before->started);
}

enum enforcement { NOTHING_CHANGED, ENFORCED, NO_RESOLVER, NOT_ENFORCED };

/* Waits for the change to reach the resolver. */
static enum enforcement await_enforcement(
	const struct cli *cli, uint64_t generation, const struct pb_resolver *before)
{
	const struct timespec step = {.tv_nsec = ENFORCED_STEP_MS * 1000000};

	if (!pb_state_is_written(cli->conf.state))
		return NO_RESOLVER;
	for (long waited = 0; waited < ENFORCED_SECONDS * 1000L;
		waited += ENFORCED_STEP_MS) {
		if (is_enforced(cli, generation, before))
			return ENFORCED;
		(void)nanosleep(&step, NULL);
	}
	return NOT_ENFORCED;
}

/* Says whether it has. Returns an exit code. */
static int say_enforcement(const struct cli *cli, enum enforcement enforcement)
{
	switch (enforcement) {
	case NOTHING_CHANGED:
		break;
	case ENFORCED:
		if (!cli->quiet && !cli->json)
			(void)printf("%senforced%s\n", cli_colour(stdout, CLI_GOOD),
				cli_colour(stdout, CLI_PLAIN));
		break;
	case NO_RESOLVER:
		if (!cli->quiet)
			(void)fprintf(stderr,
				"%spinbound: warning:%s no resolver runs with "
				"this pinbound.conf; the change is stored\n",
				cli_colour(stderr, CLI_WARN),
				cli_colour(stderr, CLI_PLAIN));
		break;
	case NOT_ENFORCED:
		return cli_fail("the change is stored, but the resolver that runs has "
				"not enforced it within %d seconds; its log may say why, "
				"and \"unbound-control reload\" helps",
			ENFORCED_SECONDS);
	}
	return CLI_DONE;
}

static void report_json(const struct pb_edit_counts *counts, uint64_t generation,
	enum enforcement enforcement)
{
	struct json json;

	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_number(&json, "generation", (int64_t)generation);
	json_number(&json, "added", (int64_t)counts->added);
	json_number(&json, "changed", (int64_t)counts->changed);
	json_number(&json, "removed", (int64_t)counts->removed);
	if (enforcement != NOTHING_CHANGED)
		json_bool(&json, "enforced", enforcement == ENFORCED);
	json_close(&json, '}');
	json_end(&json);
}

int cli_change_commit(struct cli *cli, struct cli_change *change, const char *format, ...)
{
	struct pb_edit_counts counts = pb_edit_counts(change->edit);
	enum enforcement enforcement = NOTHING_CHANGED;
	struct pb_resolver before = resolver_now(cli);
	struct pb_edit *edit = change->edit;
	struct pb_error error;
	uint64_t generation;
	va_list args;

	change->edit = NULL; /* freed by the commit, in any case */
	if (pb_edit_commit(edit, &generation, &error) != PB_OK) {
		(void)cli_fail("%s", error.text);
		return cli_change_drop(change);
	}
	(void)cli_change_drop(change);
	if (!cli->json && !cli->quiet) {
		va_start(args, format);
		(void)vprintf(format, args);
		va_end(args);
		(void)printf(" (generation %" PRIu64 ")\n", generation);
	}
	(void)fflush(stdout); /* so that what is said comes in order */
	if (counts.added + counts.changed + counts.removed > 0)
		enforcement = await_enforcement(cli, generation, &before);
	if (cli->json) {
		report_json(&counts, generation, enforcement);
		(void)fflush(stdout);
	}
	return say_enforcement(cli, enforcement);
}
