// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "tracedat_head.h"

/* ids of options, from trace-cmd's lib/trace-cmd/include/private/trace-cmd-private.h */
enum { OPTION_DONE = 0, OPTION_TRACECLOCK = 4, OPTION_UNAME = 5 };

enum { FILE_MAX = 16 << 20, EVENTS_MAX = 4096 };

struct content {
	char *at; /* terminated */
	size_t len;
};

int tracedat_number(struct spool_draft *draft, uint64_t number, size_t bytes)
{
	const uint16_t half = (uint16_t)number;
	const uint32_t word = (uint32_t)number;
	const void *at = bytes == 2 ? (const void *)&half : bytes == 4 ? (void *)&word : &number;

	return spool_write(draft, SPOOL_DAT, at, bytes);
}

static int grow(struct content *content, size_t *room)
{
	char *more;

	if (*room - content->len > 1)
		return 0;
	*room = *room ? *room * 4 : 16384;
	more = *room > FILE_MAX ? NULL : realloc(content->at, *room);
	if (!more)
		return -ENOMEM;
	content->at = more;
	return 0;
}

/* The kernel's files tell no size. */
static int read_fd(int fd, struct content *content)
{
	size_t room = 0;
	ssize_t count;
	int err;

	do {
		err = grow(content, &room);
		if (err)
			return err;
		count = read(fd, content->at + content->len, room - content->len - 1);
		if (count < 0)
			return -errno;
		content->len += (size_t)count;
	} while (count);
	content->at[content->len] = '\0';
	return 0;
}

