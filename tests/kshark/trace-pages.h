/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One CPU's ring buffer as trace_pipe_raw gives it: pages of records, for a trace that is made up. */
#ifndef TESTS_KSHARK_TRACE_PAGES_H
#define TESTS_KSHARK_TRACE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PAGE_BYTES = 4096, PAGE_HEAD = 16, PAGE_DATA = PAGE_BYTES - PAGE_HEAD };

struct pages {
	FILE *to;
	uint64_t last_ns;	/* of the newest record */
	size_t used;		/* bytes of records on the page; 0: it has not begun */
	bool lost;		/* before the page that comes next: records were lost, ... */
	uint64_t lost_count;	/* ... that many; 0: it is not known how many */
	struct { bool lost; uint64_t lost_count; } page;
	unsigned char bytes[PAGE_BYTES];
};

/* Append a record that is no older than the last. Returns 0; -EINVAL: it is older; -E2BIG; or -errno. */
int pages_add(struct pages *pages, uint64_t ns, const void *record, size_t size);

/* From here to the next record some were lost; count 0: nobody knows how many. Returns 0 or -errno. */
int pages_lost(struct pages *pages, uint64_t count);

/* Write the last page, close the file. Returns 0; -ENODATA: no record came behind what was lost; or -errno. */
int pages_close(struct pages *pages);

#endif
