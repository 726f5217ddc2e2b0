/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records from a text that a test can write down; make-trace --help tells its lines. */
#ifndef TESTS_KSHARK_TRACE_SCRIPT_H
#define TESTS_KSHARK_TRACE_SCRIPT_H

#include "trace-room.h"

/* Returns 0, or -errno after it has said what is wrong and where. */
int script_read(struct room *room, const char *file);

/* That many records by formula, the same each time, with a duplicate in each dup_every (even, BENCH_EVERY_LEAST at least) steps: see trace-bench.c. */
int bench_write(struct room *room, unsigned long records, unsigned long dup_every);

enum { BENCH_EVERY = 1000, BENCH_EVERY_LEAST = 1000 };

#endif
