/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace as a file that trace-cmd and KernelShark open: version 6 of trace.dat, as
 * trace-cmd.dat.v6.5(5) tells it. Written here, so that the daemon needs no other program in the
 * moment that matters.
 */
#ifndef NVME_DUPCQED_TRACEDAT_H
#define NVME_DUPCQED_TRACEDAT_H

#include "spool.h"

struct tracedat_from {
	const char *tracefs;	/* formats, names of tasks */
	const char *instance;	/* the ring buffers */
	const char *raw;	/* which: "snapshot_raw" or "trace_pipe_raw", of each CPU */
	const char *uname;	/* of the machine then; NULL: now */
};

/* How much it may become, at most: the size of all buffers. */
uint64_t tracedat_expect(const struct tracedat_from *from);

/*
 * Write it all into the draft's .dat; what was read is gone from the buffers. Returns 0 or -errno;
 * ret_pages is the number of pages of records.
 */
int tracedat_write(const struct tracedat_from *from, struct spool_draft *draft,
		   uint64_t *ret_pages);

#endif
