/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One hit, as it goes from the source to the rules and the actions: a plain value. */
#ifndef NVME_DUPCQED_HIT_H
#define NVME_DUPCQED_HIT_H

#include <stdbool.h>
#include <stdint.h>
#include "dupcqe/event.h"
#include "dupcqe/rule.h"

/* Who told of it. */
enum hit_source {
	HIT_BY_NOBODY,		/* made by --test-fire; lost records */
	HIT_BY_EVENT,		/* the driver's own event */
	HIT_BY_PROBE,		/* the kprobe event on an unpatched kernel */
};

struct hit {
	struct dupcqe_event event;
	struct dupcqe_identity identity;
	uint64_t trace_ns;	/* of the history's trace clock; 0: not known in that */
	int cpu;
	int pid;		/* of the interrupted task */
	enum hit_source source;
	bool test;		/* made by --test-fire */
	uint64_t lost;		/* no hit at all: so many records were lost; then event and identity are empty */
};

#endif
