// SPDX-License-Identifier: GPL-2.0-or-later
/* From a hit, or from the news that some were lost, to the actions of the rules that fire. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "action_report.h"
#include "engine_state.h"
#include "journal.h"
#include "snapshot.h"

/* A reset or a panic for what is longer ago helps nobody. */
#define TOO_OLD_NS (60 * UINT64_C(1000000000))

/*
 * How long ago the hit was: none, where its clock is not one that can be asked. A daemon that was down finds old ones.
 */
static uint64_t age_of(const struct engine *engine, const struct hit *hit)
{
	static const struct {
		const char *name;
		clockid_t clock;
	} clocks[] = { { "", CLOCK_MONOTONIC }, { "mono", CLOCK_MONOTONIC }, { "mono_raw", CLOCK_MONOTONIC_RAW },
		       { "boot", CLOCK_BOOTTIME } };
	struct timespec now;
	uint64_t now_ns;
	size_t i;

	for (i = 0; i < sizeof(clocks) / sizeof(*clocks); i++)
		if (hit->trace_ns && !strcmp(engine->config->clock, clocks[i].name)) {
			clock_gettime(clocks[i].clock, &now);
			now_ns = (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
			return now_ns > hit->trace_ns ? now_ns - hit->trace_ns : 0;
		}
	return 0;
}

static bool comes_too_late(const struct engine *engine, const struct action_call *call)
{
	enum action_kind kind = call->action->kind;

	return (kind == ACTION_RESET || kind == ACTION_PANIC) && age_of(engine, call->hit) > TOO_OLD_NS;
}

static int refuse_old(struct engine *engine, const struct action_call *call)
{
	return action_tell(&engine->room, call, -ESTALE, "refused: the hit was %llu s ago",
			   (unsigned long long)(age_of(engine, call->hit) / 1000000000));
}

static void count(struct engine *engine, enum action_kind kind, int result)
{
	if (result < 0)
		engine->stats.failed[kind]++;
	else if (result == 0)
		engine->stats.done[kind]++;
	engine_changed(engine);
}

static void on_ended(struct action_room *room, enum action_kind kind, int result)
{
	struct engine *engine = engine_of(room, room);

	count(engine, kind, result);
	if (kind != ACTION_PANIC || engine->stopping)
		return;
	/* it has not happened, and this boot has no other one; the history, which it had stopped, goes on */
	engine_panic_anew(engine, true);
	engine_renew(engine);
}

/* A snapshot is saved, or was not to be. */
static void on_rearm(struct action_room *room)
{
	struct engine *engine = engine_of(room, room);
	bool waits = engine->reload_waits;

	if (engine->stopping)
		return;
	engine->reload_waits = false;
	if (waits)
		engine_reload(engine);
	/* refused, the old rules are in force: they are to be armed, too */
	if (!engine->reload_waits)
		engine_arm(engine);
}

/* An earlier hit stopped the history: a snapshot for this one would take it away, and not have this one in it. */
static bool is_kept(struct engine *engine)
{
	if (engine->froze && !source_frozen(engine->source))
		engine->froze = false;
	return engine->froze;
}

static int refuse_kept(struct engine *engine, const struct action_call *call)
{
	return action_tell(&engine->room, call, -ENODATA, "refused: an earlier hit froze the history, which is kept");
}

static void run(struct engine *engine, struct action_call *call)
{
	bool snapshot = call->action->kind == ACTION_SNAPSHOT && !engine->room.dry_run && !action_snapshot_running();
	int result;

	if (snapshot && is_kept(engine))
		return (void)count(engine, call->action->kind, refuse_kept(engine, call));
	call->armed = snapshot && engine_kernel_took_it(engine);
	result = comes_too_late(engine, call) ? refuse_old(engine, call) : action_run(&engine->room, call);
	count(engine, call->action->kind, result);
	if (call->action->kind == ACTION_FREEZE && !result && !engine->room.dry_run)
		engine->freezes = true;
	/* whoever lets the trace go on wants the next freeze, too */
	if ((snapshot && result != ACTION_BEGUN) || call->action->kind == ACTION_FREEZE)
		engine_renew(engine);
}

/* One action's failure does not stop the next. */
void engine_act(struct engine *engine, unsigned int rule, const struct hit *hit, uint32_t count)
{
	const struct config_rule *of = &engine->config->rule[rule];
	struct action_call call = { .hit = hit, .rule = of->name, .count = count };
	unsigned int i;

	call.instant = engine->armed.now[ARMED_PANIC] >> rule & 1;
	call.why = engine->armed.why[rule];
	engine->stats.fired[rule]++;
	engine_cool(engine, rule);
	for (i = 0; i < of->actions; i++) {
		call.action = &of->action[i];
		run(engine, &call);
	}
}

static void carry_out(struct engine *engine, const struct dupcqe_decision *decision, const struct hit *hit)
{
	unsigned int rule;

	for (rule = 0; rule < engine->config->rules; rule++) {
		if (decision->fired >> rule & 1)
			engine_act(engine, rule, hit, decision->counted[rule]);
		else if (decision->cooling >> rule & 1)
			engine->stats.cooled[rule]++;
	}
	engine->froze |= engine->freezes;
	engine->freezes = false;
	engine_changed(engine);
}

void engine_on_hit(void *context, const struct hit *hit)
{
	struct engine *engine = context;
	struct dupcqe_decision decision;
	uint64_t age;

	/* the real ones are the daemon's: a test is of one rule */
	if (engine->options->test_fire)
		return;
	engine->stats.last = *hit;
	age = age_of(engine, hit);
	engine->stats.last_realtime = time(NULL) - age / 1000000000;
	publish_count(engine->publish, hit);
	dupcqe_rules_decide(engine->rules, &hit->event, &hit->identity, engine_now() - age, &decision);
	carry_out(engine, &decision, hit);
}

void engine_say_lost(struct engine *engine)
{
	unsigned long long lost = engine->lost_unsaid;

	if (!lost)
		return;
	engine->lost_unsaid = 0;
	journal_field("DUPCQE_LOST", "%llu", lost);
	journal_printf(LOG_WARNING, JOURNAL_LOST, "%llu records were lost before they could be read", lost);
}

static void on_lost_due(struct timer *timer, struct action_room *room)
{
	struct engine *engine = engine_of(timer, lost_timer);

	(void)room;
	gate_flush(&engine->lost_gate, engine_now());
	engine_say_lost(engine);
}

/* In a storm this comes after every read: the gate makes few lines of many. */
static void tell_lost(struct engine *engine, uint64_t count)
{
	uint64_t now = engine_now(), due;

	engine->lost_unsaid += count;
	if (gate_pass(&engine->lost_gate, now)) {
		engine_say_lost(engine);
		return;
	}
	due = gate_due(&engine->lost_gate);
	if (engine->lost_gate.held == 1)
		timer_set(&engine->lost_timer, due > now ? due - now : 1, 0);
}

/* The rules about what is not known of. */
static void decide_lost(struct engine *engine, uint64_t count)
{
	const struct hit none = { .lost = count };
	struct dupcqe_decision decision;

	dupcqe_rules_lost(engine->rules, count, engine_now(), &decision);
	carry_out(engine, &decision, &none);
}

void engine_on_lost(void *context, uint64_t count)
{
	struct engine *engine = context;

	if (engine->options->test_fire)
		return;
	engine->look_for_orphan = true;
	if (!engine->source) {
		engine->lost_early += count;
		return;
	}
	tell_lost(engine, count);
	decide_lost(engine, count);
}

/* The kernel tells of them once in five seconds at most. */
void engine_on_suppressed(void *context, uint64_t count)
{
	struct engine *engine = context;

	if (engine->options->test_fire)
		return;
	journal_field("DUPCQE_LOST", "%llu", (unsigned long long)count);
	journal_printf(LOG_WARNING, JOURNAL_LOST,
		       "%llu hits were left out by the kernel's rate limit: no more than their number is known",
		       (unsigned long long)count);
	decide_lost(engine, count);
}

int engine_hit_open(struct engine *engine)
{
	engine->room.ended = on_ended;
	engine->room.rearm = on_rearm;
	return timer_open(&engine->lost_timer, engine->room.epoll_fd, on_lost_due);
}
