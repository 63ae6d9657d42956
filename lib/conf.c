/* conf.c - pinbound.conf(5); see pinbound/conf.h. */
#include "pinbound/conf.h"
#include "clause.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_DIRECTORY "/var/lib/unbound/pinbound/"

const char *pb_conf_path(void)
{
	const char *path = secure_getenv(PB_CONF_ENV);

	return path != NULL && *path != '\0' ? path : PB_CONF_DEFAULT;
}

void pb_conf_free(struct pb_conf *conf)
{
	free(conf->pins);
	free(conf->state);
	memset(conf, 0, sizeof(*conf));
}

static bool set_path(char **path, const char *value, struct pb_error *error)
{
	char *copy;

	if (value[0] != '/') {
		pb_error_set(error, "\"%s\" is not an absolute path", value);
		return false;
	}
	copy = strdup(value);
	if (copy == NULL) {
		pb_error_set(error, "out of memory");
		return false;
	}
	free(*path);
	*path = copy;
	return true;
}

static bool set_seconds(
	int *seconds, const char *value, int least, int most, struct pb_error *error)
{
	char *end;
	long number = -1;

	if (*value >= '0' && *value <= '9' && strlen(value) < 10) {
		number = strtol(value, &end, 10);
		if (*end != '\0')
			number = -1;
	}
	if (number < least || number > most) {
		pb_error_set(error, "\"%s\" is not a number of seconds from %d to %d",
			value, least, most);
		return false;
	}
	*seconds = (int)number;
	return true;
}

/* Sets *second to whether the value is the second of two words. */
static bool set_choice(bool *second, const char *value, const char *first_word,
	const char *second_word, struct pb_error *error)
{
	*second = strcmp(value, second_word) == 0;
	if (*second || strcmp(value, first_word) == 0)
		return true;
	pb_error_set(error, "\"%s\" is neither \"%s\" nor \"%s\"", value, first_word,
		second_word);
	return false;
}

static bool set_pins(struct pb_conf *conf, const char *value, struct pb_error *error)
{
	return set_path(&conf->pins, value, error);
}

static bool set_state(struct pb_conf *conf, const char *value, struct pb_error *error)
{
	return set_path(&conf->state, value, error);
}

static bool set_default_mode(
	struct pb_conf *conf, const char *value, struct pb_error *error)
{
	bool log;

	if (!set_choice(&log, value, "refuse", "log", error))
		return false;
	conf->default_mode = log ? PB_MODE_LOG : PB_MODE_REFUSE;
	return true;
}

static bool set_recheck(struct pb_conf *conf, const char *value, struct pb_error *error)
{
	return set_seconds(&conf->recheck, value, 1, 3600, error);
}

static bool set_log_interval(
	struct pb_conf *conf, const char *value, struct pb_error *error)
{
	return set_seconds(&conf->log_interval, value, 0, 86400, error);
}

static bool set_store_failure(
	struct pb_conf *conf, const char *value, struct pb_error *error)
{
	return set_choice(&conf->store_failure_allow, value, "refuse", "allow", error);
}

static bool set_override(struct pb_conf *conf, const char *value, struct pb_error *error)
{
	return set_choice(&conf->override, value, "no", "yes", error);
}

static const struct {
	const char *name;
	bool (*set)(struct pb_conf *conf, const char *value, struct pb_error *error);
} attributes[] = {
	{"pins", set_pins},
	{"state", set_state},
	{"default-mode", set_default_mode},
	{"recheck", set_recheck},
	{"log-interval", set_log_interval},
	{"store-failure", set_store_failure},
	{"override", set_override},
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

static bool set_attribute(struct pb_conf *conf, const struct pb_clause *clause,
	unsigned lines[ATTRIBUTES], struct pb_error *error)
{
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		if (strcmp(clause->attribute, attributes[i].name) != 0)
			continue;
		if (lines[i] != 0) {
			pb_error_set(error, "%s: it is set in line %u already",
				clause->attribute, lines[i]);
			return false;
		}
		lines[i] = clause->line;
		if (attributes[i].set(conf, clause->value, error))
			return true;
		pb_error_context(error, "%s", clause->attribute);
		return false;
	}
	pb_error_set(error, "unknown attribute \"%s\"", clause->attribute);
	return false;
}

static bool read_all(
	struct pb_conf *conf, struct pb_clause *clause, struct pb_error *error)
{
	unsigned lines[ATTRIBUTES] = {0};
	enum pb_clause_read read;

	while ((read = pb_clause_next(clause, error)) == PB_CLAUSE_READ) {
		if (!set_attribute(conf, clause, lines, error)) {
			pb_clause_blame(clause, error);
			return false;
		}
	}
	return read == PB_CLAUSE_END;
}

static bool set_defaults(struct pb_conf *conf, struct pb_error *error)
{
	*conf = (struct pb_conf){
		.default_mode = PB_MODE_REFUSE,
		.recheck = 60,
		.log_interval = 300,
	};
	return set_path(&conf->pins, DEFAULT_DIRECTORY "pins.mdb", error) &&
	       set_path(&conf->state, DEFAULT_DIRECTORY "state.mdb", error);
}

/* Either file has its own lock file beside it, and one writes it that must not write
 * the other. */
static bool check_paths(
	const struct pb_conf *conf, const char *path, struct pb_error *error)
{
	if (strcmp(conf->pins, conf->state) != 0)
		return true;
	pb_error_set(error, "%s: pins and state are one file, %s; they must be two", path,
		conf->pins);
	return false;
}

bool pb_conf_read(struct pb_conf *conf, const char *path, struct pb_error *error)
{
	struct pb_clause *clause;
	FILE *in = fopen(path, "re");
	bool fine;

	if (in == NULL) {
		pb_error_set(error, "%s: %s", path, strerror(errno));
		return false;
	}
	clause = malloc(sizeof(*clause));
	if (clause == NULL) {
		pb_error_set(error, "%s: out of memory", path);
		(void)fclose(in);
		return false;
	}
	pb_clause_begin(clause, in, path);
	fine = set_defaults(conf, error) && read_all(conf, clause, error) &&
	       check_paths(conf, path, error);
	if (!fine)
		pb_conf_free(conf);
	free(clause);
	(void)fclose(in);
	return fine;
}
