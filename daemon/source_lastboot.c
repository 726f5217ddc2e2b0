// SPDX-License-Identifier: GPL-2.0-or-later
/* The folder is read by what reads the live event: source_event.c needs no more than files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lastboot_scan.h"
#include "source_event.h"

struct reading {
	struct source_event event;
	struct hit hit;
	struct dupcqe_note note; /* of the CPU that is read */
	struct lastboot_scan *scan;
};

static void on_hit(void *context, struct hit *hit)
{
	struct reading *reading = context;

	if (!reading->scan->hits || hit->trace_ns >= reading->scan->last.trace_ns)
		reading->scan->last = *hit;
	reading->scan->hits++;
}

static int read_pages(struct reading *reading, int fd, char *page)
{
	ssize_t count;

	while ((count = read(fd, page, reading->event.page_size)) == (ssize_t)reading->event.page_size)
		reading->scan->records +=
			source_event_page(&reading->event, page, &reading->note, &reading->hit, on_hit, reading).records;
	return count < 0 ? -errno : 0;
}

static int read_cpu(struct reading *reading, int stage, const char *cpu, char *page)
{
	char path[64];
	struct stat st;
	int fd, err = 0;

	snprintf(path, sizeof(path), "per_cpu/%.16s/trace_pipe_raw", cpu);
	fd = openat(stage, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		err = -errno;
	if (!err) {
		reading->scan->bytes += (uint64_t)st.st_size;
		reading->hit.cpu = atoi(cpu + strlen("cpu"));
		memset(&reading->note, 0, sizeof(reading->note));
		err = reading->scan->readable ? read_pages(reading, fd, page) : 0;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static int read_all(struct reading *reading, int stage)
{
	int fd = openat(stage, "per_cpu", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	char *page = malloc(reading->event.page_size + 1);
	const struct dirent *entry;

	if (!folder || !page)
		err = -ENOMEM;
	while (!err && (entry = readdir(folder)))
		if (!strncmp(entry->d_name, "cpu", 3))
			err = read_cpu(reading, stage, entry->d_name, page);
	free(page);
	if (folder)
		closedir(folder);
	return err;
}

int lastboot_scan(const char *stage, const char *event, struct lastboot_scan *ret_scan)
{
	int folder = open(stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	struct reading reading = { .scan = ret_scan };

	memset(ret_scan, 0, sizeof(*ret_scan));
	if (folder < 0)
		return -errno;
	/* without formats it is still saved */
	err = source_event_init(&reading.event, event, folder);
	ret_scan->readable = !err && !source_event_look(&reading.event, folder);
	err = read_all(&reading, folder);
	source_event_done(&reading.event);
	close(folder);
	return err;
}
