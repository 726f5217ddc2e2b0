/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the plugin keeps of one trace (a data stream of KernelShark): the commands that were submitted and
 * completed, the duplicates, and where events were lost.
 *
 * Entries belong to KernelShark and live as long as the stream's data. Their times may be shifted by the
 * user while the trace is open, all of one stream alike: so times are read from the entries, never kept.
 */
#ifndef KSHARK_TRACE_H
#define KSHARK_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libkshark.h>
#include "array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A record of nvme_setup_cmd or nvme_complete_rq. A trace has millions of them: 16 bytes. */
struct command {
	const struct kshark_entry *entry;
	int32_t ctrl_id;
	uint16_t qid, cid;
};

/* What became of the search for a duplicate's command. */
enum link {
	LINK_NONE,	   /* not searched yet */
	LINK_FOUND,	   /* the submission, the first completion, or both are known */
	LINK_NO_COMMAND,   /* no command ever had this tag */
	LINK_NO_QUEUE,	   /* the record does not say which queue it was */
	LINK_NOT_IN_TRACE, /* what is recorded does not have it: it began earlier, or is not of these events */
	LINK_LOST,	   /* events were lost in between: what the trace has may be a later use of the same id */
	LINK_GAP,	   /* no loss is marked, but uses of the tag are missing in between */
};

/* Which of a duplicate's fields the record had. */
enum hit_has {
	HIT_REASON = 1 << 0,
	HIT_RQ_STATE = 1 << 1,
	HIT_RQ_CID = 1 << 2,
	HIT_EXPECTED = 1 << 3,
	HIT_FRESH = 1 << 4, /* the completion that was accepted last, once more */
	HIT_QUEUE = 1 << 5, /* ctrl_id and qid */
};

/* A record of nvme_dup_cqe, and what belongs to it; of the latter each is NULL if it is not known. */
struct hit {
	const struct kshark_entry *entry;
	const struct kshark_entry *submission; /* of the command that the entry claims to complete */
	const struct kshark_entry *completion; /* its first one; see completed_after */
	const struct kshark_entry *taker;      /* submission of the command that had the tag at this moment */
	struct hit *next_waiting;	       /* private to uses.c */
	int32_t ctrl_id;
	uint16_t qid, cid;
	uint16_t rq_cid;
	uint16_t taker_cid;
	uint8_t has;	/* enum hit_has */
	uint8_t reason; /* enum dupcqe_reason */
	uint8_t behind; /* completions ago, modulo 16; 0: not known */
	uint8_t expected;
	uint8_t rq_state;
	uint8_t link; /* enum link */
	/* the driver handles the entries of a queue first, the event of the completion comes afterwards */
	bool completed_after;
};

/* Events of a CPU were lost behind `last` (NULL: since the trace began) and before `mark`. */
struct loss {
	const struct kshark_entry *last, *mark;
};

/* Commands in the order of reading: CPU by CPU, so in a few runs that are each in order of time. */
struct commands {
	struct array all;  /* struct command */
	struct array runs; /* size_t: where each begins */
};

struct trace {
	struct commands submissions, completions;
	struct array hits;   /* struct hit; by time once they are paired */
	struct array losses; /* struct loss */
	bool no_memory;	     /* something was dropped */
};

void trace_free(struct trace *trace);

static inline struct hit *trace_hit(const struct trace *trace, size_t index)
{
	return (struct hit *)trace->hits.at + index;
}

#ifdef __cplusplus
}
#endif

#endif
