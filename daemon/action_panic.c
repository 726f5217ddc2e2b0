// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bring the machine down, so that its crash kernel saves the memory. The guards are in
 * panic_guard.c. What follows them can hang, on the very device that misbehaves: it is done by a
 * child, and where it hangs there is no panic. The order is what counts:
 *
 *	freeze the trace; count the panic on disk; say so; let a snapshot be saved and sync (both
 * with a limit); act
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "action_report.h"
#include "budget.h"
#include "child.h"
#include "file.h"
#include "hit_fields.h"
#include "journal.h"
#include "panic_guard.h"
#include "snapshot.h"
#include "stopped.h"

enum { WAIT_LIMIT_MS = 5000, AUDIT_MAX = 512 };

struct panic {
	struct child child; /* first */
	struct action_kept kept;
	struct action_room room; /* as it was: the configuration may be read anew meanwhile */
	uint32_t max_per_day;
	bool stopped; /* the history */
};

static bool begun;

/* "rule 'x': panic for nvme0 (0000:01:00.0) queue 1 command 4097" */
static void audit_text(struct dupcqe_text *text, const struct action_call *call)
{
	const struct dupcqe_event *event = &call->hit->event;
	char name[24];

	dupcqe_text_printf(text, "rule '%s': %spanic for %s", call->rule,
			   call->hit->test ? "test hit: " : "", hit_device(call->hit, name));
	if (dupcqe_has(event, DUPCQE_ADDR))
		dupcqe_text_printf(text, " (%s)", event->addr);
	if (dupcqe_has(event, DUPCQE_QID))
		dupcqe_text_printf(text, " queue %u", event->qid);
	if (dupcqe_has(event, DUPCQE_CID))
		dupcqe_text_printf(text, " command %u", event->cid);
}

/* Into the journal, and into the kernel's log: that one is in the dump. */
static void audit(const struct action_room *room, const struct action_call *call)
{
	char line[AUDIT_MAX], kmsg[AUDIT_MAX + 32];
	struct dupcqe_text text;

	dupcqe_text_init(&text, line, sizeof(line));
	audit_text(&text, call);
	action_fields(call);
	journal_printf(LOG_CRIT, JOURNAL_PANIC, "%s", line);
	snprintf(kmsg, sizeof(kmsg), "<2>nvme-dupcqed: %s", line);
	if (room->paths->kmsg && file_put(kmsg, "%s", room->paths->kmsg))
		return; /* the journal has it */
}

/* A device that is stuck must not keep the others' data from the disk, nor the panic from
 * happening. */
static void sync_for_a_while(void)
{
	struct pollfd ended = { .events = POLLIN };
	pid_t pid = fork();

	if (!pid) {
		sync();
		_exit(0);
	}
	ended.fd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (ended.fd < 0)
		return;
	poll(&ended, 1, WAIT_LIMIT_MS);
	close(ended.fd);
	waitpid(pid, NULL, WNOHANG);
}

static int refuse(const struct panic *panic, int err, const char *why)
{
	journal_field("DUPCQE_RULE", "%s", panic->kept.rule);
	journal_field("ERRNO", "%d", -err);
	journal_printf(LOG_ERR, JOURNAL_PLAIN, "no panic: %s: %s", why, strerror(-err));
	return err;
}

static int work(void *arg)
{
	struct panic *panic = arg;
	const struct action_paths *paths = panic->room.paths;
	struct budget_boot now;
	const char *why = "the id of this boot cannot be read";
	int err = budget_now(paths->boot_id, &now);

	if (!err)
		err = budget_take(paths->state_dir, &now, panic->max_per_day, &why);
	if (err)
		return refuse(panic, err, why);
	audit(&panic->room, &panic->kept.call);
	snapshot_wait(WAIT_LIMIT_MS);
	sync_for_a_while();
	err = file_put("c", "%s", paths->sysrq_trigger);
	return refuse(panic, err ? err : -ENOTSUP, "the machine did not panic");
}

static void on_end(struct child *child, struct action_room *room, int result)
{
	struct panic *panic = (struct panic *)child;

	begun = false;
	if (panic->stopped)
		stopped_release(room);
	action_tell(room, &panic->kept.call, result ? result : -ENOTSUP,
		    "it did not happen: %s", strerror(result ? -result : ENOTSUP));
	if (room->ended)
		room->ended(room, ACTION_PANIC, result ? result : -ENOTSUP);
	free(panic);
}

static int begin(struct action_room *room, const struct action_call *call)
{
	struct panic *panic = calloc(1, sizeof(*panic));
	int err;

	if (!panic)
		return -ENOMEM;
	action_keep(&panic->kept, call);
	panic->room = *room;
	panic->max_per_day = room->config->panic_max_per_day;
	panic->child.ended = on_end;
	/* a frozen trace is worth having, but its absence is no reason to lose the dump */
	panic->stopped = !stopped_hold(room);
	err = child_start(&panic->child, room, work, panic);
	if (err) {
		if (panic->stopped)
			stopped_release(room);
		free(panic);
		return err;
	}
	begun = true;
	return ACTION_BEGUN;
}

int action_panic(struct action_room *room, const struct action_call *call)
{
	struct panic_facts facts;
	const char *why;
	int err;

	if (begun)
		return action_tell(room, call, ACTION_MERGED, "one is under way");
	panic_gather(room, &facts);
	why = panic_refusal(&facts);
	if (why)
		return action_tell(room, call, -EPERM, "refused: %s", why);
	if (room->dry_run)
		return action_tell(room, call, 0,
				   "dry run: nothing speaks against it, would write c to '%s'",
				   room->paths->sysrq_trigger);
	err = begin(room, call);
	if (err < 0)
		return action_tell(room, call, err, "cannot start a process: %s", strerror(-err));
	return err;
}
