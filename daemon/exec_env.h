/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program of the user's is given: its environment, and the hit as JSON on its standard
 * input. */
#ifndef NVME_DUPCQED_EXEC_ENV_H
#define NVME_DUPCQED_EXEC_ENV_H

#include "action.h"

enum { EXEC_ENV = 40, EXEC_ENV_BYTES = 4096 };

/* Nothing of the daemon's own environment. at points into store; the last one is NULL. */
struct exec_env {
	char *at[EXEC_ENV + 1];
	unsigned int count;
	size_t used;
	char store[EXEC_ENV_BYTES];
};

void exec_env_make(struct exec_env *env, const struct action_call *call);

/*
 * The JSON, with a newline, as a file in memory that stands at its start: writing it never waits
 * for the program, and a program that does not read it does no harm. Returns a descriptor for the
 * caller to close, or -errno.
 */
int exec_stdin(const struct hit *hit);

/* Programs that are running, or whose group is being ended: of action_exec.c. */
unsigned int action_exec_running(void);

#endif
