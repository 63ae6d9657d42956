/*
 * conf.h - pinbound.conf(5), read by module and command alike.
 */
#ifndef PINBOUND_CONF_H
#define PINBOUND_CONF_H

#include "pinbound/pin.h"

#define PB_CONF_ENV "PINBOUND_CONF"
#define PB_CONF_DEFAULT "/etc/unbound/pinbound.conf"

struct pb_conf {
	char *pins;  /* path */
	char *state; /* path */
	enum pb_mode default_mode;
	int recheck;      /* seconds */
	int log_interval; /* seconds, 0: nothing is held back */
	bool store_failure_allow;
	bool override;
};

/* The path from the environment, else PB_CONF_DEFAULT. */
const char *pb_conf_path(void);

/*
 * Reads the file into *conf, defaults for what it does not say. Errors carry
 * file and line. A file that is not there is an error. On failure *conf needs
 * no freeing.
 */
bool pb_conf_read(struct pb_conf *conf, const char *path, struct pb_error *error);

/* Frees what pb_conf_read() allocated, and zeroes it. */
void pb_conf_free(struct pb_conf *conf);

#endif
