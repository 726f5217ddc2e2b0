/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs are started by a thread that does nothing else. The kernel suspends whoever starts a program until it has
 * read the program's file: on a disk that hangs, that is for ever. The thread allocates nothing and takes no lock of
 * ours, so the daemon can be forked whatever the thread is at.
 */
#ifndef NVME_DUPCQED_EXEC_START_H
#define NVME_DUPCQED_EXEC_START_H

#include <stdatomic.h>
#include <sys/types.h>
#include "exec_env.h"

struct exec_job {
	struct exec_env env;
	char *argv[CONFIG_ARGS + 1]; /* its own: the configuration may be read anew meanwhile */
	int input;
	int err; /* once it came back: 0, or why there is no program */
	/* Not 0 as soon as there is a process, which the caller alone reaps; also if err. */
	_Atomic pid_t pid;
	atomic_bool cancelled;
};

/* Returns 0 or -errno. */
int exec_job_make(struct exec_job *job, const struct action_call *call);
void exec_job_free(struct exec_job *job);

/* The thread, if it is not there yet. Returns a descriptor that is readable when a job came back, or -errno. */
int exec_start_open(void);

/*
 * Every job comes back once, in order, when its program runs or cannot; until then it stays where it is. At most
 * 512 may be out. Returns 0 or -errno, and then it does not come back.
 */
int exec_start(struct exec_job *job);

/* The next job that came back; NULL: none did. */
struct exec_job *exec_start_back(void);

/* A job that is out is to come to nothing: what there is of its process is killed. It comes back nevertheless. */
void exec_start_cancel(struct exec_job *job);

/* The thread ends, unless a job is out: it may hang, and is left to the end of the daemon. */
void exec_start_close(void);

#endif
