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
 * A panic that the kernel does by itself cannot be counted when it happens. It is counted before it is armed, as
 * such; the line is given back when it was disarmed in time. What is found of another boot counts as a panic: nobody
 * can tell that it was none.
 *
 * The file, BUDGET_FILE in the state folder:
 *	nvme-dupcqed panic budget 1
 *	panic BOOT-ID UPTIME-SECONDS UNIX-SECONDS	(one line for each panic, oldest first)
 *	armed BOOT-ID UPTIME-SECONDS UNIX-SECONDS WAY NAME	(one that the kernel may do by itself, since then)
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
	BUDGET_TEXT = 16384,	/* bytes that are enough for the file */
	BUDGET_BY = 96,		/* bytes, terminator included */
	BUDGET_DAY_S = 86400,
};

#define BUDGET_FILE "panic-budget"

struct budget_boot {
	char boot[BUDGET_BOOT_ID + 1];
	uint64_t uptime_s;	/* CLOCK_BOOTTIME: it runs on while the machine sleeps */
	uint64_t unix_s;	/* for people to read; nothing is decided by it */
	bool panicked;		/* or is counted as such */
	bool armed;		/* ... because it was armed: it may not have happened */
	char by[BUDGET_BY];	/* of an armed one: "WAY NAME", of letters, digits, '-' and '_' */
};

struct budget {
	unsigned int count;
	struct budget_boot of[BUDGET_BOOTS];	/* oldest first */
};

/* Pure. Returns 0, or -EBADMSG for anything but a whole file; then *ret_budget is of no meaning. */
int budget_parse(const char *text, struct budget *ret_budget);
void budget_format(struct dupcqe_text *text, const struct budget *budget);

/* Pure: why there is no panic left at now, or NULL. What is armed in this boot is one that is left. */
const char *budget_refusal(const struct budget *budget, const struct budget_boot *now,
			   uint32_t max_per_day);

/*
 * Pure: for how many seconds more, if the machine goes on running; UINT64_MAX: not in this boot. 0: there is one left.
 */
uint64_t budget_wait_s(const struct budget *budget, const struct budget_boot *now, uint32_t max_per_day);

/* Pure: what is armed in the boot of now, or NULL. */
const struct budget_boot *budget_armed(const struct budget *budget, const struct budget_boot *now);

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

/* The file as it is. Returns 0, or -errno if it cannot be told what it says: *ret_why says it. */
int budget_read(const char *folder, struct budget *ret_budget, const char **ret_why);

/*
 * Take one; the one that is armed in this boot, if there is. When it returns 0, the panic is counted on disk: file and
 * folder are synced. Otherwise as budget_check(), and there must be no panic (it may be counted nevertheless).
 */
int budget_take(const char *folder, const struct budget_boot *now, uint32_t max_per_day,
		const char **ret_why);

/*
 * The same before the kernel is armed; by is "WAY NAME". What NAME has armed in this boot already is its own again.
 * -EBUSY: another one has.
 */
int budget_arm(const char *folder, const struct budget_boot *now, uint32_t max_per_day, const char *by,
	       const char **ret_why);

/*
 * Give back what NAME (the end of by) has armed in this boot: it is disarmed, and has not panicked. Nothing is written
 * if there is none, or if it has become a panic. Returns 0 or -errno: it stays counted.
 */
int budget_give_back(const char *folder, const struct budget_boot *now, const char *by);

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
