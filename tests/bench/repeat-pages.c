// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes much of a little: the pages of a ring buffer again and again, with the time moved on, so that
 * the result is what a longer recording of the same records would have left.
 *
 * A page (trace_pipe_raw of a 64 bit little endian machine): the time of its first record, the
 * number of bytes in use, the records. Each record's header word has its type, or length, in
 * bits 4:0 and the time since the record before in bits 31:5.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE		4096
#define HEADER		16
#define COMMIT_MASK	0xfffffU	/* above are flags: records were lost before this page */
#define TYPE_MASK	0x1f
#define TYPE_PADDING	29
#define TYPE_EXTEND	30
#define TYPE_STAMP	31		/* the time itself, 59 bits of it in two words */
#define GAP_NS		1000000

struct pages {
	uint8_t *at;
	size_t count;
};

static void die(const char *what, const char *name)
{
	fprintf(stderr, "repeat-pages: cannot %s '%s': %s\n", what, name, strerror(errno));
	exit(1);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static struct pages read_pages(const char *name)
{
	struct pages pages = { 0 };
	FILE *file = fopen(name, "rb");
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET))
		die("read", name);
	pages.count = size / PAGE;
	pages.at = malloc(size + 1);
	if (!pages.at || fread(pages.at, PAGE, pages.count, file) != pages.count)
		die("read", name);
	fclose(file);
	return pages;
}

static void move_stamp(uint8_t *at, uint64_t by)
{
	uint64_t time = (get32(at) >> 5 | (uint64_t)get32(at + 4) << 27) + by;

	put32(at, (uint32_t)time << 5 | TYPE_STAMP);
	put32(at + 4, time >> 27);
}

/* Bytes of the record at @at, its header included. */
static size_t record_size(const uint8_t *at)
{
	unsigned int type = get32(at) & TYPE_MASK;

	if (type == TYPE_EXTEND || type == TYPE_STAMP)
		return 8;
	if (type == 0 || type == TYPE_PADDING)
		return 4 + get32(at + 4);
	return 4 + 4 * type;
}

/* Moves a page on by @by ns; returns how many records it has. */
static size_t move_page(uint8_t *page, uint64_t by)
{
	uint64_t time = get64(page) + by;
	const uint8_t *end = page + HEADER + (get64(page + 8) & COMMIT_MASK);
	size_t records = 0;
	uint8_t *at;

	memcpy(page, &time, sizeof(time));
	for (at = page + HEADER; at + 4 <= end && end <= page + PAGE; at += record_size(at)) {
		unsigned int type = get32(at) & TYPE_MASK;

		if (type == TYPE_STAMP)
			move_stamp(at, by);
		records += type < TYPE_PADDING;
	}
	return records;
}

static size_t write_round(FILE *out, const struct pages *pages, uint64_t by)
{
	uint8_t page[PAGE];
	size_t records = 0, i;

	for (i = 0; i < pages->count; i++) {
		memcpy(page, pages->at + i * PAGE, PAGE);
		records += move_page(page, by);
		if (fwrite(page, PAGE, 1, out) != 1)
			die("write", "a page");
	}
	return records;
}

/* How far apart the pages of all CPUs are, and some more for what is in the last one. */
static uint64_t span(const struct pages *pages, int n)
{
	uint64_t first = UINT64_MAX, last = 0, time;
	size_t i;
	int cpu;

	for (cpu = 0; cpu < n; cpu++)
		for (i = 0; i < pages[cpu].count; i++) {
			time = get64(pages[cpu].at + i * PAGE);
			first = time < first ? time : first;
			last = time > last ? time : last;
		}
	return last < first ? 0 : (last - first) * 2 + GAP_NS;
}

static size_t write_cpu(const char *name, const struct pages *pages, unsigned long times, uint64_t step)
{
	size_t records = 0;
	unsigned long i;
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s.many", name);
	out = fopen(path, "wb");
	if (!out)
		die("create", path);
	for (i = 0; i < times; i++)
		records += write_round(out, pages, i * step);
	if (fclose(out))
		die("write", path);
	return records;
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct pages pages[256];
	size_t records = 0;
	uint64_t step;
	int cpu, n = argc - 2;

	if (times == 0 || n < 1 || n > 256) {
		fprintf(stderr, "usage: repeat-pages TIMES FILE...\n"
			"Writes FILE.many, one file for each CPU, and prints the number of records.\n");
		return 2;
	}
	for (cpu = 0; cpu < n; cpu++)
		pages[cpu] = read_pages(argv[cpu + 2]);
	step = span(pages, n);
	for (cpu = 0; cpu < n; cpu++)
		records += write_cpu(argv[cpu + 2], &pages[cpu], times, step);
	printf("%zu\n", records);
	return 0;
}
