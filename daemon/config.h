/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration: /etc/nvme-dupcqed.conf and the drop-ins /etc/nvme-dupcqed.conf.d/NAME.conf, as one
 * value. Every key is in the table of config_keys.c with its type, its limits and its default; the
 * manual page nvme-dupcqed.conf(5) says the same.
 */
#ifndef NVME_DUPCQED_CONFIG_H
#define NVME_DUPCQED_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "dupcqe/rule.h"

enum {
	CONFIG_ACTIONS = 8,		/* of one rule */
	CONFIG_ARGS = 16,		/* of one program, its name included */
	CONFIG_NAME = 32,
	CONFIG_PATH = 256,
	CONFIG_EVENTS = 64,		/* of the history */
};

enum action_kind {
	ACTION_LOG,
	ACTION_SNAPSHOT,
	ACTION_FREEZE,
	ACTION_EXEC,
	ACTION_RESET,
	ACTION_PANIC,
	ACTION_KINDS,
};

enum panic_mode {
	PANIC_AUTO,		/* by the kernel at the hit where it can, else by the daemon after it */
	PANIC_INSTANT,		/* by the kernel or not at all */
	PANIC_REACTIVE,		/* by the daemon */
};

/* Where hits may come from. */
enum config_source {
	SOURCE_AUTO,		/* the driver's own event where there is one, else the probe */
	SOURCE_EVENT,		/* nothing else: no probe is made or used */
	SOURCE_PROBE,		/* the probe is what is expected: that there is none is an error */
};

/* One step of a rule. argv is of ACTION_EXEC: ended by NULL, owned by the config. */
struct action {
	enum action_kind kind;
	char *argv[CONFIG_ARGS + 1];
};

struct config_rule {
	char name[CONFIG_NAME];
	struct dupcqe_rule rule;
	unsigned int actions;
	struct action action[CONFIG_ACTIONS];	/* in order */
};

struct config {
	/* [daemon] */
	enum config_source source;
	char history[CONFIG_EVENTS][64];	/* "system:event" or "system" */
	unsigned int history_count;
	uint64_t buffer_size;			/* bytes for each CPU */
	char clock[16];
	char metrics_file[CONFIG_PATH];		/* "": none */
	/* [snapshots] */
	char snapshot_dir[CONFIG_PATH];
	uint32_t snapshot_max_number;
	uint64_t snapshot_max_bytes;
	uint64_t snapshot_max_age_ns;
	uint64_t snapshot_min_free;		/* bytes that stay free in the file system */
	/* [exec] */
	uint64_t exec_time_limit_ns;
	uint64_t exec_kill_after_ns;		/* between TERM and KILL */
	uint32_t exec_max_running;
	/* [panic] */
	bool panic_allow;
	enum panic_mode panic_mode;
	bool panic_require_crash_kernel;
	uint64_t panic_min_uptime_ns;
	uint32_t panic_max_per_day;
	char panic_inhibit_file[CONFIG_PATH];
	/* [rule NAME], in the order of the files */
	unsigned int rules;
	struct config_rule rule[DUPCQE_RULES];
};

/*
 * Read path and the drop-ins in the folder "path.d" in the order of their names. A later file overrides
 * single keys; a rule of a name that was there before replaces that rule as a whole, in its place.
 * All that is wrong is written to errors, one line each: "FILE:LINE: what is wrong and what was
 * expected", without LINE if the whole file is meant. Lines "FILE:LINE: warning: ..." do not make it
 * fail: a program that is not there, an action panic that is not allowed (the action itself refuses).
 * For root the files and the folder have to be root's and not writable by others.
 * Returns 0 and a config for config_free(), or -errno: -EINVAL for anything wrong in the text, -EPERM
 * for a file that is not to be trusted, the open()'s if there is none. On failure *ret_config is
 * untouched.
 */
int config_read(const char *path, FILE *errors, struct config **ret_config);
void config_free(struct config *config);

#endif
