// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "engine_state.h"
#include "journal.h"

static void say_state(struct engine *engine)
{
	struct source_stats stats;

	source_stats(engine->source, &stats);
	engine_show(engine);
	journal_printf(LOG_NOTICE, JOURNAL_PLAIN, "%s %s: %llu hits, %llu lost; the state is in '%s/%s.json'",
		       engine->stats.has_event ? "watching" : "waiting for", engine->options->event, (unsigned long long)stats.hits,
		       (unsigned long long)stats.lost, engine->room.paths->run_dir, engine->options->instance);
}

static void take(struct engine *engine, unsigned int signal)
{
	if (signal == SIGHUP)
		engine_reload(engine);
	else if (signal == SIGUSR1)
		say_state(engine);
	else
		engine->stop = true;
}

static void on_signal(struct action_wait *wait, struct action_room *room)
{
	struct engine *engine = engine_of(wait, signals);
	struct signalfd_siginfo info;

	(void)room;
	while (read(engine->signal_fd, &info, sizeof(info)) == sizeof(info))
		take(engine, info.ssi_signo);
}

int engine_signals_open(struct engine *engine)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &engine->signals };
	unsigned int i;
	sigset_t set;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* a terminal or a log that went away is no reason to end */
	signal(SIGPIPE, SIG_IGN);
	engine->signals.ready = on_signal;
	engine->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (engine->signal_fd < 0 || epoll_ctl(engine->room.epoll_fd, EPOLL_CTL_ADD, engine->signal_fd, &event))
		return -errno;
	return 0;
}
