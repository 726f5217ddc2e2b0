// SPDX-License-Identifier: GPL-2.0-or-later
/* The plugin for libtraceevent: where trace-cmd looks, not just anywhere. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "doctor.h"
#include "doctor_files.h"

#define PLUGIN "plugin_nvme.so"
#define FOLDER "traceevent/plugins"

struct search {
	int root;
	char home[256];		/* the folder of libtraceevent: with a plugin of its own; "" */
	char other[256];	/* one that has ours, but is not that; "" */
	bool has;		/* home has ours */
	char wrong[256];	/* a file of that name that is none; "" */
};

/* 0, or -ENOEXEC for something by that name that is no library, or what it is. */
static int look_at_plugin(int root, const char *folder)
{
	char magic[5];
	int err = read_text_at(root, magic, sizeof(magic), "%s/" PLUGIN, folder);

	if (!err && strcmp(magic, "\177ELF"))
		return -ENOEXEC;
	return err;
}

static void keep(char *ret_path, size_t size, const char *path)
{
	snprintf(ret_path, size, "%s", path);
}

static void search_folder(struct search *search, const char *folder)
{
	int err = look_at_plugin(search->root, folder);
	bool is_home = !look_at(search->root, "%s/plugin_function.so", folder);

	if (err == -ENOEXEC)
		keep(search->wrong, sizeof(search->wrong), folder);
	if (is_home && !search->has) {
		keep(search->home, sizeof(search->home), folder);
		search->has = !err;
	} else if (!is_home && !err) {
		keep(search->other, sizeof(search->other), folder);
	}
}

/* lib/traceevent/plugins, or lib/MACHINE/traceevent/plugins */
static void search_below(struct search *search, const char *lib)
{
	DIR *folder = open_folder(search->root, lib);
	const struct dirent *entry;
	char path[600];

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/" FOLDER, lib);
	search_folder(search, path);
	while ((entry = readdir(folder))) {
		snprintf(path, sizeof(path), "%s/%s/" FOLDER, lib, entry->d_name);
		if (*entry->d_name != '.')
			search_folder(search, path);
	}
	closedir(folder);
}

/* Those of who calls: below root as well, for the tests. */
static bool in_own_folder(int root, char *ret_path, size_t size)
{
	const char *given = getenv("TRACEEVENT_PLUGIN_DIR"), *home = getenv("HOME");

	snprintf(ret_path, size, "%s", given ? given + strspn(given, "/") : "");
	if (given && !look_at_plugin(root, ret_path))
		return true;
	snprintf(ret_path, size, "%s/.local/lib/" FOLDER, home ? home + strspn(home, "/") : "");
	return home && !look_at_plugin(root, ret_path + strspn(ret_path, "/"));
}

static void tell(const struct search *search, struct finding *finding)
{
	if (search->has || (!*search->home && *search->other))
		found(finding, FINDING_OK, "trace-cmd finds " PLUGIN " in /%s",
		      search->has ? search->home : search->other);
	else if (*search->wrong)
		found(finding, FINDING_MISSING, "/%s/" PLUGIN " is not a library", search->wrong);
	else if (*search->other)
		found(finding, FINDING_MISSING, PLUGIN " is in /%s, and trace-cmd looks in /%s", search->other,
		      search->home);
	else
		found(finding, FINDING_MISSING, "there is no " PLUGIN ": records show as bare fields");
	if (finding->state != FINDING_OK)
		advise(finding, "make install-plugin%s%s", *search->home ? " TRACEEVENT_PLUGINS=/" : "", search->home);
}

void check_plugin(const struct machine *machine, struct finding *finding)
{
	static const char *const libs[] = { "usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64" };
	struct search search = { .root = machine->root };
	char own[400];
	size_t i;

	for (i = 0; i < sizeof(libs) / sizeof(*libs); i++)
		search_below(&search, libs[i]);
	tell(&search, finding);
	if (finding->state == FINDING_OK || !in_own_folder(machine->root, own, sizeof(own)))
		return;
	found(finding, FINDING_OK, "trace-cmd finds " PLUGIN " in /%s, for this user alone", own + strspn(own, "/"));
	advise(finding, "%s", "");
}
