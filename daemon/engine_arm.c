// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel does by itself, kept in step with what the daemon knows. A trigger acts once. What it took is saved,
 * then it is armed again; rules that cool down are left out until that is over.
 */
#include <stdio.h>
#include <string.h>
#include "dupcqe/probe.h"
#include "engine_state.h"
#include "filter_error.h"
#include "journal.h"
#include "snapshot.h"
#include "trigger.h"

static void make_path(struct engine *engine)
{
	const char *event = engine->options->event, *colon = strchr(event, ':');

	snprintf(engine->trigger, sizeof(engine->trigger), "%s/events/%.*s/%s/trigger", source_path(engine->source),
		 (int)(colon - event), event, colon + 1);
	engine->room.trigger = engine->trigger;
}

/* The event's trigger file, or NULL: there is no event. */
static const char *trigger_path(struct engine *engine)
{
	if (!engine->stats.has_event || !engine->source)
		return NULL;
	if (!*engine->trigger)
		make_path(engine);
	return engine->trigger;
}

static bool no_panic(const struct engine *engine, unsigned int rule)
{
	const struct armed *armed = &engine->armed;

	return engine->config->panic_mode == PANIC_INSTANT && (armed->panic & ~armed->can[ARMED_PANIC]) >> rule & 1;
}

/* With a caret beneath the error, as the kernel has it; both lines begin alike, so that it stays there. */
static void say_filter_error(struct engine *engine, const struct config_rule *rule)
{
	char filter[ARMED_TRIGGER_MAX];
	struct filter_error error;
	const char *why;

	if (armed_filter(rule, engine->armed.event, filter, &why) || !engine->source ||
	    filter_error_read(source_path(engine->source), filter, &error))
		return;
	journal_printf(LOG_INFO, JOURNAL_CONFIG, "rule '%s': the kernel says: %s", rule->name, error.what);
	journal_printf(LOG_INFO, JOURNAL_CONFIG, "rule '%s': %s", rule->name, error.filter);
	journal_printf(LOG_INFO, JOURNAL_CONFIG, "rule '%s': %s", rule->name, error.caret);
}

static void say_rule(struct engine *engine, unsigned int rule)
{
	uint64_t bit = UINT64_C(1) << rule;
	const char *why = engine->armed.why[rule];

	/* it will be something else in a moment */
	if (why == panic_arm_counting)
		return;
	if (engine->said & bit && !((engine->armed.armable ^ engine->said_armable) & bit) &&
	    engine->said_why[rule] == why)
		return;
	engine->said |= bit;
	engine->said_armable = (engine->said_armable & ~bit) | (engine->armed.armable & bit);
	engine->said_why[rule] = why;
	journal_printf(LOG_INFO, JOURNAL_CONFIG, "rule '%s': %s%s%s%s", engine->config->rule[rule].name,
		       engine_mode(engine, rule), why ? ": " : "", why ? why : "",
		       no_panic(engine, rule) ? "; its panic is refused: the mode is instant" : "");
	if (why == armed_bad_filter)
		say_filter_error(engine, &engine->config->rule[rule]);
}

/* Which rules the kernel carries out by itself, and which wait for the daemon to wake up; where that is news. */
static void say_rules(struct engine *engine)
{
	unsigned int i;

	for (i = 0; i < engine->config->rules; i++)
		say_rule(engine, i);
}

/* A probe's event is other drivers' as well, and has fewer fields. */
static const struct armed_event *armed_on(struct engine *engine)
{
	struct armed_event *on = &engine->armed_on;

	*on = armed_driver_event;
	if (engine->source && engine->stats.source == HIT_BY_PROBE)
		*on = (struct armed_event){ source_fields(engine->source), dupcqe_probe_filter(DUPCQE_PROBE_HIT), true };
	return on;
}

/* A persistent buffer has no second one to be swapped with. */
void engine_plan(struct engine *engine)
{
	armed_plan(engine->config, armed_on(engine), engine->still, &engine->armed);
	if (engine->source && source_persistent(engine->source))
		armed_refuse(&engine->armed, ARMED_SNAPSHOT, UINT64_MAX,
			     "the persistent buffer has no snapshots: it is stopped while it is saved");
	engine_panic_look(engine, trigger_path(engine));
}

