/* table.c - every command: its name, arguments, options, help and function. */
#include "cli.h"
#include "survey/options.h"

/* clang-format off: a table is read row by row. */

const struct cli_option cli_common[] = {
	{"-c", "FILE", "pinbound.conf to read"},
	{"--json", NULL, "write JSON to standard output"},
	{"-q", NULL, "say only what goes wrong"},
	{"--help", NULL, "tell of the command, and do nothing"},
	{NULL, NULL, NULL},
};

#define PIN_OPTIONS(MX, MX_HELP)                                                         \
	{"--ns", "HOST", "a server of the delegation; repeatable"},                      \
		{"--child-ns", "HOST",                                                   \
			"also fine in the child's own NS set; repeatable"},              \
		{"--ds", "DS", "\"TAG ALG TYPE HEX\"; repeatable; or none"},             \
		{"--address", "ADDR",                                                    \
			"\"HOST ADDRESS\" or \"HOST PREFIX\"; repeatable"},              \
		{"--mx", MX, MX_HELP},                                                   \
		{"--mode", "log|refuse", "else default-mode applies"},                   \
		{"--strict", NULL, "refuse also what is only missing"},                  \
		{"--expires", "TIME", "a date, or a time with zone"},                    \
		{"--on-expiry", "warn|log", "log: then the pin only logs"},              \
	{                                                                                \
		"--note", "TEXT", "one line, at most 255 octets"                         \
	}

static const struct cli_option add_options[] = {
	PIN_OPTIONS("[HOST]", "the MX hosts found; or HOST, *.HOST too; or none"),
	{"--addresses", NULL, "pin the servers' addresses that are found, too"},
	{"--with-dependencies", NULL, "pin also the zones that NAME depends on"},
	{"--yes", NULL, "do not ask"},
	{"--despite-warnings", NULL, "with --yes, even if it looks like a hijack"},
	{"--dry-run", NULL, "show it, and change nothing"},
	SURVEY_OPTIONS,
	{NULL, NULL, NULL},
};

static const struct cli_option set_options[] = {
	PIN_OPTIONS("HOST", "an MX host, *.HOST too; repeatable; or none"),
	{"--no-child-ns", NULL, "take all of them away"},
	{"--no-ds", NULL, "do not judge DS"},
	{"--no-address", NULL, "do not judge addresses"},
	{"--no-mx", NULL, "do not judge MX"},
	{"--no-mode", NULL, "follow default-mode"},
	{"--no-strict", NULL, "only log what is only missing"},
	{"--no-expires", NULL, "never expire; takes --on-expiry along"},
	{"--no-note", NULL, "take it away"},
	{NULL, NULL, NULL},
};

static const struct cli_option import_options[] = {
	{"--format", "pins|unbound|zone", "what FILE is; pins if it is not given"},
	{"--origin", "DOMAIN", "zone: what relative names are relative to"},
	{"--addresses", NULL, "zone: pin the addresses of the servers, too"},
	{"--replace", NULL, "remove the pins that are not in the file"},
	{"--dry-run", NULL, "say what would change, and change nothing"},
	{NULL, NULL, NULL},
};

static const struct cli_option export_options[] = {
	{"--format", "pins|unbound", "what to write; pins if it is not given"},
	{NULL, NULL, NULL},
};

static const struct cli_option check_options[] = {
	SURVEY_OPTIONS,
	{"--format", "text|json|prometheus", "what to write"},
	{"--output", "FILE", "write to FILE, which is replaced as a whole"},
	{"--resolv-conf", "FILE", "the resolvers to look for the canary at"},
	{"--no-canary", NULL, "do not ask the resolvers"},
	{NULL, NULL, NULL},
};

static const struct cli_option status_options[] = {
	{"--verbose", NULL, "in full, with the counts of each zone"},
	{NULL, NULL, NULL},
};

static const struct cli_option accept_options[] = {
	{"--yes", NULL, "do not ask"},
	{"--despite-warnings", NULL, "with --yes, even if the zone says otherwise"},
	{"--dry-run", NULL, "show it, and change nothing"},
	{"--offline", NULL, "do not ask the zone's servers"},
	SURVEY_OPTIONS,
	{NULL, NULL, NULL},
};

static const struct cli_option log_options[] = {
	{"--verbose", NULL, "with the last deviating responses, whole"},
	{"--follow", NULL, "go on, with what happens from now on"},
	{NULL, NULL, NULL},
};

