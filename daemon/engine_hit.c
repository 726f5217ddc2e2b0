// SPDX-License-Identifier: GPL-2.0-or-later
/* From a hit, or from the news that some were lost, to the actions of the rules that fire. */
#include <time.h>
#include "engine_state.h"
#include "journal.h"
#include "snapshot.h"

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
	count(engine_of(room, room), kind, result);
}

/* A snapshot is saved, or was not to be. */
static void on_rearm(struct action_room *room)
{
	struct engine *engine = engine_of(room, room);

	if (engine->reload_waits)
		engine_reload(engine);
	else
		engine_arm(engine);
}

static void run(struct engine *engine, struct action_call *call)
{
	bool snapshot = call->action->kind == ACTION_SNAPSHOT && !engine->room.dry_run && !action_snapshot_running();
	int result;

	call->armed = snapshot && engine_kernel_took_it(engine);
	result = action_run(&engine->room, call);
	count(engine, call->action->kind, result);
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
	engine_changed(engine);
}

void engine_on_hit(void *context, const struct hit *hit)
{
	struct engine *engine = context;
	struct dupcqe_decision decision;

	engine->stats.last = *hit;
	engine->stats.last_realtime = time(NULL);
	publish_count(engine->publish, hit);
	dupcqe_rules_decide(engine->rules, &hit->event, &hit->identity, engine_now(), &decision);
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

void engine_on_lost(void *context, uint64_t count)
{
	struct engine *engine = context;
	const struct hit none = { .lost = count };
	struct dupcqe_decision decision;

	engine->look_for_orphan = true;
	if (!engine->source) {
		engine->lost_early += count;
		return;
	}
	tell_lost(engine, count);
	dupcqe_rules_lost(engine->rules, count, engine_now(), &decision);
	carry_out(engine, &decision, &none);
}

int engine_hit_open(struct engine *engine)
{
	engine->room.ended = on_ended;
	engine->room.rearm = on_rearm;
	return timer_open(&engine->lost_timer, engine->room.epoll_fd, on_lost_due);
}
