/*
 * unbound_words.h - an unbound.conf, word by word, as Unbound's own lexer divides it
 * (util/configlexer.lex): lines count for nothing, and neither does a blank behind a
 * keyword or a quoted value.
 */
#ifndef PINBOUND_UNBOUND_WORDS_H
#define PINBOUND_UNBOUND_WORDS_H

#include "pinbound/error.h"
#include <stdio.h>

/* The longest word: a DNSKEY of 4096 bits is well below. */
#define UNBOUND_WORD_MAX 8192

struct unbound_words {
	FILE *in;
	unsigned line;    /* that is being read */
	unsigned begun;   /* the line that the word begins in */
	char keyword[64]; /* the last one, without its colon */
	unsigned wanted;  /* its values that are still to come */
	size_t size;
	char word[UNBOUND_WORD_MAX]; /* escapes in it as they are */
};

enum unbound_word {
	UNBOUND_END,     /* or the file cannot be read further: see ferror() */
	UNBOUND_CLAUSE,  /* keyword begins one: "server", "stub-zone" ... */
	UNBOUND_VALUE,   /* word is a value of keyword, without its quotes */
	UNBOUND_MISTAKE, /* Unbound would not read it; what follows can be read on */
};

/* The file stays the caller's. */
void unbound_words_begin(struct unbound_words *words, FILE *in);

/* Reads on. The error, which may be NULL, is set for UNBOUND_MISTAKE only. */
enum unbound_word unbound_words_next(struct unbound_words *words, struct pb_error *error);

#endif
