/* findings.c - what the checks have found; see doctor.h. */
#include "doctor.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Makes room for one more, zeroed, behind `count`. NULL without memory. */
static void *one_more(void *all, size_t count, size_t size)
{
	return reallocarray(all, count + 1, size);
}

void doctor_find(struct doctor_findings *findings, enum doctor_severity severity,
	const char *format, ...)
{
	struct doctor_finding *all =
		one_more(findings->all, findings->count, sizeof(*all));
	struct doctor_finding *finding;
	va_list args;

	if (all == NULL) {
		findings->out_of_memory = true;
		return;
	}
	findings->all = all;
	finding = &all[findings->count++];
	*finding =
		(struct doctor_finding){.check = findings->check, .severity = severity};
	va_start(args, format);
	if (vasprintf(&finding->problem, format, args) < 0) {
		finding->problem = NULL;
		findings->out_of_memory = true;
	}
	va_end(args);
}

static void __attribute__((format(printf, 3, 0))) add_line(
	struct doctor_findings *findings, bool verbatim, const char *format, va_list args)
{
	struct doctor_finding *last;
	struct doctor_line *lines;

	if (findings->count == 0 || findings->out_of_memory)
		return;
	last = &findings->all[findings->count - 1];
	lines = one_more(last->remedy, last->remedy_count, sizeof(*lines));
	if (lines == NULL) {
		findings->out_of_memory = true;
		return;
	}
	last->remedy = lines;
	lines += last->remedy_count;
	lines->verbatim = verbatim;
	if (vasprintf(&lines->text, format, args) < 0)
		findings->out_of_memory = true;
	else
		last->remedy_count++;
}

void doctor_mend(struct doctor_findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(findings, false, format, args);
	va_end(args);
}

void doctor_type(struct doctor_findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(findings, true, format, args);
	va_end(args);
}

enum doctor_severity doctor_worst(const struct doctor_findings *findings)
{
	enum doctor_severity worst = DOCTOR_OK;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->all[i].severity > worst)
			worst = findings->all[i].severity;
	return worst;
}

void doctor_findings_free(struct doctor_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct doctor_finding *finding = &findings->all[i];

		for (size_t j = 0; j < finding->remedy_count; j++)
			free(finding->remedy[j].text);
		free(finding->remedy);
		free(finding->problem);
	}
	free(findings->all);
	*findings = (struct doctor_findings){0};
}

const char *doctor_severity_name(enum doctor_severity severity)
{
	static const char *const names[DOCTOR_SEVERITIES] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_INFO] = "info",
		[DOCTOR_UNKNOWN] = "unknown",
		[DOCTOR_WARNING] = "warning",
		[DOCTOR_CRITICAL] = "critical",
	};

	return names[severity];
}
