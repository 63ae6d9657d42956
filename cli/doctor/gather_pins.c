/* gather_pins.c - what stands in the two stores; see doctor.h. */
#include "doctor.h"
#include "pinbound/state.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* To open a store makes its lock file, and that must not become ours. */
static bool may_open(const struct doctor_facts *facts, enum doctor_file_id store,
	struct pb_error *error)
{
	const struct doctor_file *file = &facts->files[store];
	const struct doctor_file *lock = &facts->files[store + 1];

	if (file->unknown || lock->unknown)
		pb_error_set(error, "%s: permission denied", file->path);
	else if (!file->there)
		pb_error_set(error, "%s: it does not exist", file->path);
	else if (!lock->there)
		pb_error_set(error, "%s: it does not exist", lock->path);
	return file->there && lock->there;
}

/* Reads all of it, in a process of its own: a damaged store can end its reader. */
static bool verify(const char *path, struct pb_error *error)
{
	struct pb_store_stat stat;
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, error);
	bool fine = store != NULL && pb_store_verify(store, &stat, error) == PB_OK;

	pb_store_close(store);
	return fine;
}

static void verify_for_parent(const char *path, int out)
{
	struct pb_error error = {""};

	(void)signal(SIGBUS, SIG_DFL); /* what it would say, the parent says */
	if (verify(path, &error))
		_exit(0);
	(void)!write(out, error.text, strlen(error.text));
	_exit(1);
}

static bool verify_apart(const char *path, struct pb_error *error)
{
	char text[PB_ERROR_MAX] = "";
	ssize_t got;
	int ends[2], status = 1;
	pid_t pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0) {
		pb_error_set(error, "%s", strerror(errno));
		return false;
	}
	if (pid == 0)
		verify_for_parent(path, ends[1]);
	(void)close(ends[1]);
	got = read(ends[0], text, sizeof(text) - 1);
	(void)close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return true;
	text[got > 0 ? got : 0] = '\0';
	pb_error_set(
		error, "%s", got > 0 ? text : "it is so damaged that it cannot be read");
	return false;
}

struct collector {
	struct doctor_facts *facts;
	bool out_of_memory;
};

static bool collect(void *arg, const struct pb_pin *pin)
{
	struct collector *collector = arg;
	struct doctor_facts *facts = collector->facts;
	struct doctor_pin *more = facts->pins;

	/* The room doubles. */
	if ((facts->pin_count & (facts->pin_count - 1)) == 0) {
		size_t room = facts->pin_count == 0 ? 1 : 2 * facts->pin_count;

		more = reallocarray(facts->pins, room, sizeof(*more));
	}
	if (more == NULL) {
		collector->out_of_memory = true;
		return false;
	}
	facts->pins = more;
	more += facts->pin_count++;
	*more = (struct doctor_pin){
		.name = pin->name,
		.mode = pin->mode != PB_MODE_UNSET ? pin->mode : facts->conf.default_mode,
		.expires = pin->expires,
		.to_log = pin->expires_to_log,
	};
	return true;
}

static void gather_pins(struct doctor_facts *facts)
{
	char path[DOCTOR_PATH_MAX];
	struct collector collector = {.facts = facts};
	struct pb_store_stat stat;
	struct pb_store *store;

	(void)doctor_rooted(facts, facts->conf.pins, path);
	if (!may_open(facts, DOCTOR_FILE_PINS, &facts->pins_error) ||
		!verify_apart(path, &facts->pins_error))
		return;
	store = pb_store_open(path, PB_STORE_READ, &facts->pins_error);
	facts->pins_fine =
		store != NULL &&
		pb_store_stat(store, &stat, &facts->pins_error) == PB_OK &&
		pb_store_each(store, collect, &collector, &facts->pins_error) == PB_OK &&
		!collector.out_of_memory;
	if (facts->pins_fine)
		facts->generation = stat.generation;
	pb_store_close(store);
}

static void gather_state(struct doctor_facts *facts)
{
	char path[DOCTOR_PATH_MAX];
	struct pb_resolver resolver = {0};
	struct pb_state *state;
	enum pb_result result = PB_FAILED;

	(void)doctor_rooted(facts, facts->conf.state, path);
	if (!may_open(facts, DOCTOR_FILE_STATE, &facts->state_error))
		return;
	state = pb_state_open(path, PB_STORE_READ, &facts->state_error);
	if (state != NULL)
		result = pb_state_resolver(state, &resolver, &facts->state_error);
	pb_state_close(state);
	if (result == PB_NOT_FOUND)
		pb_error_set(
			&facts->state_error, "no resolver with Pinbound has run yet");
	facts->state_fine = result == PB_OK;
	facts->enforced = resolver.enforced;
	facts->written = result == PB_OK && pb_state_is_written(path);
	facts->writer = resolver.pid;
}

void doctor_gather_pins(struct doctor_facts *facts)
{
	gather_pins(facts);
	gather_state(facts);
}
