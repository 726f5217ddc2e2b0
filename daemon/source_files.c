// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "source_files.h"

enum { FILE_STEP = 4096, FILE_MAX = 16 << 20, FILE_LINE = 512 };

static int grow(char **text, size_t *room, size_t length)
{
	char *more;

	if (*room - length > 1)
		return 0;
	if (*room >= FILE_MAX)
		return -EFBIG;
	*room = *room ? *room * 2 : FILE_STEP;
	more = realloc(*text, *room);
	if (!more)
		return -ENOMEM;
	*text = more;
	return 0;
}

static int read_all(int fd, char **text, size_t *ret_length)
{
	size_t room = 0, length = 0;
	ssize_t got;
	int err;

	for (;;) {
		err = grow(text, &room, length);
		if (err)
			return err;
		got = read(fd, *text + length, room - length - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		length += got;
	}
	(*text)[length] = '\0';
	*ret_length = length;
	return got < 0 ? -errno : 0;
}

int source_file_read(int folder, const char *path, char **ret_text, size_t *ret_length)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC), err;
	char *text = NULL;
	size_t length;

	if (fd < 0)
		return -errno;
	err = read_all(fd, &text, &length);
	close(fd);
	if (err) {
		free(text);
		return err;
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}

int source_file_line(int folder, const char *path, char *line, size_t size)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC), err;
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, line, size - 1);
	err = got < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

int source_file_write(int folder, const char *path, const char *value)
{
	int fd = openat(folder, path, O_WRONLY | O_CLOEXEC), err = 0;
	size_t length = strlen(value);
	ssize_t put;

	if (fd < 0)
		return -errno;
	put = write(fd, value, length);
	if (put < 0)
		err = -errno;
	else if ((size_t)put != length)
		err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

bool source_file_says(int folder, const char *path, const char *value)
{
	char line[FILE_LINE], *chosen = line;

	if (source_file_line(folder, path, line, sizeof(line)))
		return false;
	if (strchr(line, '[')) {
		chosen = strchr(line, '[') + 1;
		chosen[strcspn(chosen, "]")] = '\0';
	}
	return !strcmp(chosen, value);
}

int source_file_set(int folder, const char *path, const char *value)
{
	return source_file_says(folder, path, value) ? 0 : source_file_write(folder, path, value);
}
