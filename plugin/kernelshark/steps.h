/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All that happened to the tags that matter, one step after the other in order of time. Nothing is copied for it: a trace
 * of millions would be in memory twice.
 */
#ifndef KSHARK_STEPS_H
#define KSHARK_STEPS_H

#include "tags.h"
#include "trace.h"

enum step_kind { STEP_SUBMISSION, STEP_COMPLETION, STEP_HIT };

/* A run of one array in order of time: KernelShark reads a trace CPU by CPU. */
struct cursor {
	union {
		const struct command *command;
		struct hit *hit;
	} at, end;
	enum step_kind kind;
	/* of what stands at `at` */
	const struct kshark_entry *entry;
	int64_t ts;
	uint32_t tag; /* struct tags */
	uint16_t cid;
};

struct steps {
	struct array heap; /* struct cursor, the next one first */
	const struct tags *tags;
};

/* Of a trace whose hits are sorted by time; hits and commands without a number in tags are left out. Returns 0 or -ENOMEM. */
int steps_init(struct steps *steps, const struct trace *trace, const struct tags *tags);
void steps_free(struct steps *steps);

/* The next step; good until steps_drop() is called. NULL: that was all. */
const struct cursor *steps_next(const struct steps *steps);
void steps_drop(struct steps *steps);

/* By time; of one time those of one CPU stay in the order of the file. */
int entry_order(const struct kshark_entry *a, const struct kshark_entry *b);

#endif
