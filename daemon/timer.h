/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timer that epoll tells of; while it is off it costs nothing and wakes nobody. */
#ifndef NVME_DUPCQED_TIMER_H
#define NVME_DUPCQED_TIMER_H

#include <stdint.h>
#include "action.h"

struct timer {
	struct action_wait wait; /* first */
	int fd;
	void (*due)(struct timer *timer, struct action_room *room);
};

/* In epoll_fd, with data.ptr set to the timer; off. Time goes on while the machine sleeps. Returns 0 or -errno. */
int timer_open(struct timer *timer, int epoll_fd, void (*due)(struct timer *timer, struct action_room *room));

/* due() once after ns, and again every `every` ns if that is not 0. What was set before no longer counts; 0 is off. */
void timer_set(struct timer *timer, uint64_t ns, uint64_t every);

/* A timer that was never opened (all bytes 0 but fd -1) is no trouble. */
void timer_close(struct timer *timer, int epoll_fd);

#endif
