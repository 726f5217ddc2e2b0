/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first reading of the facts of one refused completion: what can be said from one record, and no more.
 * It names what is seen. Who is at fault (controller, link, IOMMU, emulator, target, host) one record
 * does not tell.
 */
#ifndef DUPCQE_READING_H
#define DUPCQE_READING_H

#include "dupcqe/event.h"

/* What is seen; several can hold at once. Ordered from the most telling to the least. */
enum dupcqe_finding {
	DUPCQE_FRESH_DUPLICATE,		/* the completion that was accepted last for this tag, once more */
	DUPCQE_STALE,			/* an earlier use of the tag, `behind` completions ago (modulo 16) */
	DUPCQE_TAG_NEVER_USED,
	DUPCQE_REQUEST_NOT_IN_FLIGHT,	/* tag and generation match, the request is done or not issued yet */
	DUPCQE_ZEROED,			/* all of the 16 bytes but the phase tag are 0 */
	DUPCQE_COPY_IN_RING,		/* the same CQE stands in the ring, `copy_distance` entries earlier */
	DUPCQE_WRONG_SQ,		/* sq_id is not this queue's */
	DUPCQE_WRONG_PHASE,		/* the phase tag is not the one that the driver waits for */
	DUPCQE_FINDINGS,
};

struct dupcqe_reading {
	uint32_t findings;	/* 1 << enum dupcqe_finding */
	uint8_t behind;		/* DUPCQE_FRESH_DUPLICATE (1), DUPCQE_STALE (2 to 15; 0 is 16 or a multiple) */
	uint8_t copy_distance;	/* DUPCQE_COPY_IN_RING: entries between the copy and the hit */
	uint16_t copy_slot;	/* DUPCQE_COPY_IN_RING: the slot of the nearest copy */
	int copy_index;		/* its index in cqw, or -1 */
};

void dupcqe_read(const struct dupcqe_event *event, struct dupcqe_reading *ret_reading);

/* What the finding may mean, and what it does not: one sentence each, static. */
const char *dupcqe_finding_means(enum dupcqe_finding finding);

#endif