static void set(struct engine *engine)
{
	const char *path = trigger_path(engine);
	int err;

	/* while one is being saved the next one would overwrite it: its end arms */
	if (engine->room.dry_run || action_snapshot_running() || !path)
		return;
	/* nothing new would be in it, and the kernel would move the frozen history out of the live buffer */
	if (source_frozen(engine->source))
		engine->armed.now[ARMED_SNAPSHOT] = 0;
	err = armed_set(path, engine->config, &engine->armed);
	if (err)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "cannot arm '%s': %s: the daemon acts itself, a little later", path, strerror(-err));
}

void engine_arm(struct engine *engine)
{
	engine->look_for_orphan = false;
	engine_plan(engine);
	set(engine);
	say_rules(engine);
}

void engine_arm_later(struct engine *engine)
{
	const char *path = trigger_path(engine);

	if (path && trigger_used(path, "snapshot") == 1) {
		engine_plan(engine);
		engine->look_for_orphan = true;
		say_rules(engine);
	} else {
		engine_arm(engine);
	}
}

bool engine_kernel_took_it(struct engine *engine)
{
	const char *path = trigger_path(engine);

	if (!path)
		return false;
	if (trigger_used(path, "snapshot") == 1)
		return true;
	/* it would overwrite what the daemon takes now */
	trigger_remove(path, "snapshot");
	return false;
}

void engine_renew(struct engine *engine)
{
	engine->renew = engine->look_for_orphan = true;
}

/* All hits are handled: if the kernel took a snapshot for one and nobody saves it, that one was lost. */
void engine_when_idle(struct engine *engine)
{
	const char *path = trigger_path(engine);
	bool renew = engine->renew, orphan;

	engine->look_for_orphan = engine->renew = false;
	if (action_snapshot_running() || !path)
		return;
	orphan = trigger_used(path, "snapshot") == 1;
	if (orphan)
		journal_printf(LOG_WARNING, JOURNAL_LOST,
			       "the kernel took a snapshot at a hit whose record was lost: it is given up for the next "
			       "one");
	if (orphan || renew)
		engine_arm(engine);
}

static void set_timer(struct engine *engine)
{
	uint64_t now = engine_now(), first = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < engine->config->rules; i++)
		if (engine->still >> i & 1 && engine->still_until[i] < first)
			first = engine->still_until[i];
	if (first != UINT64_MAX)
		timer_set(&engine->still_timer, first > now ? first - now : 1, 0);
}

static void on_still_over(struct timer *timer, struct action_room *room)
{
	struct engine *engine = engine_of(timer, still_timer);
	uint64_t now = engine_now();
	unsigned int i;

	(void)room;
	for (i = 0; i < engine->config->rules; i++)
		if (engine->still >> i & 1 && engine->still_until[i] <= now)
			engine->still &= ~(UINT64_C(1) << i);
	/* not while a hit that the kernel acted on waits to be read */
	engine_arm_later(engine);
	set_timer(engine);
}

void engine_cool(struct engine *engine, unsigned int rule)
{
	uint64_t cooldown = engine->config->rule[rule].rule.cooldown_ns;

	if (!cooldown || !((engine->armed.armable | engine->armed.panic) >> rule & 1))
		return;
	engine->still |= UINT64_C(1) << rule;
	engine->still_until[rule] = engine_now() + cooldown;
	set_timer(engine);
	/* the trigger still has its filter: a snapshot's end arms anew, a freeze has nothing more to do */
	if (engine->armed.now[ARMED_PANIC] >> rule & 1)
		engine_arm_later(engine);
}

const char *engine_mode(const struct engine *engine, unsigned int rule)
{
	return engine->armed.armable >> rule & 1 ? "armed" : "reactive";
}

int engine_arm_open(struct engine *engine)
{
	return timer_open(&engine->still_timer, engine->room.epoll_fd, on_still_over);
}
