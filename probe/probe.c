// SPDX-License-Identifier: LGPL-2.1-or-later
/* Making the events, and taking them away: all or nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "probe_look.h"

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

/* The first point of the hits has to be there, the others may be missing: the kernel has no such function. */
static int make_all(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	unsigned int i;
	int err;

	for (i = 0; i < found->points; i++) {
		err = write_line(place->tracefs, found->line[i]);
		found->left_out[i] = err;
		if (err && (!i || (err != -ENOENT && err != -EINVAL)))
			return err;
	}
	return 0;
}

static int set_filters(const char *tracefs)
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

static enum dupcqe_probe_answer make(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	int err = make_all(place, found);

	if (!err)
		err = set_filters(place->tracefs);
	if (!err)
		return DUPCQE_PROBE_ADDED;
	found->answer = why_refused(place, err, found);
	drop(place->tracefs, DUPCQE_PROBE_WHY);
	drop(place->tracefs, DUPCQE_PROBE_HIT);
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
	set_filters(tracefs);
}

/* Both, or none. Who records it without tracefs (perf) is only known by the kernel's refusal. */
static int remove_ours(const struct probe_place *place)
{
	char *list, names[64];
	int err;

	if (probe_users(place->tracefs, names, sizeof(names)))
		return -EBUSY;
	err = probe_read(place->tracefs, "kprobe_events", &list);
	if (err)
		return err;
	err = drop(place->tracefs, DUPCQE_PROBE_WHY);
	if (!err)
		err = drop(place->tracefs, DUPCQE_PROBE_HIT);
	if (err)
		restore(place->tracefs, list);
	free(list);
	return err;
}

/* Ours is there, but for other modules. In use it still is good for what it was made for. */
static enum dupcqe_probe_answer renew(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	if (!found->outdated || remove_ours(place))
		return DUPCQE_PROBE_THERE;
	found->outdated = false;
	return make(place, found);
}

enum dupcqe_probe_answer dupcqe_probe_look(const struct dupcqe_probe_place *given,
					   struct dupcqe_probe_found *ret_found)
{
	struct probe_place place;

	probe_place_init(given, &place);
	probe_look(&place, ret_found);
	probe_look_symbols(&place, ret_found);
	return ret_found->answer;
}

static enum dupcqe_probe_answer add(const struct dupcqe_probe_place *given, struct dupcqe_probe_found *found)
{
	struct probe_place place;

	probe_place_init(given, &place);
	probe_look(&place, found);
	if (found->answer == DUPCQE_PROBE_THERE)
		found->answer = renew(&place, found);
	else if (found->answer == DUPCQE_PROBE_ADDED)
		found->answer = make(&place, found);
	/* somebody may have taken the filters away, as trace-cmd does */
	if (found->answer == DUPCQE_PROBE_THERE)
		set_filters(place.tracefs);
	return found->answer;
}

enum dupcqe_probe_answer dupcqe_probe_add(const struct dupcqe_probe_place *given,
					  struct dupcqe_probe_found *ret_found)
{
	struct dupcqe_probe_found *own = ret_found ? ret_found : malloc(sizeof(*own));
	enum dupcqe_probe_answer answer;

	if (!own)
		return DUPCQE_PROBE_FAILED;
	answer = add(given, own);
	if (!ret_found)
		free(own);
	return answer;
}

static enum dupcqe_probe_answer removed(int err)
{
	if (err == -EBUSY)
		return DUPCQE_PROBE_BUSY;
	if (err == -EACCES || err == -EPERM)
		return DUPCQE_PROBE_NOT_ROOT;
	return err ? DUPCQE_PROBE_FAILED : DUPCQE_PROBE_REMOVED;
}

enum dupcqe_probe_answer dupcqe_probe_remove(const struct dupcqe_probe_place *given)
{
	enum dupcqe_probe_answer answer;
	struct probe_place place;
	int err;

	probe_place_init(given, &place);
	answer = probe_look_owners(&place, &err);
	if (answer == DUPCQE_PROBE_ADDED)
		return DUPCQE_PROBE_ABSENT;
	if (answer != DUPCQE_PROBE_THERE)
		return answer;
	return removed(remove_ours(&place));
}
