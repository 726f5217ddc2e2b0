/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands beside a saved trace, and what other actions need to know of one that is being saved.
 */
#ifndef NVME_DUPCQED_SNAPSHOT_H
#define NVME_DUPCQED_SNAPSHOT_H

#include "action.h"

/* Enough for any snapshot_json(). */
enum { SNAPSHOT_JSON = 20480 };

struct snapshot_about {
	const struct action_call *call;
	const char *trace;	/* name of the file beside */
	const char *taken;	/* how: "armed", "reactive" or "stopped" */
	const char *boot_id;
	int64_t unix_s;
	uint64_t pages;
};

/* One JSON object and a newline: what nvme-dupcqed(8) says. */
void snapshot_json(struct dupcqe_text *text, const struct snapshot_about *about);

/* Wait until the snapshot that is being saved now is on disk; at most limit_ms. */
void snapshot_wait(int limit_ms);

#endif
