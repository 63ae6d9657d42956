/* module.c - is the module's file there, can Unbound load it, and is it for this one? */
#include "doctor.h"
#include <unistd.h>

static size_t ours(const struct doctor_facts *facts, const struct doctor_module **first)
{
	size_t count = 0;

	for (size_t i = facts->module_count; i > 0; i--)
		if (facts->modules[i - 1].built_for != NULL) {
			*first = &facts->modules[i - 1];
			count++;
		}
	return count;
}

static void check_file(const struct doctor_facts *facts, const struct doctor_file *file,
	struct doctor_findings *findings)
{
	if (file->unknown) {
		doctor_find(findings, DOCTOR_UNKNOWN, "%s: we may not look at it",
			file->path);
		doctor_mend(findings, "Run \"pinbound doctor\" as root.");
	} else if (!file->there) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"%s: dynlib-file names it, and it is not there: Unbound does "
			"not start",
			file->path);
		doctor_mend(findings,
			"Install the module there%s, or correct "
			"dynlib-file.",
			doctor_setting(facts, DOCTOR_CHROOT)[0] != '\0'
				? " (the path is one within the chroot)"
				: "");
	} else if (!facts->user.known) {
		return;
	} else if (file->blocked != NULL) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"%s: Unbound's user %s may not search the directory %s, and "
			"cannot load it",
			file->path, facts->user.name, file->blocked);
		doctor_type(findings, "chmod o+x %s", file->blocked);
	} else if (!doctor_may(&facts->user, &file->stat, R_OK)) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"%s: Unbound's user %s may not read it", file->path,
			facts->user.name);
		doctor_type(findings, "chmod 0644 %s", file->path);
	}
}

/* Whoever can write the module is whoever decides. */
static void check_writable(const struct doctor_facts *facts,
	const struct doctor_file *file, struct doctor_findings *findings)
{
	if (!file->there || !facts->user.known || facts->user.uid == 0 ||
		!doctor_may(&facts->user, &file->stat, W_OK))
		return;
	doctor_find(findings, DOCTOR_WARNING,
		"%s: Unbound's user %s may write it, and so take Pinbound away",
		file->path, facts->user.name);
	doctor_type(findings, "chown root:root %s", file->path);
	doctor_type(findings, "chmod 0644 %s", file->path);
}

void doctor_module_file(
	const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_module *module = NULL;
	bool loaded =
		doctor_has_word(doctor_setting(facts, DOCTOR_MODULE_CONFIG), "dynlib");
	size_t before = findings->count;

	if (!loaded)
		return;
	if (facts->module_count == 0) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"module-config has dynlib, and no dynlib-file names the module");
		doctor_type(findings, "dynlib:");
		doctor_type(
			findings, "    dynlib-file: \"/usr/lib/pinbound/pinbound.so\"");
		return;
	}
	for (size_t i = 0; i < facts->module_count; i++) {
		check_file(facts, &facts->modules[i].file, findings);
		check_writable(facts, &facts->modules[i].file, findings);
	}
	if (findings->count != before)
		return;
	if (ours(facts, &module) == 0) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"none of the libraries of dynlib-file is Pinbound's (the first "
			"is %s)",
			facts->modules[0].file.path);
		doctor_mend(findings, "Name Pinbound's in dynlib-file, and restart "
				      "Unbound.");
	} else if (ours(facts, &module) > 1) {
		doctor_find(findings, DOCTOR_CRITICAL,
			"Pinbound stands in dynlib-file twice: what is pinned cannot be "
			"verified");
		doctor_mend(findings, "Take the second one out of unbound.conf, and "
				      "dynlib out of module-config once.");
	}
}

/* Was the module built for that program? */
static void check_program(const struct doctor_module *module,
	const struct doctor_program *program, const char *then,
	struct doctor_findings *findings)
{
	if (program->id[0] == '\0') {
		doctor_find(findings, DOCTOR_UNKNOWN,
			"%s: its build-id cannot be read, so nothing says whether the "
			"module was built for it",
			program->path);
		doctor_mend(findings, "Run \"pinbound doctor\" as root.");
		return;
	}
	if (doctor_has_word(module->built_for, program->id))
		return;
	doctor_find(findings, DOCTOR_CRITICAL,
		"%s was built for another Unbound than %s: %s", module->file.path,
		program->path, then);
	doctor_mend(findings,
		"Was Unbound upgraded? Make Debian packages of both anew, in Pinbound's "
		"source:");
	doctor_type(findings, "make deb");
	doctor_type(findings, "apt install ./build/deb/*.deb");
	doctor_mend(findings,
		"Or install the module anew, built with the tree that this Unbound was "
		"built from, and restart Unbound:");
	doctor_type(findings, "make install UNBOUND_SRC=... UNBOUND_BUILD=...");
}

void doctor_build(const struct doctor_facts *facts, struct doctor_findings *findings)
{
	const struct doctor_module *module = NULL;

	if (ours(facts, &module) == 0)
		return;
	if (facts->running.path[0] != '\0')
		check_program(module, &facts->running,
			"at the next reload, Unbound ends, or goes on without Pinbound",
			findings);
	if (facts->installed.path[0] != '\0')
		check_program(module, &facts->installed, "Unbound does not start with it",
			findings);
}
