// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "replace.h"

/* The name must not be one that a reader of the folder takes for a finished file: a dot stands before it. */
static int name_beside(const char *path, char *ret_name, size_t size)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;
	int len = snprintf(ret_name, size, "%.*s.%s.XXXXXX", folder, path, path + folder);

	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}

static int sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd, err;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) ? -errno : 0;
	close(fd);
	return err;
}

/* An earlier write that failed is remembered by the stream alone: errno may be another's by now. */
static int flush(FILE *to)
{
	if (fflush(to))
		return -errno;
	return ferror(to) ? -EIO : 0;
}

static int fill(int fd, mode_t mode, bool sync, int (*write)(FILE *to, const void *context), const void *context)
{
	FILE *to = fdopen(fd, "w");
	int err;

	if (!to) {
		err = -errno;
		close(fd);
		return err;
	}
	err = write(to, context);
	if (!err)
		err = flush(to);
	if (!err && (fchmod(fd, mode) || (sync && fsync(fd))))
		err = -errno;
	if (fclose(to) && !err)
		err = -errno;
	return err;
}

/* /dev/null, say: what stands there would be gone. */
static bool is_special(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && !S_ISREG(st.st_mode);
}

int replace_file(const char *path, mode_t mode, bool sync, int (*write)(FILE *to, const void *context), const void *context)
{
	char beside[PATH_MAX];
	int fd, err = name_beside(path, beside, sizeof(beside));

	if (err)
		return err;
	if (is_special(path))
		return -EINVAL;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fill(fd, mode, sync, write, context);
	if (!err && rename(beside, path))
		err = -errno;
	if (err) {
		unlink(beside);
		return err;
	}
	return sync ? sync_folder(path) : 0;
}
