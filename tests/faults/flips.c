/*
 * flips.c - single bits of pins.mdb flipped, at random.
 *
 *   fault-flips STORE COUNT SEED
 *
 * STORE is read, and never written. For each flip of a copy of it, in a process of
 * its own:
 *
 *   the command   verify, and then all pins, as in an export. Either verify finds it,
 *                 or it is harmless: each pin is there, as it was.
 *   the module    looks names up while it has not read the store yet, reads it in the
 *                 background, looks them up again. Then, each name has its pin, as it
 *                 was, or cannot be told; no name is said to have none.
 *   a change      verify finds nothing, and a pin is stored: and then?
 *
 * LMDB trusts its pages: a wrong number in one can end the process. That is counted.
 */
#include "pinbound/store.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PINS_MAX 4096
#define SECONDS_MAX 20

static struct pb_pinbuf *pins[PINS_MAX]; /* as they were before any flip */
static struct pb_path paths[PINS_MAX];
static size_t pin_count;

/* What a process found, as its exit code. */
enum outcome {
	HARMLESS,
	FOUND,
	LOST,  /* found nothing, and something is wrong; what the test is about */
	EARLY, /* the module: wrong before it had read all, and right from then on */
	FAULT, /* ended by a signal: LMDB has followed a wrong number */
	HUNG,
	OUTCOMES
};

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "fault-flips: %s: %s\n", what, why);
	exit(64);
}

static bool keep_pin(void *arg, const struct pb_pin *pin)
{
	(void)arg;
	if (pin_count == PINS_MAX)
		return false;
	pins[pin_count] = malloc(sizeof(**pins));
	if (pins[pin_count] == NULL)
		die("pins", "out of memory");
	pb_pinbuf_copy(pins[pin_count++], pin);
	return true;
}

static void note_path(struct pb_path *path, const struct pb_name *name)
{
	struct pb_name ancestor;

	for (unsigned labels = 0; labels <= pb_name_labels(name); labels++) {
		pb_name_ancestor(&ancestor, name, labels);
		for (size_t i = 0; i < pin_count; i++)
			if (pb_name_equal(&ancestor, &pins[i]->pin.name))
				path->labels[path->count++] = (uint8_t)labels;
	}
}

static void read_pins(const char *path)
{
	struct pb_error error;
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, &error);

	if (store == NULL || pb_store_each(store, keep_pin, NULL, &error) != PB_OK)
		die(path, error.text);
	pb_store_close(store);
	for (size_t i = 0; i < pin_count; i++)
		note_path(&paths[i], &pins[i]->pin.name);
}

static bool same(const struct pb_pin *pin, size_t i)
{
	return pb_name_equal(&pin->name, &pins[i]->pin.name) &&
	       pb_pin_equal(pin, &pins[i]->pin) &&
	       pin->generation == pins[i]->pin.generation;
}

static bool compare_next(void *arg, const struct pb_pin *pin)
{
	size_t *at = arg;

	if (*at >= pin_count || !same(pin, *at))
		return false;
	(*at)++;
	return true;
}

static bool all_there(struct pb_store *store)
{
	struct pb_error error;
	size_t at = 0;

	return pb_store_each(store, compare_next, &at, &error) == PB_OK &&
	       at == pin_count;
}

static enum outcome as_command(const char *path)
{
	struct pb_error error;
	struct pb_store_stat stat;
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, &error);

	if (store == NULL || pb_store_verify(store, &stat, &error) != PB_OK)
		return FOUND;
	return all_there(store) ? HARMLESS : LOST;
}

/* verify finds nothing: is the store sound after a change, too? */
static enum outcome as_change(const char *path)
{
	struct pb_error error;
	struct pb_store_stat stat;
	struct pb_store *store = pb_store_open(path, PB_STORE_WRITE, &error);
	uint64_t generation;
	struct pb_edit *edit;

	if (store == NULL || pb_store_verify(store, &stat, &error) != PB_OK)
		return FOUND;
	edit = pb_edit_begin(store, "", "", 0, &error);
	if (edit == NULL)
		return FOUND;
	for (size_t i = 0; i < pin_count; i += 7)
		if (pb_edit_remove(edit, &pins[i]->pin.name, &error) != PB_OK ||
			pb_edit_put(edit, &pins[i]->pin, &error) != PB_OK)
			return FOUND;
	if (pb_edit_commit(edit, &generation, &error) != PB_OK ||
		pb_store_verify(store, &stat, &error) != PB_OK)
		return FOUND;
	for (size_t i = 0; i < pin_count; i += 7)
		pins[i]->pin.generation = generation;
	return all_there(store) ? HARMLESS : LOST;
}

static void *take(void *arg, size_t size)
{
	(void)arg;
	return malloc(size);
}

/* Looks up a name as the module does. Not to be able to tell is right as well. */
static bool look_up(struct pb_store *store, size_t i)
{
	struct pb_path path = {0};
	struct pb_error error;
	struct pb_pin pin = {0};
	enum pb_result result = pb_store_path(store, &pins[i]->pin.name, &path, &error);

	if (result == PB_FAILED)
		return true;
	if (result != PB_OK || path.count != paths[i].count ||
		memcmp(path.labels, paths[i].labels, path.count) != 0)
		return false;
	result = pb_store_load(store, &pins[i]->pin.name, &pin, take, NULL, &error);
	pin.name = pins[i]->pin.name;
	return result == PB_FAILED || (result == PB_OK && same(&pin, i));
}

