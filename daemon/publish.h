/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon shows of itself: a state file for `nvme-dupcqe status`, and metrics for Prometheus' textfile
 * collector. Each is written beside its place and renamed into it: a reader never sees half of one.
 */
#ifndef NVME_DUPCQED_PUBLISH_H
#define NVME_DUPCQED_PUBLISH_H

#include <sys/types.h>
#include "engine.h"

/* Hits are counted by device, queue and reason; beyond this many combinations as "other". */
enum { PUBLISH_SERIES = 512 };

/* The best that the action panic has. */
struct publish_panic {
	const char *way;	/* "trigger", "module", "sysrq"; NULL: none */
	bool armed;		/* the kernel does it at the hit */
	const char *why;	/* why it is not, or NULL */
};

/* What neither the configuration nor the counters tell. */
struct publish_about {
	const char *instance;
	const char *config;	/* path */
	const char *event;	/* "system:event" */
	const char *source_why;	/* why it is not watched, or what the probe cannot tell; "" or NULL */
	const char *trace;	/* path of the history's trace instance, or NULL */
	pid_t pid;
	int64_t started;	/* seconds since 1970, as all times here */
	int64_t written;	/* now */
	bool dry_run;
	bool frozen;		/* the trace no longer records */
	bool persistent;	/* ... is found again by the next boot */
	uint64_t armed;		/* bit n: the kernel itself acts for rule n */
	const char *const *why;	/* [rules] why a rule is not armed; an entry, or all of it, can be NULL */
	uint64_t undecodable;	/* records that were not understood */
	struct publish_panic panic;
};

struct publish;

int publish_new(struct publish **ret_publish);
void publish_free(struct publish *publish);

/* Count a hit under its labels. */
void publish_count(struct publish *publish, const struct hit *hit);

/* Write the metrics to path. Returns 0 or -errno; what was there stays where that fails. */
int publish_metrics(const struct publish *publish, const char *path, const struct config *config,
		    const struct engine_stats *stats, const struct publish_about *about);

/* Write the state, one JSON object, to path: nvme-dupcqed(8) says what it holds. Returns as publish_metrics(). */
int publish_state(const char *path, const struct config *config, const struct engine_stats *stats,
		  const struct publish_about *about);

#endif
