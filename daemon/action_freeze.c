// SPDX-License-Identifier: GPL-2.0-or-later
/* The history stays as it is until somebody lets it go on; hits are still seen. */
#include <string.h>
#include "action_report.h"
#include "file.h"
#include "stopped.h"

int action_freeze(struct action_room *room, const struct action_call *call)
{
	int err;

	if (room->dry_run)
		return action_tell(room, call, 0, "dry run: would write 0 to '%s/tracing_on'",
				   room->instance);
	err = file_put("0", "%s/tracing_on", room->instance);
	if (err)
		return action_tell(room, call, err, "cannot write '%s/tracing_on': %s",
				   room->instance, strerror(-err));
	stopped_keep(room);
	return action_tell(room, call, 0,
			   "the history is frozen; "
			   "to go on: echo 1 > %s/tracing_on",
			   room->instance);
}
