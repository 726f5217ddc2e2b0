/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How actions tell what they did. Each rule, action, device and outcome has a gate (gate.h) of its
 * own, so that a storm on one device does not hide another device's only hit.
 */
#ifndef NVME_DUPCQED_ACTION_REPORT_H
#define NVME_DUPCQED_ACTION_REPORT_H

#include "action.h"

/* A call that outlives action_run(): a copy, good for reporting. */
struct action_kept {
	struct action_call call;
	struct hit hit;
	struct action action; /* its kind alone */
	char rule[CONFIG_NAME];
};

void action_keep(struct action_kept *kept, const struct action_call *call);

/* Whether to write a message about call, which ended with result, now. If not, it is counted and
 * becomes part of one line later. */
bool action_may_tell(struct action_room *room, const struct action_call *call, int result);

/* The fields of the next message: the rule, the action, and what the hit has. */
void action_fields(const struct action_call *call);

/*
 * One message: "rule 'NAME': ACTION for nvme0: " and the text. result is as of action_run(). Returns
 * result, so that an action can end with it.
 */
int action_tell(struct action_room *room, const struct action_call *call, int result,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Tell what is held, at the end of the daemon or before another epoll takes over. */
void action_report_close(void);

#endif
