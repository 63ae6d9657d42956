/* unbound_words.c - see unbound_words.h. */
#include "unbound_words.h"
#include <stdbool.h>
#include <string.h>

/* Keywords with other than one value. Which others there are is not asked: each version
 * of Unbound has more of them, and all have one. */
static const struct {
	const char *keyword;
	unsigned values; /* 0: it begins a clause */
} counts[] = {
	{"server", 0},
	{"stub-zone", 0},
	{"forward-zone", 0},
	{"auth-zone", 0},
	{"view", 0},
	{"remote-control", 0},
	{"python", 0},
	{"dynlib", 0},
	{"dnscrypt", 0},
	{"cachedb", 0},
	{"rpz", 0},
	{"ipset", 0},
	{"dnstap", 0},
	{"access-control", 2},
	{"access-control-tag", 2},
	{"access-control-tag-action", 3},
	{"access-control-tag-data", 3},
	{"access-control-view", 2},
	{"edns-client-string", 2},
	{"interface-action", 2},
	{"interface-tag", 2},
	{"interface-tag-action", 3},
	{"interface-tag-data", 3},
	{"interface-view", 2},
	{"local-zone", 2},
	{"local-zone-override", 3},
	{"local-zone-tag", 2},
	{"ratelimit-below-domain", 2},
	{"ratelimit-for-domain", 2},
	{"response-ip", 2},
	{"response-ip-data", 2},
	{"response-ip-tag", 2},
	{"tcp-connection-limit", 2},
	/* Since 1.21; before, Unbound expected one, and took none of them. */
	{"wait-limit-cookie-netblock", 2},
	{"wait-limit-netblock", 2},
};

void unbound_words_begin(struct unbound_words *words, FILE *in)
{
	words->in = in;
	words->line = words->begun = 1;
	words->keyword[0] = words->word[0] = '\0';
	words->wanted = 0;
	words->size = 0;
}

static int next_char(struct unbound_words *words)
{
	int c = getc(words->in);

	if (c == '\n')
		words->line++;
	return c;
}

static void put_back(struct unbound_words *words, int c)
{
	if (c == '\n')
		words->line--;
	(void)ungetc(c, words->in);
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The first octet that is neither a blank nor in a comment. */
static int skip_blanks(struct unbound_words *words)
{
	int c = next_char(words);

	while (is_blank(c) || c == '#') {
		while (c == '#' && (c = next_char(words)) != '\n' && c != EOF)
			c = '#';
		if (is_blank(c))
			c = next_char(words);
	}
	return c;
}

static bool add(struct unbound_words *words, int c, struct pb_error *error)
{
	if (c == '\0' || words->size == sizeof(words->word) - 1) {
		pb_error_set(
			error, c == '\0' ? "there is a NUL octet" : "a word is too long");
		return false;
	}
	words->word[words->size++] = (char)c;
	words->word[words->size] = '\0';
	return true;
}

/* Adds an octet, and the one that a backslash takes with it: a blank or a quote there
 * does not end the word. */
static bool add_pair(struct unbound_words *words, int c, struct pb_error *error)
{
	if (!add(words, c, error))
		return false;
	if (c != '\\')
		return true;
	c = next_char(words);
	if (c == '\n' || c == EOF) {
		pb_error_set(error, "there is nothing behind a backslash");
		return false;
	}
	return add(words, c, error);
}

static bool read_quoted(struct unbound_words *words, int quote, struct pb_error *error)
{
	for (int c = next_char(words); c != quote; c = next_char(words)) {
		if (c == '\n' || c == '\r' || c == EOF) {
			pb_error_set(error, "a closing quote is missing");
			return false;
		}
		if (!add_pair(words, c, error))
			return false;
	}
	return true;
}

/* A keyword ends with its colon. In a value a colon is an octet like any other. */
static bool read_plain(struct unbound_words *words, int c, struct pb_error *error)
{
	for (; c != EOF && !is_blank(c) && c != '"' && c != '\''; c = next_char(words)) {
		if (!add_pair(words, c, error))
			return false;
		if (c == ':' && words->wanted == 0)
			return true;
	}
	put_back(words, c);
	return true;
}

static bool read_word(struct unbound_words *words, int c, struct pb_error *error)
{
	words->size = 0;
	words->word[0] = '\0';
	return c == '"' || c == '\'' ? read_quoted(words, c, error)
				     : read_plain(words, c, error);
}

/* Takes the word for a keyword, and notes how many values it wants. */
static bool take_keyword(struct unbound_words *words, bool quoted, struct pb_error *error)
{
	size_t size = strspn(words->word, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (quoted || size == 0 || size >= sizeof(words->keyword) ||
		strcmp(words->word + size, ":") != 0) {
		pb_error_set(error,
			"\"%.60s\" stands where a keyword must stand, such as "
			"\"stub-host:\", with its colon",
			words->word);
		return false;
	}
	memcpy(words->keyword, words->word, size);
	words->keyword[size] = '\0';
	words->wanted = 1;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (strcmp(words->keyword, counts[i].keyword) == 0)
			words->wanted = counts[i].values;
	return true;
}

static enum unbound_word end(struct unbound_words *words, struct pb_error *error)
{
	if (words->wanted == 0 || ferror(words->in))
		return UNBOUND_END;
	words->wanted = 0;
	pb_error_set(error, "%s has no value", words->keyword);
	return UNBOUND_MISTAKE;
}

enum unbound_word unbound_words_next(struct unbound_words *words, struct pb_error *error)
{
	for (;;) {
		int c = skip_blanks(words);
		bool is_value = words->wanted > 0;

		words->begun = words->line;
		if (c == EOF)
			return end(words, error);
		if (!read_word(words, c, error)) {
			words->wanted = 0;
			return UNBOUND_MISTAKE;
		}
		if (is_value) {
			words->wanted--;
			return UNBOUND_VALUE;
		}
		if (!take_keyword(words, c == '"' || c == '\'', error))
			return UNBOUND_MISTAKE;
		if (words->wanted == 0)
			return UNBOUND_CLAUSE;
	}
}
