/* run.c - reading files, and running programs; see doctor.h. */
#include "doctor.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 10
#define OUTPUT_MAX ((size_t)4 << 20)

/* What comes out of a pipe, or stands in a file. */
struct heap {
	char *text;
	size_t size;
	int fd;
};

char *doctor_rooted(
	const struct doctor_facts *facts, const char *path, char out[DOCTOR_PATH_MAX])
{
	(void)snprintf(out, DOCTOR_PATH_MAX, "%s%s", facts->root, path);
	return out;
}

static void failed(struct doctor_fact *fact, const char *why)
{
	fact->state = DOCTOR_FAILED;
	free(fact->why);
	fact->why = doctor_copy(why);
}

/* Reads once. False at the end, and when there is enough. */
static bool take(struct heap *heap)
{
	char piece[65536];
	ssize_t got = read(heap->fd, piece, sizeof(piece));

	if (got < 0 && errno == EINTR)
		return true;
	if (got <= 0 || heap->size + (size_t)got > OUTPUT_MAX)
		return false;
	heap->text = doctor_grow(heap->text, heap->size + (size_t)got + 1, 1);
	memcpy(heap->text + heap->size, piece, (size_t)got);
	heap->size += (size_t)got;
	heap->text[heap->size] = '\0';
	return true;
}

/* A NUL within would hide the rest. */
static void show_nuls(struct heap *heap)
{
	for (size_t i = 0; i < heap->size; i++)
		if (heap->text[i] == '\0')
			heap->text[i] = '?';
}

void doctor_read(
	const struct doctor_facts *facts, const char *path, struct doctor_fact *fact)
{
	char rooted[DOCTOR_PATH_MAX];
	/* A fifo or a device in a file's place must not hold us up. */
	struct heap heap = {.fd = open(doctor_rooted(facts, path, rooted),
				    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
	struct stat stat;

	if (heap.fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			failed(fact, strerror(errno));
		return;
	}
	if (fstat(heap.fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
		failed(fact, "it is not a file");
		(void)close(heap.fd);
		return;
	}
	if (stat.st_size > (off_t)OUTPUT_MAX)
		(void)lseek(heap.fd, -(off_t)OUTPUT_MAX, SEEK_END);
	while (take(&heap))
		;
	(void)close(heap.fd);
	show_nuls(&heap);
	fact->text = heap.text != NULL ? heap.text : doctor_copy("");
	fact->state = DOCTOR_THERE;
}

bool doctor_find_program(
	const struct doctor_facts *facts, const char *name, char out[DOCTOR_PATH_MAX])
{
	const char *at = facts->path;

	while (*at != '\0') {
		size_t size = strcspn(at, ":");

		(void)snprintf(out, DOCTOR_PATH_MAX, "%.*s/%s", (int)size, at, name);
		if (size > 0 && access(out, X_OK) == 0)
			return true;
		at += size + (at[size] == ':');
	}
	return false;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads both pipes until they end. False if that takes too long. */
static bool collect(struct heap pipes[2])
{
	int64_t end = milliseconds() + (int64_t)SECONDS * 1000;
	struct pollfd polls[2] = {
		{.fd = pipes[0].fd, .events = POLLIN},
		{.fd = pipes[1].fd, .events = POLLIN},
	};

	while (polls[0].fd >= 0 || polls[1].fd >= 0) {
		int64_t left = end - milliseconds();

		if (left <= 0 || poll(polls, 2, (int)left) == 0)
			return false;
		for (int i = 0; i < 2; i++)
			if (polls[i].fd >= 0 && polls[i].revents != 0 && !take(&pipes[i]))
				polls[i].fd = -1;
	}
	return true;
}

/* A group of its own, so that what it starts ends with it. */
static int spawn(pid_t *pid, const char *program, const char *const argv[], int out,
	int err, char *const environment[])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int code;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&files, out, 1);
	(void)posix_spawn_file_actions_adddup2(&files, err, 2);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	code = posix_spawn(
		pid, program, &files, &attributes, (char *const *)argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	return code;
}

/* The last line of what it complained of. */
static const char *last_line(char *errors)
{
	size_t size = strlen(errors);
	const char *newline;

	while (size > 0 && errors[size - 1] == '\n')
		errors[--size] = '\0';
	newline = strrchr(errors, '\n');
	return newline != NULL ? newline + 1 : errors;
}

static void complain(struct doctor_fact *fact, int status, char *errors)
{
	const char *line = errors != NULL ? last_line(errors) : "";
	char text[256];

	if (*line != '\0')
		(void)snprintf(text, sizeof(text), "%s", line);
	else if (WIFSIGNALED(status))
		(void)snprintf(
			text, sizeof(text), "it ended by signal %d", WTERMSIG(status));
	else
		(void)snprintf(text, sizeof(text), "it ended with exit code %d",
			WEXITSTATUS(status));
	failed(fact, text);
}

static void finish(struct doctor_fact *fact, pid_t pid, struct heap pipes[2], bool timely)
{
	int status = 0;

	if (!timely)
		(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	show_nuls(&pipes[0]);
	show_nuls(&pipes[1]);
	fact->text = pipes[0].text != NULL ? pipes[0].text : doctor_copy("");
	if (!timely)
		failed(fact, "it did not end within 10 seconds");
	else if (status != 0)
		complain(fact, status, pipes[1].text);
	else
		fact->state = DOCTOR_THERE;
	free(pipes[1].text);
}

static bool make_pipes(int out[2], int err[2])
{
	if (pipe2(out, O_CLOEXEC) != 0)
		return false;
	if (pipe2(err, O_CLOEXEC) == 0)
		return true;
	(void)close(out[0]);
	(void)close(out[1]);
	return false;
}

void doctor_run(const struct doctor_facts *facts, const char *const argv[],
	struct doctor_fact *fact)
{
	char program[DOCTOR_PATH_MAX], path[DOCTOR_PATH_MAX];
	char locale[] = "LC_ALL=C";
	char *environment[] = {path, locale, NULL};
	int out[2], err[2], code;
	pid_t pid;

	if (!doctor_find_program(facts, argv[0], program))
		return;
	(void)snprintf(path, sizeof(path), "PATH=%s", facts->path);
	if (!make_pipes(out, err)) {
		failed(fact, strerror(errno));
		return;
	}
	code = spawn(&pid, program, argv, out[1], err[1], environment);
	(void)close(out[1]);
	(void)close(err[1]);
	if (code == 0) {
		struct heap pipes[2] = {{.fd = out[0]}, {.fd = err[0]}};

		finish(fact, pid, pipes, collect(pipes));
	} else {
		failed(fact, strerror(code));
	}
	(void)close(out[0]);
	(void)close(err[0]);
}
