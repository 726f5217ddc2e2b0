/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the records of a stream, while KernelShark loads them, to a struct trace. */
#ifndef KSHARK_COLLECT_H
#define KSHARK_COLLECT_H

#include "record.h"
#include "trace.h"

enum collected {
	COLLECT_SUBMISSION,
	COLLECT_COMPLETION,
	COLLECT_HIT,
	COLLECTED,
};

struct collector {
	struct trace trace;
	int event_id[COLLECTED]; /* -1: the trace does not have it */
	struct dupcqe_decoder decoder[COLLECTED];
	struct identity_reader reader[COLLECT_HIT]; /* of the commands */
	/* what is being read: KernelShark reads one CPU after the other, each from the beginning of the file to its end */
	int cpu;
	int64_t offset;
	const struct kshark_entry *last; /* the last of our entries on it */
};

/*
 * Find the events of a stream. Returns 0; or -ENOENT if it is no trace of ftrace, or has no nvme_dup_cqe: then
 * there is nothing to do for it.
 */
int collector_init(struct collector *collector, struct kshark_data_stream *stream);

/*
 * Whether KernelShark has begun to read the stream anew, with this entry: it does so when its user adds a plugin, and tells
 * nobody. All that was collected before is of entries that are gone.
 */
bool collector_restarts(const struct collector *collector, const struct kshark_entry *entry);

/* Forget what was collected. */
void collector_restart(struct collector *collector);

/* A record of one of event_id[], or a mark of lost events (KS_EVENT_OVERFLOW); others are left alone. */
void collector_take(struct collector *collector, const void *record, const struct kshark_entry *entry);

void collector_free(struct collector *collector);

#endif
