/* gather_stores.c - Unbound's program and user, the module, and the owners and modes of
 * what they need; see doctor.h. */
#include "doctor.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- Unbound's user --- */

static void add_group(struct doctor_user *user, gid_t group)
{
	if (user->group_count < DOCTOR_GROUPS_MAX)
		user->groups[user->group_count++] = group;
}

static void take_user(struct doctor_user *user, const struct passwd *entry)
{
	user->known = true;
	user->uid = entry->pw_uid;
	add_group(user, entry->pw_gid);
}

/* From the files below --root. */
static void read_user(const struct doctor_facts *facts, struct doctor_user *user)
{
	char path[DOCTOR_PATH_MAX];
	FILE *in = fopen(doctor_rooted(facts, "/etc/passwd", path), "re");
	const struct passwd *entry;
	const struct group *group;

	while (in != NULL && !user->known && (entry = fgetpwent(in)) != NULL)
		if (strcmp(entry->pw_name, user->name) == 0)
			take_user(user, entry);
	if (in != NULL)
		(void)fclose(in);
	in = fopen(doctor_rooted(facts, "/etc/group", path), "re");
	while (in != NULL && (group = fgetgrent(in)) != NULL)
		for (char **member = group->gr_mem; *member != NULL; member++)
			if (strcmp(*member, user->name) == 0)
				add_group(user, group->gr_gid);
	if (in != NULL)
		(void)fclose(in);
}

static void look_user_up(struct doctor_user *user)
{
	const struct passwd *entry = getpwnam(user->name);
	gid_t groups[DOCTOR_GROUPS_MAX];
	int count = DOCTOR_GROUPS_MAX;

	if (entry == NULL)
		return;
	take_user(user, entry);
	if (getgrouplist(user->name, entry->pw_gid, groups, &count) < 0)
		return;
	for (int i = 0; i < count; i++)
		add_group(user, groups[i]);
}

/* Without a username, Unbound stays whoever has started it. */
static void find_user(struct doctor_facts *facts)
{
	const char *name = facts->settings[DOCTOR_USERNAME].value;
	struct doctor_user *user = &facts->user;
	char path[64];
	struct stat stat_;

	user->name = name == NULL ? "unbound" : name;
	if (user->name[0] != '\0' && facts->root[0] != '\0') {
		read_user(facts, user);
	} else if (user->name[0] != '\0') {
		look_user_up(user);
	} else {
		(void)snprintf(path, sizeof(path), "/proc/%lld", (long long)facts->pid);
		if (!facts->runs || stat(path, &stat_) != 0)
			return;
		user->known = true;
		user->uid = stat_.st_uid;
		add_group(user, stat_.st_gid);
	}
}

/* --- files --- */

/* The first directory above the path that the user may not search. */
static char *find_blocked(const struct doctor_facts *facts, const char *path)
{
	char part[DOCTOR_PATH_MAX], rooted[DOCTOR_PATH_MAX];
	struct stat stat_;

	(void)snprintf(part, sizeof(part), "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (stat(doctor_rooted(facts, part, rooted), &stat_) == 0 &&
			!doctor_may(&facts->user, &stat_, X_OK))
			return doctor_copy(part);
		*slash = '/';
	}
	return NULL;
}

/* The first directory further above the path, of which the user may replace what is in
 * it. In one with the sticky bit only the owners may. */
static char *find_weak(const struct doctor_facts *facts, const char *path)
{
	char part[DOCTOR_PATH_MAX], rooted[DOCTOR_PATH_MAX];
	struct stat entry, directory;
	char *last;

	(void)snprintf(part, sizeof(part), "%s", path);
	if ((last = strrchr(part, '/')) != NULL)
		*last = '\0';
	while ((last = strrchr(part, '/')) != NULL) {
		bool there = stat(doctor_rooted(facts, part, rooted), &entry) == 0;

		last[last == part] = '\0';
		if (there && stat(doctor_rooted(facts, part, rooted), &directory) == 0 &&
			facts->user.uid != 0 &&
			doctor_may(&facts->user, &directory, W_OK) &&
			((directory.st_mode & S_ISVTX) == 0 ||
				directory.st_uid == facts->user.uid ||
				entry.st_uid == facts->user.uid))
			return doctor_copy(part);
		if (last == part)
			break;
	}
	return NULL;
}

static void look(
	const struct doctor_facts *facts, struct doctor_file *file, const char *path)
{
	char rooted[DOCTOR_PATH_MAX];

	*file = (struct doctor_file){.path = doctor_copy(path)};
	file->there = stat(doctor_rooted(facts, path, rooted), &file->stat) == 0;
	file->unknown = !file->there && errno != ENOENT && errno != ENOTDIR;
}

/* A store, its lock file and its directory stand one behind the other in the table. */
static void look_at_store(
	struct doctor_facts *facts, enum doctor_file_id which, const char *store)
{
	char path[DOCTOR_PATH_MAX];
	char *last;

