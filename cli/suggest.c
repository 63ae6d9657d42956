/* suggest.c - suggest: the domains that the site writes to, and has not pinned. */
#include "cli.h"
#include "colour.h"
#include "json.h"
#include "mailcount.h"
#include "observed.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DOMAIN_WIDTH 32
#define LIMIT_DEFAULT 20
#define LIMIT_MAX 1000000

struct suggesting {
	struct cli *cli;
	struct mailcount *count;
	int64_t now;
	size_t limit;
	struct pb_store *pins;
	struct json json;
	size_t shown, left, pinned; /* domains */
};

/* Reads one line without its end; what is too long is cut, and NULs are dropped. */
static bool read_line(FILE *in, char line[MAILLOG_LINE_MAX])
{
	size_t used = 0;
	int c;

	while ((c = getc_unlocked(in)) != EOF && c != '\n')
		if (c != '\0' && used < MAILLOG_LINE_MAX - 1)
			line[used++] = (char)c;
	if (used > 0 && line[used - 1] == '\r')
		used--;
	line[used] = '\0';
	return c != EOF || used > 0;
}

/* A file that logrotate has compressed has no lines to read. */
static const char *compression(const char *line)
{
	static const struct {
		const char *magic, *reader;
	} known[] = {{"\x1f\x8b", "zcat"},
		{"\xfd"
		 "7zXZ",
			"xzcat"},
		{"BZh", "bzcat"}, {"\x28\xb5\x2f\xfd", "zstdcat"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(line, known[i].magic, strlen(known[i].magic)) == 0)
			return known[i].reader;
	return NULL;
}

/* False if memory is lacking: a line whose domain cannot be read for that is not one
 * without a domain. */
static bool count_line(struct suggesting *s, const char *line)
{
	struct maillog_delivery delivery;

	errno = 0;
	return maillog_read(&delivery, line, s->now) ? mailcount_add(s->count, &delivery)
						     : errno != ENOMEM;
}

static bool read_log(struct suggesting *s, FILE *in, const char *path)
{
	char *line = malloc(MAILLOG_LINE_MAX);
	const char *reader = NULL;
	bool fine = line != NULL, first = true;

	for (; fine && reader == NULL && read_line(in, line); first = false) {
		if (first)
			reader = compression(line);
		if (reader == NULL)
			fine = count_line(s, line);
	}
	free(line);
	if (!fine)
		(void)cli_fail("out of memory");
	else if (reader != NULL)
		(void)cli_fail("%s: it is compressed; use \"%s FILE | pinbound suggest\"",
			path, reader);
	else if (ferror(in))
		(void)cli_fail("%s: %s", path, strerror(errno));
	return fine && reader == NULL && !ferror(in);
}

static bool read_path(struct suggesting *s, const char *path)
{
	FILE *in;
	bool fine;

	if (strcmp(path, "-") == 0)
		return read_log(s, stdin, "standard input");
	in = fopen(path, "re");
	if (in == NULL) {
		(void)cli_fail("%s: %s", path, strerror(errno));
		return false;
	}
	fine = read_log(s, in, path);
	(void)fclose(in);
	return fine;
}

static bool read_all(struct suggesting *s)
{
	bool fine = s->cli->argument_count > 0 || read_path(s, "-");

	for (size_t i = 0; fine && i < s->cli->argument_count; i++)
		fine = read_path(s, s->cli->arguments[i]);
	return fine;
}

static void print_row(const struct suggesting *s, const struct mailcount_domain *domain,
	const char *name)
{
	char when[OBSERVED_TIME_MAX];

	if (cli_value(s->cli, "--commands") != NULL) {
		(void)printf("pinbound add %s --mode log\n", name);
		return;
	}
	if (s->shown == 0)
		(void)printf("%s%-*s %9s %9s %9s  %s%s\n", cli_colour(stdout, CLI_STRONG),
			DOMAIN_WIDTH, "DOMAIN", "MESSAGES", "DELIVERED", "DEFERRED",
			"LAST SEEN", cli_colour(stdout, CLI_PLAIN));
	if (strlen(name) > DOMAIN_WIDTH)
		(void)printf("%s\n%*s", name, DOMAIN_WIDTH, "");
	else
		(void)printf("%-*s", DOMAIN_WIDTH, name);
	(void)printf(" %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "  %.16s\n", domain->messages,
		domain->delivered, domain->deferred,
		domain->last != 0 ? observed_local_time(domain->last, when) : "-");
}

static void json_row(
	struct json *json, const struct mailcount_domain *domain, const char *name)
{
	char when[OBSERVED_TIME_MAX];

	json_open(json, NULL, '{');
	json_text(json, "domain", name);
	json_number(json, "messages", (int64_t)domain->messages);
	json_number(json, "delivered", (int64_t)domain->delivered);
	json_number(json, "deferred", (int64_t)domain->deferred);
	if (domain->last != 0)
		json_text(json, "last-seen", observed_utc_time(domain->last, when));
	json_close(json, '}');
}

/* Shows a domain, unless it is pinned, or enough have been shown. */
static bool consider(struct suggesting *s, const struct mailcount_domain *domain)
{
	char text[PB_NAME_TEXT_MAX];
	struct pb_error error;
	struct pb_path path;
	struct pb_name name;

	(void)pb_name_from_wire(&name, domain->wire, domain->size);
	switch (pb_store_path(s->pins, &name, &path, &error)) {
	case PB_OK:
		s->pinned++;
		return true;
	case PB_NOT_FOUND:
		break;
	case PB_FAILED:
		(void)cli_fail("%s", error.text);
		return false;
	}
	if (s->shown == s->limit) {
		s->left++;
		return true;
	}
	(void)pb_name_to_text(&name, text);
	if (!s->cli->json)
		text[strlen(text) - 1] = '\0';
	if (s->cli->json)
		json_row(&s->json, domain, text);
	else
		print_row(s, domain, text);
	s->shown++;
	return true;
}

static void print_summary(const struct suggesting *s)
{
	if (s->cli->quiet || cli_value(s->cli, "--commands") != NULL)
		return;
	(void)printf("%s%zu domain%s not pinned", s->shown > 0 ? "\n" : "",
		s->shown + s->left, s->shown + s->left == 1 ? "" : "s");
	if (s->left > 0)
		(void)printf(" (%zu more with --limit %zu)", s->left, s->shown + s->left);
	(void)printf(", %zu pinned already\n", s->pinned);
}

static int suggest(struct suggesting *s)
{
	size_t count = 0;
	const struct mailcount_domain *domains;
	bool fine = true;

	if (!read_all(s))
		return CLI_FAILED;
	domains = mailcount_sorted(s->count, &count);
	if (count == 0)
		return cli_fail("there is no mail to other sites in it; is it a log of "
				"Postfix or Exim?");
	json_begin(&s->json, stdout);
	if (s->cli->json) {
		json_open(&s->json, NULL, '{');
		json_open(&s->json, "suggestions", '[');
	}
	for (size_t i = 0; fine && i < count; i++)
		fine = consider(s, &domains[i]);
	if (s->cli->json) {
		json_close(&s->json, ']');
		json_number(&s->json, "not-pinned", (int64_t)(s->shown + s->left));
		json_number(&s->json, "pinned", (int64_t)s->pinned);
		json_close(&s->json, '}');
		json_end(&s->json);
	} else if (fine) {
		print_summary(s);
	}
	return fine ? CLI_DONE : CLI_FAILED;
}

static bool read_limit(const struct cli *cli, size_t *limit)
{
	const char *text = cli_value(cli, "--limit");
	size_t size = text != NULL ? strspn(text, "0123456789") : 0;

	*limit = LIMIT_DEFAULT;
	if (text == NULL)
		return true;
	*limit = size > 0 && size < 8 && text[size] == '\0' ? strtoul(text, NULL, 10) : 0;
	return *limit > 0 && *limit <= LIMIT_MAX;
}

int cli_suggest(struct cli *cli)
{
	struct suggesting s = {.cli = cli, .now = (int64_t)time(NULL)};
	struct pb_error error;
	int code;

	if (!read_limit(cli, &s.limit))
		return cli_misused(
			cli, "--limit: a number from 1 to %d is expected", LIMIT_MAX);
	if (cli->json && cli_value(cli, "--commands") != NULL)
		return cli_misused(cli, "--json and --commands contradict each other");
	if (cli->argument_count == 0 && isatty(STDIN_FILENO))
		return cli_misused(
			cli, "suggest needs a FILE, or a log on standard input");
	s.pins = pb_store_open(cli->conf.pins, PB_STORE_READ, &error);
	if (s.pins == NULL)
		return cli_fail("%s", error.text);
	s.count = mailcount_new();
	code = s.count != NULL ? suggest(&s) : cli_fail("out of memory");
	mailcount_free(s.count);
	pb_store_close(s.pins);
	return code;
}
