// SPDX-License-Identifier: LGPL-2.1-or-later
/* The definitions are handed to the kernel, and taken from it again. The caller has the lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "probe_make.h"

static int write_line(const char *tracefs, const char *line)
{
	char text[DUPCQE_PROBE_LINE + 1];

	snprintf(text, sizeof(text), "%s\n", line);
	return probe_write(tracefs, "kprobe_events", text);
}

static int drop(const char *tracefs, enum dupcqe_probe_event event)
{
	char line[64];
	int err;

	snprintf(line, sizeof(line), "-:nvme/%s", probe_short_name(event));
	err = write_line(tracefs, line);
	return err == -ENOENT ? 0 : err;
}

/* Somebody who does not know of the lock was faster. */
static int met(const char *tracefs, const char *line)
{
	char *list;
	int err = probe_read(tracefs, "kprobe_events", &list);

	if (err)
		return err;
	err = probe_is_listed(list, line) ? 0 : -EEXIST;
	free(list);
	return err;
}

static int make_one(const struct probe_place *place, struct dupcqe_probe_found *found, unsigned int i,
		    bool made[DUPCQE_PROBE_EVENTS])
{
	int err = write_line(place->tracefs, found->line[i]);

	if (!err)
		made[found->event[i]] = true;
	return err == -EEXIST ? met(place->tracefs, found->line[i]) : err;
}

/* A kernel that does not have the function, or where that may not be probed. */
static bool may_be_left_out(unsigned int i, int err)
{
	return i && (err == -ENOENT || err == -EADDRNOTAVAIL || err == -EINVAL);
}

/* The first point of the hits has to be there, the others may be missing. */
static int make_missing(const struct probe_place *place, struct dupcqe_probe_found *found, const char *list,
			bool made[DUPCQE_PROBE_EVENTS])
{
	unsigned int i;
	int err;

	for (i = 0; i < found->points; i++) {
		found->left_out[i] = false;
		/* with other arguments it stays as it is: a second probe at the same function would record all twice */
		if (probe_point_state(list, found, i) != PROBE_POINT_MISSING)
			continue;
		err = make_one(place, found, i, made);
		if (!may_be_left_out(i, err) && err)
			return err;
		found->left_out[i] = err;
		found->left_err[i] = err;
		if (err)
			probe_last_error(place->tracefs, found->refused, sizeof(found->refused));
	}
	return 0;
}

int probe_set_filters(const char *tracefs)
{
	int folder = open(tracefs, O_RDONLY | O_DIRECTORY | O_CLOEXEC), event, err = 0;

	if (folder < 0)
		return -errno;
	for (event = 0; !err && event < DUPCQE_PROBE_EVENTS; event++) {
		err = dupcqe_probe_set_filter(folder, event);
		/* none of its points may be there */
		if (err == -ENOENT && event == DUPCQE_PROBE_WHY)
			err = 0;
	}
	close(folder);
	return err;
}

static enum dupcqe_probe_answer why_refused(const struct probe_place *place, int err, struct dupcqe_probe_found *found)
{
	found->err = err;
	if (err == -EPERM)
		return DUPCQE_PROBE_LOCKED_DOWN;
	if (err == -EACCES)
		return DUPCQE_PROBE_NOT_ROOT;
	if (err == -ENOENT)
		return DUPCQE_PROBE_NO_FUNCTION;
	probe_last_error(place->tracefs, found->refused, sizeof(found->refused));
	return DUPCQE_PROBE_REFUSED;
}

enum dupcqe_probe_answer probe_make(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	bool made[DUPCQE_PROBE_EVENTS] = { false };
	int err, event;
	char *list;

	err = probe_read(place->tracefs, "kprobe_events", &list);
	if (err)
		return why_refused(place, err, found);
	err = make_missing(place, found, list, made);
	free(list);
	if (!err)
		err = probe_set_filters(place->tracefs);
	if (!err)
		return made[DUPCQE_PROBE_HIT] || made[DUPCQE_PROBE_WHY] ? DUPCQE_PROBE_ADDED : DUPCQE_PROBE_THERE;
	found->answer = why_refused(place, err, found);
	for (event = DUPCQE_PROBE_EVENTS - 1; event >= 0; event--)
		if (made[event] && !found->was_there[event])
			drop(place->tracefs, event);
	return found->answer;
}

/* What of ours was in list and is gone is made again. */
static void restore(const char *tracefs, const char *list)
{
	char *copy = strdup(list), *now, *line, *next;

	if (!copy || probe_read(tracefs, "kprobe_events", &now)) {
		free(copy);
		return;
	}
	for (line = strtok_r(copy, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		if (strstr(line, ":nvme/nvme_dup_cqe") && probe_is_ours(line) && !probe_is_listed(now, line))
			write_line(tracefs, line);
	free(now);
	free(copy);
	probe_set_filters(tracefs);
}

/* Who records it without tracefs (perf) is only known by the kernel's refusal. */
int probe_remove_ours(const struct probe_place *place)
{
	char *list, names[64];
	int err;

	if (probe_users(place->tracefs, names, sizeof(names)))
		return -EBUSY;
	err = probe_read(place->tracefs, "kprobe_events", &list);
	if (err)
		return err;
	err = drop(place->tracefs, DUPCQE_PROBE_WHY);
	if (!err && probe_owner(place->tracefs, DUPCQE_PROBE_HIT) != PROBE_DRIVER)
		err = drop(place->tracefs, DUPCQE_PROBE_HIT);
	if (err)
		restore(place->tracefs, list);
	free(list);
	return err;
}
