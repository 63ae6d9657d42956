/* pinfile.c - reading and writing pin files; see pinbound/pinfile.h. */
#include "pinbound/pinfile.h"
#include "clause.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define HEAD "# pinbound-pins "

/*
 * The names of a file and their lines, to find one that comes twice: a table
 * with open addressing of 128-bit hashes, which no two names share in practice.
 */
struct seen_name {
	XXH128_hash_t hash;
	unsigned line; /* 0: free */
};

struct seen_names {
	struct seen_name *table;
	size_t size, used;
};

static struct seen_name *find(const struct seen_names *names, XXH128_hash_t hash)
{
	size_t at = hash.low64 % names->size;

	while (names->table[at].line != 0 && !XXH128_isEqual(names->table[at].hash, hash))
		at = (at + 1) % names->size;
	return &names->table[at];
}

static bool grow(struct seen_names *names)
{
	struct seen_names larger = {.size = names->size == 0 ? 1024 : names->size * 2};

	larger.table = calloc(larger.size, sizeof(*larger.table));
	if (larger.table == NULL)
		return false;
	for (size_t i = 0; i < names->size; i++)
		if (names->table[i].line != 0)
			*find(&larger, names->table[i].hash) = names->table[i];
	larger.used = names->used;
	free(names->table);
	*names = larger;
	return true;
}

/* Notes a name. *line is then where it stood before, 0 if it did not. */
static bool note_name(struct seen_names *names, const struct pb_name *name,
	unsigned at_line, unsigned *line)
{
	XXH128_hash_t hash = XXH3_128bits(name->wire, name->size);
	struct seen_name *slot;

	if (names->used * 2 >= names->size && !grow(names))
		return false;
	slot = find(names, hash);
	*line = slot->line;
	if (slot->line == 0) {
		slot->hash = hash;
		slot->line = at_line;
		names->used++;
	}
	return true;
}

/*
 * As long as the names of a file that can be read twice are sorted, the last one is
 * enough: each is behind it. The first that is not has the others read once more.
 */
struct reader {
	struct pb_clause clause;
	off_t start;         /* of the file; -1: it cannot be read twice */
	bool sorted;         /* so far, and it can be read twice */
	struct pb_name last; /* size 0: none yet */
	struct pb_clause again;
	struct pb_pinbuf buf;
	struct seen_names names;
	unsigned seen;  /* attributes of the pin that is read */
	unsigned begin; /* line of its "pin:"; 0: there is none yet */
	bool (*each)(void *arg, const struct pb_pin *pin, unsigned line,
		struct pb_error *error);
	void *arg;
};

/* The first line of an export says its format. */
static bool check_head(const char *text, unsigned line, struct pb_error *error)
{
	char *end;
	unsigned long version;

	if (line != 1 || strncmp(text, HEAD, strlen(HEAD)) != 0)
		return true;
	text += strlen(HEAD);
	version = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || (*end != '\0' && *end != ' ') || version == 0) {
		pb_error_set(error, "\"%s%s\" is no version of pin files", HEAD, text);
		return false;
	}
	if (version > PB_PINFILE_VERSION) {
		pb_error_set(error,
			"the pins are in format %lu, this pinbound knows format %d; use "
			"a "
			"newer one",
			version, PB_PINFILE_VERSION);
		return false;
	}
	return true;
}

