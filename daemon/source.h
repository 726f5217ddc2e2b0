/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where hits come from: trace instances of the daemon's own, read raw as the kernel writes them.
 * Everything that can vanish and come back does: the event (module unloaded), CPUs, tracefs. The
 * source does not poll by time: file descriptors wake it, and one timer that runs only while the
 * event is missing, or (once a minute) is a probe's, which can be switched off.
 *
 * There are two instances. NAME records the history and the event, is never read, and is what a
 * snapshot is made of; NAME-hits records the event alone and is what wakes the daemon: whoever
 * reads a ring buffer takes the records out of it, and is woken by each.
 *
 * Each record that the kernel took into NAME-hits is handed on once or counted as lost: also those
 * that a daemon had taken out but not handled when it was killed, and those that somebody else took
 * out. The only ones that nobody can count are what is unread when the kernel empties the buffers,
 * as it does when the event's module goes.
 *
 * Setting a clock empties the buffers as well. So NAME-hits keeps the one that it has while the event is
 * recorded: the hits have no trace_ns then, until another start (or load of the event's module).
 */
#ifndef NVME_DUPCQED_SOURCE_H
#define NVME_DUPCQED_SOURCE_H

#include <stdint.h>
#include "config.h"
#include "hit.h"

struct source;

/* The name of the history's instance goes on so where the persistent one of that name has to be left alone. */
#define SOURCE_NOW "-now"

/* Counted since the instance was made: a daemon that is started again goes on from what was, also when it was
 * killed (not where there was no room for the accounts). A hit counts once hit() has returned. */
struct source_stats {
	uint64_t hits;	      /* handed on */
	uint64_t lost;	      /* records that were not handed on */
	uint64_t undecodable; /* not of the event, or too short */
	bool has_event;	      /* it is watched now */
	enum hit_source source; /* HIT_BY_NOBODY without it */
	const char *why;      /* why there is none, or what a probe does not tell, or ""; good until the next call */
};

struct source_calls {
	void *context;
	void (*hit)(void *context, const struct hit *hit);
	/* count more records were lost */
	void (*lost)(void *context, uint64_t count);
	/* so many hits were not told of by a rate-limited kernel; they are not among those */
	void (*suppressed)(void *context, uint64_t count);
	/* the event appeared, also as another one after its module was loaded again or in place of a probe's; or it
	 * went (HIT_BY_NOBODY); also once while opening. why is that of source_stats */
	void (*event)(void *context, enum hit_source source, const char *why);
	/*
	 * The history's instance was made by the kernel at boot, in memory that outlives the boot: it is at that path,
	 * and nothing in it has been changed. 1: it is to be emptied, and let record; 0: it goes on as it is; -errno:
	 * it is left alone, and the history is NAME-now instead. Once, while opening; NULL is as 0.
	 */
	int (*last_boot)(void *context, const char *path);
	/* Whether a snapshot is being saved: a probe is not removed meanwhile, which would empty it. May be NULL. */
	bool (*is_saving)(void *context);
	/* What the history records may be other events than before. May be NULL. */
	void (*recorded)(void *context);
};

/*
 * Open the instances `name` and `name`-hits below tracefs (NULL: found, and mounted if need be),
 * taking over what an earlier run left: hits that wait there are read like any. The event is
 * system:event ("nvme:nvme_dup_cqe"; tests use others). config is not kept. What there is to wait
 * for is added to epoll_fd, with data.ptr set to the source: call source_ready() when it is
 * readable. lost() and event() may be called before this returns, hit() is not. Accounts are kept
 * in /run/nvme-dupcqed/NAME.ledger, which has to outlive the daemon (RuntimeDirectoryPreserve=).
 * Returns 0 or -errno, -EBUSY if another daemon has the instance; what was wrong is in the log.
 */
int source_open(const char *tracefs, const char *name, const char *event,
		const struct config *config, int epoll_fd, const struct source_calls *calls,
		struct source **ret_source);

/*
 * Take another configuration, without letting go of the instances: no hit is lost or comes twice, the
 * source stays in epoll. hit() is not called, unless another source of hits is wanted; lost() and event() may be. Returns 0 or -errno, which is
 * in the log: what could be set is set then, and another call can set it back.
 */
int source_reload(struct source *source, const struct config *config);

/*
 * Whether source_reload() would empty the history and, with it, a snapshot that is not saved yet: another
 * clock or buffer size does. It has to wait while action_snapshot_running(). To be sure of one that the
 * kernel has just taken: disarm, call source_ready(), and ask again.
 */
bool source_would_empty(const struct source *source, const struct config *config);

/* Whether the history is stopped: by the action freeze, or by hand. A snapshot that is being saved on a
 * kernel without snapshots stops it as well, as long as that takes. */
bool source_frozen(const struct source *source);

/* Read all there is, bounded: a storm cannot keep it from returning. Returns 0 or -errno. */
int source_ready(struct source *source);

/*
 * Whether the history is in a persistent ring buffer: its size is the kernel's, it has no snapshots, and it is emptied
 * at the end instead of removed, or left as it is if it is frozen.
 */
bool source_persistent(const struct source *source);

/* The fields of the event's record that a filter can name: all for the driver's own, see dupcqe_rule_filter(). */
uint64_t source_fields(const struct source *source);

/* The path of the history's instance, for actions; good as long as the source. */
const char *source_path(const struct source *source);

void source_stats(const struct source *source, struct source_stats *ret_stats);

/* Remove all that was made, if remove; else the instances go on recording for the next run. */
void source_close(struct source *source, bool remove);

#endif
