// SPDX-License-Identifier: GPL-2.0-or-later
/* The panic that the kernel does by itself: the engine's side of panic_arm.h. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "engine_state.h"
#include "journal.h"

static void on_again(struct panic_arm *arm)
{
	struct engine *engine = engine_of(arm, panic);

	if (!engine->source)
		return;
	engine_arm_later(engine);
	engine_changed(engine);
}

int engine_panic_open(struct engine *engine)
{
	return panic_arm_open(&engine->panic, &engine->room, engine->options->instance, on_again);
}

void engine_panic_look(struct engine *engine, const char *trigger)
{
	/* its only hit is a made-up one, of which the kernel knows nothing */
	if (engine->options->test_fire)
		armed_refuse(&engine->armed, ARMED_PANIC, UINT64_MAX, "a test arms no panic");
	else
		panic_arm_look(&engine->panic, &engine->armed, trigger);
}

void engine_panic_anew(struct engine *engine, bool all)
{
	panic_arm_refresh(&engine->panic, all);
	if (engine->armed.panic)
		on_again(&engine->panic);
}

/* Whether no other daemon of this name is at work: it would hold the folder of its instance. */
static bool is_alone(const char *instance)
{
	int fd = open(instance, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool alone = fd < 0 || !flock(fd, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return alone;
}

static void put_trigger(const char *instance, const char *event, char ret_path[CONFIG_PATH + 160])
{
	const char *colon = strchr(event, ':');

	snprintf(ret_path, CONFIG_PATH + 160, "%s/events/%.*s/%s/trigger", instance, (int)(colon - event), event,
		 colon + 1);
}

/*
 * The history is in the one instance or, where that had to be left alone, in the other. False: it may be armed still.
 */
static bool disarm_other(struct engine *engine, const char *instance)
{
	char other[CONFIG_PATH + 8], trigger[CONFIG_PATH + 160];
	int err;

	snprintf(other, sizeof(other), "%s" SOURCE_NOW, instance);
	put_trigger(other, engine->options->event, trigger);
	if (!is_alone(other))
		return false;
	err = panic_way_disarm(PANIC_BY_TRIGGER, &engine->room, trigger);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_ARMED, "cannot disarm '%s': %s: the kernel may panic the machine",
			       trigger, strerror(-err));
	return !err;
}

/* It does not even start: what an earlier run has armed would stay so, and nobody would look after it. */
static void stop_left(struct engine *engine)
{
	const struct options *options = engine->options;
	const char *tracefs = options->tracefs ? options->tracefs : engine->room.paths->tracefs;
	char instance[CONFIG_PATH], trigger[CONFIG_PATH + 160];

	if (!tracefs || !strchr(options->event, ':'))
		return;
	/* not mounted, or elsewhere: what is armed stays counted */
	snprintf(instance, sizeof(instance), "%s/instances", tracefs);
	if (access(instance, F_OK))
		return;
	snprintf(instance, sizeof(instance), "%s/instances/%s", tracefs, options->instance);
	put_trigger(instance, options->event, trigger);
	if (is_alone(instance) && disarm_other(engine, instance))
		panic_arm_stop(&engine->panic, trigger, "the daemon cannot start");
}

void engine_panic_stop(struct engine *engine)
{
	if (!engine->panic.room || engine->options->test_fire)
		return;
	if (engine->source)
		panic_arm_stop(&engine->panic, NULL, "the daemon ends");
	else
		stop_left(engine);
}

void engine_panic_close(struct engine *engine)
{
	panic_arm_close(&engine->panic);
	engine->panic.room = NULL;
}

void engine_panic_show(const struct engine *engine, struct publish_panic *ret_panic)
{
	const struct armed *plan = &engine->armed;
	const struct panic_arm *arm = &engine->panic;

	*ret_panic = (struct publish_panic){ NULL, false, NULL };
	if (!plan->panic)
		return;
	ret_panic->armed = arm->armed;
	if (arm->armed)
		ret_panic->way = panic_way_name(arm->way);
	else if (engine->config->panic_mode != PANIC_INSTANT)
		ret_panic->way = "sysrq";
	if (!arm->armed)
		ret_panic->why = plan->why[__builtin_ctzll(plan->panic)];
}
