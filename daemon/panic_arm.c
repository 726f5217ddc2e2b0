// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "journal.h"
#include "panic_arm.h"
#include "panic_arm_say.h"
#include "panic_count.h"
#include "panic_guard.h"
#include "panic_left.h"

#define LOOK_NS (60 * UINT64_C(1000000000))

enum { LOOKS_ANEW = 10 };

const char panic_arm_counting[] = "it is being counted on disk first";

static void look_again(struct panic_arm *arm)
{
	if (!arm->closing)
		arm->again(arm);
}

static void on_inhibit(struct inhibit *inhibit)
{
	look_again((struct panic_arm *)((char *)inhibit - offsetof(struct panic_arm, inhibit)));
}

static void on_done(struct child *child, struct action_room *room, int result)
{
	struct panic_arm *arm = (struct panic_arm *)child;

	(void)room;
	panic_count_ended(arm, result);
	look_again(arm);
}

static uint64_t uptime_ns(void)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return (uint64_t)up.tv_sec * 1000000000 + (uint64_t)up.tv_nsec;
}

/* Time has settled what the disk said; else what failed is tried again, but not each time. */
static void on_time(struct timer *timer, struct action_room *room)
{
	struct panic_arm *arm = (struct panic_arm *)((char *)timer - offsetof(struct panic_arm, timer));

	(void)room;
	if (arm->wait_ns && uptime_ns() >= arm->due_ns)
		arm->known = false;
	if (++arm->times % LOOKS_ANEW == 0) {
		panic_arm_refresh(arm, false);
		arm->refused = NULL;
	}
	look_again(arm);
}

