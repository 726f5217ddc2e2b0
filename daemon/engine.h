/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine connects what the others know: hits come from the source, rules decide, actions act. It owns the
 * configuration and everything made from it, and replaces all of that at once when it is told to read it anew; a
 * configuration that is wrong leaves the one in force alone.
 */
#ifndef NVME_DUPCQED_ENGINE_H
#define NVME_DUPCQED_ENGINE_H

#include <stdint.h>
#include "action.h"
#include "options.h"
#include "source.h"

/* What the daemon can say of itself; publish.c writes it. */
struct engine_stats {
	uint64_t fired[DUPCQE_RULES];
	uint64_t cooled[DUPCQE_RULES];		/* would have fired */
	uint64_t done[ACTION_KINDS];
	uint64_t failed[ACTION_KINDS];
	uint64_t hits, lost;			/* as source_stats() has them; brought up to date before they are shown */
	bool has_event;
	enum hit_source source;			/* of the hits that come now; HIT_BY_NOBODY without an event */
	struct hit last;			/* of no meaning while last_realtime is 0 */
	int64_t last_realtime;			/* seconds since 1970 */
};

struct engine;

/* options and paths stay the caller's. Returns 0, -EINVAL for a wrong configuration, or -errno; all is said. */
int engine_new(const struct options *options, const struct action_paths *paths, struct engine **ret_engine);

/* Until SIGTERM or SIGINT. Returns 0 or -errno. */
int engine_run(struct engine *engine);

/*
 * A made-up hit through one rule and its actions, and all that they begin to its end. Returns 0, -ENOENT if there is no such
 * rule, -EPERM if it does what only options->yes allows, or -ECANCELED if an action failed; all is said.
 */
int engine_test_fire(struct engine *engine, const char *rule);

/* Actions are ended. The trace instances are removed, if remove; else they record on, for the next one. NULL is no trouble. */
void engine_free(struct engine *engine, bool remove);

#endif
