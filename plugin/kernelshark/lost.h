/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stretches of time in which some CPU's events are missing. */
#ifndef KSHARK_LOST_H
#define KSHARK_LOST_H

#include "trace.h"

struct stretch {
	int64_t after, before; /* both excluded */
};

struct lost {
	struct stretch *at; /* apart from each other, by time */
	size_t count;
};

/* Returns 0 or -ENOMEM. */
int lost_init(const struct trace *trace, struct lost *ret_lost);
void lost_free(struct lost *lost);

/* Whether an event may have been lost between two times, first <= second. */
bool lost_between(const struct lost *lost, int64_t first, int64_t second);

#endif
