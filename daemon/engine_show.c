// SPDX-License-Identifier: GPL-2.0-or-later
/* What others see of the daemon: state file, metrics, the service manager's status line. At most once a second. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "engine_state.h"
#include "journal.h"
#include "notify.h"

#define SECOND UINT64_C(1000000000)

enum { LAST_METRICS_MS = 2000 };

static void state_path(const struct engine *engine, char *ret_path, size_t size)
{
	snprintf(ret_path, size, "%s/%s.json", engine->room.paths->run_dir, engine->options->instance);
}

static void show_state(struct engine *engine, const struct publish_about *about)
{
	char path[PATH_MAX];
	int err;

	state_path(engine, path, sizeof(path));
	err = publish_state(path, engine->config, &engine->stats, about);
	if (err && !engine->state_failed)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot write '%s': %s", path, strerror(-err));
	engine->state_failed = err;
}

static int write_metrics(void *arg)
{
	const struct engine *engine = arg;

	return publish_metrics(engine->publish, engine->config->metrics_file, engine->config, &engine->stats,
			       &engine->about);
}

static void on_written(struct child *child, struct action_room *room, int err)
{
	struct engine *engine = engine_of(child, metrics);

	(void)room;
	engine->writing = false;
	if (err && !engine->metrics_failed)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot write '%s': %s", engine->config->metrics_file,
			       strerror(-err));
	engine->metrics_failed = err;
	if (engine->write_again && !engine->stopping)
		engine_changed(engine);
}

/* At the end there is nobody to be told later. */
static void show_metrics(struct engine *engine)
{
	if (!*engine->config->metrics_file || engine->options->test_fire)
		return;
	engine->write_again = engine->writing;
	if (engine->writing)
		return;
	engine->metrics.ended = on_written;
	engine->writing = !child_start(&engine->metrics, &engine->room, write_metrics, engine);
	if (engine->writing && engine->stopping)
		child_wait(&engine->metrics, &engine->room, LAST_METRICS_MS);
}

static void show_status(const struct engine *engine, const struct publish_about *about)
{
	notify_status("%s %s%s: %llu hits, %llu lost%s", engine->stats.has_event ? "watching" : "waiting for",
		      engine->options->event, engine->stats.source == HIT_BY_PROBE ? ", by the probe" : "",
		      (unsigned long long)engine->stats.hits,
		      (unsigned long long)engine->stats.lost, about->frozen ? "; the history is frozen" : "");
}

static void gather(struct engine *engine, struct publish_about *ret_about)
{
	struct source_stats source;

	source_stats(engine->source, &source);
	engine->stats.hits = source.hits;
	engine->stats.lost = source.lost;
	*ret_about = (struct publish_about) {
		.instance = engine->options->instance,
		.trace = source_path(engine->source),
		.config = engine->options->config,
		.event = engine->options->event,
		.source_why = source.why,
		.pid = getpid(),
		.started = engine->started,
		.written = time(NULL),
		.dry_run = engine->room.dry_run,
		.frozen = source_frozen(engine->source),
		.armed = engine->armed.armable,
		.why = engine->armed.why,
		.undecodable = source.undecodable,
		.persistent = source_persistent(engine->source),
	};
	engine_panic_show(engine, &ret_about->panic);
}

void engine_show(struct engine *engine)
{
	gather(engine, &engine->about);
	engine->changed = false;
	show_state(engine, &engine->about);
	show_metrics(engine);
	if (!engine->stopping)
		show_status(engine, &engine->about);
}

void engine_unshow(struct engine *engine)
{
	char path[PATH_MAX];

	state_path(engine, path, sizeof(path));
	unlink(path);
}

static void on_show_due(struct timer *timer, struct action_room *room)
{
	(void)room;
	engine_show(engine_of(timer, show_timer));
}

void engine_changed(struct engine *engine)
{
	if (engine->changed)
		return;
	engine->changed = true;
	timer_set(&engine->show_timer, SECOND, 0);
}

static void on_alive_due(struct timer *timer, struct action_room *room)
{
	(void)room;
	notify_alive();
	/* of a crash kernel that was unloaded nobody tells */
	engine_panic_anew(engine_of(timer, alive_timer), false);
}

int engine_show_open(struct engine *engine)
{
	uint64_t period = notify_period();
	int err = publish_new(&engine->publish);

	engine->started = time(NULL);
	if (!err)
		err = timer_open(&engine->show_timer, engine->room.epoll_fd, on_show_due);
	if (!err && period)
		err = timer_open(&engine->alive_timer, engine->room.epoll_fd, on_alive_due);
	if (!err && period)
		timer_set(&engine->alive_timer, period, period);
	return err;
}
