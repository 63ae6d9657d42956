/* fuzz_conf.c - pinbound.conf. */
#include "fuzz.h"
#include "pinbound/conf.h"
#include <sys/mman.h>
#include <unistd.h>

static bool read_conf(
	struct pb_conf *conf, const void *text, size_t size, struct pb_error *error)
{
	int fd = memfd_create("conf", 0);
	char path[64];
	bool fine;

	HOLDS(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fine = pb_conf_read(conf, path, error);
	(void)close(fd);
	return fine;
}

static void write_path(FILE *out, const char *attribute, const char *path)
{
	(void)fprintf(out, "%s: \"", attribute);
	for (; *path != '\0'; path++) {
		if (*path == '"' || *path == '\\')
			(void)putc('\\', out);
		(void)putc(*path, out);
	}
	(void)fputs("\"\n", out);
}

/* What was read, written down in full, is read as the same. */
static void check(const struct pb_conf *conf)
{
	struct pb_conf again;
	struct pb_error error;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	HOLDS(conf->pins[0] == '/' && conf->state[0] == '/');
	HOLDS(strcmp(conf->pins, conf->state) != 0);
	HOLDS(conf->recheck >= 1 && conf->recheck <= 3600);
	HOLDS(conf->log_interval >= 0 && conf->log_interval <= 86400);
	HOLDS(pb_mode_name(conf->default_mode) != NULL);
	write_path(out, "pins", conf->pins);
	write_path(out, "state", conf->state);
	(void)fprintf(out, "default-mode: %s\nrecheck: %d\nlog-interval: %d\n",
		pb_mode_name(conf->default_mode), conf->recheck, conf->log_interval);
	(void)fprintf(out, "store-failure: %s\noverride: %s\n",
		conf->store_failure_allow ? "allow" : "refuse",
		conf->override ? "yes" : "no");
	(void)fclose(out);
	/* Quotes can make a line too long that was not. */
	if (read_conf(&again, text, size, &error)) {
		HOLDS(strcmp(again.pins, conf->pins) == 0 &&
			strcmp(again.state, conf->state) == 0);
		HOLDS(again.default_mode == conf->default_mode &&
			again.recheck == conf->recheck &&
			again.log_interval == conf->log_interval &&
			again.store_failure_allow == conf->store_failure_allow &&
			again.override == conf->override);
		pb_conf_free(&again);
	} else {
		HOLDS(strstr(error.text, "longer than") != NULL);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pb_conf conf;
	struct pb_error error;

	if (read_conf(&conf, data, size, &error)) {
		check(&conf);
		pb_conf_free(&conf);
	} else {
		HOLDS(fuzz_is_reason(&error));
	}
	return 0;
}
