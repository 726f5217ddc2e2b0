// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bring the machine down, so that its crash kernel saves the memory: the reactive way, after the hit. What the kernel
 * does by itself is armed by panic_arm.c. The guards are in panic_guard.c. Those that ask the disk, and what follows,
 * can hang, on the very device that misbehaves: a child does it, and where it hangs there is no panic. The order is
 * what counts:
 *
 *	freeze the trace; count the panic on disk; say so; let a snapshot be saved and sync (both
 * with a limit); ask the guards once more; act
 *
 * It has to be soon: after DEADLINE_NS the child is killed, and the trace goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
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
#include "timer.h"

enum { WAIT_LIMIT_MS = 5000, AUDIT_MAX = 512, REMEMBER_S = 60 };

#define DEADLINE_NS (60 * UINT64_C(1000000000))

/* Shared with the child. */
struct panic {
	struct child child; /* first */
	struct action_kept kept;
	struct action_room room; /* as it was: the configuration may be read anew meanwhile */
	uint32_t max_per_day;
	bool stopped; /* the history */
	const char *ended; /* why the daemon did not let it go on, or NULL */
	char why[128]; /* which guard said no, in the child */
};

static struct panic *begun;

/* Not in memory that goes with the panic: child and timer may be ready at once, and the child's end comes first. */
static struct timer deadline = { .fd = -1 };

/* What the disk said, so that a storm does not ask it at each hit. */
static struct {
	int64_t until_s;
	char why[128];
} remembered;

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

static int number(const struct dupcqe_event *event, enum dupcqe_field field, int value)
{
	return dupcqe_has(event, field) ? value : -1;
}

/* The entry itself: the ring goes on, and its command id alone may stand there again a lap later. */
static void cqe_text(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	if (dupcqe_has(event, DUPCQE_RESULT))
		dupcqe_text_printf(text, ", res=0x%llx", (unsigned long long)event->result);
	if (dupcqe_has(event, DUPCQE_SQ_HEAD))
		dupcqe_text_printf(text, ", sqhd=%u", event->sq_head);
	if (dupcqe_has(event, DUPCQE_SQ_ID))
		dupcqe_text_printf(text, ", sqid=%u", event->sq_id);
	if (dupcqe_has(event, DUPCQE_STATUS))
		dupcqe_text_printf(text, ", status=0x%x, phase=%u", event->status >> 1, event->status & 1);
	if (dupcqe_has(event, DUPCQE_ADDR))
		dupcqe_text_printf(text, ", addr=%s", event->addr);
}

/* Where the rings are, with the names that the kernel's own panic lines use: what reads a dump finds them by these. */
static void scene_text(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	dupcqe_text_printf(text, "nvme%d: qid=%d, cmdid=%d, depth=%d, sq_tail=%d, cq_head=%d, ", (int)event->ctrl_id,
			   number(event, DUPCQE_QID, event->qid), number(event, DUPCQE_CID, event->cid),
			   number(event, DUPCQE_Q_DEPTH, (int)event->q_depth),
			   number(event, DUPCQE_SQ_TAIL, event->sq_tail),
			   number(event, DUPCQE_CQ_HEAD, event->cq_head));
	dupcqe_text_printf(text, "sq_dma=0x%llx, cq_dma=0x%llx",
			   dupcqe_has(event, DUPCQE_SQ_DMA) ? (unsigned long long)event->sq_dma : 0ULL,
			   dupcqe_has(event, DUPCQE_CQ_DMA) ? (unsigned long long)event->cq_dma : 0ULL);
	cqe_text(text, event);
}

/* The journal has it as well: what cannot be written is left out. */
static void to_kernel_log(const struct action_room *room, const char *line)
{
	int fd = room->paths->kmsg ? open(room->paths->kmsg, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	char message[AUDIT_MAX + 32];
	int length;

	if (fd < 0)
		return;
	/* one write, and not dprintf(): that wants to seek, which /dev/kmsg refuses */
	length = snprintf(message, sizeof(message), "<2>nvme-dupcqed: %s\n", line);
	if (write(fd, message, (size_t)length) != length)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot write to '%s': %s", room->paths->kmsg,
			       strerror(errno));
	close(fd);
}

