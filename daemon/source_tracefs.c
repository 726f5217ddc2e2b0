// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include "journal.h"
#include "source_tracefs.h"

#define USUAL "/sys/kernel/tracing"

static bool is_tracefs(const char *path)
{
	struct statfs what;

	return !statfs(path, &what) && what.f_type == TRACEFS_MAGIC;
}

static int take(const char *found, char *path, size_t size)
{
	if (strlen(found) >= size)
		return -ENAMETOOLONG;
	strcpy(path, found);
	return 0;
}

static int from_mounts(const char *mounts, char *path, size_t size)
{
	FILE *file = setmntent(mounts, "re");
	const struct mntent *entry;
	int err = -ENOENT;

	if (!file)
		return -errno;
	while (err && (entry = getmntent(file)))
		if (!strcmp(entry->mnt_type, "tracefs") && is_tracefs(entry->mnt_dir))
			err = take(entry->mnt_dir, path, size);
	endmntent(file);
	return err;
}

static int mount_it(char *path, size_t size)
{
	int err;

	if (mount("tracefs", USUAL, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) {
		err = -errno;
		journal_printf(LOG_ERR, JOURNAL_PLAIN,
			       "tracefs is not mounted, and cannot be mounted on '%s': %s", USUAL,
			       strerror(-err));
		return err;
	}
	journal_printf(LOG_NOTICE, JOURNAL_PLAIN, "mounted tracefs on '%s'", USUAL);
	return take(USUAL, path, size);
}

int source_tracefs_find(const char *given, const char *mounts, char *path, size_t size)
{
	if (given && is_tracefs(given))
		return take(given, path, size);
	if (given) {
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "'%s' is not tracefs", given);
		return -ENODEV;
	}
	if (is_tracefs(USUAL))
		return take(USUAL, path, size);
	if (!from_mounts(mounts, path, size))
		return 0;
	return mount_it(path, size);
}
