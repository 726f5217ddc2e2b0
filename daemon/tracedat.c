// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of each CPU, whole pages as the ring buffer gives them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "tracedat.h"
#include "tracedat_head.h"

enum { SUBBUF_MAX = 1 << 20, CPUS_MAX = 8192 };

/* A CPU's place in the file. */
struct place {
	uint64_t at;
	uint64_t bytes;
};

/* One more than the highest number: those in between may be off. */
static uint32_t count_cpus(const struct tracedat_from *from)
{
	char path[PATH_MAX];
	struct dirent *entry;
	uint32_t cpu, cpus = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/per_cpu", from->instance);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "cpu%5u", &cpu) == 1 && cpu < CPUS_MAX && cpu >= cpus)
			cpus = cpu + 1;
	if (dir)
		closedir(dir);
	return cpus;
}

/* Of a sub-buffer, which one read gives: a page, unless somebody set more (since 6.8). */
static uint32_t page_bytes(const struct tracedat_from *from)
{
	unsigned long bytes, page = (unsigned long)sysconf(_SC_PAGESIZE);
	char text[32];

	if (file_get(text, sizeof(text), "%s/buffer_subbuf_size_kb", from->instance))
		return (uint32_t)page;
	bytes = strtoul(text, NULL, 10) * 1024;
	return (uint32_t)(bytes > page && bytes <= SUBBUF_MAX ? bytes : page);
}

uint64_t tracedat_expect(const struct tracedat_from *from)
{
	uint32_t cpu, cpus = count_cpus(from);
	uint64_t bytes = 1 << 20; /* the formats and names */
	char text[64];

	for (cpu = 0; cpu < cpus; cpu++)
		if (!file_get(text, sizeof(text), "%s/per_cpu/cpu%u/buffer_size_kb", from->instance,
			      cpu))
			bytes += strtoull(text, NULL, 10) * 1024;
	return bytes;
}

/* Nothing more is EAGAIN of the live buffer, the end of the file of a snapshot. */
static int copy_pages(int fd, struct spool_draft *draft, char *page, uint32_t size,
		      uint64_t *ret_bytes)
{
	ssize_t count;
	int err = 0;

	*ret_bytes = 0;
	while (!err) {
		count = read(fd, page, size);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno != EAGAIN)
			return -errno;
		if (count <= 0)
			return 0;
		/* readers count in whole pages */
		memset(page + count, 0, size - (size_t)count);
		err = spool_write(draft, SPOOL_DAT, page, size);
		*ret_bytes += err ? 0 : size;
	}
	return err;
}

static int copy_cpu(const struct tracedat_from *from, uint32_t cpu, struct spool_draft *draft,
		    char *page, uint32_t size, struct place *ret_place)
{
	char path[PATH_MAX];
	int fd, err;

	ret_place->at = draft->bytes;
	ret_place->bytes = 0;
	snprintf(path, sizeof(path), "%s/per_cpu/cpu%u/%s", from->instance, cpu, from->raw);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = copy_pages(fd, draft, page, size, &ret_place->bytes);
	close(fd);
	return err;
}

/* The data begin at a multiple of the page's size. */
static int pad(struct spool_draft *draft, char *page, uint32_t size)
{
	memset(page, 0, size);
	return spool_write(draft, SPOOL_DAT, page, (size - draft->bytes % size) % size);
}

static int write_cpus(const struct tracedat_from *from, struct spool_draft *draft, uint32_t cpus,
		      char *page, uint32_t size, struct place *place)
{
	uint64_t table;
	uint32_t cpu;
	int err = spool_write(draft, SPOOL_DAT, "flyrecord", 10);

	table = draft->bytes;
	if (!err)
		err = spool_write(draft, SPOOL_DAT, place, cpus * sizeof(*place));
	if (!err)
		err = pad(draft, page, size);
	for (cpu = 0; cpu < cpus && !err; cpu++)
		err = copy_cpu(from, cpu, draft, page, size, &place[cpu]);
	if (err)
		return err;
	return spool_rewrite(draft, SPOOL_DAT, table, place, cpus * sizeof(*place));
}

int tracedat_write(const struct tracedat_from *from, struct spool_draft *draft, uint64_t *ret_pages)
{
	uint32_t cpu, cpus = count_cpus(from), size = page_bytes(from);
	struct place *place = calloc(cpus + 1, sizeof(*place));
	char *page = malloc(size);
	int err = place && page ? 0 : -ENOMEM;

	if (!err)
		err = cpus ? tracedat_head(from, draft, size, cpus) : -ENOENT;
	if (!err)
		err = write_cpus(from, draft, cpus, page, size, place);
	*ret_pages = 0;
	for (cpu = 0; cpu < cpus && !err; cpu++)
		*ret_pages += place[cpu].bytes / size;
	free(place);
	free(page);
	return err;
}
