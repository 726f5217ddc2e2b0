/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a rule can do. Each action has a file of its own, action_NAME.c, and is called through the
 * table of action.c. An action never blocks the reader: what takes time goes on in a process
 * (child.h), and epoll tells when that ended.
 */
#ifndef NVME_DUPCQED_ACTION_H
#define NVME_DUPCQED_ACTION_H

#include "config.h"
#include "hit.h"

/*
 * Where the machine is. main.c alone names the real places, and no test is linked with it: so no
 * test can reach them.
 */
struct action_paths {
	const char *sysrq_trigger;	/* /proc/sysrq-trigger; NULL: there is no way to panic */
	const char *kmsg; /* /dev/kmsg: the audit line is to be in the dump as well; NULL: none */
	const char *boot_id;		/* /proc/sys/kernel/random/boot_id */
	const char *sysfs;		/* /sys */
	const char *state_dir;		/* of the panic budget: /var/lib/nvme-dupcqed */
	const char *run_dir;		/* of the state file: /run/nvme-dupcqed */
	const char *pstore_moved; /* where systemd-pstore puts what it finds: /var/lib/systemd/pstore; NULL: none */
	const char *tracefs;  /* for what the instance does not have: /sys/kernel/tracing */
	bool any_file_system; /* tests: the budget may lie in a folder that a reboot empties */
};

/* What actions share; owned by the engine. */
struct action_room {
	const struct config *config;
	const struct action_paths *paths;
	const char *instance;	/* path of the trace instance */
	const char *trigger;	/* path of the event's trigger file in it; NULL: there is none to care for */
	const char *last_boot; /* folder with what the last boot left, until that is saved; NULL: it is not asked for */
	int epoll_fd;		/* data.ptr is a struct action_wait */
	bool dry_run;		/* everything but what changes something, which is logged */
	/*
	 * An action that action_run() only began is over: 0 or -errno. May be NULL.
	 */
	void (*ended)(struct action_room *room, enum action_kind kind, int result);
	/* A snapshot is saved: the kernel may take the next one. May be NULL. */
	void (*rearm)(struct action_room *room);
};

/* Something that an action waits for. */
struct action_wait {
	void (*ready)(struct action_wait *wait, struct action_room *room);
};

struct action_call {
	const struct hit *hit;
	const char *rule;
	const struct action *action;
	uint32_t count;		/* hits within the rule's window */
	bool armed;		/* the kernel did it at the hit: the snapshot is already taken */
	bool instant;		/* the kernel is armed to panic at such a hit */
	const char *why;	/* why the kernel does not do all of the rule by itself, or NULL */
};

enum {
	ACTION_BEGUN = 1,  /* room->ended will tell */
	ACTION_MERGED = 2, /* nothing was begun: an earlier hit's is under way, and does for this one */
};

/*
 * Returns 0 (done), one of the above, or -errno. All is logged by the action itself, with the rule and
 * the device in the fields, and counted by the engine: 0 as done, -errno as failed, ACTION_MERGED as
 * neither (a storm of hits while one snapshot is saved is no thousand failures). snapshot, reset and
 * panic can be merged.
 */
int action_run(struct action_room *room, const struct action_call *call);

const char *action_name(enum action_kind kind);

int action_log(struct action_room *room, const struct action_call *call);
int action_snapshot(struct action_room *room, const struct action_call *call);
int action_freeze(struct action_room *room, const struct action_call *call);
int action_exec(struct action_room *room, const struct action_call *call);
int action_reset(struct action_room *room, const struct action_call *call);
int action_panic(struct action_room *room, const struct action_call *call);

/* Actions that were begun and are not over: programs, a snapshot being saved, a reset. */
unsigned int action_running(void);

/*
 * Whether a snapshot is being saved. Until that is over, nothing may empty the instance's buffers:
 * source_would_empty().
 */
bool action_snapshot_running(void);

/* room->config is another one: one that does not allow panics ends the one that is under way, too. */
void action_panic_renew(struct action_room *room);

/* Programs that are still running: asked to end, then ended. Waits for them, at most a second. */
void action_exec_stop_all(void);

/*
 * The end of the daemon, before the instance is removed: the snapshot that is being saved has limit_ms
 * to get to the disk; then programs and all else that runs is ended, and what is held back of the log
 * is written. room->rearm is not called; room->ended is, for what came to its end.
 */
void action_stop_all(struct action_room *room, int limit_ms);

#endif
