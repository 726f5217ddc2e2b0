// SPDX-License-Identifier: GPL-2.0-or-later
/* Which entries are shown. */
#include "rings.h"

enum { SHOWN = DUPCQE_WINDOW_CQES };

static struct slots window(const struct ring *ring, bool all, uint32_t first)
{
	if (all || ring->depth <= SHOWN)
		return (struct slots){ all ? 0 : first % ring->depth, ring->depth };
	return (struct slots){ first % ring->depth, SHOWN };
}

/* As in the event's own window. */
struct slots cq_slots(const struct rings_view *view)
{
	const struct ring *cq = &view->rings->cq;
	uint32_t before = cq->depth <= SHOWN ? cq->depth - 1 : DUPCQE_WINDOW_BEFORE;

	return window(cq, view->all, view->rings->event.cq_head + cq->depth - (before < cq->depth ? before : 0));
}

/* The youngest ones, or the one that is looked for. */
struct slots sq_slots(const struct rings_view *view)
{
	const struct rings *rings = view->rings;
	uint32_t depth = rings->sq.depth, last = rings->sqe_slot < 0 ? 0 : rings->sqe_slot + 1;

	if (dupcqe_has(&rings->event, DUPCQE_SQ_TAIL))
		last = rings->event.sq_tail % depth;
	return window(&rings->sq, view->all, last + depth - (depth <= SHOWN ? depth : SHOWN));
}
