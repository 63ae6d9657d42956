/* clause.c - see clause.h. */
#include "clause.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>

void pb_clause_begin(struct pb_clause *clause, FILE *in, const char *path)
{
	clause->in = in;
	clause->path = path;
	clause->line = 0;
	clause->comment = NULL;
	clause->at = clause->size = 0;
	clause->attribute = clause->value = clause->text;
	clause->text[0] = '\0';
}

void pb_clause_blame(const struct pb_clause *clause, struct pb_error *error)
{
	pb_error_context(error, "%s:%u", clause->path, clause->line);
}

static enum pb_clause_read bad(
	const struct pb_clause *clause, const char *reason, struct pb_error *error)
{
	pb_error_set(error, "%s", reason);
	pb_clause_blame(clause, error);
	return PB_CLAUSE_BAD;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is there more of the file? */
static bool fill(struct pb_clause *clause)
{
	if (clause->at < clause->size)
		return true;
	clause->at = 0;
	clause->size = fread(clause->chunk, 1, sizeof(clause->chunk), clause->in);
	return clause->size > 0;
}

/* Copies a line without its end, as far as there is room. False if it is too long. */
static bool copy_line(struct pb_clause *clause, size_t *used)
{
	const char *end = NULL;

	for (*used = 0; end == NULL && fill(clause);) {
		const char *from = clause->chunk + clause->at;
		size_t size = clause->size - clause->at;

		end = memchr(from, '\n', size);
		if (end != NULL)
			size = (size_t)(end - from);
		if (*used + size >= sizeof(clause->text))
			return false;
		memcpy(clause->text + *used, from, size);
		*used += size;
		clause->at += size + (end != NULL);
	}
	clause->text[*used] = '\0';
	return true;
}

#define EACH_OF_8 0x0101010101010101U

/* Is there an octet below the blank? Eight at a time: taking a blank's worth from one
 * that is less borrows from its high bit. */
static bool has_low(const char *text, size_t size)
{
	bool low = false;
	size_t at = 0;

	for (; at + 8 <= size; at += 8) {
		uint64_t word;

		memcpy(&word, text + at, 8);
		low |= ((word - EACH_OF_8 * ' ') & ~word & EACH_OF_8 * 0x80) != 0;
	}
	for (; at < size; at++)
		low |= (unsigned char)text[at] < ' ';
	return low;
}

static enum pb_clause_read check_octets(
	const struct pb_clause *clause, size_t size, struct pb_error *error)
{
	bool controls = false;

	if (!has_low(clause->text, size))
		return PB_CLAUSE_READ;
	for (size_t i = 0; i < size; i++)
		controls |=
			(unsigned char)clause->text[i] < ' ' && clause->text[i] != '\t';
	if (!controls)
		return PB_CLAUSE_READ;
	return bad(clause,
		memchr(clause->text, '\0', size) != NULL
			? "there is a NUL octet in the line"
			: "there is a control character in the line",
		error);
}

/* Reads one line without its end. */
static enum pb_clause_read read_line(struct pb_clause *clause, struct pb_error *error)
{
	size_t used;

	clause->line++;
	if (!fill(clause))
		return ferror(clause->in) ? bad(clause, strerror(errno), error)
					  : PB_CLAUSE_END;
	if (!copy_line(clause, &used))
		return bad(clause, "the line is longer than 4095 octets", error);
	if (ferror(clause->in))
		return bad(clause, strerror(errno), error);
	if (used > 0 && clause->text[used - 1] == '\r')
		clause->text[--used] = '\0';
	if (clause->line == 1 && strncmp(clause->text, "\xef\xbb\xbf", 3) == 0)
		return bad(
			clause, "it begins with a byte order mark; take that out", error);
	return check_octets(clause, used, error);
}

/* Undoes the quotes around a value in place. False with a reason. */
static bool unquote(char *value, const char **reason)
{
	char *in = value + 1, *out = value;

	while (*in != '"') {
		if (*in == '\\') {
			in++;
			if (*in != '"' && *in != '\\') {
				*reason = "within quotes, \\ needs a \" or another \\ "
					  "behind it";
				return false;
			}
		}
		if (*in == '\0') {
			*reason = "a closing quote is missing";
			return false;
		}
		*out++ = *in++;
	}
	for (in++; is_blank(*in); in++)
		;
	if (*in != '\0' && *in != '#') {
		*reason = "something stands behind the closing quote";
		return false;
	}
	*out = '\0';
	return true;
}

/* Cuts a comment and the blanks at the end of an unquoted value. */
static bool strip(char *value, const char **reason)
{
	size_t size = (size_t)(strchrnul(value, '#') - value);

	value[size] = '\0';
	while (size > 0 && is_blank(value[size - 1]))
		value[--size] = '\0';
	if (strchr(value, '"') != NULL) {
		*reason = "a quote stands within the value; put quotes around all of it";
		return false;
	}
	return true;
}

static bool ends_attribute(char c)
{
	return c == ':' || c == '#' || c == '"' || is_blank(c) || c == '\0';
}

/* Cuts the line into attribute and value. False with a reason. */
static bool parse(struct pb_clause *clause, char *text, const char **reason)
{
	size_t size = 0;
	char *value;

	while (!ends_attribute(text[size]))
		size++;
	value = text + size;

	if (*value != ':' || size == 0) {
		*reason = "\"attribute: value\" is expected";
		return false;
	}
	*value++ = '\0';
	while (is_blank(*value))
		value++;
	clause->attribute = text;
	clause->value = value;
	return *value == '"' ? unquote(value, reason) : strip(value, reason);
}

enum pb_clause_read pb_clause_next(struct pb_clause *clause, struct pb_error *error)
{
	const char *reason;

	for (;;) {
		enum pb_clause_read read = read_line(clause, error);
		char *text = clause->text;

		if (read != PB_CLAUSE_READ)
			return read;
		while (is_blank(*text))
			text++;
		if (*text == '#' && clause->comment != NULL &&
			!clause->comment(text, clause->line, error)) {
			pb_clause_blame(clause, error);
			return PB_CLAUSE_BAD;
		}
		if (*text == '\0' || *text == '#')
			continue;
		return parse(clause, text, &reason) ? PB_CLAUSE_READ
						    : bad(clause, reason, error);
	}
}
