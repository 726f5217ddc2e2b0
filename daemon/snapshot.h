/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands beside a saved trace, and what other actions need to know of one that is being saved.
 */
#ifndef NVME_DUPCQED_SNAPSHOT_H
#define NVME_DUPCQED_SNAPSHOT_H

#include "action.h"
#include "spool.h"

/* Enough for any snapshot_json(). */
enum { SNAPSHOT_JSON = 20480 };

struct snapshot_about {
	const struct action_call *call; /* its hit NULL: none is known */
	const char *trace;	/* name of the file beside; "": there is none */
	const char *taken;	/* how: "armed", "reactive", "stopped" or "last-boot" */
	const char *boot_id;
	int64_t unix_s;
	uint64_t pages;
	/* of another boot; NULL: this one's */
	const char *kernel, *kernel_version;
	const char *dmesg;	/* name of the file beside; NULL: it is not said whether there is one */
	const char *formats;	/* how a last boot's records are read: "kept" or "this-boot"; NULL: not said */
};

/* One JSON object and a newline: what nvme-dupcqed(8) says. */
void snapshot_json(struct dupcqe_text *text, const struct snapshot_about *about);

/* What the configuration allows in the folder. */
struct spool_limits snapshot_limits(const struct config *config);

/* Wait until the snapshot that is being saved now is on disk; at most limit_ms. */
void snapshot_wait(int limit_ms);

#endif
