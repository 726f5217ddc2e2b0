// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "timer.h"

#define SECOND UINT64_C(1000000000)

static void on_ready(struct action_wait *wait, struct action_room *room)
{
	struct timer *timer = (struct timer *)wait;
	uint64_t ticks;

	if (read(timer->fd, &ticks, sizeof(ticks)) < 0)
		return; /* set anew since it ran out */
	timer->due(timer, room);
}

int timer_open(struct timer *timer, int epoll_fd, void (*due)(struct timer *timer, struct action_room *room))
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = timer };

	timer->wait.ready = on_ready;
	timer->due = due;
	timer->fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer->fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer->fd, &event))
		return -errno;
	return 0;
}

void timer_set(struct timer *timer, uint64_t ns, uint64_t every)
{
	const struct itimerspec at = {
		.it_value = { ns / SECOND, ns % SECOND },
		.it_interval = { every / SECOND, every % SECOND },
	};

	if (timer->fd >= 0)
		timerfd_settime(timer->fd, 0, &at, NULL);
}

void timer_close(struct timer *timer, int epoll_fd)
{
	if (timer->fd < 0)
		return;
	/* a child that was forked meanwhile has a copy, which would stay in the set */
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, timer->fd, NULL);
	close(timer->fd);
	timer->fd = -1;
}
