// SPDX-License-Identifier: GPL-2.0-or-later
/* The folder itself, and what is removed from it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spool.h"

/* An existing folder keeps its mode: a path that was set by mistake must not lock others out of
 * theirs. */
static int own_folder(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EPERM;
}

int spool_open(const char *path)
{
	int fd, err;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = own_folder(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* The trace first: what remains after a crash between the two is small, and still an item. */
static int remove_item(int folder, const struct spool_item *item)
{
	char file[SPOOL_NAME + 16];
	int i, err = 0;

	for (i = 0; i < SPOOL_FILES; i++) {
		snprintf(file, sizeof(file), "%s%s", item->name, spool_suffix[i]);
		if (unlinkat(folder, file, 0) && errno != ENOENT)
			err = -errno;
	}
	return err;
}

int spool_prune(int folder, const struct spool_limits *limits, int64_t now_s)
{
	struct spool_list list;
	size_t i, surplus;
	int err = spool_list(folder, &list), last = 0;

	if (err)
		return err;
	surplus = spool_surplus(&list, limits, now_s);
	for (i = 0; i < surplus; i++) {
		err = remove_item(folder, &list.item[i]);
		last = err ? err : last;
	}
	free(list.item);
	return last;
}

int spool_free(int folder, uint64_t bytes)
{
	struct spool_list list;
	int err = spool_list(folder, &list);
	uint64_t freed = 0, there = 0;
	size_t i;

	if (err)
		return err;
	for (i = 0; i + 1 < list.count; i++)
		there += list.item[i].bytes;
	/* one that cannot be removed (immutable) does not keep the next from going */
	for (i = 0; there >= bytes && i + 1 < list.count && freed < bytes; i++)
		if (!remove_item(folder, &list.item[i]))
			freed += list.item[i].bytes;
	free(list.item);
	return freed < bytes ? -ENOSPC : 0;
}
