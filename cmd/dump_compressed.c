// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * makedumpfile's diskdump_mod.h, of a 64 bit machine of this byte order: header, second header, two bitmaps (memory,
 * what is in the file), a descriptor for each page in the file, the pages in the same order; but pages of zeroes are
 * all the first one. So the last descriptor of another page tells the end.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "dump_compressed.h"

enum {
	SIGNATURE_BYTES = 8,
	AT_BLOCK_SIZE = 428,
	AT_SECOND_HEADER = 432,	/* blocks */
	AT_BITMAPS = 436,	/* blocks */
	HEADER_BYTES = 440,
	BLOCK_MIN = 512,
	BLOCK_MAX = 1 << 20,
	CHUNK = 1 << 16,
};

struct descriptor {
	uint64_t offset;
	uint32_t bytes, flags;
	uint64_t page_flags;
};

static bool read_at(int fd, uint64_t offset, void *ret_bytes, size_t count)
{
	return offset <= INT64_MAX && pread(fd, ret_bytes, count, (off_t)offset) == (ssize_t)count;
}

static uint32_t number(const unsigned char *header, int at)
{
	uint32_t value;

	memcpy(&value, header + at, sizeof(value));
	return value;
}

/* The bits that are set in so many bytes of the file. False if they are not all there. */
static bool count_bits(int fd, uint64_t offset, uint64_t bytes, uint64_t *ret_count)
{
	unsigned char chunk[CHUNK];
	uint64_t count = 0;
	size_t part, i;

	for (; bytes; bytes -= part, offset += part) {
		part = bytes < CHUNK ? bytes : CHUNK;
		if (!read_at(fd, offset, chunk, part))
			return false;
		for (i = 0; i < part; i++)
			count += (uint64_t)__builtin_popcount(chunk[i]);
	}
	*ret_count = count;
	return true;
}

static uint64_t beyond(uint64_t end, uint64_t file_bytes)
{
	return end > file_bytes ? end - file_bytes : 0;
}

/* Of the page that lies last in the file; from and to are where the descriptors stand. */
static uint64_t end_of_pages(int fd, uint64_t from, uint64_t to)
{
	struct descriptor chunk[CHUNK / sizeof(struct descriptor)];
	uint64_t first = to, end;
	size_t count, i;

	for (; to > from; to -= count * sizeof(chunk[0])) {
		count = (to - from) / sizeof(chunk[0]);
		if (count > sizeof(chunk) / sizeof(chunk[0]))
			count = sizeof(chunk) / sizeof(chunk[0]);
		if (!read_at(fd, to - count * sizeof(chunk[0]), chunk, count * sizeof(chunk[0])))
			return 0;
		for (i = count; i-- > 0;) {
			if (__builtin_add_overflow(chunk[i].offset, chunk[i].bytes, &end))
				return UINT64_MAX;
			if (chunk[i].offset != first)
				return end;
		}
	}
	return 0;
}

uint64_t compressed_missing(int fd, uint64_t file_bytes)
{
	unsigned char header[HEADER_BYTES];
	uint64_t block, bitmaps, start, pages, end;

	if (!read_at(fd, 0, header, sizeof(header)) || memcmp(header, "KDUMP   ", SIGNATURE_BYTES))
		return 0;
	block = number(header, AT_BLOCK_SIZE);
	if (block < BLOCK_MIN || block > BLOCK_MAX)
		return 0;
	bitmaps = block * number(header, AT_BITMAPS);
	start = block * (1 + (uint64_t)number(header, AT_SECOND_HEADER));
	if (start + bitmaps > file_bytes)
		return start + bitmaps - file_bytes;
	if (!count_bits(fd, start + bitmaps / 2, bitmaps / 2, &pages) || !pages)
		return 0;
	end = start + bitmaps + pages * sizeof(struct descriptor);
	return end > file_bytes ? end - file_bytes : beyond(end_of_pages(fd, start + bitmaps, end), file_bytes);
}
