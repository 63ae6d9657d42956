/* graph_draw.c - a picture, by dot(1) of Graphviz; see graph.h. */
#include "file.h"
#include "graph.h"
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The text as a file without a name: a pipe could fill up while dot waits. */
static FILE *as_input(const char *text, size_t size)
{
	FILE *input = tmpfile();

	if (input == NULL)
		return NULL;
	if (fwrite(text, 1, size, input) == size && fflush(input) == 0 &&
		lseek(fileno(input), 0, SEEK_SET) == 0)
		return input;
	(void)fclose(input);
	return NULL;
}

static int start_dot(pid_t *pid, int input, int output, const char *format)
{
	static const char *const places[] = {
		"/usr/bin/dot", "/usr/local/bin/dot", "/bin/dot"};
	char option[16], program[] = "dot", locale[] = "LC_ALL=C.UTF-8";
	char *argv[] = {program, option, NULL}, *environment[] = {locale, NULL};
	posix_spawn_file_actions_t files;
	int code = ENOENT;

	(void)snprintf(option, sizeof(option), "-T%s", format);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && code == ENOENT; i++)
		code = posix_spawn(pid, places[i], &files, NULL, argv, environment);
	(void)posix_spawn_file_actions_destroy(&files);
	return code;
}

static bool run_dot(FILE *input, FILE *output, const char *format)
{
	int status = 0, code;
	pid_t pid;

	code = start_dot(&pid, fileno(input), fileno(output), format);
	if (code == ENOENT) {
		(void)cli_fail(
			"pictures are made by dot, which is not there: install the "
			"package graphviz");
		return false;
	}
	if (code != 0) {
		(void)cli_fail("dot: %s", strerror(code));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return true;
	(void)cli_fail("dot has failed");
	return false;
}

int graph_draw(const char *text, size_t size, const char *format, const char *path)
{
	FILE *input = as_input(text, size);
	struct cli_file file;
	bool fine = false;

	if (input == NULL)
		return cli_fail("a temporary file: %s", strerror(errno));
	if (cli_file_open(&file, path)) {
		fine = run_dot(input, file.out, format);
		fine = cli_file_close(&file, fine) && fine;
	}
	(void)fclose(input);
	return fine ? CLI_DONE : CLI_FAILED;
}
