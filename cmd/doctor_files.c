// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "doctor_files.h"

int look(int root, const char *path)
{
	struct stat st;

	return fstatat(root, path, &st, 0) ? -errno : 0;
}

static int make_path(char path[PATH_MAX], const char *format, va_list args)
{
	return vsnprintf(path, PATH_MAX, format, args) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int look_at(int root, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int err;

	va_start(args, format);
	err = make_path(path, format, args);
	va_end(args);
	return err ? err : look(root, path);
}

/* Files of the kernel give what they have in as many pieces as they like. */
static int read_some(int fd, char *ret_bytes, size_t size)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < size) {
		got = read(fd, ret_bytes + length, size - length);
		length += got > 0 ? (size_t)got : 0;
	}
	return got < 0 ? -errno : (int)length;
}

static int open_file(int root, const char *path)
{
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int read_bytes(int root, const char *path, void *ret_bytes, size_t size)
{
	int fd = open_file(root, path), got;

	if (fd < 0)
		return fd;
	got = read_some(fd, ret_bytes, size);
	close(fd);
	return got;
}

int read_text(int root, const char *path, char *ret_text, size_t size)
{
	int got = read_bytes(root, path, ret_text, size - 1);
	size_t length;

	ret_text[got < 0 ? 0 : got] = '\0';
	length = strlen(ret_text);
	while (length && isspace((unsigned char)ret_text[length - 1]))
		ret_text[--length] = '\0';
	return got < 0 ? got : 0;
}

int read_text_at(int root, char *ret_text, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int err;

	va_start(args, format);
	err = make_path(path, format, args);
	va_end(args);
	ret_text[0] = '\0';
	return err ? err : read_text(root, path, ret_text, size);
}

int read_number(int root, const char *path, int64_t *ret_number)
{
	char text[32], *end;
	int err = read_text(root, path, text, sizeof(text));
	long long number;

	if (err)
		return err;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return -EBADMSG;
	*ret_number = number;
	return 0;
}

FILE *open_text(int root, const char *path)
{
	int fd = open_file(root, path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd < 0)
		errno = -fd;
	else if (!file)
		close(fd);
	return file;
}

DIR *open_folder(int root, const char *path)
{
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK), err;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !folder) {
		err = errno;
		close(fd);
		errno = err;
	}
	return folder;
}

static int free_space_of(int root, const char *path, uint64_t *ret_bytes)
{
	int fd = openat(root, *path ? path : ".", O_PATH | O_CLOEXEC), err = 0;
	struct statvfs fs;

	if (fd < 0)
		return -errno;
	if (fstatvfs(fd, &fs))
		err = -errno;
	else
		*ret_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	close(fd);
	return err;
}

int free_space(int root, const char *path, uint64_t *ret_bytes)
{
	char at[PATH_MAX], *slash;
	int err;

	if (strlen(path) >= sizeof(at))
		return -ENAMETOOLONG;
	strcpy(at, path);
	while ((err = free_space_of(root, at, ret_bytes)) == -ENOENT && *at) {
		slash = strrchr(at, '/');
		*(slash ? slash : at) = '\0';
	}
	return err;
}

static bool find_word(const char *text, const char *word, bool whole)
{
	static const char blanks[] = " \t\n\v\f\r";
	size_t length = strlen(word), here;

	for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
		here = strcspn(text, blanks);
		if (here >= length && (!whole || here == length) && !memcmp(text, word, length))
			return true;
		text += here;
	}
	return false;
}

bool has_word_beginning(const char *text, const char *beginning)
{
	return find_word(text, beginning, false);
}

bool has_word(const char *text, const char *word)
{
	return find_word(text, word, true);
}
