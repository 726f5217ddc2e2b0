/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of the action exec, from the moment they are asked for until they are reaped. */
#ifndef NVME_DUPCQED_EXEC_PROGRAM_H
#define NVME_DUPCQED_EXEC_PROGRAM_H

#include "action_report.h"
#include "exec_start.h"

/* LATE: its time is over, which was told, and the thread that starts programs still has it */
enum stage { STARTING, LATE, RUNNING, ASKED, KILLED };

struct program {
	struct action_wait wait; /* first */
	struct program *next;
	struct exec_job job;
	struct action_kept kept;
	char name[CONFIG_PATH];
	int epoll_fd;
	pid_t pid;  /* and process group; 0: not yet */
	int pidfd;  /* -1: there is none yet, or it ended and its group may still be there */
	int status; /* of waitpid() */
	enum stage stage;
	bool told; /* how it ended */
	uint64_t start_ns;
	uint64_t due_ns; /* of the next stage */
	uint64_t kill_after_ns;
};

/* The newest first. */
extern struct program *programs;
extern unsigned int programs_running;

void program_add(struct program *program);
void program_free(struct program *program);

/* No end of it is told by epoll any more. */
void program_unwatch(struct program *program);

/* To its group; to nobody while it is being started. */
void program_signal(const struct program *program, int signal);

/* The next one that came back from being started: job.err says how that went. NULL: none did. */
struct program *program_next_back(void);

/* One that is LATE, or NULL. */
const struct program *program_find_late(void);

/* TERM for all, KILL a second later; then all is freed but what hangs in the kernel. */
void program_stop_all(void);

#endif