int panic_arm_open(struct panic_arm *arm, struct action_room *room, const char *name,
		   void (*again)(struct panic_arm *arm))
{
	*arm = (struct panic_arm){
		.child = { .ended = on_done }, .timer = { .fd = -1 }, .room = room, .name = name, .again = again,
	};
	arm->answer = mmap(NULL, sizeof(*arm->answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arm->answer == MAP_FAILED) {
		arm->answer = NULL;
		return -ENOMEM;
	}
	inhibit_init(&arm->inhibit, room->epoll_fd, on_inhibit);
	panic_left_find(arm);
	return timer_open(&arm->timer, room->epoll_fd, on_time);
}

void panic_arm_refresh(struct panic_arm *arm, bool all)
{
	arm->kept = false;
	arm->failed = NULL;
	if (!arm->armed || all)
		arm->known = false;
	if (all)
		arm->refused = NULL;
}

static const char *judge(struct panic_arm *arm, const struct panic_facts *facts)
{
	const char *why = panic_refusal(facts);

	arm->wait_ns = panic_wait_ns(facts);
	arm->due_ns = facts->uptime_ns + arm->wait_ns;
	if (arm->wait_ns)
		panic_arm_say_until(arm, facts->uptime_ns, why);
	if (!why && panic_count_is_another(arm->name, facts->armed_by))
		why = "another daemon has the armed panic of this boot";
	if (!why)
		why = arm->failed;
	return why ? why : arm->refused;
}

/* What the disk says is asked for when it is counted. What is counted goes on while it is asked again. */
static const char *ask_guards(struct panic_arm *arm)
{
	struct panic_facts facts;
	const char *why;

	/* in a trial nothing waits for the disk's answer */
	if (arm->room->dry_run)
		panic_gather(arm->room, &facts);
	else
		panic_gather_quick(arm->room, &facts);
	if (arm->known)
		panic_use_budget(&facts, arm->answer);
	facts.has_way = true;
	why = judge(arm, &facts);
	if (!why && !arm->known && arm->counted && !arm->room->dry_run)
		panic_count_start(arm, PANIC_ASK, arm->way);
	return why;
}

/* The file is watched before it is looked for. */
static const char *refusal(struct panic_arm *arm)
{
	const char *path = arm->room->config->panic_inhibit_file;

	if (inhibit_watch(&arm->inhibit, path))
		return "the inhibitor file cannot be watched";
	return ask_guards(arm);
}

static int disarm_way(struct panic_arm *arm, enum panic_way way)
{
	int err = panic_way_disarm(way, arm->room, arm->trigger);

	if (err)
		journal_printf(LOG_ERR, JOURNAL_ARMED, "the panic of the kernel's %s cannot be disarmed: %s",
			       panic_way_name(way), strerror(-err));
	else if (way == PANIC_BY_MODULE)
		panic_left_unmark(arm);
	return err;
}

/*
 * A trigger is looked for in any case: the instance is the daemon's own. The module is only if it was armed from here.
 */
static bool disarm_all(struct panic_arm *arm, const char *why)
{
	bool module = arm->way == PANIC_BY_MODULE, was;
	int err;

	if (arm->clean)
		return true;
	was = panic_way_is_armed(PANIC_BY_TRIGGER, arm->room, arm->trigger) ||
	      (module && panic_way_is_armed(PANIC_BY_MODULE, arm->room, arm->trigger));
	err = disarm_way(arm, PANIC_BY_TRIGGER);
	if (module && !err)
		err = disarm_way(arm, PANIC_BY_MODULE);
	if (err)
		return false;
	if (was || arm->armed)
		panic_arm_say_disarmed(arm, why);
	arm->armed = false;
	arm->clean = true;
	return true;
}

static void disarm(struct panic_arm *arm, const char *why)
{
	if (disarm_all(arm, why) && arm->counted && !arm->kept && !arm->closing)
		panic_count_start(arm, PANIC_GIVE_BACK, arm->way);
}

/* It was left by an earlier run, or the better way has come: one way at a time. */
static bool leave_other_way(struct panic_arm *arm, enum panic_way way)
{
	if (arm->way == way || arm->way == PANIC_BY_NONE)
		return true;
	if (disarm_way(arm, arm->way))
		return false;
	arm->way = PANIC_BY_NONE;
	arm->armed = arm->counted = false;
	return true;
}

static const char *first_why(const struct armed *plan)
{
	unsigned int i;

	for (i = 0; i < DUPCQE_RULES; i++)
		if (plan->panic >> i & 1 && plan->why[i])
			return plan->why[i];
	return plan->panic ? "the kernel could not be armed" : "no rule has the action panic";
}

static void arm_it(struct panic_arm *arm, enum panic_way way, struct armed *plan)
{
	bool gone = arm->armed && !panic_way_is_armed(way, arm->room, arm->trigger);
	char text[ARMED_TRIGGER_MAX];
	int err;

	arm->way = way;
	arm->clean = false;
	if (way == PANIC_BY_MODULE)
		panic_left_mark(arm);
	err = panic_way_arm(way, arm->room, arm->trigger, plan);
	if (err)
		journal_printf(LOG_WARNING, JOURNAL_ARMED, "the kernel's %s cannot be armed to panic: %s",
			       panic_way_name(way), strerror(-err));
	if (err || !plan->now[ARMED_PANIC]) {
		arm->refused = first_why(plan);
		disarm(arm, arm->refused);
		return;
	}
	panic_way_text(way, arm->room, plan, text);
	if (gone || !arm->armed || strcmp(text, arm->text))
		panic_arm_say_armed(arm, plan, text, gone);
	arm->armed = true;
}

static void arm_or_count(struct panic_arm *arm, enum panic_way way, struct armed *plan)
{
	if (!leave_other_way(arm, way)) {
		armed_refuse(plan, ARMED_PANIC, UINT64_MAX, "what an earlier run has armed cannot be disarmed");
		return;
	}
	if (arm->left && !panic_way_is_armed(way, arm->room, arm->trigger))
		arm->counted = false;
	arm->left = false;
	if (arm->counted && (!arm->busy || arm->order.task == PANIC_ASK)) {
		arm_it(arm, way, plan);
		return;
	}
	panic_count_start(arm, PANIC_COUNT, way);
	armed_refuse(plan, ARMED_PANIC, UINT64_MAX, arm->failed ? arm->failed : panic_arm_counting);
}

/* Why no rule is to be armed now; NULL: some are. */
static const char *decide(struct panic_arm *arm, enum panic_way way, struct armed *plan)
{
	const char *why = NULL;

	if (way == PANIC_BY_NONE)
		inhibit_close(&arm->inhibit);
	else
		why = refusal(arm);
	if (why)
		armed_refuse(plan, ARMED_PANIC, UINT64_MAX, why);
	if (plan->now[ARMED_PANIC])
		return NULL;
	if (why)
		return why;
	if (plan->can[ARMED_PANIC])
		return "the rule keeps still";
	return first_why(plan);
}

/* Of a crash kernel that is unloaded nobody tells. */
static uint64_t next_look(const struct panic_arm *arm, const struct armed *plan)
{
	const struct config *config = arm->room->config;

	if (arm->room->dry_run || !plan->panic || !config->panic_allow || config->panic_mode == PANIC_REACTIVE)
		return arm->wait_ns;
	return arm->wait_ns && arm->wait_ns < LOOK_NS ? arm->wait_ns : LOOK_NS;
}

void panic_arm_look(struct panic_arm *arm, struct armed *plan, const char *trigger)
{
	enum panic_way way;
	const char *why;

	if (arm->closing) {
		armed_refuse(plan, ARMED_PANIC, UINT64_MAX, "the daemon ends");
		return;
	}
	if (trigger)
		snprintf(arm->trigger, sizeof(arm->trigger), "%s", trigger);
	arm->wait_ns = 0;
	way = panic_way_choose(arm->room, trigger, arm->way == PANIC_BY_MODULE, plan);
	why = decide(arm, way, plan);
	if (arm->room->dry_run) {
		/* what a daemon that was killed has left would have nobody to look after it */
		disarm_all(arm, "a trial arms nothing");
		panic_arm_say_dry_run(arm, plan, way, why);
		armed_refuse(plan, ARMED_PANIC, UINT64_MAX, "dry run");
	} else if (why) {
		disarm(arm, why);
	} else {
		arm_or_count(arm, way, plan);
	}
	timer_set(&arm->timer, next_look(arm, plan), 0);
}

void panic_arm_stop(struct panic_arm *arm, const char *trigger, const char *why)
{
	arm->closing = true;
	if (trigger)
		snprintf(arm->trigger, sizeof(arm->trigger), "%s", trigger);
	if (!arm->room->dry_run)
		disarm(arm, why);
}

void panic_arm_close(struct panic_arm *arm)
{
	if (!arm->room)
		return;
	if (arm->closing && arm->clean && (arm->counted || arm->tried))
		panic_count_give_back(arm);
	inhibit_close(&arm->inhibit);
	timer_close(&arm->timer, arm->room->epoll_fd);
	if (arm->answer)
		munmap(arm->answer, sizeof(*arm->answer));
	arm->answer = NULL;
}
