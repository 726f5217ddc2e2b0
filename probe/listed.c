// SPDX-License-Identifier: LGPL-2.1-or-later
/* Whose event it is. An event in none of the kernel's lists of dynamic ones is the driver's own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "probe_parts.h"

static const char *const names[DUPCQE_PROBE_EVENTS] = {
	[DUPCQE_PROBE_HIT] = "nvme:nvme_dup_cqe",
	[DUPCQE_PROBE_WHY] = "nvme:nvme_dup_cqe_why",
};

const char *dupcqe_probe_name(enum dupcqe_probe_event event)
{
	return names[event];
}

const char *probe_short_name(enum dupcqe_probe_event event)
{
	return strchr(names[event], ':') + 1;
}

/* "p:nvme/nvme_dup_cqe PLACE ...", "r16:nvme/...": the line of the event with this name? */
static bool is_of(const char *line, const char *name)
{
	static const char group[] = "nvme/";
	const char *colon = strchr(line, ':');
	size_t length = strlen(name);

	if (!colon || colon - line > 8 || strncmp(colon + 1, group, strlen(group)))
		return false;
	line = colon + 1 + strlen(group);
	return !strncmp(line, name, length) && strchr(" \t\n", line[length]);
}

/* Of several lines all must be ours. */
static enum probe_owner owner_in(char *list, const char *name)
{
	enum probe_owner owner = PROBE_NOBODY;
	char *line, *next;

	for (line = strtok_r(list, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		if (!is_of(line, name))
			continue;
		if (!probe_is_ours(line))
			return PROBE_OTHERS;
		owner = PROBE_OURS;
	}
	return owner;
}

/* Kernels before 5.0 have one list for each kind and not the one of all. */
static int owner_listed(const char *tracefs, const char *name)
{
	static const char *const lists[] = { "dynamic_events", "kprobe_events", "uprobe_events" };
	enum probe_owner owner = PROBE_NOBODY;
	unsigned int i;
	char *list;
	int err;

	for (i = 0; owner == PROBE_NOBODY && i < sizeof(lists) / sizeof(lists[0]); i++) {
		err = probe_read(tracefs, lists[i], &list);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		owner = owner_in(list, name);
		free(list);
	}
	return owner;
}

int probe_owner(const char *tracefs, enum dupcqe_probe_event event)
{
	const char *name = probe_short_name(event);
	char folder[64];
	int owner;

	snprintf(folder, sizeof(folder), "events/nvme/%s/format", name);
	owner = owner_listed(tracefs, name);
	if (owner == PROBE_NOBODY && probe_exists(tracefs, folder))
		return PROBE_DRIVER;
	return owner;
}

bool probe_shadows(const char *tracefs)
{
	const char *name = names[DUPCQE_PROBE_HIT];
	unsigned int count = 0;
	char *text, *line, *next;

	if (probe_read(tracefs, "available_events", &text))
		return false;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		count += !strcmp(line, name);
	free(text);
	return count > 1;
}

enum probe_point_state probe_point_state(const char *list, const struct dupcqe_probe_found *found, unsigned int i)
{
	char head[96];
	const char *at;

	if (probe_is_listed(list, found->line[i]))
		return PROBE_POINT_THERE;
	snprintf(head, sizeof(head), ":nvme/%s %s ", probe_short_name(found->event[i]), found->function[i]);
	at = strstr(list, head);
	return at ? PROBE_POINT_STALE : PROBE_POINT_MISSING;
}

bool probe_is_listed(const char *list, const char *line)
{
	size_t length = strlen(line);
	const char *at;

	for (at = strstr(list, line); at; at = strstr(at + 1, line))
		if ((at == list || at[-1] == '\n') && (at[length] == '\n' || !at[length]))
			return true;
	return false;
}
