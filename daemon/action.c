// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include "action.h"
#include "action_report.h"
#include "child.h"
#include "exec_env.h"
#include "snapshot.h"

enum { KILL_LIMIT_MS = 1000 };

static const struct {
	const char *name;
	int (*run)(struct action_room *room, const struct action_call *call);
} actions[ACTION_KINDS] = {
	[ACTION_LOG] = { "log", action_log },
	[ACTION_SNAPSHOT] = { "snapshot", action_snapshot },
	[ACTION_FREEZE] = { "freeze", action_freeze },
	[ACTION_EXEC] = { "exec", action_exec },
	[ACTION_RESET] = { "reset", action_reset },
	[ACTION_PANIC] = { "panic", action_panic },
};

int action_run(struct action_room *room, const struct action_call *call)
{
	return actions[call->action->kind].run(room, call);
}

const char *action_name(enum action_kind kind)
{
	return actions[kind].name;
}

unsigned int action_running(void)
{
	return child_count() + action_exec_running();
}

void action_stop_all(struct action_room *room, int limit_ms)
{
	void (*rearm)(struct action_room *room) = room->rearm;

	room->rearm = NULL;
	snapshot_wait(limit_ms);
	action_exec_stop_all();
	child_stop_all(room, KILL_LIMIT_MS);
	action_report_close();
	room->rearm = rearm;
}
