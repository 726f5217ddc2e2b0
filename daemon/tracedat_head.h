/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a trace.dat before the records: how they are to be read. Of tracedat.c alone. */
#ifndef NVME_DUPCQED_TRACEDAT_HEAD_H
#define NVME_DUPCQED_TRACEDAT_HEAD_H

#include "tracedat.h"

/* A number in this machine's byte order, of 2, 4 or 8 bytes. */
int tracedat_number(struct spool_draft *draft, uint64_t number, size_t bytes);

/* From the magic to the options. */
int tracedat_head(const struct tracedat_from *from, struct spool_draft *draft, uint32_t page_size,
		  uint32_t cpus);

#endif
