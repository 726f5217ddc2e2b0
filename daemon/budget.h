/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The panic budget: at most one panic a boot and N a day, counted in a file before the panic
 * happens. What the file cannot prove is refused: a machine must never panic in a loop.
 *
 * No wall clock takes part, so none that is set wrong can give more. A panic is younger than a day
 * until the machine has been *seen running* for a day since then: the uptime now, and the uptimes
 * that boots in between had reached when they panicked or when the daemon was stopped. Time that
 * nobody saw (switched off, or ended without notice) does not count: that errs towards fewer panics.
 *
 * The file, BUDGET_FILE in the state folder:
 *	nvme-dupcqed panic budget 1
 *	panic BOOT-ID UPTIME-SECONDS UNIX-SECONDS	(one line for each panic, oldest first)
 *	seen BOOT-ID UPTIME-SECONDS UNIX-SECONDS	(in between: a boot that ended otherwise)
 *	end NUMBER-OF-LINES
 */
#ifndef NVME_DUPCQED_BUDGET_H
#define NVME_DUPCQED_BUDGET_H

#include <stddef.h>
#include <stdint.h>
#include "dupcqe/text.h"

enum {
	BUDGET_BOOTS = 64,	/* that the file can hold */
	BUDGET_BOOT_ID = 36,	/* characters */
	BUDGET_TEXT = 8192,	/* bytes that are enough for the file */
	BUDGET_DAY_S = 86400,
};

#define BUDGET_FILE "panic-budget"

struct budget_boot {
	char boot[BUDGET_BOOT_ID + 1];
	uint64_t uptime_s;	/* CLOCK_BOOTTIME: it runs on while the machine sleeps */
	uint64_t unix_s;	/* for people to read; nothing is decided by it */
	bool panicked;
};

struct budget {
	unsigned int count;
	struct budget_boot of[BUDGET_BOOTS];	/* oldest first */
};

/* Pure. Returns 0, or -EBADMSG for anything but a whole file; then *ret_budget is of no meaning. */
int budget_parse(const char *text, struct budget *ret_budget);
void budget_format(struct dupcqe_text *text, const struct budget *budget);

/* Pure: why there is no panic left at now, or NULL. */
const char *budget_refusal(const struct budget *budget, const struct budget_boot *now,
			   uint32_t max_per_day);

/*
 * Pure: put now behind what is there, and drop what is of no use any more. Returns 0, or -ENOSPC if
 * the file could not hold it.
 */
int budget_add(struct budget *budget, const struct budget_boot *now);

/* Boot id from the file boot_id, and the two times. Returns 0 or -errno. */
int budget_now(const char *boot_id, struct budget_boot *ret_now);

/* Look, and change nothing. Returns 0; -EDQUOT if none is left, or -errno if it cannot be told:
 * *ret_why says it. */
int budget_check(const char *folder, const struct budget_boot *now, uint32_t max_per_day,
		 const char **ret_why);

/*
 * Take one. When it returns 0, the panic is counted on disk: file and folder are synced. Otherwise
 * as budget_check(), and there must be no panic (it may be counted nevertheless).
 */
int budget_take(const char *folder, const struct budget_boot *now, uint32_t max_per_day,
		const char **ret_why);

/*
 * The daemon stops: the time that this boot was seen running counts for the panics before it.
 * Writes nothing if that is of no matter. Returns 0 or -errno, which may be ignored: it costs a
 * panic at most.
 */
int budget_saw(const char *folder, const struct budget_boot *now);

/* Whether what is written to folder outlives a reboot: not in memory, and not a layer over
 * something. */
bool budget_folder_lasts(const char *folder);

#endif
