/*
 * findings.h - what is wrong, how bad that is, and how to mend it.
 */
#ifndef PINBOUND_DOCTOR_FINDINGS_H
#define PINBOUND_DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of what is worse. */
enum doctor_severity {
	DOCTOR_OK,
	DOCTOR_INFO,
	DOCTOR_UNKNOWN,
	DOCTOR_WARNING,
	DOCTOR_CRITICAL,
	DOCTOR_SEVERITIES
};

struct doctor_line {
	bool verbatim; /* a command or a line of a file, not to be broken */
	char *text;
};

struct doctor_finding {
	const char *check;
	enum doctor_severity severity;
	char *problem; /* NULL: nothing is wrong */
	struct doctor_line *remedy;
	size_t remedy_count;
};

struct doctor_findings {
	struct doctor_finding *all;
	size_t count;
	const char *check; /* the one that runs */
	bool out_of_memory;
};

/* Adds a finding of the check that runs: what is wrong, as a sentence without its
 * period. */
void doctor_find(struct doctor_findings *findings, enum doctor_severity severity,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds to the last finding how to mend it: a sentence, or a line as it is to be typed. */
void doctor_mend(struct doctor_findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_type(struct doctor_findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The worst of all; DOCTOR_UNKNOWN only if nothing is known to be wrong. */
enum doctor_severity doctor_worst(const struct doctor_findings *findings);
void doctor_findings_free(struct doctor_findings *findings);

const char *doctor_severity_name(enum doctor_severity severity); /* "critical" */

/* Writes them: for a person, or as JSON. */
void doctor_report(const struct doctor_findings *findings, bool quiet, bool verbose);
void doctor_report_json(const struct doctor_findings *findings);

#endif
