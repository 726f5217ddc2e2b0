/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel does by itself, in the context of the hit: triggers on the event in the daemon's own instance. A
 * snapshot that is taken there ends with the hit; one that the daemon takes when it has woken up does not.
 *
 * ftrace has room for one trigger of a kind on an event, so the filters of all rules that want the same are joined. A
 * trigger acts once: what it froze is to be saved first, then it is armed again.
 *
 * A panic is another matter: it is armed only while its guards let it, by one of two ways; see panic_arm.h.
 */
#ifndef NVME_DUPCQED_ARMED_H
#define NVME_DUPCQED_ARMED_H

#include <stdint.h>
#include "config.h"

enum { ARMED_TRIGGER_MAX = 4096 };	/* bytes, terminator included: the kernel takes less than a page */

enum armed_kind { ARMED_SNAPSHOT, ARMED_FREEZE, ARMED_PANIC, ARMED_KINDS };

/* The event that is armed on. */
struct armed_event {
	uint64_t has;		/* DUPCQE_BIT() of the fields that a filter can name: see dupcqe_rule_filter() */
	const char *only;	/* a condition that tells its records from others of that name; NULL: all are */
	bool is_probe;		/* no module can be armed on it */
};

extern const struct armed_event armed_driver_event;

struct armed {
	const struct armed_event *event;
	uint64_t now[ARMED_KINDS];	/* bit n: the kernel does it for rule n, now */
	uint64_t panic;			/* rule n has the action panic, by whatever way */
	uint64_t armable;		/* rule n does one of them there, or will when it has cooled down */
	uint64_t can[ARMED_KINDS];	/* the same for each kind */
	const char *why[DUPCQE_RULES];	/* why the kernel does not do all that rule n wants: static, or NULL */
};

/* A why of struct armed: filter_error.h knows more. */
extern const char armed_bad_filter[];

/*
 * What is to be armed: a pure function of the configuration, of the event, and of the rules (bit n: rule n) that keep
 * still, as the kernel knows of no cooldown. event is not copied.
 */
void armed_plan(const struct config *config, const struct armed_event *event, uint64_t still,
		struct armed *ret_plan);

/* The filter of one rule, as it would stand in a trigger for it alone. Returns as dupcqe_rule_filter() does. */
int armed_filter(const struct config_rule *rule, const struct armed_event *event, char ret_text[ARMED_TRIGGER_MAX],
		 const char **ret_why);

/* The trigger for kind, as ftrace takes it. Returns 0, or -ENOENT if no rule wants one now; then the text is empty. */
int armed_trigger(const struct config *config, const struct armed *plan, enum armed_kind kind,
		  char ret_text[ARMED_TRIGGER_MAX]);

/* Some rules' kind stays with the daemon, for why. */
void armed_refuse(struct armed *plan, enum armed_kind kind, uint64_t rules, const char *why);

/*
 * Arm the plan's snapshots and freezes, and nothing else; path is the event's trigger file in the daemon's own
 * instance. A trigger that is there and has not acted is left alone. To take one away takes 10 to 100 ms. What
 * this kernel refuses (it has no such trigger, the event has no such field) is taken out of the plan, with why;
 * the rest is armed all the same. Returns 0: the plan is what is armed; or -errno: nothing is, and the plan says
 * so. After -EBUSY there still is a trigger that the kernel does not let go.
 */
int armed_set(const char *path, const struct config *config, struct armed *plan);

/* The same for the panic trigger alone. */
int armed_set_panic(const char *path, const struct config *config, struct armed *plan);

#endif
