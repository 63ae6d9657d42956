/* text.c - reading what files and programs say, line by line; see doctor.h. */
#include "doctor.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *must_be_there(void *memory)
{
	if (memory == NULL) {
		(void)fprintf(stderr, "pinbound: out of memory\n");
		exit(1);
	}
	return memory;
}

char *doctor_copy(const char *text)
{
	return must_be_there(strdup(text));
}

void *doctor_grow(void *memory, size_t count, size_t size)
{
	return must_be_there(reallocarray(memory, count, size));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Copies without the blanks around it, cut at the buffer's end. */
static void copy_trimmed(char *out, size_t size, const char *from, size_t length)
{
	while (length > 0 && is_blank(*from)) {
		from++;
		length--;
	}
	while (length > 0 && is_blank(from[length - 1]))
		length--;
	if (length > size - 1)
		length = size - 1;
	memcpy(out, from, length);
	out[length] = '\0';
}

bool doctor_next_line(const char **text, char line[DOCTOR_LINE_MAX])
{
	size_t size = strcspn(*text, "\n");

	if (**text == '\0')
		return false;
	copy_trimmed(line, DOCTOR_LINE_MAX, *text, size);
	*text += size + ((*text)[size] == '\n');
	return true;
}

bool doctor_next_keyword(
	const char **text, const char *keyword, char rest[DOCTOR_LINE_MAX])
{
	size_t size = strlen(keyword);

	for (const char *line = *text; doctor_next_line(text, rest); line = *text) {
		const char *after = line + size;

		if (strncmp(line, keyword, size) != 0 ||
			(*after != ' ' && *after != '\t'))
			continue;
		copy_trimmed(rest, DOCTOR_LINE_MAX, after, strcspn(after, "\n"));
		return true;
	}
	return false;
}

bool doctor_next_word(const char **text, char *word, size_t size)
{
	static const char between[] = " \t\r\n,";
	size_t length;

	*text += strspn(*text, between);
	length = strcspn(*text, between);
	if (length == 0)
		return false;
	copy_trimmed(word, size, *text, length);
	*text += length;
	return true;
}

bool doctor_has_word(const char *text, const char *word)
{
	char found[256];

	while (doctor_next_word(&text, found, sizeof(found)))
		if (strcmp(found, word) == 0)
			return true;
	return false;
}

bool doctor_value(
	const char *text, const char *name, char separator, char value[DOCTOR_LINE_MAX])
{
	char line[DOCTOR_LINE_MAX];
	size_t size = strlen(name);
	bool found = false;

	while (doctor_next_line(&text, line)) {
		const char *at = line + size;

		if (strncasecmp(line, name, size) != 0)
			continue;
		if (separator == ' ' ? !is_blank(*at) : false)
			continue;
		while (is_blank(*at))
			at++;
		if (separator != ' ' && *at++ != separator)
			continue;
		copy_trimmed(value, DOCTOR_LINE_MAX, at, strlen(at));
		found = true;
	}
	return found;
}

void doctor_begin_words(struct unbound_words *words, const char *text)
{
	unbound_words_begin(words,
		must_be_there(fmemopen((char *)(uintptr_t)text, strlen(text), "r")));
}

static int64_t unit_seconds(int unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 604800;
	default:
		return -1;
	}
}

int64_t doctor_duration(const char *text, char unit)
{
	int64_t sum = 0;

	if (!isdigit((unsigned char)*text))
		return -1;
	while (isdigit((unsigned char)*text)) {
		char *end;
		int64_t number, seconds;

		errno = 0;
		number = strtoll(text, &end, 10);
		seconds = unit_seconds(*end != '\0' ? *end : unit);
		if (errno != 0 || seconds < 0 || number > INT32_MAX)
			return -1;
		sum += number * seconds;
		text = *end != '\0' ? end + 1 : end;
	}
	return *text == '\0' ? sum : -1;
}

const char *doctor_text(const struct doctor_facts *facts, enum doctor_text which)
{
	const struct doctor_fact *fact = &facts->texts[which];

	return fact->state == DOCTOR_THERE && fact->text != NULL ? fact->text : "";
}

const char *doctor_setting(const struct doctor_facts *facts, enum doctor_setting_id which)
{
	return facts->settings[which].value != NULL ? facts->settings[which].value : "";
}

static bool is_member(const struct doctor_user *user, gid_t group)
{
	for (size_t i = 0; i < user->group_count; i++)
		if (user->groups[i] == group)
			return true;
	return false;
}

/* As the kernel decides: the first class that fits is the only one that counts. */
bool doctor_may(const struct doctor_user *user, const struct stat *stat, int what)
{
	unsigned bits = ((what & R_OK) != 0 ? 4U : 0U) | ((what & W_OK) != 0 ? 2U : 0U) |
			((what & X_OK) != 0 ? 1U : 0U);
	unsigned mode = stat->st_mode;

	if (user->uid == 0)
		return true;
	if (stat->st_uid == user->uid)
		return (mode >> 6 & bits) == bits;
	if (is_member(user, stat->st_gid))
		return (mode >> 3 & bits) == bits;
	return (mode & bits) == bits;
}
