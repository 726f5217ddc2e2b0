// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Files of tracefs. Not libtracefs: that has one folder for the whole process, and who calls here (the daemon) may have been
 * told another one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "probe_parts.h"

enum { CHUNK = 1 << 16, READ_MAX = 1 << 24 };

static int open_at(const char *path, const char *file, int flags)
{
	char name[512];
	int fd;

	if (snprintf(name, sizeof(name), "%s/%s", path, file) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	/* a made-up root may have a pipe there */
	fd = open(name, flags | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int read_all(int fd, char **ret_text)
{
	size_t length = 0, size = 0;
	char *text = NULL, *more;
	ssize_t got = 1;

	while (got > 0) {
		if (size - length < CHUNK) {
			size += 2 * CHUNK;
			more = size > READ_MAX ? NULL : realloc(text, size);
			if (!more)
				goto fail;
			text = more;
		}
		got = read(fd, text + length, CHUNK - 1);
		if (got < 0)
			goto fail;
		length += got;
	}
	text[length] = '\0';
	*ret_text = text;
	return 0;
fail:
	free(text);
	return got < 0 ? -errno : -ENOMEM;
}

int probe_read(const char *path, const char *file, char **ret_text)
{
	int err, fd = open_at(path, file, O_RDONLY);

	if (fd < 0)
		return fd;
	err = read_all(fd, ret_text);
	close(fd);
	return err;
}

int probe_write(const char *path, const char *file, const char *text)
{
	int err = 0, fd = open_at(path, file, O_WRONLY | O_APPEND);
	ssize_t length = strlen(text), put;

	if (fd < 0)
		return fd;
	put = write(fd, text, length);
	if (put != length)
		err = put < 0 ? -errno : -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

bool probe_exists(const char *path, const char *file)
{
	char name[512];

	return snprintf(name, sizeof(name), "%s/%s", path, file) < (int)sizeof(name) && !access(name, F_OK);
}

/* "[  12.3] trace_kprobe: error: Failed to register probe event" is followed by the command and a line with a mark */
void probe_last_error(const char *tracefs, char *ret_text, size_t size)
{
	static const char mark[] = "trace_kprobe: error: ";
	const char *found = NULL, *next;
	char *log;

	ret_text[0] = '\0';
	if (probe_read(tracefs, "error_log", &log))
		return;
	for (next = strstr(log, mark); next; next = strstr(next, mark)) {
		next += strlen(mark);
		found = next;
	}
	if (found)
		snprintf(ret_text, size, "%.*s", (int)strcspn(found, "\n"), found);
	free(log);
}
