/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One tag, use after use: what is known when a duplicate comes. */
#ifndef KSHARK_USES_H
#define KSHARK_USES_H

#include "lost.h"
#include "trace.h"

enum { GENERATIONS = 16 };

/* The latest use with one generation. */
struct use {
	const struct kshark_entry *submission, *completion; /* NULL: not seen */
	uint32_t chain;
};

struct uses {
	const struct trace *trace;
	const struct lost *lost;
	struct use by_generation[GENERATIONS];
	bool submitted; /* a submission of this tag was seen */
	int current;	/* the generation of the latest use; -1: none yet */
	uint32_t chain; /* a new one where uses are missing: what was before must not be linked any more */
	struct hit *waiting; /* on the current use, whose completion has not been seen */
};

void uses_start(struct uses *uses, const struct trace *trace, const struct lost *lost);

/* The next thing that happened to the tag, in order of time. */
void uses_submitted(struct uses *uses, const struct kshark_entry *entry, uint16_t cid);
void uses_completed(struct uses *uses, const struct kshark_entry *entry, uint16_t cid);
void uses_judge(struct uses *uses, struct hit *hit);

#endif
