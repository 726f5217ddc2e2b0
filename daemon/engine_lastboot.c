// SPDX-License-Identifier: GPL-2.0-or-later
/* What the last boot left behind, and what the next one will need to read what this one leaves. */
#include <errno.h>
#include <string.h>
#include "engine_state.h"
#include "journal.h"
#include "lastboot.h"

static struct lastboot about(const struct engine *engine)
{
	return (struct lastboot){ engine->room.paths, engine->options->instance, engine->options->event };
}

/* One that only looks changes nothing, and leaves it to the next one. */
static bool only_looks(const struct engine *engine)
{
	return engine->options->dry_run || engine->options->test_fire;
}

int engine_on_last_boot(void *context, const char *path)
{
	const struct engine *engine = context;
	const struct lastboot of = about(engine);

	if (!only_looks(engine))
		return lastboot_take(&of, path);
	if (!lastboot_is_untaken(&of))
		return 0;
	journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
		       "what the last boot left in '%s' stays there for a daemon that is no trial", path);
	return -EBUSY;
}

static int keep(void *arg)
{
	const struct engine *engine = arg;
	const struct lastboot of = about(engine);
	int err = lastboot_keep(&of, engine->room.instance);

	/* not yet: there will be other news */
	return err == -ENODATA ? 0 : err;
}

static void start_keeping(struct engine *engine);

static void on_kept(struct child *child, struct action_room *room, int result)
{
	struct engine *engine = engine_of(child, keeper.child);

	(void)room;
	engine->keeper.busy = false;
	if (result && result != -ECHILD && !engine->keeper.failed)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "cannot keep the trace's formats in '%s': %s: after a crash its records are read by the "
			       "formats of the boot after it",
			       engine->room.paths->state_dir, strerror(-result));
	engine->keeper.failed = result;
	if (engine->keeper.again && !engine->stopping)
		start_keeping(engine);
}

static void start_keeping(struct engine *engine)
{
	engine->keeper.again = false;
	engine->keeper.child.ended = on_kept;
	engine->keeper.busy = !child_start(&engine->keeper.child, &engine->room, keep, engine);
}

void engine_on_recorded(void *context)
{
	struct engine *engine = context;

	/* while it opens the source does not know all yet */
	if (!engine->source || !source_persistent(engine->source) || only_looks(engine))
		return;
	if (engine->keeper.busy)
		engine->keeper.again = true;
	else
		start_keeping(engine);
}

void engine_lastboot_begin(struct engine *engine)
{
	const struct lastboot of = about(engine);
	int err;

	if (only_looks(engine))
		return;
	lastboot_stage_path(&of, engine->last_boot);
	engine->room.last_boot = engine->last_boot;
	err = lastboot_save(&engine->room, &of, engine->room.instance);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_LAST_BOOT, "cannot save what the last boot left behind: %s",
			       strerror(-err));
	engine_on_recorded(engine);
}

void engine_lastboot_end(struct engine *engine)
{
	const struct lastboot of = about(engine);

	if (!only_looks(engine) && source_persistent(engine->source) && !source_frozen(engine->source))
		lastboot_forget(&of);
}
