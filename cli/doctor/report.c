/* report.c - the findings, for a person and as JSON; see doctor.h. */
#include "../colour.h"
#include "../json.h"
#include "doctor.h"
#include "pinbound/utf8.h"
#include <stdio.h>
#include <string.h>

#define WIDTH 72 /* a man page or a mail has margins */

/* --- for a person --- */

static const enum cli_colour colours[DOCTOR_SEVERITIES] = {
	[DOCTOR_OK] = CLI_GOOD,
	[DOCTOR_INFO] = CLI_WEAK,
	[DOCTOR_UNKNOWN] = CLI_WARN,
	[DOCTOR_WARNING] = CLI_WARN,
	[DOCTOR_CRITICAL] = CLI_BAD,
};

static const char *const headings[DOCTOR_SEVERITIES] = {
	[DOCTOR_OK] = "OK",
	[DOCTOR_INFO] = "INFO",
	[DOCTOR_UNKNOWN] = "UNKNOWN",
	[DOCTOR_WARNING] = "WARNING",
	[DOCTOR_CRITICAL] = "CRITICAL",
};

/* What is in texts comes from files and programs: nothing of it may steer a terminal.
 * Returns the columns that were written. */
static size_t put(const char *text, size_t size)
{
	size_t columns = 0;

	while (size > 0) {
		size_t octets = pb_utf8_printable((const uint8_t *)text, size);

		if (octets > 0)
			(void)fwrite(text, 1, octets, stdout);
		else
			(void)printf("\\%03u", (unsigned char)*text);
		columns += octets > 0 ? 1 : 4;
		octets += octets == 0;
		text += octets;
		size -= octets;
	}
	return columns;
}

/* Breaks between words. A word that is too long for a line has one of its own. */
static void wrap(const char *text, size_t column, size_t indent)
{
	bool first = true;

	while (*text != '\0') {
		size_t size = strcspn(text, " ");

		if (!first && column + 1 + size > WIDTH) {
			(void)printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			(void)putchar(' ');
			column++;
		}
		column += put(text, size);
		first = false;
		text += size;
		text += *text == ' ';
	}
	(void)putchar('\n');
}

static void print_finding(const struct doctor_finding *finding)
{
	size_t column;

	(void)printf("  %s%s%s: ", cli_colour(stdout, CLI_STRONG), finding->check,
		cli_colour(stdout, CLI_PLAIN));
	column = 2 + strlen(finding->check) + 2;
	wrap(finding->problem, column, 4);
	for (size_t i = 0; i < finding->remedy_count; i++) {
		const struct doctor_line *line = &finding->remedy[i];

		if (line->verbatim) {
			(void)printf("%8s", "");
			(void)put(line->text, strlen(line->text));
			(void)putchar('\n');
		} else {
			(void)printf("%6s", "");
			wrap(line->text, 6, 6);
		}
	}
}

static void print_all(
	const struct doctor_findings *findings, enum doctor_severity severity)
{
	bool first = true;

	for (size_t i = 0; i < findings->count; i++) {
		if (findings->all[i].severity != severity)
			continue;
		if (first)
			(void)printf("%s%s%s\n", cli_colour(stdout, colours[severity]),
				headings[severity], cli_colour(stdout, CLI_PLAIN));
		first = false;
		print_finding(&findings->all[i]);
	}
	if (!first)
		(void)putchar('\n');
}

static size_t count(const struct doctor_findings *findings, enum doctor_severity severity)
{
	size_t found = 0;

	for (size_t i = 0; i < findings->count; i++)
		found += findings->all[i].severity == severity;
	return found;
}

static void print_fine(const struct doctor_findings *findings)
{
	size_t column = 4;

	(void)printf(
		"%sOK%s ", cli_colour(stdout, CLI_GOOD), cli_colour(stdout, CLI_PLAIN));
	for (size_t i = 0; i < findings->count; i++) {
		const char *name = findings->all[i].check;

		if (findings->all[i].severity != DOCTOR_OK)
			continue;
		if (column + strlen(name) > WIDTH) {
			(void)printf("\n  ");
			column = 3;
		}
		(void)printf(" %s", name);
		column += strlen(name) + 1;
	}
	(void)printf("\n\n");
}

static void print_summary(const struct doctor_findings *findings)
{
	size_t warnings = count(findings, DOCTOR_WARNING);
	size_t fine = count(findings, DOCTOR_OK);

	(void)printf(
		"%zu critical, %zu warning%s, %zu unknown; %zu check%s found nothing "
		"wrong\n",
		count(findings, DOCTOR_CRITICAL), warnings, warnings == 1 ? "" : "s",
		count(findings, DOCTOR_UNKNOWN), fine, fine == 1 ? "" : "s");
}

void doctor_report(const struct doctor_findings *findings, bool quiet, bool verbose)
{
	print_all(findings, DOCTOR_CRITICAL);
	print_all(findings, DOCTOR_WARNING);
	print_all(findings, DOCTOR_UNKNOWN);
	if (quiet)
		return;
	print_all(findings, DOCTOR_INFO);
	if (verbose && count(findings, DOCTOR_OK) > 0)
		print_fine(findings);
	print_summary(findings);
}

/* --- as JSON --- */

static void json_finding(struct json *json, const struct doctor_finding *finding)
{
	json_open(json, NULL, '{');
	json_text(json, "name", finding->check);
	json_text(json, "severity", doctor_severity_name(finding->severity));
	json_text(json, "problem", finding->problem);
	json_open(json, "remedy", '[');
	for (size_t i = 0; i < finding->remedy_count; i++)
		json_text(json, NULL, finding->remedy[i].text);
	json_close(json, ']');
	json_close(json, '}');
}

void doctor_report_json(const struct doctor_findings *findings)
{
	struct json json;

	json_begin(&json, stdout);
	json_open(&json, NULL, '{');
	json_text(&json, "severity", doctor_severity_name(doctor_worst(findings)));
	json_open(&json, "findings", '[');
	for (int severity = DOCTOR_CRITICAL; severity >= DOCTOR_OK; severity--)
		for (size_t i = 0; i < findings->count; i++)
			if (findings->all[i].severity == (enum doctor_severity)severity)
				json_finding(&json, &findings->all[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	json_end(&json);
}