/* Notes the names of all pins before the one that is read. */
static bool read_again(struct reader *reader, struct pb_error *error)
{
	struct pb_clause *clause = &reader->again;
	FILE *in = reader->clause.in;
	off_t place = ftello(in);
	unsigned begin = 0, ignored;
	struct pb_name name;

	if (place < 0 || fseeko(in, reader->start, SEEK_SET) != 0) {
		pb_error_set(error, "%s", strerror(errno));
		return false;
	}
	pb_clause_begin(clause, in, reader->clause.path);
	while (pb_clause_next(clause, NULL) == PB_CLAUSE_READ &&
		clause->line < reader->begin) {
		if (strcmp(clause->attribute, "pin") == 0)
			begin = clause->line;
		if (strcmp(clause->attribute, "name") != 0 ||
			!pb_name_from_user(
				&name, clause->value, strlen(clause->value), NULL))
			continue;
		if (!note_name(&reader->names, &name, begin, &ignored)) {
			pb_error_set(error, "out of memory");
			return false;
		}
	}
	if (fseeko(in, place, SEEK_SET) == 0)
		return true;
	pb_error_set(error, "%s", strerror(errno));
	return false;
}

/* True if the name comes behind all before it: it is the first of that name. */
static bool is_behind(struct reader *reader, const struct pb_name *name)
{
	if (reader->last.size > 0 && pb_name_order(&reader->last, name) >= 0)
		return false;
	reader->last = *name;
	return true;
}

static bool check_twice(struct reader *reader, struct pb_error *error)
{
	const struct pb_name *name = &reader->buf.pin.name;
	char text[PB_NAME_TEXT_MAX];
	unsigned line;

	if (reader->sorted) {
		if (is_behind(reader, name))
			return true;
		reader->sorted = false;
		if (!read_again(reader, error))
			return false;
	}
	if (!note_name(&reader->names, name, reader->begin, &line)) {
		pb_error_set(error, "out of memory");
		return false;
	}
	if (line == 0)
		return true;
	pb_error_set(error, "name: %s is pinned in line %u already",
		pb_name_to_text(name, text), line);
	return false;
}

/* Hands over the pin that has been read. The error is blamed on its "pin:". */
static bool finish_pin(struct reader *reader, struct pb_error *error)
{
	if (reader->begin == 0)
		return true;
	if (pb_pin_check(&reader->buf.pin, error) && check_twice(reader, error) &&
		reader->each(reader->arg, &reader->buf.pin, reader->begin, error))
		return true;
	reader->clause.line = reader->begin;
	return false;
}

static bool read_clause(struct reader *reader, struct pb_error *error)
{
	const struct pb_clause *clause = &reader->clause;
	unsigned line = clause->line;

	if (strcmp(clause->attribute, "pin") != 0) {
		if (reader->begin == 0) {
			pb_error_set(error, "\"%s:\" stands before the first \"pin:\"",
				clause->attribute);
			return false;
		}
		return pb_pinfile_set(&reader->buf, clause->attribute, clause->value,
			&reader->seen, error);
	}
	if (clause->value[0] != '\0') {
		pb_error_set(error, "\"pin:\" has no value; its attributes follow below");
		return false;
	}
	if (!finish_pin(reader, error))
		return false;
	pb_pinbuf_init(&reader->buf);
	reader->seen = 0;
	reader->begin = line;
	return true;
}

static bool read_all(struct reader *reader, struct pb_error *error)
{
	enum pb_clause_read read;

	while ((read = pb_clause_next(&reader->clause, error)) == PB_CLAUSE_READ) {
		if (!read_clause(reader, error)) {
			pb_clause_blame(&reader->clause, error);
			return false;
		}
	}
	if (read == PB_CLAUSE_BAD)
		return false;
	if (finish_pin(reader, error))
		return true;
	pb_clause_blame(&reader->clause, error);
	return false;
}

bool pb_pinfile_read(FILE *in, const char *path,
	bool (*each)(void *arg, const struct pb_pin *pin, unsigned line,
		struct pb_error *error),
	void *arg, struct pb_error *error)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	bool fine;

	if (reader == NULL) {
		pb_error_set(error, "%s: out of memory", path);
		return false;
	}
	pb_clause_begin(&reader->clause, in, path);
	reader->clause.comment = check_head;
	reader->start = ftello(in);
	reader->sorted = reader->start >= 0;
	reader->each = each;
	reader->arg = arg;
	fine = read_all(reader, error);
	free(reader->names.table);
	free(reader);
	return fine;
}

