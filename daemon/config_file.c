// SPDX-License-Identifier: GPL-2.0-or-later
/* One file: whether to trust it, and its bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config_parse.h"

bool config_is_trusted(struct config_parse *parse, const struct stat *stat, const char *what)
{
	if (geteuid() != 0)
		return true;
	if (stat->st_uid != 0)
		config_problem(parse, -EPERM,
			       "owned by user %u: expected root, as %s decides what runs as root",
			       (unsigned int)stat->st_uid, what);
	else if (stat->st_mode & (S_IWGRP | S_IWOTH))
		config_problem(parse, -EPERM,
			       "mode %04o: expected no write permission for group and others "
			       "(chmod go-w), as %s decides what runs as root",
			       (unsigned int)stat->st_mode & 07777, what);
	else
		return true;
	return false;
}

static bool is_readable(struct config_parse *parse, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0) {
		config_problem(parse, -errno, "cannot stat it: %s", strerror(errno));
		return false;
	}
	if (!S_ISREG(stat.st_mode)) {
		config_problem(parse, -EINVAL, "expected a regular file");
		return false;
	}
	return config_is_trusted(parse, &stat, "this file");
}

/* Read all of it; returns the length, or -errno. */
static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t length = 0;
	ssize_t count;

	while (length < size) {
		count = read(fd, buffer + length, size - length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (!count)
			return length;
		length += count;
	}
	return -EFBIG;
}

static void read_fd(struct config_parse *parse, int fd)
{
	char *text = malloc(CONFIG_FILE_MAX + 1);
	ssize_t length = text ? read_all(fd, text, CONFIG_FILE_MAX + 1) : -ENOMEM;

	if (length == -EFBIG)
		config_problem(parse, -EINVAL, "expected at most %d bytes", CONFIG_FILE_MAX);
	else if (length < 0)
		config_problem(parse, length, "cannot read it: %s", strerror(-length));
	else
		config_read_lines(parse, text, length);
	free(text);
}

void config_read_file(struct config_parse *parse, const char *path)
{
	/* a FIFO must not keep the daemon waiting */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	parse->at = (struct config_place){path, 0};
	if (fd < 0) {
		config_problem(parse, -errno, "cannot open it: %s", strerror(errno));
		return;
	}
	if (is_readable(parse, fd))
		read_fd(parse, fd);
	close(fd);
}
