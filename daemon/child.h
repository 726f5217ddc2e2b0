/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that may block, in a process of its own, so that the daemon goes on reading. It is a fork of
 * the daemon and dies with it, unless it hangs in the kernel: so it has nothing open of the trace
 * instances, which would stay locked and busy until then.
 */
#ifndef NVME_DUPCQED_CHILD_H
#define NVME_DUPCQED_CHILD_H

#include <sys/types.h>
#include "action.h"

struct child {
	struct action_wait wait; /* first */
	struct child *next;
	pid_t pid;
	int pidfd;
	/*
	 * In the daemon, once: work() ended with result (0 or -errno; -ECHILD: it was killed). The
	 * child is the caller's again, to be freed, say.
	 */
	void (*ended)(struct child *child, struct action_room *room, int result);
};

/*
 * Run work(arg) in a child; child->ended is set by the caller, the memory stays until that is
 * called. Returns 0 or -errno.
 */
int child_start(struct child *child, struct action_room *room, int (*work)(void *arg), void *arg);

/* How many are running. */
unsigned int child_count(void);

/*
 * Kill those that run, and wait for at most limit_ms that they have ended: child->ended is called with
 * -ECHILD. What hangs in the kernel is left to it.
 */
void child_stop_all(struct action_room *room, int limit_ms);

/* Wait for at most limit_ms that it has ended; child->ended is called then. */
void child_wait(struct child *child, struct action_room *room, int limit_ms);

/* For pids of others too: readable once the process has ended; added to epoll. Returns the pidfd or
 * -errno. */
int child_watch(struct action_room *room, pid_t pid, struct action_wait *wait);

#endif