static int read_file(struct content *ret_content, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int read_file(struct content *ret_content, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int fd, err;

	*ret_content = (struct content){ 0 };
	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = read_fd(fd, ret_content);
	close(fd);
	if (err) {
		free(ret_content->at);
		*ret_content = (struct content){ 0 };
	}
	return err;
}

static int write_string(struct spool_draft *draft, const char *string)
{
	return spool_write(draft, SPOOL_DAT, string, strlen(string) + 1);
}

/* A file's length, in that many bytes, and the file itself. The content is freed. */
static int write_content(struct spool_draft *draft, struct content *content, size_t bytes)
{
	int err = tracedat_number(draft, content->len, bytes);

	if (!err && content->len)
		err = spool_write(draft, SPOOL_DAT, content->at, content->len);
	free(content->at);
	return err;
}

static int write_header(const struct tracedat_from *from, struct spool_draft *draft,
			const char *name)
{
	struct content content;
	int err = read_file(&content, "%s/events/%s", from->tracefs, name);

	if (err)
		return err;
	err = write_string(draft, name);
	if (err) {
		free(content.at);
		return err;
	}
	return write_content(draft, &content, 8);
}

static int is_folder(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static void free_entries(struct dirent **entry, int count)
{
	while (count-- > 0)
		free(entry[count]);
	free(entry);
}

/* The events of ftrace itself: trace_marker, function and so on. They are in every trace.dat. */
static int write_ftrace(const struct tracedat_from *from, struct spool_draft *draft)
{
	char path[PATH_MAX];
	struct dirent **entry = NULL;
	struct content content;
	int i, count, err;

	snprintf(path, sizeof(path), "%s/events/ftrace", from->tracefs);
	count = scandir(path, &entry, is_folder, alphasort);
	if (count < 0)
		count = 0;
	err = tracedat_number(draft, (uint64_t)count, 4);
	for (i = 0; i < count && !err; i++) {
		/* one without a format is an empty one: the number of them is written already */
		read_file(&content, "%s/%s/format", path, entry[i]->d_name);
		err = write_content(draft, &content, 8);
	}
	free_entries(entry, count);
	return err;
}

/* "system:event" of what the instance records, sorted. at points into text. */
struct events {
	struct content text;
	uint32_t count;
	char *at[EVENTS_MAX];
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_events(const struct tracedat_from *from, struct events *events)
{
	int err = read_file(&events->text, "%s/set_event", from->instance);
	char *line, *save = NULL;

	events->count = 0;
	if (err)
		return err;
	line = strtok_r(events->text.at, "\n", &save);
	for (; line && events->count < EVENTS_MAX; line = strtok_r(NULL, "\n", &save))
		if (strchr(line, ':'))
			events->at[events->count++] = line;
	qsort(events->at, events->count, sizeof(*events->at), by_name);
	return 0;
}

static size_t system_len(const char *event)
{
	return (size_t)(strchr(event, ':') - event);
}

/* How many from first on are of the same system. */
static uint32_t same_system(const struct events *events, uint32_t first)
{
	size_t len = system_len(events->at[first]) + 1;
	uint32_t i = first + 1;

	while (i < events->count && !strncmp(events->at[i], events->at[first], len))
		i++;
	return i - first;
}

static int write_system(const struct tracedat_from *from, struct spool_draft *draft,
			const struct events *events, uint32_t first, uint32_t count)
{
	int len = (int)system_len(events->at[first]), err;
	char name[128];
	struct content content;
	uint32_t i;

	snprintf(name, sizeof(name), "%.*s", len, events->at[first]);
	err = write_string(draft, name);
	if (!err)
		err = tracedat_number(draft, count, 4);
	for (i = first; i < first + count && !err; i++) {
		/* gone since the list was read, with its module: empty */
		read_file(&content, "%s/events/%s/%s/format", from->tracefs, name,
			  events->at[i] + len + 1);
		err = write_content(draft, &content, 8);
	}
	return err;
}

static int write_systems(const struct tracedat_from *from, struct spool_draft *draft,
			 const struct events *events)
{
	uint32_t systems = 0, i;
	int err;

	for (i = 0; i < events->count; i += same_system(events, i))
		systems++;
	err = tracedat_number(draft, systems, 4);
	for (i = 0; i < events->count && !err; i += same_system(events, i))
		err = write_system(from, draft, events, i, same_system(events, i));
	return err;
}

static int write_events(const struct tracedat_from *from, struct spool_draft *draft)
{
	struct events *events = calloc(1, sizeof(*events));
	int err = events ? read_events(from, events) : -ENOMEM;

	if (!err)
		err = write_systems(from, draft, events);
	if (events)
		free(events->text.at);
	free(events);
	return err;
}

/* No symbols: they are ten megabytes, and no event of ours shows an address. */
static int write_names(const struct tracedat_from *from, struct spool_draft *draft)
{
	struct content content;
	int err = tracedat_number(draft, 0, 4);

	if (err)
		return err;
	read_file(&content, "%s/printk_formats", from->tracefs);
	err = write_content(draft, &content, 4);
	if (err)
		return err;
	read_file(&content, "%s/saved_cmdlines", from->tracefs);
	return write_content(draft, &content, 8);
}

static int write_option(struct spool_draft *draft, uint16_t id, struct content *content)
{
	int err = tracedat_number(draft, id, 2);

	if (!err)
		return write_content(draft, content, 4);
	free(content->at);
	return err;
}

static int write_options(const struct tracedat_from *from, struct spool_draft *draft)
{
	struct content content;
	struct utsname host;
	int err = spool_write(draft, SPOOL_DAT, "options  ", 10);

	if (!err && !read_file(&content, "%s/trace_clock", from->instance))
		err = write_option(draft, OPTION_TRACECLOCK, &content);
	if (!err && !uname(&host)) {
		content.len = (size_t)(from->uname ? asprintf(&content.at, "%s", from->uname) :
				asprintf(&content.at, "%s %s %s %s", host.sysname,
					 host.nodename, host.release, host.machine)) + 1;
		err = content.len ? write_option(draft, OPTION_UNAME, &content) : -ENOMEM;
	}
	return err ? err : tracedat_number(draft, OPTION_DONE, 2);
}

static int write_magic(struct spool_draft *draft, uint32_t page_size)
{
	const uint16_t order = 1;
	const char is_big = !*(const char *)&order, long_size = sizeof(long);
	int err = spool_write(draft, SPOOL_DAT, "\x17\x08\x44tracing6", 12);

	if (!err)
		err = spool_write(draft, SPOOL_DAT, &is_big, 1);
	if (!err)
		err = spool_write(draft, SPOOL_DAT, &long_size, 1);
	return err ? err : tracedat_number(draft, page_size, 4);
}

int tracedat_head(const struct tracedat_from *from, struct spool_draft *draft, uint32_t page_size,
		  uint32_t cpus)
{
	int err = write_magic(draft, page_size);

	if (!err)
		err = write_header(from, draft, "header_page");
	if (!err)
		err = write_header(from, draft, "header_event");
	if (!err)
		err = write_ftrace(from, draft);
	if (!err)
		err = write_events(from, draft);
	if (!err)
		err = write_names(from, draft);
	if (!err)
		err = tracedat_number(draft, cpus, 4);
	return err ? err : write_options(from, draft);
}
