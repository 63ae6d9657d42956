/*
 * cli.h - the pinbound command: what its parts share.
 */
#ifndef PINBOUND_CLI_H
#define PINBOUND_CLI_H

#include "pinbound/conf.h"
#include "pinbound/store.h"

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/* Of the commands that exit as plugins for monitoring do, where 1 is a warning. */
enum { CLI_CRITICAL = 2, CLI_UNKNOWN = 3 };

/* One option of a command. */
struct cli_option {
	const char *name;  /* "--ns" */
	const char *value; /* what its value is called in the help, or all that it can
			    * be: "log|refuse"; "[HOST]": it may be left out, if an
			    * option follows or nothing; NULL: it has none */
	const char *help;
};

struct cli_given {
	const struct cli_option *option;
	const char *value;
	bool joined; /* it was "--option=value" */
};

/* The value of an option that was given without one. */
extern const char cli_no_value[];

/* One run of the command. */
struct cli {
	const struct cli_command *command;
	const char *conf_path;
	struct pb_conf conf; /* read before the command runs, if it needs it */
	bool json;
	bool quiet;
	bool wants_help;
	const char **arguments;
	size_t argument_count;
	struct cli_given *given;
	size_t given_count;
};

/* A row of the table that drives dispatch, options and help. */
struct cli_command {
	const char *name;
	const char *arguments;            /* as the usage line has them; completion goes
					   * by NAME, FILE, COMMAND, and a|b|c */
	const char *summary;              /* one line of `pinbound help` */
	const char *help;                 /* the rest of `pinbound help NAME` */
	const struct cli_option *options; /* ends with a row without a name; or NULL */
	size_t least, most;               /* arguments */
	bool needs_conf;
	int (*run)(struct cli *cli);
};

extern const struct cli_command cli_commands[]; /* ends with a row without a name */
extern const struct cli_option cli_common[];    /* likewise */

const struct cli_command *cli_find_command(const char *name);

/* The value of the last such option, or NULL; cli_no_value for one without a value. */
const char *cli_value(const struct cli *cli, const char *option);

/* Writes "pinbound: ..." to standard error, and returns CLI_FAILED. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for wrong usage, with a hint at the help: returns CLI_USAGE. */
int cli_misused(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads a name that the user gave. False, and an error is out, if it is none. */
bool cli_read_name(struct pb_name *name, const char *text);

/* Tells of one command, or, for NULL, of all. Returns CLI_DONE. */
int cli_help_on(const struct cli *cli, const struct cli_command *row);

int cli_help(struct cli *cli);
int cli_init(struct cli *cli);
int cli_add(struct cli *cli);
int cli_set(struct cli *cli);
int cli_remove(struct cli *cli);
int cli_undo(struct cli *cli);
int cli_list(struct cli *cli);
int cli_show(struct cli *cli);
int cli_import(struct cli *cli);
int cli_export(struct cli *cli);
int cli_check(struct cli *cli);
int cli_status(struct cli *cli);
int cli_accept(struct cli *cli);
int cli_log(struct cli *cli);
int cli_graph(struct cli *cli);
int cli_suggest(struct cli *cli);
int cli_completion(struct cli *cli);
int cli_verify(struct cli *cli);
int cli_checkconf(struct cli *cli);
int cli_doctor(struct cli *cli);

#endif
