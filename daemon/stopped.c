// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "stopped.h"

static unsigned int holders;
static bool was_running;

/* RUN/NAME.stopped, or "" where there is no folder for it. */
static void mark_path(const char *run_dir, const char *instance, char *path)
{
	const char *slash = strrchr(instance, '/');

	*path = '\0';
	if (run_dir && snprintf(path, PATH_MAX, "%s/%s.stopped", run_dir,
				slash ? slash + 1 : instance) >= PATH_MAX)
		*path = '\0';
}

/* What cannot be marked is stopped nevertheless: it matters only if the daemon is killed meanwhile. */
static void mark(const struct action_room *room)
{
	char path[PATH_MAX];
	int fd;

	mark_path(room->paths->run_dir, room->instance, path);
	fd = *path ? open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
	if (fd >= 0)
		close(fd);
}

static void unmark(const struct action_room *room)
{
	char path[PATH_MAX];

	mark_path(room->paths->run_dir, room->instance, path);
	if (*path)
		unlink(path);
}

static int stop(const struct action_room *room)
{
	char on[8];
	int err = file_get(on, sizeof(on), "%s/tracing_on", room->instance);

	was_running = !err && !strcmp(on, "1");
	if (!was_running)
		return err;
	mark(room);
	err = file_put("0", "%s/tracing_on", room->instance);
	if (err)
		stopped_keep(room);
	return err;
}

int stopped_hold(const struct action_room *room)
{
	int err = holders ? 0 : stop(room);

	holders += !err;
	return err;
}

void stopped_release(const struct action_room *room)
{
	if (--holders || !was_running)
		return;
	file_put("1", "%s/tracing_on", room->instance);
	stopped_keep(room);
}

void stopped_keep(const struct action_room *room)
{
	was_running = false;
	unmark(room);
}

bool stopped_recover(const char *run_dir, const char *instance)
{
	char path[PATH_MAX];

	mark_path(run_dir, instance, path);
	if (!*path || access(path, F_OK) || file_put("1", "%s/tracing_on", instance))
		return false;
	unlink(path);
	return true;
}
