/* command.c - doctor: what is wrong with the installation, and how to mend it. */
#include "../cli.h"
#include "doctor.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Not the user's own: root runs what is found there. */
#define PROGRAMS "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

/* The codes of monitoring plugins. */
static int exit_code(enum doctor_severity worst)
{
	switch (worst) {
	case DOCTOR_CRITICAL:
		return 2;
	case DOCTOR_WARNING:
		return 1;
	case DOCTOR_UNKNOWN:
		return 3;
	default:
		return CLI_DONE;
	}
}

/* "/" is the same as none, and a slash at the end would stand there twice. */
static char *clean_root(const char *root)
{
	char *copy = doctor_copy(root != NULL ? root : "");
	size_t size = copy == NULL ? 0 : strlen(copy);

	while (size > 0 && copy[size - 1] == '/')
		copy[--size] = '\0';
	return copy;
}

static int examine(struct cli *cli, struct doctor_facts *facts)
{
	struct doctor_findings findings = {0};
	int code;

	if (!doctor_gather(facts))
		return cli_fail("out of memory");
	doctor_run_checks(facts, &findings);
	code = exit_code(doctor_worst(&findings));
	if (findings.out_of_memory)
		code = cli_fail("out of memory");
	else if (cli->json)
		doctor_report_json(&findings);
	else
		doctor_report(&findings, cli->quiet, cli_value(cli, "--verbose") != NULL);
	doctor_findings_free(&findings);
	return code;
}

int cli_doctor(struct cli *cli)
{
	char *root = clean_root(cli_value(cli, "--root"));
	const char *path = cli_value(cli, "--path");
	struct doctor_facts facts = {
		.root = root,
		.conf_path = cli->conf_path,
		.unbound_conf = cli_value(cli, "--unbound-conf"),
		.offline = cli_value(cli, "--offline") != NULL,
		.now = time(NULL),
	};
	int code;

	if (root == NULL)
		return cli_fail("out of memory");
	/* This machine's programs say nothing of what lies below another root. */
	facts.path = path != NULL ? path : root[0] != '\0' ? "" : PROGRAMS;
	code = examine(cli, &facts);
	doctor_facts_free(&facts);
	free(root);
	return code;
}
