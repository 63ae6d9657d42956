/* read_record.c - the next record of a zone file; see read.h. */
#include "read.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first octet of a line that is neither empty nor a comment. */
static int skip_lines(FILE *file, int *lines)
{
	int c = getc(file);

	while (c == '\n' || c == ';') {
		while (c != '\n' && c != EOF)
			c = getc(file);
		if (c == '\n') {
			(*lines)++;
			c = getc(file);
		}
	}
	return c;
}

/* The one word that a text has, cut off from what is behind it. NULL: there is none, or
 * more. */
static char *only_word(char *text)
{
	static const char ends[] = " \t\r;()\"";
	char *word = text + strspn(text, " \t");
	size_t size = 0;
	char *rest;

	while (word[size] != '\0' && strchr(ends, word[size]) == NULL)
		size += word[size] == '\\' && word[size + 1] != '\0' ? 2 : 1;
	rest = word + size + strspn(word + size, " \t\r");
	if (size == 0 || (*rest != '\0' && *rest != ';'))
		return NULL;
	word[size] = '\0';
	return word;
}

/* RFC 1035 section 5.1: a name that is not absolute is below the origin before. To ldns,
 * each one is absolute here. */
static ldns_status set_origin(ldns_rdf **origin, const char *text)
{
	ldns_rdf *name = NULL;
	ldns_status status;

	if (strcmp(text, "@") == 0)
		return LDNS_STATUS_SYNTAX_ORIGIN;
	status = ldns_str2rdf_dname(&name, text);
	if (status == LDNS_STATUS_OK && name == NULL)
		status = LDNS_STATUS_MEM_ERR;
	if (status == LDNS_STATUS_OK && !ldns_dname_str_absolute(text))
		status = ldns_dname_cat(name, *origin);
	if (status == LDNS_STATUS_OK && ldns_rdf_size(name) > LDNS_MAX_DOMAINLEN)
		status = LDNS_STATUS_DOMAINNAME_OVERFLOW;
	if (status != LDNS_STATUS_OK) {
		ldns_rdf_deep_free(name);
		return status;
	}
	ldns_rdf_deep_free(*origin);
	*origin = name;
	return LDNS_STATUS_SYNTAX_ORIGIN;
}

static ldns_status take_directive(char *line, uint32_t *ttl, ldns_rdf **origin)
{
	char *rest = line + strcspn(line, " \t");
	const char *word, *end;

	if (*rest != '\0')
		*rest++ = '\0';
	if (strcmp(line, "INCLUDE") == 0)
		return LDNS_STATUS_SYNTAX_INCLUDE;
	word = only_word(rest);
	if (word == NULL)
		return LDNS_STATUS_SYNTAX_ERR;
	if (strcmp(line, "ORIGIN") == 0)
		return set_origin(origin, word);
	if (strcmp(line, "TTL") != 0)
		return LDNS_STATUS_SYNTAX_ERR;
	*ttl = ldns_str2period(word, &end);
	return LDNS_STATUS_SYNTAX_TTL;
}

/* Reads the rest of a line that begins with "$". */
static ldns_status read_directive(
	FILE *file, uint32_t *ttl, ldns_rdf **origin, int *lines)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	ldns_status status = LDNS_STATUS_SYNTAX_ERR;

	errno = 0;
	size = getline(&line, &room, file);
	if (size < 0 && errno == ENOMEM)
		status = LDNS_STATUS_MEM_ERR;
	if (size > 0 && line[size - 1] == '\n') {
		line[--size] = '\0';
		(*lines)++;
	}
	if (size > 0 && strlen(line) == (size_t)size)
		status = take_directive(line, ttl, origin);
	free(line);
	return status;
}

static ldns_status read_line(ldns_rr **rr, FILE *file, uint32_t *ttl, ldns_rdf **origin,
	ldns_rdf **previous, int *lines)
{
	bool first = *previous == NULL;
	ldns_status status;

	if (first && (*previous = ldns_rdf_clone(*origin)) == NULL)
		return LDNS_STATUS_MEM_ERR;
	status = ldns_rr_new_frm_fp_l(rr, file, ttl, origin, previous, lines);
	if (status == LDNS_STATUS_OK && *previous == NULL) {
		*rr = NULL;
		status = LDNS_STATUS_MEM_ERR;
	}
	/* An $ORIGIN line before the first record sets another owner for it. */
	if (first && status != LDNS_STATUS_OK) {
		ldns_rdf_deep_free(*previous);
		*previous = NULL;
	}
	/* One that ldns has found, in parentheses perhaps: its name may be relative. */
	return status == LDNS_STATUS_SYNTAX_ORIGIN ? LDNS_STATUS_SYNTAX_ERR : status;
}

ldns_status read_record(ldns_rr **rr, FILE *file, uint32_t *ttl, ldns_rdf **origin,
	ldns_rdf **previous, int *lines)
{
	int c = skip_lines(file, lines);

	if (c == EOF)
		return LDNS_STATUS_SYNTAX_EMPTY;
	if (c == '$')
		return read_directive(file, ttl, origin, lines);
	(void)ungetc(c, file);
	return read_line(rr, file, ttl, origin, previous, lines);
}
