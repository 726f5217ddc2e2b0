/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine may be brought down: what is known, and the decision as a function of that
 * alone. */
#ifndef NVME_DUPCQED_PANIC_GUARD_H
#define NVME_DUPCQED_PANIC_GUARD_H

#include "action.h"
#include "budget.h"

struct panic_facts {
	bool allowed;		/* allow-panic */
	bool has_way;		/* sysrq-trigger can be opened for writing, or the kernel does it */
	bool inhibited;		/* the inhibitor file is there, or it cannot be told */
	bool unsaved;		/* the next panic would take what the last boot left */
	bool need_crash_kernel;
	bool crash_kernel;	/* it is loaded */
	uint64_t uptime_ns;
	uint64_t min_uptime_ns;
	bool budget_lasts;	/* the state folder outlives a reboot */
	const char *budget;	/* why none is left, or NULL */
	uint64_t budget_wait_ns; /* until one is left; 0: not in this boot, or nobody knows */
	char armed_by[BUDGET_BY]; /* who has this boot's armed one; "": nobody */
};

/* The first guard that says no, in words; NULL: go. */
const char *panic_refusal(const struct panic_facts *facts);

/* If the first guard that says no is one that time settles: how long that takes. 0: it is not. */
uint64_t panic_wait_ns(const struct panic_facts *facts);

/* Ask the machine. */
void panic_gather(const struct action_room *room, struct panic_facts *ret_facts);

/* What an earlier panic_gather() found out about the budget, as of now. */
void panic_use_budget(struct panic_facts *facts, const struct panic_facts *earlier);

/* The same without the disk: as if the budget were good, which it is for a panic that is counted already. */
void panic_gather_quick(const struct action_room *room, struct panic_facts *ret_facts);

#endif
