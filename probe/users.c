// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which buffers record an event, or have a trigger on it. Asked before the kernel is: an event of several probes loses some of
 * them when the kernel refuses to remove it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "probe_parts.h"

/* "0": neither; "0*": a trigger wants it; "1", "1*" */
static bool is_used_in(const char *tracefs, const char *buffer, enum dupcqe_probe_event event)
{
	char file[400], *text;
	bool used;

	snprintf(file, sizeof(file), "%sevents/nvme/%s/enable", buffer, probe_short_name(event));
	if (probe_read(tracefs, file, &text))
		return false;
	used = strcmp(text, "0\n") && strcmp(text, "0");
	free(text);
	return used;
}

static bool is_used(const char *tracefs, const char *buffer)
{
	return is_used_in(tracefs, buffer, DUPCQE_PROBE_HIT) || is_used_in(tracefs, buffer, DUPCQE_PROBE_WHY);
}

static void append(struct dupcqe_text *names, const char *name)
{
	dupcqe_text_puts(names, names->len ? ", " : "");
	dupcqe_text_puts(names, name);
}

static void look_at_instances(const char *tracefs, struct dupcqe_text *names)
{
	char path[300], buffer[300];
	const struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/instances", tracefs);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		snprintf(buffer, sizeof(buffer), "instances/%s/", entry->d_name);
		if (*entry->d_name != '.' && is_used(tracefs, buffer))
			append(names, entry->d_name);
	}
	if (folder)
		closedir(folder);
}

bool probe_users(const char *tracefs, char *ret_names, size_t size)
{
	struct dupcqe_text names;

	dupcqe_text_init(&names, ret_names, size);
	if (is_used(tracefs, ""))
		append(&names, "the main buffer");
	look_at_instances(tracefs, &names);
	return names.len;
}

bool dupcqe_probe_users(const struct dupcqe_probe_place *given, char *ret_names, size_t size)
{
	struct probe_place place;

	probe_place_init(given, &place);
	return probe_users(place.tracefs, ret_names, size);
}
