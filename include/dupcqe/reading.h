/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first reading of the facts of one refused completion: what can be said from one record, and no
 * more. It names what is seen. Who is at fault (controller, link, IOMMU, emulator, target, host)
 * one record does not tell. A finding whose fields are absent is not made.
 */
#ifndef DUPCQE_READING_H
#define DUPCQE_READING_H

#include "dupcqe/event.h"

/* What is seen; several can hold at once. Ordered from the most telling to the least. */
enum dupcqe_finding {
	DUPCQE_FRESH_DUPLICATE, /* the completion that was accepted last, once more */
	DUPCQE_STALE,		/* an earlier use of the tag, `behind` completions ago */
	DUPCQE_TAG_NEVER_USED,
	DUPCQE_REQUEST_NOT_IN_FLIGHT, /* tag and generation match, the request is not outstanding */
	DUPCQE_ZEROED,		      /* all of the 16 bytes but the phase tag are 0 */
	DUPCQE_COPY_IN_RING,	      /* the same CQE came in `copy_distance` entries earlier */
	DUPCQE_WRONG_SQ,	      /* sq_id is not this queue's; pcie only, not if zeroed */
	DUPCQE_WRONG_PHASE,	      /* the phase tag is not the one that the driver waits for */
	DUPCQE_FINDINGS,
};

struct dupcqe_reading {
	uint32_t findings; /* 1 << enum dupcqe_finding */
	uint8_t behind;	   /* modulo 16. FRESH_DUPLICATE: 1, STALE: 2 to 15, 0 if it is not known */
	uint16_t copy_distance; /* COPY_IN_RING: 1 is the slot before the refused one */
	uint32_t copy_slot;	/* COPY_IN_RING: the slot of the nearest earlier copy */
	int copy_index;		/* its index in cqw; -1 if there is none */
};

/*
 * How an entry of the window stands to the refused one. Its phase tag tells, not its place: a
 * controller that has run ahead has already written the slots behind the head, in a small ring also
 * those before it.
 */
enum dupcqe_window_age {
	DUPCQE_WINDOW_EARLIER, /* came in before it, or was never written */
	DUPCQE_WINDOW_REFUSED,
	DUPCQE_WINDOW_NEXT,    /* written behind it, the driver has not processed it yet */
	DUPCQE_WINDOW_UNKNOWN, /* head or phase are absent */
};

/* The reading of event; always complete, findings is 0 if nothing can be said. */
void dupcqe_read(const struct dupcqe_event *event, struct dupcqe_reading *ret_reading);

static inline bool dupcqe_found(const struct dupcqe_reading *reading, enum dupcqe_finding finding)
{
	return reading->findings & UINT32_C(1) << finding;
}

/*
 * The four words of the refused CQE as they stand in the ring: from the event's fields, which are
 * what the driver acted upon, or from the window where the fields are not complete. Returns 0, or
 * -ENODATA if neither has them.
 */
int dupcqe_cqe_words(const struct dupcqe_event *event, uint32_t ret_words[DUPCQE_CQE_WORDS]);

/* The command id from its 16 bits in a ring: the only ones in the traced machine's byte order. */
uint16_t dupcqe_ring_cid(const struct dupcqe_event *event, uint16_t bits);

/* The slot of entry number index of cqw (0 to cqw_count - 1), or -1 if the event does not tell. */
int dupcqe_window_slot(const struct dupcqe_event *event, int index);

/* Of the entry number index of cqw. */
enum dupcqe_window_age dupcqe_window_age(const struct dupcqe_event *event, int index);

/* "fresh_duplicate": for JSON and other programs; never NULL for a finding. */
const char *dupcqe_finding_name(enum dupcqe_finding finding);

/* What the finding may mean, and what it does not: one sentence each, static. */
const char *dupcqe_finding_means(enum dupcqe_finding finding);

#endif
