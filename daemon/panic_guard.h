/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine may be brought down: what is known, and the decision as a function of that
 * alone. */
#ifndef NVME_DUPCQED_PANIC_GUARD_H
#define NVME_DUPCQED_PANIC_GUARD_H

#include "action.h"

struct panic_facts {
	bool allowed;		/* allow-panic */
	bool has_way;		/* sysrq-trigger can be opened for writing */
	bool inhibited;		/* the inhibitor file is there, or it cannot be told */
	bool need_crash_kernel;
	bool crash_kernel;	/* it is loaded */
	uint64_t uptime_ns;
	uint64_t min_uptime_ns;
	bool budget_lasts;	/* the state folder outlives a reboot */
	const char *budget;	/* why none is left, or NULL */
};

/* The first guard that says no, in words; NULL: go. */
const char *panic_refusal(const struct panic_facts *facts);

/* Ask the machine, but not the disk: the budget's facts are as if all were well. */
void panic_gather(const struct action_room *room, struct panic_facts *ret_facts);

/* The budget's facts. This may wait for the disk, as long as that hangs. */
void panic_gather_budget(const struct action_room *room, struct panic_facts *ret_facts);

#endif
