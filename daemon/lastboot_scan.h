/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a trace that was taken: its hits, and whether all of it can be read. */
#ifndef NVME_DUPCQED_LASTBOOT_SCAN_H
#define NVME_DUPCQED_LASTBOOT_SCAN_H

#include "hit.h"

struct lastboot_scan {
	uint64_t bytes;	  /* of all pages */
	uint64_t records; /* of any event; 0 if they cannot be read */
	uint64_t hits;
	struct hit last; /* the latest by the trace's clock; its identity is not known */
	bool readable;	 /* the event's format is there */
};

/* stage is a folder of the shape of tracefs, event "system:event". Returns 0 or -errno. */
int lastboot_scan(const char *stage, const char *event, struct lastboot_scan *ret_scan);

#endif