bool pb_pinfile_write_head(FILE *out)
{
	return fprintf(out, HEAD "%d\n", PB_PINFILE_VERSION) > 0;
}

/* The longest value is a name; nobody else writes to the file. */
static void write_text(FILE *out, const char *attribute, const char *value)
{
	char line[32 + PB_NAME_TEXT_MAX];
	size_t attribute_size = strlen(attribute), size = strlen(value);
	char *at = line;

	memcpy(at, "    ", 4);
	at += 4;
	memcpy(at, attribute, attribute_size);
	at += attribute_size;
	*at++ = ':';
	*at++ = ' ';
	memcpy(at, value, size);
	at += size;
	*at++ = '\n';
	(void)fwrite_unlocked(line, 1, (size_t)(at - line), out);
}

/* A name without its trailing dot. What would be read as something else without it keeps
 * it: the root, a host called "none", and one called like an address. */
static const char *plain_name(const struct pb_name *name, char text[PB_NAME_TEXT_MAX])
{
	size_t size = strlen(pb_name_to_text(name, text));

	if (size == 1 || strcmp(text, "none.") == 0)
		return text;
	text[size - 1] = '\0';
	if (pb_address_is(text))
		text[size - 1] = '.';
	return text;
}

static void write_names(FILE *out, const char *attribute, const struct pb_set *set)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_bytes element;
	struct pb_name name;

	for (size_t at = 0; pb_set_next(set, &at, &element);)
		if (pb_name_from_wire(&name, element.data, element.size) != 0)
			write_text(out, attribute, plain_name(&name, text));
}

static void write_ds(FILE *out, const struct pb_pin *pin)
{
	char text[PB_DS_TEXT_MAX];
	struct pb_bytes element;

	if (pin->ds_none)
		write_text(out, "ds", "none");
	for (size_t at = 0; pb_set_next(&pin->ds, &at, &element);) {
		(void)pb_ds_to_text(element, text, sizeof(text));
		write_text(out, "ds", text);
	}
}

static void write_addresses(FILE *out, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX], address_text[PB_ADDRESS_TEXT_MAX];
	struct pb_bytes element;
	struct pb_address address;
	struct pb_name server;

	for (size_t at = 0; pb_set_next(&pin->address, &at, &element);)
		if (pb_address_parse(element, &server, &address))
			(void)fprintf(out, "    address: %s %s\n",
				plain_name(&server, text),
				pb_address_to_text(&address, address_text));
}

static void write_note(FILE *out, struct pb_bytes note)
{
	(void)fputs("    note: \"", out);
	for (size_t i = 0; i < note.size; i++) {
		if (note.data[i] == '"' || note.data[i] == '\\')
			(void)putc('\\', out);
		(void)putc(note.data[i], out);
	}
	(void)fputs("\"\n", out);
}

bool pb_pinfile_write(FILE *out, const struct pb_pin *pin)
{
	char text[PB_NAME_TEXT_MAX], expires[32];

	(void)fputs_unlocked("pin:\n", out);
	write_text(out, "name", plain_name(&pin->name, text));
	if (pb_mode_name(pin->mode) != NULL)
		write_text(out, "mode", pb_mode_name(pin->mode));
	write_names(out, "ns", &pin->ns);
	write_names(out, "child-ns", &pin->child_ns);
	write_ds(out, pin);
	write_addresses(out, pin);
	if (pin->mx_none)
		write_text(out, "mx", "none");
	write_names(out, "mx", &pin->mx);
	if (pin->strict)
		write_text(out, "strict", "yes");
	if (pin->expires != PB_NEVER)
		write_text(out, "expires", pb_expires_to_text(pin->expires, expires));
	if (pin->expires_to_log)
		write_text(out, "on-expiry", "log");
	if (pin->note.size > 0)
		write_note(out, pin->note);
	return !ferror(out);
}
