// SPDX-License-Identifier: GPL-2.0-or-later
/* "NAME LENGTH", a newline, as many bytes, a newline; and so on, up to the line "end". */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "kept.h"
#include "replace.h"
#include "source_files.h"

#define MAGIC "nvme-dupcqed kept 1\n"
#define END   "end\n"

enum { NAME_BYTES = 256 };

/* Open folders, while it is written. */
struct place {
	const struct kept_from *from;
	int tracefs, instance;
};

static void put(FILE *to, const char *name, const char *text, size_t length)
{
	fprintf(to, "%s %zu\n", name, length);
	fwrite(text, 1, length, to);
	putc('\n', to);
}

static int put_file(FILE *to, const char *name, int folder, const char *path)
{
	size_t length;
	char *text;
	int err = source_file_read(folder, path, &text, &length);

	if (err)
		return err;
	put(to, name, text, length);
	free(text);
	return 0;
}

static int put_kernel(FILE *to, const struct place *place)
{
	char text[sizeof(struct utsname)];
	struct utsname host;

	if (uname(&host))
		return -errno;
	put(to, KEPT_RELEASE, host.release, strlen(host.release));
	put(to, KEPT_VERSION, host.version, strlen(host.version));
	/* its end is part of what a trace.dat has */
	put(to, KEPT_UNAME, text, (size_t)snprintf(text, sizeof(text), "%s %s %s %s", host.sysname, host.nodename,
						   host.release, host.machine) + 1);
	return put_file(to, KEPT_BOOT_ID, AT_FDCWD, place->from->boot_id);
}

/* The events of ftrace itself. One without a format is none. */
static void put_ftrace(FILE *to, const struct place *place)
{
	int fd = openat(place->tracefs, "events/ftrace", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char path[NAME_BYTES + 64];

	while (folder && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "events/ftrace/%s/format", entry->d_name);
		if (*entry->d_name != '.' && entry->d_type == DT_DIR)
			put_file(to, path, place->tracefs, path);
	}
	if (folder)
		closedir(folder);
}

/* The event's own number is where others look for it first. */
static void put_event(FILE *to, const struct place *place, const char *event)
{
	int system = (int)strcspn(event, ":");
	char path[NAME_BYTES];

	snprintf(path, sizeof(path), "events/%.*s/%s/format", system, event, event + system + 1);
	put_file(to, path, place->tracefs, path);
	if (strcmp(event, place->from->event))
		return;
	snprintf(path, sizeof(path), "events/%.*s/%s/id", system, event, event + system + 1);
	put_file(to, path, place->tracefs, path);
}

static int put_events(FILE *to, const struct place *place)
{
	char *text, *line, *next;
	size_t length;
	int err = source_file_read(place->instance, "set_event", &text, &length);

	if (err)
		return err;
	put(to, "set_event", text, length);
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
		if (strchr(line, ':') && strlen(line) < NAME_BYTES / 2 && !strchr(line, '/'))
			put_event(to, place, line);
	free(text);
	return 0;
}

static int write_all(FILE *to, const void *context)
{
	const struct place *place = context;
	int err;

	fputs(MAGIC, to);
	err = put_kernel(to, place);
	if (!err)
		err = put_file(to, "events/header_page", place->tracefs, "events/header_page");
	if (!err)
		err = put_file(to, "events/header_event", place->tracefs, "events/header_event");
	if (!err)
		err = put_file(to, "trace_clock", place->instance, "trace_clock");
	if (err)
		return err;
	put_file(to, "printk_formats", place->tracefs, "printk_formats");
	put_ftrace(to, place);
	err = put_events(to, place);
	fputs(END, to);
	return err;
}

int kept_write(const char *path, const struct kept_from *from)
{
	struct place place = {
		from, open(from->tracefs, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		open(from->instance, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	};
	int err = -ENOENT;

	if (place.tracefs >= 0 && place.instance >= 0)
		err = replace_file(path, 0600, true, write_all, &place);
	if (place.tracefs >= 0)
		close(place.tracefs);
	if (place.instance >= 0)
		close(place.instance);
	return err;
}

/* What kept_write() makes, and nothing that leads out of the folder. */
static bool is_name(const char *name)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";

	return *name && *name != '/' && !strstr(name, "..") && strspn(name, fine) == strlen(name);
}

static int make_parents(int folder, char *path)
{
	char *slash;
	int err = 0;

	for (slash = path; !err && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdirat(folder, path, 0700) && errno != EEXIST)
			err = -errno;
		*slash = '/';
	}
	return err;
}

static int put_content(int folder, char *path, const char *bytes, size_t length)
{
	int fd, err = make_parents(folder, path);
	ssize_t done;

	if (err)
		return err;
	fd = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	done = write(fd, bytes, length);
	err = done < 0 ? -errno : (size_t)done == length ? 0 : -ENOSPC;
	close(fd);
	return err;
}

/* *at is moved on to the next one. folder < 0: only look whether it is whole. */
static int take_one(const char **at, const char *end, int folder)
{
	char name[NAME_BYTES];
	size_t length;
	int head = 0;

	if (sscanf(*at, "%255s %zu%n", name, &length, &head) != 2 || !is_name(name))
		return -EBADMSG;
	*at += head + 1;
	if (*at > end || length >= (size_t)(end - *at) || (*at)[-1] != '\n' || (*at)[length] != '\n')
		return -EBADMSG;
	*at += length + 1;
	return folder < 0 ? 0 : put_content(folder, name, *at - length - 1, length);
}

static int take_all(const char *text, size_t length, int folder)
{
	const char *at = text + strlen(MAGIC), *end = text + length - strlen(END);
	int err = 0;

	if (length < strlen(MAGIC END) || strncmp(text, MAGIC, strlen(MAGIC)) || strcmp(end, END))
		return -EBADMSG;
	while (!err && at < end)
		err = take_one(&at, end, folder);
	return err ? err : at == end ? 0 : -EBADMSG;
}

int kept_unpack(const char *path, const char *folder)
{
	size_t length;
	char *text;
	int fd, err = source_file_read(AT_FDCWD, path, &text, &length);

	if (err)
		return err;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = fd < 0 ? -errno : take_all(text, length, -1);
	if (!err)
		err = take_all(text, length, fd);
	if (fd >= 0)
		close(fd);
	free(text);
	return err;
}
