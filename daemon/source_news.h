/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to look again. The kernel tells of modules that come and go and of CPUs that come, through a
 * netlink socket whose filter lets nothing else wake the daemon. Events that are made by hand (a
 * kprobe) are told of by nobody, nor is that kprobes are switched off: for them a timer runs while the event is missing,
 * or is a probe's, and only then.
 */
#ifndef NVME_DUPCQED_SOURCE_NEWS_H
#define NVME_DUPCQED_SOURCE_NEWS_H

#include <stdbool.h>
#include <stdint.h>

enum { SOURCE_LOOK_SECONDS = 5, SOURCE_PROBE_SECONDS = 60 };

struct source_news {
	int uevents; /* -1: none, the kernel or the sandbox has none */
	int timer;
	unsigned int every; /* seconds of the timer; 0: it does not run */
};

/* Both are added to epoll_fd with data.u32 set to tag. Returns 0 or -errno; without uevents it is
 * 0. */
int source_news_open(struct source_news *news, int epoll_fd, uint32_t tag);
void source_news_close(struct source_news *news);

/* Take what has come. The messages say no more than "look": whatever they hold is not used. */
void source_news_take(struct source_news *news);

/* Look as soon as possible, once. */
void source_news_soon(struct source_news *news);

/* Look every so many seconds, or (0) not; without uevents it is every 5. */
void source_news_wait(struct source_news *news, unsigned int seconds);

#endif
