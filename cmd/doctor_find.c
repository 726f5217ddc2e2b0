// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <json-c/json.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"
#include "doctor_files.h"

#define USUAL_TRACEFS "sys/kernel/tracing"

static const char *below_root(const char *path)
{
	return path + strspn(path, "/");
}

/* The usual folder, or another one. Only what is mounted is looked at: a look at debugfs can mount it. */
static void ask_mounts(struct machine *machine, FILE *mounts)
{
	const struct mntent *entry;
	const char *path;

	while ((entry = getmntent(mounts))) {
		path = below_root(entry->mnt_dir);
		machine->pstore_mounted |= !strcmp(entry->mnt_type, "pstore");
		if (strcmp(entry->mnt_type, "tracefs") || strlen(path) >= sizeof(machine->tracefs))
			continue;
		if (!*machine->tracefs || !strcmp(path, USUAL_TRACEFS))
			strcpy(machine->tracefs, path);
	}
}

static bool kernel_has_tracefs(int root)
{
	char text[4096];

	return read_text(root, "proc/filesystems", text, sizeof(text)) || has_word(text, "tracefs");
}

static int ask_tracefs(struct machine *machine)
{
	FILE *mounts = open_text(machine->root, "proc/mounts");

	if (!mounts)
		return -errno;
	ask_mounts(machine, mounts);
	fclose(mounts);
	if (!*machine->tracefs)
		return kernel_has_tracefs(machine->root) ? -ENXIO : -ENODEV;
	return look_at(machine->root, "%s/events", machine->tracefs);
}

/* A key that later daemons have. */
static struct json_object *later(const struct machine *machine, enum json_type type, const char *part, const char *key)
{
	struct json_object *value = machine->daemon_err ? NULL : machine->daemon.root;

	if (value && part)
		value = state_part(value, part);
	if (json_object_get_type(value) != json_type_object)
		return NULL;
	value = state_part(value, key);
	return json_object_get_type(value) == type ? value : NULL;
}

int machine_flag(const struct machine *machine, const char *part, const char *key)
{
	struct json_object *value = later(machine, json_type_boolean, part, key);

	return value ? json_object_get_boolean(value) : -1;
}

const char *machine_text(const struct machine *machine, const char *part, const char *key)
{
	return json_object_get_string(later(machine, json_type_string, part, key));
}

static void ask_crash_kernel(struct machine *machine)
{
	static const char post_notifiers[] = "sys/module/kernel/parameters/crash_kexec_post_notifiers";
	char text[8];
	int64_t loaded;

	machine->crash_loaded = !read_number(machine->root, "sys/kernel/kexec_crash_loaded", &loaded) && loaded == 1;
	machine->crash_first = machine->crash_loaded && !read_text(machine->root, post_notifiers, text, sizeof(text)) &&
			       *text == 'N';
}

static void ask_daemon(struct machine *machine)
{
	char path[256];

	snprintf(path, sizeof(path), "run/nvme-dupcqed/%s.json", machine->instance);
	machine->daemon_err = state_look(machine->root, path, &machine->daemon, machine->daemon_why,
					 sizeof(machine->daemon_why));
}

void machine_ask(struct machine *machine)
{
	read_text(machine->root, "proc/sys/kernel/osrelease", machine->release, sizeof(machine->release));
	read_text(machine->root, "proc/cmdline", machine->cmdline, sizeof(machine->cmdline));
	machine->trace_err = ask_tracefs(machine);
	ask_daemon(machine);
	machine->panic_wanted = machine_flag(machine, "panic", "allowed") == 1 &&
				(machine_text(machine, "panic", "way") || machine_text(machine, "panic", "why"));
	ask_crash_kernel(machine);
	ask_probe(machine);
}

void machine_free(struct machine *machine)
{
	if (!machine->daemon_err)
		state_free(&machine->daemon);
	close(machine->root);
}
