// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include "budget.h"
#include "engine_state.h"
#include "journal.h"
#include "lastboot.h"
#include "notify.h"

enum { AT_ONCE = 16, SAVING_LIMIT_MS = 20000 };

uint64_t engine_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int open_parts(struct engine *engine)
{
	static int (*const parts[])(struct engine *engine) = {
		engine_signals_open, engine_show_open, engine_arm_open, engine_panic_open, engine_hit_open, engine_load,
	};
	unsigned int i;
	int err = 0;

	engine->room.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (engine->room.epoll_fd < 0)
		return -errno;
	for (i = 0; i < sizeof(parts) / sizeof(*parts) && !err; i++)
		err = parts[i](engine);
	return err;
}

int engine_new(const struct options *options, const struct action_paths *paths, struct engine **ret_engine)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
	engine->options = options;
	engine->signal_fd = engine->still_timer.fd = engine->lost_timer.fd = -1;
	engine->show_timer.fd = engine->alive_timer.fd = -1;
	engine->room.dry_run = options->dry_run;
	engine->room.paths = paths;
	err = open_parts(engine);
	if (err)
		engine_free(engine, true);
	else
		*ret_engine = engine;
	return err;
}

static int dispatch(struct engine *engine, void *who)
{
	struct action_wait *wait = who;

	if (who == engine->source)
		return source_ready(engine->source);
	wait->ready(wait, &engine->room);
	return 0;
}

int engine_round(struct engine *engine, int limit_ms)
{
	struct epoll_event events[AT_ONCE];
	int i, err = 0, count = epoll_wait(engine->room.epoll_fd, events, AT_ONCE, limit_ms);

	if (count < 0)
		return errno == EINTR ? 1 : -errno;
	for (i = 0; i < count && !err; i++)
		err = dispatch(engine, events[i].data.ptr);
	return err ? err : count;
}

int engine_run(struct engine *engine)
{
	int ready = 0;

	notify_ready();
	engine_show(engine);
	journal_printf(LOG_NOTICE, JOURNAL_STARTED, "started");
	while (!engine->stop && ready >= 0) {
		ready = engine_round(engine, engine->look_for_orphan ? 0 : -1);
		if (!ready)
			engine_when_idle(engine);
	}
	return ready < 0 ? ready : 0;
}

static void note_boot(const struct action_paths *paths)
{
	struct budget_boot now;

	if (paths->boot_id && !budget_now(paths->boot_id, &now))
		budget_saw(paths->state_dir, &now);
}

static void close_parts(struct engine *engine)
{
	struct timer *const timers[] = {
		&engine->still_timer, &engine->lost_timer, &engine->show_timer, &engine->alive_timer,
	};
	unsigned int i;

	for (i = 0; i < sizeof(timers) / sizeof(*timers); i++)
		timer_close(timers[i], engine->room.epoll_fd);
	publish_free(engine->publish);
	dupcqe_rules_free(engine->rules);
	config_free(engine->config);
	if (engine->signal_fd >= 0)
		close(engine->signal_fd);
	if (engine->room.epoll_fd >= 0)
		close(engine->room.epoll_fd);
}

void engine_free(struct engine *engine, bool remove)
{
	if (!engine)
		return;
	engine->stopping = true;
	engine_panic_stop(engine);
	if (engine->source) {
		notify_stopping();
		lastboot_wait(SAVING_LIMIT_MS);
		action_stop_all(&engine->room, SAVING_LIMIT_MS);
		engine_say_lost(engine);
		engine_show(engine); /* the last figures */
		if (remove) {
			engine_lastboot_end(engine);
			engine_unshow(engine);
		}
		source_close(engine->source, remove);
		/* last, as the disk may hang */
		note_boot(engine->room.paths);
	}
	engine_panic_close(engine);
	close_parts(engine);
	free(engine);
}
