// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "action_report.h"
#include "gate.h"
#include "hit_fields.h"
#include "journal.h"

enum { SLOTS = 128, OVERFLOW = SLOTS, TEXT_MAX = 1024 };

enum outcome { DONE, FAILED, MERGED };

/* What storms by itself. */
struct slot {
	struct action_kept about; /* the first hit of it; of no meaning while used_ns is 0 */
	enum outcome outcome;
	uint64_t used_ns;
	struct gate gate;
};

/* One more for what finds no room: a storm over very many devices is still one. */
static struct slot slots[SLOTS + 1];
static int timer_fd = -1, timer_epoll = -1;

static enum outcome outcome_of(int result)
{
	return result < 0 ? FAILED : result == ACTION_MERGED ? MERGED : DONE;
}

void action_keep(struct action_kept *kept, const struct action_call *call)
{
	*kept = (struct action_kept){ .call = *call, .hit = *call->hit };
	snprintf(kept->rule, sizeof(kept->rule), "%s", call->rule);
	kept->action.kind = call->action->kind;
	kept->call.hit = &kept->hit;
	kept->call.rule = kept->rule;
	kept->call.action = &kept->action;
}

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * GATE_SECOND + now.tv_nsec;
}

static void tell_held_others(unsigned long long count, unsigned long long seconds)
{
	journal_field("DUPCQE_HELD", "%llu", count);
	journal_printf(LOG_WARNING, JOURNAL_STORM, "%llu more messages about other rules and devices in the last %llu s",
		       count, seconds);
}

/* A summary is of many hits: of the fields only those that they share. */
static void tell_held_of(const struct slot *slot, unsigned long long count, unsigned long long seconds)
{
	static const char *const words[] = {
		[DONE] = "done", [FAILED] = "failed", [MERGED] = "left to the one under way"
	};
	const struct action_call *call = &slot->about.call;
	const char *action = action_name(call->action->kind), *device;
	char name[24];

	device = hit_device(call->hit, name);
	journal_field("DUPCQE_RULE", "%s", call->rule);
	journal_field("DUPCQE_ACTION", "%s", action);
	journal_field("DUPCQE_DEVICE", "%s", device);
	journal_field("DUPCQE_HELD", "%llu", count);
	if (call->action->kind == ACTION_LOG)
		journal_printf(LOG_WARNING, JOURNAL_STORM,
			       "rule '%s': %llu more hits of %s in the last %llu s", call->rule,
			       count, device, seconds);
	else
		journal_printf(slot->outcome == FAILED ? LOG_ERR : LOG_NOTICE, JOURNAL_STORM,
			       "rule '%s': %s for %s: %s %llu more times in the last %llu s",
			       call->rule, action, device, words[slot->outcome], count, seconds);
}

static void tell_held(struct slot *slot, uint64_t now_ns)
{
	unsigned long long seconds = (now_ns - slot->gate.start_ns + GATE_SECOND / 2) / GATE_SECOND;
	unsigned long long count = gate_flush(&slot->gate, now_ns);

	if (count && slot == &slots[OVERFLOW])
		tell_held_others(count, seconds);
	else if (count)
		tell_held_of(slot, count, seconds);
}

static void set_timer(void)
{
	struct itimerspec at = { 0 };
	uint64_t due = UINT64_MAX;
	int i;

	for (i = 0; i <= OVERFLOW; i++)
		if (slots[i].used_ns && gate_due(&slots[i].gate) < due)
			due = gate_due(&slots[i].gate);
	if (due != UINT64_MAX) {
		at.it_value.tv_sec = due / GATE_SECOND;
		at.it_value.tv_nsec = due % GATE_SECOND;
	}
	if (timer_fd >= 0)
		timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void on_timer(struct action_wait *wait, struct action_room *room)
{
	uint64_t ticks, now_ns = clock_now();
	int i;

	(void)wait;
	(void)room;
	if (read(timer_fd, &ticks, sizeof(ticks)) < 0)
		return; /* set anew since it ran out */
	for (i = 0; i <= OVERFLOW; i++)
		if (slots[i].used_ns && gate_due(&slots[i].gate) <= now_ns)
			tell_held(&slots[i], now_ns);
	set_timer();
}

static void need_timer(const struct action_room *room)
{
	static struct action_wait wait = { on_timer };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &wait };

	if (timer_fd >= 0)
		return;
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	timer_epoll = room->epoll_fd;
	if (timer_fd >= 0)
		epoll_ctl(timer_epoll, EPOLL_CTL_ADD, timer_fd, &event);
}

