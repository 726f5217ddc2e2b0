// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout is that of the kernel's kernel/trace/ring_buffer.c and of the files header_page and header_event:
 * a time stamp, the number of bytes behind it with two flags, then records, each with the time since the last one.
 */
#include <errno.h>
#include <string.h>
#include "trace-pages.h"

enum { TYPE_TIME_EXTEND = 30, TYPE_MAX_WORDS = 28, DELTA_BITS = 27 };

/* what stands behind the records of a page before which some were lost */
enum { LOST_ROOM = 8 };

#define MISSED_EVENTS (UINT64_C(1) << 31)
#define MISSED_STORED (UINT64_C(1) << 30)

static void put_word(struct pages *pages, uint32_t word)
{
	memcpy(pages->bytes + PAGE_HEAD + pages->used, &word, sizeof(word));
	pages->used += sizeof(word);
}

static int flush(struct pages *pages)
{
	uint64_t commit = pages->used;

	if (!pages->used)
		return 0;
	if (pages->page.lost)
		commit |= MISSED_EVENTS;
	if (pages->page.lost_count) {
		commit |= MISSED_STORED;
		memcpy(pages->bytes + PAGE_HEAD + pages->used, &pages->page.lost_count, LOST_ROOM);
	}
	memcpy(pages->bytes + 8, &commit, sizeof(commit));
	pages->used = 0;
	return fwrite(pages->bytes, PAGE_BYTES, 1, pages->to) == 1 ? 0 : -EIO;
}

static void begin(struct pages *pages, uint64_t ns)
{
	memset(pages->bytes, 0, sizeof(pages->bytes));
	memcpy(pages->bytes, &ns, sizeof(ns));
	pages->page.lost = pages->lost;
	pages->page.lost_count = pages->lost_count;
	pages->lost = false;
	pages->lost_count = 0;
	pages->last_ns = ns;
}

/* The bytes of a record with its head, the length in a word of its own where the head is too narrow for it. */
static size_t room_of(size_t size)
{
	size_t words = (size + 3) / 4;

	return 4 * words + (words > TYPE_MAX_WORDS ? 8 : 4);
}

static void put_record(struct pages *pages, uint64_t delta, const void *record, size_t size)
{
	uint32_t words = (uint32_t)(size + 3) / 4;

	if (delta >> DELTA_BITS) {
		put_word(pages, (uint32_t)(delta << 5) | TYPE_TIME_EXTEND);
		put_word(pages, (uint32_t)(delta >> DELTA_BITS));
		delta = 0;
	}
	put_word(pages, (uint32_t)delta << 5 | (words > TYPE_MAX_WORDS ? 0 : words));
	if (words > TYPE_MAX_WORDS)
		put_word(pages, 4 * words + 4);
	memcpy(pages->bytes + PAGE_HEAD + pages->used, record, size);
	pages->used += 4 * words;
}

int pages_add(struct pages *pages, uint64_t ns, const void *record, size_t size)
{
	size_t room = room_of(size) + 8; /* of a long pause */
	int err = 0;

	if (ns < pages->last_ns)
		return -EINVAL;
	if (room > PAGE_DATA - LOST_ROOM)
		return -E2BIG;
	if (pages->used + room > PAGE_DATA - LOST_ROOM)
		err = flush(pages);
	if (err)
		return err;
	if (!pages->used)
		begin(pages, ns);
	put_record(pages, ns - pages->last_ns, record, size);
	pages->last_ns = ns;
	return 0;
}

int pages_lost(struct pages *pages, uint64_t count)
{
	pages->lost = true;
	pages->lost_count = count;
	return flush(pages);
}

int pages_close(struct pages *pages)
{
	int err = flush(pages);

	if (fclose(pages->to) && !err)
		err = -errno;
	return err ? err : pages->lost ? -ENODATA : 0;
}
