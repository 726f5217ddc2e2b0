// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A reset of the controller through sysfs. The write returns when the reset is over, which can take
 * minutes on a controller that is not well: it has a process of its own.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "action_report.h"
#include "child.h"
#include "file.h"
#include "identity.h"

struct reset {
	struct child child; /* first */
	struct action_kept kept;
	struct reset *next;
	char path[PATH_MAX];
};

static struct reset *resets;

static bool is_in_reset(int32_t ctrl)
{
	const struct reset *reset;

	for (reset = resets; reset; reset = reset->next)
		if (reset->kept.hit.event.ctrl_id == ctrl)
			return true;
	return false;
}

static void on_end(struct child *child, struct action_room *room, int result)
{
	struct reset *reset = (struct reset *)child, **at;

	for (at = &resets; *at != reset; at = &(*at)->next)
		;
	*at = reset->next;
	if (result)
		action_tell(room, &reset->kept.call, result, "cannot write '%s': %s", reset->path,
			    strerror(-result));
	else
		action_tell(room, &reset->kept.call, 0, "the controller was reset");
	if (room->ended)
		room->ended(room, ACTION_RESET, result);
	free(reset);
}

static int work(void *arg)
{
	const struct reset *reset = arg;

	return file_put("1", "%s", reset->path);
}

/* The number may be another controller's by now. */
static bool is_same_device(const struct action_room *room, const struct dupcqe_event *event)
{
	char address[256];

	if (!dupcqe_has(event, DUPCQE_ADDR) ||
	    file_get(address, sizeof(address), "%s/class/nvme/nvme%d/address", room->paths->sysfs,
		     event->ctrl_id))
		return true;
	return identity_same_address(address, event->addr);
}

static const char *refusal(const struct action_room *room, const struct dupcqe_event *event)
{
	if (!dupcqe_has(event, DUPCQE_CTRL_ID))
		return "the event does not tell which controller";
	if (!is_same_device(room, event))
		return "another device has this number now";
	return NULL;
}

static int begin(struct action_room *room, const struct action_call *call)
{
	struct reset *reset = calloc(1, sizeof(*reset));
	int err;

	if (!reset)
		return -ENOMEM;
	action_keep(&reset->kept, call);
	snprintf(reset->path, sizeof(reset->path), "%s/class/nvme/nvme%d/reset_controller",
		 room->paths->sysfs, call->hit->event.ctrl_id);
	reset->child.ended = on_end;
	err = child_start(&reset->child, room, work, reset);
	if (err) {
		free(reset);
		return err;
	}
	reset->next = resets;
	resets = reset;
	return ACTION_BEGUN;
}

int action_reset(struct action_room *room, const struct action_call *call)
{
	const char *why = refusal(room, &call->hit->event);
	int err;

	if (!why && is_in_reset(call->hit->event.ctrl_id))
		return action_tell(room, call, ACTION_MERGED, "its last reset is not over");
	if (why)
		return action_tell(room, call, -EBUSY, "refused: %s", why);
	if (room->dry_run)
		return action_tell(
			room, call, 0,
			"dry run: would write 1 to '%s/class/nvme/nvme%d/reset_controller'",
			room->paths->sysfs, call->hit->event.ctrl_id);
	err = begin(room, call);
	if (err < 0)
		return action_tell(room, call, err, "cannot start a process: %s", strerror(-err));
	return err;
}
