/*
 * facts.h - what is known of the machine, and how it is gathered.
 */
#ifndef PINBOUND_DOCTOR_FACTS_H
#define PINBOUND_DOCTOR_FACTS_H

#include "pinbound/conf.h"
#include <sys/stat.h>

/* Files and programs that are read as text, by the rows of texts.c. */
enum doctor_text {
	DOCTOR_NO_TEXT, /* ends a list of them */
	DOCTOR_RESOLV_CONF,
	DOCTOR_NSSWITCH,
	DOCTOR_NSCD_PID,
	DOCTOR_UNBOUND_V,
	DOCTOR_CHECKCONF,
	DOCTOR_UNBOUND_CONF,
	DOCTOR_STATUS,
	DOCTOR_FORWARDS,
	DOCTOR_STUBS,
	DOCTOR_AUTH_ZONES,
	DOCTOR_INSECURE,
	DOCTOR_POSTCONF,
	DOCTOR_POSTCONF_M,
	DOCTOR_POSTCONF_P,
	DOCTOR_CHROOT_RESOLV_CONF, /* behind postconf, which says where it is */
	DOCTOR_EXIM,
	DOCTOR_EXIM_ROUTERS,
	DOCTOR_EXIM_TRANSPORTS,
	DOCTOR_EXIM_CONFIG,
	DOCTOR_SMTPD_CONF,
	DOCTOR_OPENDKIM_CONF,
	DOCTOR_OPENDMARC_CONF,
	DOCTOR_POLICYD_SPF_CONF,
	DOCTOR_KERNEL_LOG,
	DOCTOR_KERN_LOG,
	DOCTOR_DMESG,
	DOCTOR_AUDIT_LOG,
	DOCTOR_SELINUX,
	DOCTOR_APPARMOR_LOADED,
	DOCTOR_APPARMOR_PROFILE,
	DOCTOR_APPARMOR_LOCAL,
	DOCTOR_TIMEDATECTL,
	DOCTOR_TEXTS
};

enum doctor_state {
	DOCTOR_ABSENT, /* there is no such file or program: not used on this machine */
	DOCTOR_THERE,
	DOCTOR_FAILED, /* it is there, and could not be read: `why` */
};

struct doctor_fact {
	enum doctor_state state;
	char *text; /* never NULL if it is there */
	char *why;
};

/* A setting of Unbound. */
struct doctor_setting {
	char *value;        /* lines; NULL: it could not be found out */
	const char *source; /* who said so */
};
enum doctor_setting_id {
	DOCTOR_MODULE_CONFIG,
	DOCTOR_DYNLIB_FILE,
	DOCTOR_CHROOT,
	DOCTOR_USERNAME,
	DOCTOR_SERVE_EXPIRED,
	DOCTOR_HARDEN_GLUE,
	DOCTOR_HARDEN_STRIPPED,
	DOCTOR_PERMISSIVE,
	DOCTOR_SETTINGS
};

/* A user, for what it may read and write. */
#define DOCTOR_GROUPS_MAX 64
struct doctor_user {
	bool known;
	const char *name;
	uid_t uid;
	gid_t groups[DOCTOR_GROUPS_MAX];
	size_t group_count;
};

enum doctor_file_id {
	DOCTOR_FILE_CONF,
	DOCTOR_FILE_PINS,
	DOCTOR_FILE_PINS_LOCK,
	DOCTOR_FILE_PINS_DIR,
	DOCTOR_FILE_STATE,
	DOCTOR_FILE_STATE_LOCK,
	DOCTOR_FILE_STATE_DIR,
	DOCTOR_FILES
};

struct doctor_file {
	char *path; /* as it is configured, without --root */
	bool there;
	bool unknown; /* we may not look */
	struct stat stat;
	char *blocked; /* the directory above it that Unbound's user may not search */
	char *weak;    /* one, not the next, of which it may replace what is in it */
};

/* A library that dynlib-file names. */
struct doctor_module {
	struct doctor_file file;
	char *built_for; /* build-ids, with blanks; NULL: it is none of Pinbound's */
};

struct doctor_pin {
	struct pb_name name;
	enum pb_mode mode; /* as the pin and pinbound.conf say, override aside */
	int64_t expires;   /* seconds since 1970, or PB_NEVER */
	bool to_log;       /* on-expiry: log */
};

/* What a name server says to the canary. */
enum doctor_canary {
	DOCTOR_PROTECTED,
	DOCTOR_UNPROTECTED,
	DOCTOR_UNMARKED, /* SERVFAIL, and nothing that says it is the module's */
	DOCTOR_SILENT,
	DOCTOR_SCOPED, /* it is not asked: ldns knows no address with an interface */
	DOCTOR_NOT_ASKED,
};
struct doctor_server {
	char address[64];
	enum doctor_canary canary;
	char said[128]; /* for a person */
};