static bool is_about(const struct slot *slot, const struct action_call *call, enum outcome outcome)
{
	const struct action_call *about = &slot->about.call;

	return slot->used_ns && slot->outcome == outcome &&
	       about->action->kind == call->action->kind &&
	       about->hit->event.ctrl_id == call->hit->event.ctrl_id &&
	       !about->hit->lost == !call->hit->lost &&
	       !strcmp(about->rule, call->rule);
}

/* Its storm may go on. */
static bool is_in_use(const struct slot *slot, uint64_t now_ns)
{
	return slot->used_ns && now_ns - slot->used_ns < GATE_PERIOD_NS;
}

/* The slot of this call; or the one that was used longest ago, emptied; or the one for all others. */
static struct slot *find_slot(const struct action_call *call, enum outcome outcome, uint64_t now_ns)
{
	struct slot *oldest = slots;
	int i;

	for (i = 0; i < SLOTS; i++) {
		if (is_about(&slots[i], call, outcome))
			return &slots[i];
		if (slots[i].used_ns < oldest->used_ns)
			oldest = &slots[i];
	}
	if (is_in_use(oldest, now_ns))
		return &slots[OVERFLOW];
	if (oldest->used_ns)
		tell_held(oldest, now_ns);
	oldest->gate = (struct gate){ 0 };
	oldest->outcome = outcome;
	action_keep(&oldest->about, call);
	return oldest;
}

bool action_may_tell(struct action_room *room, const struct action_call *call, int result)
{
	uint64_t now_ns = clock_now();
	struct slot *slot = find_slot(call, outcome_of(result), now_ns);

	slot->used_ns = now_ns;
	if (gate_pass(&slot->gate, now_ns))
		return true;
	if (slot->gate.held == 1) {
		need_timer(room);
		set_timer();
	}
	return false;
}

void action_fields(const struct action_call *call)
{
	struct dupcqe_text text;
	const char *name;
	char value[160];
	unsigned int i;

	journal_field("DUPCQE_RULE", "%s", call->rule);
	journal_field("DUPCQE_ACTION", "%s", action_name(call->action->kind));
	journal_field("DUPCQE_COUNT", "%u", call->count);
	for (i = 0;; i++) {
		dupcqe_text_init(&text, value, sizeof(value));
		name = hit_field(call->hit, i, &text);
		if (!name)
			break;
		if (*value)
			journal_field(name, "%s", value);
	}
}

int action_tell(struct action_room *room, const struct action_call *call, int result,
		const char *format, ...)
{
	bool failed = result < 0;
	char text[TEXT_MAX], name[24];
	va_list args;

	if (!action_may_tell(room, call, result))
		return result;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	action_fields(call);
	if (failed)
		journal_field("ERRNO", "%d", -result);
	journal_printf(failed ? LOG_ERR : LOG_NOTICE,
		       failed ? JOURNAL_ACTION_FAILED : JOURNAL_ACTION, "rule '%s': %s for %s: %s",
		       call->rule, action_name(call->action->kind), hit_device(call->hit, name),
		       text);
	return result;
}

void action_report_close(void)
{
	uint64_t now_ns = clock_now();
	int i;

	for (i = 0; i <= OVERFLOW; i++)
		if (slots[i].used_ns)
			tell_held(&slots[i], now_ns);
	memset(slots, 0, sizeof(slots));
	if (timer_fd < 0)
		return;
	/* closing does not take it out of epoll while a child still has a copy */
	epoll_ctl(timer_epoll, EPOLL_CTL_DEL, timer_fd, NULL);
	close(timer_fd);
	timer_fd = -1;
}