	look(facts, &facts->files[which], store);
	(void)snprintf(path, sizeof(path), "%s-lock", store);
	look(facts, &facts->files[which + 1], path);
	(void)snprintf(path, sizeof(path), "%s", store);
	last = strrchr(path, '/');
	if (last != NULL)
		last[last == path] = '\0';
	look(facts, &facts->files[which + 2], path);
}

/* --- the module and Unbound's program --- */

static void add_module(struct doctor_facts *facts, const char *path)
{
	struct doctor_module *more = doctor_grow(
		facts->modules, facts->module_count + 1, sizeof(*facts->modules));
	char rooted[DOCTOR_PATH_MAX];
	struct doctor_elf elf;

	facts->modules = more;
	more += facts->module_count++;
	*more = (struct doctor_module){0};
	look(facts, &more->file, path);
	if (facts->user.known)
		more->file.blocked = find_blocked(facts, path);
	if (doctor_read_elf(doctor_rooted(facts, path, rooted), &elf) &&
		elf.built_for[0] != '\0')
		more->built_for = doctor_copy(elf.built_for);
}

/* The path is one within the chroot, if there is one. */
static void find_modules(struct doctor_facts *facts)
{
	const char *at = doctor_setting(facts, DOCTOR_DYNLIB_FILE);
	const char *chroot = doctor_setting(facts, DOCTOR_CHROOT);
	char line[DOCTOR_LINE_MAX], path[DOCTOR_PATH_MAX * 2];

	while (doctor_next_line(&at, line)) {
		(void)snprintf(path, sizeof(path), "%s%s", chroot, line);
		if (line[0] == '/')
			add_module(facts, path);
	}
}

static void read_program(struct doctor_program *program, const char *path)
{
	struct doctor_elf elf;

	(void)snprintf(program->path, sizeof(program->path), "%s", path);
	if (doctor_read_elf(path, &elf))
		(void)snprintf(program->id, sizeof(program->id), "%s", elf.id);
}

/* A number that was told from within a container is another process here. */
static bool is_unbound(const char *link)
{
	char target[DOCTOR_PATH_MAX];
	ssize_t size = readlink(link, target, sizeof(target) - 1);

	target[size > 0 ? size : 0] = '\0';
	return strstr(target, "unbound") != NULL;
}

/* After an upgrade, the one that runs is not the one that is installed. */
static void find_programs(struct doctor_facts *facts)
{
	char path[DOCTOR_PATH_MAX] = "";

	facts->unbound_here = doctor_find_program(facts, "unbound", path);
	if (facts->unbound_here)
		read_program(&facts->installed, path);
	(void)snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)facts->pid);
	if (facts->runs && facts->root[0] == '\0' && is_unbound(path))
		read_program(&facts->running, path);
}

/* "unbound (pid 4711) is running...", else the one that writes the state store. */
static void find_process(struct doctor_facts *facts)
{
	const char *at = strstr(doctor_text(facts, DOCTOR_STATUS), "unbound (pid ");

	if (at != NULL)
		facts->pid = strtoll(at + strlen("unbound (pid "), NULL, 10);
	else if (facts->written)
		facts->pid = facts->writer;
	facts->runs = facts->pid > 0;
}

/* By the environment of its process: a block of strings. */
static void find_running_conf(struct doctor_facts *facts)
{
	char path[64], block[65536];
	size_t size = 0;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%lld/environ", (long long)facts->pid);
	in = facts->runs && facts->root[0] == '\0' ? fopen(path, "re") : NULL;
	if (in == NULL)
		return;
	size = fread(block, 1, sizeof(block) - 1, in);
	(void)fclose(in);
	block[size] = '\0';
	(void)snprintf(
		facts->running_conf, sizeof(facts->running_conf), "%s", PB_CONF_DEFAULT);
	for (const char *at = block; at < block + size; at += strlen(at) + 1)
		if (strncmp(at, PB_CONF_ENV "=", strlen(PB_CONF_ENV "=")) == 0 &&
			at[strlen(PB_CONF_ENV "=")] != '\0')
			(void)snprintf(facts->running_conf, sizeof(facts->running_conf),
				"%s", at + strlen(PB_CONF_ENV "="));
}

void doctor_gather_unbound(struct doctor_facts *facts)
{
	find_process(facts);
	find_running_conf(facts);
	find_user(facts);
	find_programs(facts);
	find_modules(facts);
	for (unsigned i = 0; i < DOCTOR_FILES && facts->user.known; i++)
		facts->files[i].blocked = find_blocked(facts, facts->files[i].path);
	if (facts->user.known)
		facts->files[DOCTOR_FILE_PINS].weak =
			find_weak(facts, facts->files[DOCTOR_FILE_PINS].path);
}

void doctor_gather_stores(struct doctor_facts *facts)
{
	look(facts, &facts->files[DOCTOR_FILE_CONF], facts->conf_path);
	look_at_store(facts, DOCTOR_FILE_PINS, facts->conf.pins);
	look_at_store(facts, DOCTOR_FILE_STATE, facts->conf.state);
}
