/*
 * completion.h - what a shell is told to complete the command line: the table of
 * commands, as that shell wants it.
 */
#ifndef PINBOUND_COMPLETION_H
#define PINBOUND_COMPLETION_H

#include "cli.h"

/* What can stand for an argument or the value of an option. */
enum completion_kind {
	COMPLETION_NOTHING, /* it takes none */
	COMPLETION_ANY,     /* something that nobody can guess */
	COMPLETION_FILES,
	COMPLETION_NAMES,    /* names that are pinned */
	COMPLETION_COMMANDS, /* of pinbound itself */
	COMPLETION_WORDS,    /* one of those that the table lists: "log|refuse" */
};

/* The kind of what the table calls "[FILE...]", "NAME" or "log|refuse". NULL and "" are
 * nothing. */
enum completion_kind completion_kind(const char *called);

/* The kind of the arguments of a command. */
enum completion_kind completion_arguments(const struct cli_command *row);

/* Writes the words of "log|refuse", a blank between each two. */
void completion_words(const char *called);

/* Writes text, with a backslash in front of each of the characters `special`, and
 * `quote` in place of each single quote. */
void completion_quote(const char *text, const char *special, const char *quote);

void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);

#endif