struct doctor_facts {
	const char *root;         /* "" or a directory */
	const char *path;         /* of programs; "": none is run */
	const char *unbound_conf; /* NULL: where Unbound looks by itself */
	const char *conf_path;    /* pinbound.conf, without root */
	bool offline;
	int64_t now; /* seconds since 1970 */

	struct pb_conf conf;
	bool conf_fine;
	struct pb_error conf_error;
	char running_conf[256]; /* that the running Unbound goes by; "": not known */

	struct doctor_fact texts[DOCTOR_TEXTS];
	struct doctor_setting settings[DOCTOR_SETTINGS];

	bool unbound_here; /* its program is on this machine */
	/* The one that runs, and the one that would be run at the next start. */
	struct doctor_program {
		char path[256]; /* "": there is none */
		char id[132];   /* its build-id in hex; "": it has none, or is not read */
	} running, installed;
	struct doctor_user user; /* that Unbound is */
	struct doctor_file files[DOCTOR_FILES];
	struct doctor_module *modules;
	size_t module_count;

	bool pins_fine; /* the pin store could be read and verified */
	struct pb_error pins_error;
	uint64_t generation;
	struct doctor_pin *pins;
	size_t pin_count;

	bool state_fine; /* a resolver has written the state store */
	struct pb_error state_error;
	uint64_t enforced;
	bool written;   /* by a resolver that runs now */
	int64_t writer; /* its process */

	bool runs;   /* Unbound runs and answers unbound-control */
	int64_t pid; /* its process */

	struct doctor_server *servers; /* as in resolv.conf */
	size_t server_count;
	struct doctor_server *dkim_servers; /* as in opendkim.conf */
	size_t dkim_server_count;

	bool signature_known; /* of the root's SOA */
	int64_t inception, expiration;
	int64_t built;             /* when this program was made; 0: not known */
	bool sync_known, unsynced; /* what the kernel says of its clock */
};

/* Gathers all. False, and an error is out, if there is no memory. The caller has set
 * what stands before `conf`. */
bool doctor_gather(struct doctor_facts *facts);
void doctor_facts_free(struct doctor_facts *facts);

/* Parts of it. */
void doctor_gather_texts(struct doctor_facts *facts);
void doctor_gather_settings(struct doctor_facts *facts);
void doctor_gather_stores(struct doctor_facts *facts);
void doctor_gather_pins(struct doctor_facts *facts);
void doctor_gather_unbound(struct doctor_facts *facts); /* after the stores and pins */
void doctor_gather_servers(struct doctor_facts *facts);
void doctor_gather_clock(struct doctor_facts *facts);

/* How a text is called, for a person. */
const char *doctor_text_name(enum doctor_text which);

#define DOCTOR_PATH_MAX 4096

/* The copy of resolv.conf in Postfix's chroot, by what postconf says. Returns `out`. */
char *doctor_chroot_resolv_conf(
	const struct doctor_facts *facts, char out[DOCTOR_PATH_MAX]);

/* The path below --root. Returns `out`. */
char *doctor_rooted(
	const struct doctor_facts *facts, const char *path, char out[DOCTOR_PATH_MAX]);

/* --- running programs --- */

#define DOCTOR_ARGS_MAX 8

/* Finds it in facts->path. False if it is not there. */
bool doctor_find_program(
	const struct doctor_facts *facts, const char *name, char out[DOCTOR_PATH_MAX]);

/*
 * Runs argv[0], found in facts->path, without a shell, for at most 10 seconds. What it
 * writes to standard output becomes the text, at most 4 MiB; an exit code that is not 0
 * is a failure, with the last line of standard error as the reason.
 */
void doctor_run(const struct doctor_facts *facts, const char *const argv[],
	struct doctor_fact *fact);

/* Reads a file, or the last 4 MiB of it. */
void doctor_read(
	const struct doctor_facts *facts, const char *path, struct doctor_fact *fact);

/* --- ELF files --- */

/* What of a file for this machine is asked for: the GNU build-id in hex, and the text in
 * the section that Pinbound's module has. "" for what is not there. */
struct doctor_elf {
	char id[132];
	char built_for[1024];
};
bool doctor_read_elf(const char *path, struct doctor_elf *elf);

/* --- asking --- */

/* What the server, an address, says to the canary. */
void doctor_ask_canary(struct doctor_server *server);

/* The validity of the signature of the root's SOA, as the server has it. */
bool doctor_ask_signature(
	const char *address, int64_t now, int64_t *inception, int64_t *expiration);

#endif
