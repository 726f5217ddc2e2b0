/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two ways in which the kernel panics by itself, at the hit: its panic trigger, or the module nvme_dup_cqe_panic.
 */
#ifndef NVME_DUPCQED_PANIC_WAY_H
#define NVME_DUPCQED_PANIC_WAY_H

#include "action.h"
#include "armed.h"

enum panic_way { PANIC_BY_NONE, PANIC_BY_TRIGGER, PANIC_BY_MODULE };

/* "trigger" */
const char *panic_way_name(enum panic_way way);
enum panic_way panic_way_from_name(const char *name, size_t len);

/*
 * The best way that there is. What it cannot do of the plan is taken out of it, with why. trigger is the path of the
 * event's trigger file in room->instance, NULL without an event. module_is_ours: that it is armed is the daemon's work.
 */
enum panic_way panic_way_choose(const struct action_room *room, const char *trigger, bool module_is_ours,
				struct armed *plan);

/*
 * Arm the plan, which is not empty. What the kernel refuses is taken out of it. Returns 0: the plan is what is armed;
 * or -errno: nothing is.
 */
int panic_way_arm(enum panic_way way, const struct action_room *room, const char *trigger, struct armed *plan);

/* Whether something is armed in that way, by whomever. */
bool panic_way_is_armed(enum panic_way way, const struct action_room *room, const char *trigger);

/* Nothing is armed any more, and that was read back: 0; or -errno. A trigger file that is not there has no trigger. */
int panic_way_disarm(enum panic_way way, const struct action_room *room, const char *trigger);

/* What panic_way_arm() would write. */
void panic_way_text(enum panic_way way, const struct action_room *room, const struct armed *plan,
		    char ret_text[ARMED_TRIGGER_MAX]);

#endif