static const struct cli_option graph_options[] = {
	{"--svg", "FILE", "have dot draw it into FILE"},
	{"--png", "FILE", "likewise, as a PNG"},
	SURVEY_OPTIONS,
	{NULL, NULL, NULL},
};

static const struct cli_option suggest_options[] = {
	{"--limit", "NUMBER", "show so many domains; 20 if it is not given"},
	{"--commands", NULL, "write commands that pin them"},
	{NULL, NULL, NULL},
};

static const struct cli_option doctor_options[] = {
	{"--verbose", NULL, "name also the checks that found nothing wrong"},
	{"--offline", NULL, "ask no name server"},
	{"--unbound-conf", "FILE", "the configuration that Unbound uses"},
	{"--root", "DIR", "look at the files below DIR, and run no programs"},
	{"--path", "DIRS", "where programs are, separated by colons"},
	{NULL, NULL, NULL},
};

const struct cli_command cli_commands[] = {
	{
		"init",
		"",
		"make the stores",
		"Makes the pin store and the place of the state store, where "
		"pinbound.conf\n"
		"says, with the owners and modes that keep a resolver that was broken "
		"into\n"
		"from changing its own pins.\n\n"
		"  pinbound init",
		NULL,
		0,
		0,
		true,
		cli_init,
	},
	{
		"add",
		"NAME",
		"pin a name",
		"Pins NAME: from now on its delegation must look like this. Without "
		"--ns, "
		"that\n"
		"is what all servers of the zone above say now, which are asked from the "
		"root\n"
		"down, and is shown before it is stored. It fails if NAME is pinned "
		"already;\n"
		"\"pinbound set\" changes a pin.\n\n"
		"  pinbound add example.com --mx\n"
		"  pinbound add partner.example --mode log --via 9.9.9.9#dns.quad9.net\n"
		"  pinbound add example.com --mode refuse \\\n"
		"      --ns ns1.dns-host.example --ns ns2.dns-host.example",
		add_options,
		1,
		1,
		true,
		cli_add,
	},
	{
		"set",
		"NAME",
		"change a pin",
		"Changes the pin of NAME. An option that can be repeated replaces the "
		"whole\n"
		"set; what no option names stays as it is.\n\n"
		"  pinbound set example.com --mode log --no-expires",
		set_options,
		1,
		1,
		true,
		cli_set,
	},
	{
		"remove",
		"NAME",
		"drop a pin",
		"Drops the pin of NAME. It fails if NAME is not pinned.\n\n"
		"  pinbound remove example.com",
		NULL,
		1,
		1,
		true,
		cli_remove,
	},
	{
		"undo",
		"",
		"take the last change back",
		"Takes the last change of the pins back, an import as a whole. Once "
		"more, and\n"
		"that is taken back in turn.\n\n"
		"  pinbound undo",
		NULL,
		0,
		0,
		true,
		cli_undo,
	},
	{
		"list",
		"[PATTERN]",
		"what is pinned, a line each",
		"Lists the pins: name, mode, how many NS, DS, addresses and MX are "
		"pinned, and\n"
		"when the pin expires. PATTERN is a shell pattern that the names must "
		"match.\n\n"
		"  pinbound list '*.example'",
		NULL,
		0,
		1,
		true,
		cli_list,
	},
	{
		"show",
		"NAME",
		"one pin, in full",
		"Shows the pin of NAME as a pin file has it, and who changed it last.\n\n"
		"  pinbound show example.com",
		NULL,
		1,
		1,
		true,
		cli_show,
	},
	{
		"import",
		"FILE",
		"store the pins of a file",
		"Stores the pins of a pin file, all of them or, if there is one mistake "
		"in it,\n"
		"none. Names in the file overwrite, others stay. FILE may be - for "
		"standard\n"
		"input. Of an unbound.conf it takes trust-anchor and stub-zone, of a "
		"zone file\n"
		"NS and DS; what these do not say stays as it is pinned.\n\n"
		"  pinbound import --dry-run pins.txt\n"
		"  pinbound import --format unbound /etc/unbound/unbound.conf",
		import_options,
		1,
		1,
		true,
		cli_import,
	},
	{
		"export",
		"",
		"write all pins as a file",
		"Writes all pins as a pin file, sorted, to standard output. For an "
		"Unbound that\n"
		"cannot load modules, it writes what comes nearest: trust anchors and "
		"stub\n"
		"zones, and what is lost.\n\n"
		"  pinbound export > pins.txt\n"
		"  pinbound export --format unbound > pins.conf",
		export_options,
		0,
		0,
		true,
		cli_export,
	},
	{
		"check",
		"[NAME...]",
		"ask the parents now, and compare",
		"Asks every server of the zones above, and the zones' own, what they say "
		"now of\n"
		"all that is pinned, or of the NAMEs, from the root down and not through "
		"the\n"
		"resolver. For cron and monitoring: exit code 2 is CRITICAL, 1 WARNING, "
		"3 what\n"
		"could not be asked. Each resolver of resolv.conf must be protected, "
		"too.\n\n"
		"  pinbound check example.com",
		check_options,
		0,
		SIZE_MAX,
		false,
		cli_check,
	},
	{
		"status",
		"[NAME...]",
		"what the resolver sees",
		"Says whether a resolver runs, which generation of the pins it enforces, "
		"and\n"
		"its last verdict on each zone that it has met, or on those named in "
		"full.\n\n"
		"  pinbound status example.com",
		status_options,
		0,
		SIZE_MAX,
		true,
		cli_status,
	},
	{
		"accept",
		"NAME",
		"repin as the resolver observed it",
		"Shows the pin of NAME and what the resolver has observed in its place, "
		"asks,\n"
		"and on a yes makes the pin allow that. Ask the owner of the domain "
		"first: a\n"
		"hijack looks the same as a planned move.\n\n"
		"  pinbound accept example.com",
		accept_options,
		1,
		1,
		true,
		cli_accept,
	},
	{
		"log",
		"[NAME...]",
		"what has happened, newest last",
		"Writes the deviations and restorations that the resolver has logged, "
		"newest\n"
		"last, of all zones or of those named.\n\n"
		"  pinbound log --follow",
		log_options,
		0,
		SIZE_MAX,
		true,
		cli_log,
	},
	{
		"graph",
		"NAME...",
		"what a name depends on, as a picture",
		"Asks which zones NAME depends on, as \"add --with-dependencies\" does, "
		"and "
		"draws\n"
		"them: the hosts that each is served by, the zones where these live, "
		"what is\n"
		"pinned, signed, and deviates now. It writes the language of Graphviz, "
		"or has\n"
		"its dot make a picture.\n\n"
		"  pinbound graph example.com --svg example.com.svg\n"
		"  pinbound graph example.com | dot -Tpdf > example.com.pdf",
		graph_options,
		1,
		SIZE_MAX,
		true,
		cli_graph,
	},
	{
		"suggest",
		"[FILE...]",
		"which domains to pin next",
		"Reads the logs of Postfix and Exim, from files or from standard input, "
		"and\n"
		"says which domains the site writes to most that are not pinned. A "
		"message\n"
		"counts once, however often it was tried; what only bounced does not.\n\n"
		"  pinbound suggest /var/log/mail.log\n"
		"  journalctl -t postfix/smtp --since -30d | pinbound suggest",
		suggest_options,
		0,
		SIZE_MAX,
		true,
		cli_suggest,
	},
	{
		"verify",
		"",
		"read the whole store and its digest",
		"Reads every pin, and compares the digest over all with the one that "
		"was\n"
		"stored: nothing is missing, and nothing altered.\n\n"
		"  pinbound verify",
		NULL,
		0,
		0,
		true,
		cli_verify,
	},
	{
		"checkconf",
		"",
		"check pinbound.conf",
		"Reads pinbound.conf, and says where it has a mistake.\n\n"
		"  pinbound checkconf",
		NULL,
		0,
		0,
		true,
		cli_checkconf,
	},
	{
		"completion",
		"bash|zsh|fish",
		"help a shell to complete commands",
		"Writes what a shell needs to complete commands, options and names that "
		"are\n"
		"pinned.\n\n"
		"  source <(pinbound completion bash)",
		NULL,
		1,
		1,
		false,
		cli_completion,
	},
	{
		"doctor",
		"",
		"what is wrong here, and how to mend it",
		"Looks at the installation: the name servers, Unbound, the stores, and "
		"how the\n"
		"mail server takes a refusal. Says what is wrong and how to mend each. "
		"Exits\n"
		"with 0 if nothing is, 1 for warnings, 2 if something is critical, 3 if "
		"all that\n"
		"is wrong is that something could not be found out. Run it as root.\n\n"
		"  pinbound doctor",
		doctor_options,
		0,
		0,
		false,
		cli_doctor,
	},
	{
		"help",
		"[COMMAND]",
		"this, or more on a command",
		"Lists the commands, or tells more on one.\n\n"
		"  pinbound help add",
		NULL,
		0,
		1,
		false,
		cli_help,
	},
	{NULL, NULL, NULL, NULL, NULL, 0, 0, false, NULL},
};
