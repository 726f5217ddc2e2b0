// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "file.h"

static int open_path(int flags, const char *format, va_list args)
{
	char path[PATH_MAX];
	int fd, len = vsnprintf(path, sizeof(path), format, args);

	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int file_put(const char *text, const char *format, ...)
{
	size_t len = strlen(text);
	ssize_t count;
	va_list args;
	int fd, err;

	va_start(args, format);
	fd = open_path(O_WRONLY, format, args);
	va_end(args);
	if (fd < 0)
		return fd;
	count = write(fd, text, len);
	err = count < 0 ? -errno : (size_t)count < len ? -EIO : 0;
	close(fd);
	return err;
}

/* Until the end of the file: a read() may return less than there is. */
static int read_all(int fd, char *buffer, size_t size)
{
	size_t have = 0;
	ssize_t count;

	while (have < size) {
		count = read(fd, buffer + have, size - have);
		if (count < 0)
			return -errno;
		if (!count)
			break;
		have += count;
	}
	if (have == size)
		return -EFBIG;
	if (have && buffer[have - 1] == '\n')
		have--;
	buffer[have] = '\0';
	return 0;
}

int file_get(char *buffer, size_t size, const char *format, ...)
{
	va_list args;
	int fd, err;

	va_start(args, format);
	fd = open_path(O_RDONLY, format, args);
	va_end(args);
	if (fd < 0)
		return fd;
	err = read_all(fd, buffer, size);
	close(fd);
	return err;
}
