/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has been accounted for, in a file below /run that is mapped: it outlives a daemon that is
 * killed, as the ring buffers do. With it, the next one knows which records were taken out and
 * never handed on, which losses were reported, and the totals of all runs. It belongs to one instance,
 * and is of no use for another.
 */
#ifndef NVME_DUPCQED_SOURCE_LEDGER_H
#define NVME_DUPCQED_SOURCE_LEDGER_H

#include <stdbool.h>
#include "source_ring.h"

struct source_ledger {
	struct source_account *accounts;
	unsigned int count;
	void *map; /* NULL: plain memory, for want of a file */
	size_t size;
	char path[256];
};

/*
 * Accounts for count CPUs, from folder/NAME.ledger if that was written for the instance (an open
 * folder of tracefs). *ret_known tells whether it was; else they are 0. Where no file can be had
 * that is logged, and plain memory does. Returns 0 or -ENOMEM.
 */
int source_ledger_open(struct source_ledger *ledger, const char *folder, const char *name,
		       int instance, unsigned int count, bool *ret_known);

/* The file goes with the instance: remove it if remove. */
void source_ledger_close(struct source_ledger *ledger, bool remove);

#endif
