/*
 * options.h - what the user says of how to ask, common to the commands that ask.
 */
#ifndef PINBOUND_SURVEY_OPTIONS_H
#define PINBOUND_SURVEY_OPTIONS_H

#include "../cli.h"
#include "net.h"

/* Rows of the command's option table. */
#define SURVEY_OPTIONS                                                                   \
	{"--root-hints", "FILE", "the root's servers, if not the Internet's"},           \
		{"--rate", "N", "questions a second to one address (50); 0: no limit"},  \
		{"--via", "ADDR",                                                        \
			"ask this resolver, too; ADDR#NAME: by TLS; repeatable"},        \
		{"-4", NULL, "ask over IPv4 only"},                                      \
	{                                                                                \
		"-6", NULL, "ask over IPv6 only"                                         \
	}

#define SURVEY_RATE 50
#define SURVEY_VIAS_MAX 16

struct survey_via {
	struct pb_address address;
	uint16_t port;        /* 0: 53 or 853 */
	const char *tls_name; /* NULL: not by TLS */
};

struct survey_options {
	const char *root_hints; /* NULL: see roots_read() */
	struct net_options net;
	struct survey_via via[SURVEY_VIAS_MAX];
	size_t via_count;
};

/* Reads them from the command line, of which the texts are borrowed. Returns an exit
 * code; an error is out unless it is CLI_DONE. */
int survey_options_read(struct survey_options *options, const struct cli *cli);

/* Refuses them where another option, `with`, means that nobody is asked. Likewise. */
int survey_options_refuse(const struct cli *cli, const char *with);

#endif