static bool look_all_up(struct pb_store *store)
{
	bool fine = true;

	for (size_t i = 0; i < pin_count; i++)
		fine = look_up(store, i) && fine;
	return fine;
}

static bool add_name(void *arg, const struct pb_pin *pin)
{
	return pb_names_add(arg, &pin->name);
}

static enum outcome as_module(const char *path)
{
	struct pb_error error;
	struct pb_store_stat stat;
	struct pb_names *names;
	struct pb_store *store = pb_store_open(path, PB_STORE_READ, &error);
	bool before, found;

	if (store == NULL)
		return FOUND;
	before = look_all_up(store);
	if (pb_store_stat(store, &stat, &error) != PB_OK)
		return FOUND;
	names = pb_names_new(stat.pins); /* whatever the store says */
	if (names == NULL)
		return FOUND;
	found = pb_store_scan(store, add_name, names, &stat, &error) != PB_OK;
	if (found)
		pb_store_know(store, NULL, 0, &error);
	else
		pb_store_know(store, names, stat.generation, NULL);
	if (!look_all_up(store))
		return LOST;
	return !before ? EARLY : found ? FOUND : HARMLESS;
}

static enum outcome in_process(enum outcome (*what)(const char *path), const char *path)
{
	const struct rlimit none = {0, 0};
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(SECONDS_MAX);
		_exit((int)what(path));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork", strerror(errno));
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? HUNG : FAULT;
	return (enum outcome)WEXITSTATUS(status);
}

static int copy_file(const char *from, const char *to, off_t *size)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat file;
	off_t at = 0;
	ssize_t got = 0;
	char piece[65536];

	if (in < 0 || out < 0 || fstat(in, &file) != 0)
		die(from, strerror(errno));
	while (at < file.st_size && (got = pread(in, piece, sizeof(piece), at)) > 0 &&
		pwrite(out, piece, (size_t)got, at) == got)
		at += got;
	if (at != file.st_size)
		die(to, "cannot be written");
	(void)close(in);
	*size = at;
	return out;
}

static void flip(int fd, off_t octet, unsigned bit)
{
	uint8_t value;

	if (pread(fd, &value, 1, octet) != 1)
		die("flip", strerror(errno));
	value = (uint8_t)(value ^ (1U << bit));
	if (pwrite(fd, &value, 1, octet) != 1)
		die("flip", strerror(errno));
}

static const struct {
	const char *name;
	enum outcome (*run)(const char *path);
} roles[] = {{"command", as_command}, {"module", as_module}, {"change", as_change}};

#define ROLES (sizeof(roles) / sizeof(roles[0]))

static void report(unsigned long counts[ROLES][OUTCOMES], unsigned long count)
{
	static const char *const names[OUTCOMES] = {[HARMLESS] = "harmless",
		[FOUND] = "found",
		[LOST] = "not found",
		[EARLY] = "wrong until the background check",
		[FAULT] = "ended by a signal",
		[HUNG] = "did not end"};

	for (size_t role = 0; role < ROLES; role++) {
		(void)printf("flips: %lu, %s:", count, roles[role].name);
		for (int i = 0; i < OUTCOMES; i++)
			if (counts[role][i] > 0)
				(void)printf(" %s %lu,", names[i], counts[role][i]);
		(void)printf(" pins %zu\n", pin_count);
	}
}

int main(int argc, char **argv)
{
	unsigned long counts[ROLES][OUTCOMES] = {{0}}, count, wrong = 0;
	char copy[4096], lock[4096 + 8];
	off_t size;
	int fd;

	if (argc != 4)
		die("usage", "STORE COUNT SEED");
	count = strtoul(argv[2], NULL, 10);
	srandom((unsigned)strtoul(argv[3], NULL, 10));
	read_pins(argv[1]);
	(void)snprintf(copy, sizeof(copy), "%s.flipped", argv[1]);
	(void)snprintf(lock, sizeof(lock), "%s-lock", copy);
	fd = copy_file(argv[1], copy, &size);
	for (unsigned long i = 0; i < count; i++) {
		off_t octet = (off_t)((size_t)random() % (size_t)size);
		unsigned bit = (unsigned)random() % 8;

		flip(fd, octet, bit);
		for (size_t role = 0; role < ROLES; role++) {
			enum outcome outcome = in_process(roles[role].run, copy);

			counts[role][outcome]++;
			if (outcome == LOST || outcome == HUNG) {
				(void)printf("FAIL flips: octet %lld, bit %u, %s: %s\n",
					(long long)octet, bit, roles[role].name,
					outcome == LOST ? "not found" : "did not end");
				wrong++;
			}
			(void)unlink(lock);
		}
		(void)close(fd); /* the change has written to it */
		fd = copy_file(argv[1], copy, &size);
	}
	report(counts, count);
	(void)close(fd);
	(void)unlink(copy);
	return wrong == 0 ? 0 : 1;
}