/* Into the journal, and into the kernel's log: that one is in the dump. */
static void audit(const struct action_room *room, const struct action_call *call)
{
	const struct dupcqe_event *event = &call->hit->event;
	char line[AUDIT_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, line, sizeof(line));
	audit_text(&text, call);
	action_fields(call);
	journal_printf(LOG_CRIT, JOURNAL_PANIC, "%s", line);
	to_kernel_log(room, line);
	if (!dupcqe_has(event, DUPCQE_CTRL_ID))
		return;
	dupcqe_text_init(&text, line, sizeof(line));
	scene_text(&text, event);
	to_kernel_log(room, line);
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

static int64_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int refuse(struct panic *panic, const char *why)
{
	snprintf(panic->why, sizeof(panic->why), "%s", why);
	return -EPERM;
}

static int fail(const struct panic *panic, int err, const char *why)
{
	journal_field("DUPCQE_RULE", "%s", panic->kept.rule);
	journal_field("ERRNO", "%d", -err);
	journal_printf(LOG_ERR, JOURNAL_PLAIN, "no panic: %s: %s", why, strerror(-err));
	return err;
}

static int take_from_budget(struct panic *panic)
{
	const struct action_paths *paths = panic->room.paths;
	struct panic_facts facts;
	struct budget_boot now;
	const char *why;
	int err;

	panic_gather(&panic->room, &facts);
	why = panic_refusal(&facts);
	if (why)
		return refuse(panic, why);
	err = budget_now(paths->boot_id, &now);
	if (err)
		return fail(panic, err, "the id of this boot cannot be read");
	err = budget_take(paths->state_dir, &now, panic->max_per_day, &why);
	return err == -EDQUOT ? refuse(panic, why) : err ? fail(panic, err, why) : 0;
}

/* The inhibitor file may have come since, or the crash kernel gone. */
static int act(struct panic *panic)
{
	struct panic_facts facts;
	const char *why;
	int err;

	panic_gather_quick(&panic->room, &facts);
	why = panic_refusal(&facts);
	if (why)
		return refuse(panic, why);
	err = file_put("c", "%s", panic->room.paths->sysrq_trigger);
	return fail(panic, err ? err : -ENOTSUP, "the machine did not panic");
}

static int work(void *arg)
{
	struct panic *panic = arg;
	int err = take_from_budget(panic);

	if (err)
		return err;
	audit(&panic->room, &panic->kept.call);
	snapshot_wait(WAIT_LIMIT_MS);
	sync_for_a_while();
	return act(panic);
}

static void let_go(const struct action_room *room, struct panic *panic)
{
	if (panic->stopped)
		stopped_release(room);
	panic->stopped = false;
}

static void forget(struct panic *panic)
{
	begun = NULL;
	munmap(panic, sizeof(*panic));
}

static void remember(const char *why)
{
	remembered.until_s = seconds_now() + REMEMBER_S;
	snprintf(remembered.why, sizeof(remembered.why), "%s", why);
}

static void tell(struct action_room *room, const struct panic *panic, int result)
{
	const struct action_call *call = &panic->kept.call;

	if (*panic->why)
		action_tell(room, call, result, "refused: %s", panic->why);
	else if (panic->ended)
		action_tell(room, call, result, "given up: %s", panic->ended);
	else
		action_tell(room, call, result, "it did not happen: %s", strerror(-result));
}

static void on_end(struct child *child, struct action_room *room, int result)
{
	struct panic *panic = (struct panic *)child;

	if (!result)
		result = -ENOTSUP;
	timer_close(&deadline, room->epoll_fd);
	if (*panic->why)
		remember(panic->why);
	let_go(room, panic);
	tell(room, panic, result);
	if (room->ended)
		room->ended(room, ACTION_PANIC, result);
	forget(panic);
}

/* Whatever it hangs on: it must not come back later, and panic a machine that somebody repairs. */
static void end(struct action_room *room, const char *why)
{
	begun->ended = why;
	kill(begun->child.pid, SIGKILL);
	let_go(room, begun);
}

static void on_deadline(struct timer *timer, struct action_room *room)
{
	(void)timer;
	end(room, "it has not come to it in a minute");
}

void action_panic_renew(struct action_room *room)
{
	remembered.until_s = 0;
	if (begun && !room->config->panic_allow)
		end(room, "the configuration does not allow it any more");
}

static int start(struct action_room *room, struct panic *panic)
{
	int err = child_start(&panic->child, room, work, panic);

	if (err)
		return err;
	/* without the timer it is only not ended that soon */
	if (!timer_open(&deadline, room->epoll_fd, on_deadline))
		timer_set(&deadline, DEADLINE_NS, 0);
	return 0;
}

static int begin(struct action_room *room, const struct action_call *call)
{
	struct panic *panic = mmap(NULL, sizeof(*panic), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int err;

	if (panic == MAP_FAILED)
		return -errno;
	action_keep(&panic->kept, call);
	panic->room = *room;
	panic->max_per_day = room->config->panic_max_per_day;
	panic->child.ended = on_end;
	/* a frozen trace is worth having, but its absence is no reason to lose the dump */
	panic->stopped = !stopped_hold(room);
	err = start(room, panic);
	if (err) {
		let_go(room, panic);
		forget(panic);
		return err;
	}
	begun = panic;
	return ACTION_BEGUN;
}

/* A test was asked for in so many words. */
static bool is_too_late(const struct action_room *room, const struct action_call *call)
{
	return room->config->panic_mode == PANIC_INSTANT && !call->hit->test;
}

static int refuse_too_late(struct action_room *room, const struct action_call *call)
{
	const char *why = call->why ? call->why : "";

	if (call->instant)
		return action_tell(room, call, -EPERM, "refused: the mode is instant, and the kernel, which is armed, "
				   "has let this hit pass");
	return action_tell(room, call, -EPERM, "refused: the mode is instant, and the rule is not armed%s%s",
			   *why ? ": " : "", why);
}

static const char *refusal(const struct action_room *room)
{
	struct panic_facts facts;
	const char *why;

	/* in a dry run nothing waits for the disk's answer */
	if (room->dry_run)
		panic_gather(room, &facts);
	else
		panic_gather_quick(room, &facts);
	why = panic_refusal(&facts);
	if (!why && seconds_now() < remembered.until_s)
		why = remembered.why;
	return why;
}

int action_panic(struct action_room *room, const struct action_call *call)
{
	const char *why;
	int err;

	if (begun)
		return action_tell(room, call, ACTION_MERGED, "one is under way");
	why = refusal(room);
	if (why)
		return action_tell(room, call, -EPERM, "refused: %s", why);
	if (is_too_late(room, call))
		return refuse_too_late(room, call);
	if (room->dry_run)
		return action_tell(room, call, 0,
				   "dry run: nothing speaks against it, would write c to '%s'",
				   room->paths->sysrq_trigger);
	err = begin(room, call);
	if (err < 0)
		return action_tell(room, call, err, "cannot start a process: %s", strerror(-err));
	return err;
}
