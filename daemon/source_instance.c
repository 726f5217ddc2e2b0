// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "journal.h"
#include "source_files.h"
#include "source_instance.h"

static int complain(int err, const char *what, const char *path)
{
	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot %s trace instance '%s': %s", what,
			       path, strerror(-err));
	return err;
}

static int make(struct source_instance *instance)
{
	/* the mode is the kernel's: that of instances/ */
	if (!mkdir(instance->path, 0700))
		return 0;
	if (errno != EEXIST)
		return -errno;
	instance->taken_over = true;
	return 0;
}

/* The lock is on the folder itself: it goes with the process, however that ends. */
static int lock(struct source_instance *instance)
{
	instance->folder = open(instance->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (instance->folder < 0)
		return -errno;
	if (!flock(instance->folder, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int source_instance_open(struct source_instance *instance, const char *tracefs, const char *name,
			 const char *suffix)
{
	int err;

	instance->folder = -1;
	instance->taken_over = false;
	if (!*name || *name == '.' || strchr(name, '/'))
		return complain(-EINVAL, "make", name);
	if (snprintf(instance->path, sizeof(instance->path), "%s/instances/%s%s", tracefs, name,
		     suffix) >= (int)sizeof(instance->path))
		return complain(-ENAMETOOLONG, "make", name);
	err = complain(make(instance), "make", instance->path);
	if (err)
		return err;
	err = lock(instance);
	if (err == -EBUSY)
		journal_printf(LOG_ERR, JOURNAL_PLAIN,
			       "another nvme-dupcqed runs with trace instance '%s'",
			       instance->path);
	else
		complain(err, "open", instance->path);
	/* one that is somebody else's stays, and so does one that was there */
	if (err && !instance->taken_over)
		rmdir(instance->path);
	if (err && instance->folder >= 0) {
		close(instance->folder);
		instance->folder = -1;
	}
	return err;
}

int source_instance_set(const struct source_instance *instance, const char *file, const char *value)
{
	int err = source_file_set(instance->folder, file, value);

	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot write '%s' to '%s/%s': %s", value,
			       instance->path, file, strerror(-err));
	return err;
}

/* A file of "system:event" or "system"; what is not a name of events has none. */
static int event_path(const char *event, const char *file, char *path, size_t size)
{
	const char *colon = strchr(event, ':');
	int system = colon ? (int)(colon - event) : (int)strlen(event);

	if (!system || *event == '.' || strchr(event, '/') ||
	    (colon && (!colon[1] || colon[1] == '.')))
		return -EINVAL;
	if (snprintf(path, size, "events/%.*s/%s%s%s", system, event, colon ? colon + 1 : "",
		     colon ? "/" : "", file) >= (int)size)
		return -ENAMETOOLONG;
	return 0;
}

int source_instance_enable(const struct source_instance *instance, const char *event, bool enable)
{
	char path[CONFIG_PATH];
	int err = event_path(event, "enable", path, sizeof(path));

	return err ? err : source_file_set(instance->folder, path, enable ? "1" : "0");
}

bool source_instance_has(const struct source_instance *instance, const char *event)
{
	char path[CONFIG_PATH];

	return !event_path(event, "enable", path, sizeof(path)) &&
	       source_file_says(instance->folder, path, "1");
}

int source_instance_filter(const struct source_instance *instance, const char *event, const char *filter)
{
	char path[CONFIG_PATH];
	int err = event_path(event, "filter", path, sizeof(path));

	if (err || source_file_says(instance->folder, path, filter ? filter : "none"))
		return err;
	return source_file_write(instance->folder, path, filter ? filter : "0");
}

bool source_instance_is_persistent(const struct source_instance *instance)
{
	return !faccessat(instance->folder, "last_boot_info", F_OK, 0);
}

/* It is opening the file that does it. */
int source_instance_clear(const struct source_instance *instance)
{
	int fd = openat(instance->folder, "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		return complain(-errno, "empty", instance->path);
	close(fd);
	return 0;
}

/* "snapshot:count=1 if FILTER" is taken away by "!snapshot". */
void source_instance_disarm(const struct source_instance *instance, const char *event)
{
	char path[CONFIG_PATH], *text, *line, *next, name[64];
	size_t length;

	if (event_path(event, "trigger", path, sizeof(path)) ||
	    source_file_read(instance->folder, path, &text, &length))
		return;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		snprintf(name, sizeof(name), "!%.*s", (int)strcspn(line, ": "), line);
		if (*line != '#')
			source_file_write(instance->folder, path, name);
	}
	free(text);
}

static bool is_wanted(const char *event, const char *const *wanted, unsigned int count)
{
	size_t system = strcspn(event, ":");
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!strcmp(event, wanted[i]) ||
		    (strlen(wanted[i]) == system && !strncmp(event, wanted[i], system)))
			return true;
	return false;
}

int source_instance_only(const struct source_instance *instance, const char *const *wanted,
			 unsigned int count)
{
	char *text, *line, *next;
	size_t length;
	int err = source_file_read(instance->folder, "set_event", &text, &length);

	if (err)
		return complain(err, "read the events of", instance->path);
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		if (!is_wanted(line, wanted, count))
			source_instance_enable(instance, line, false);
	free(text);
	return 0;
}

bool source_instance_close(struct source_instance *instance, bool remove)
{
	bool removed = false;

	if (instance->folder < 0)
		return false;
	if (remove)
		source_file_write(instance->folder, "events/enable", "0");
	if (remove && !source_instance_is_persistent(instance)) {
		/* busy: somebody reads it still; without events it costs nothing but its memory */
		removed = !complain(rmdir(instance->path) ? -errno : 0, "remove", instance->path);
	}
	/* a child that was forked a moment ago may still have a copy, and with it the lock */
	flock(instance->folder, LOCK_UN);
	close(instance->folder);
	instance->folder = -1;
	return removed;
}
