// SPDX-License-Identifier: GPL-2.0-or-later
/* The path of a hit: from the ring of its CPU to the caller. */
#include <errno.h>
#include <string.h>
#include "journal.h"
#include "source_state.h"

struct reading {
	struct source *source;
	struct source_ring *ring;
};

/* In the account only when the caller has had it: what a crash cuts off counts as lost. */
static void hand_on(void *context, struct hit *hit)
{
	struct reading *reading = context;
	struct source *source = reading->source;

	hit->cpu = reading->ring->cpu;
	if (source->other_clock)
		hit->trace_ns = 0;
	identity_get(source->identity, &hit->event, &hit->identity);
	source->calls.hit(source->calls.context, hit);
	reading->ring->account->hits++;
}

static void tell_suppressed(struct source *source, struct source_ring *ring, uint64_t count)
{
	ring->account->suppressed += count;
	source_probe_limited(&source->probe);
	source->calls.suppressed(source->calls.context, count);
}

/* Returns the number of records, or -errno. A page without any record is still progress: 1. */
static int read_page(struct source *source, struct source_ring *ring)
{
	struct reading reading = { source, ring };
	struct source_event_page page;
	int got = source_ring_read(ring, source->page, source->event.page_size);

	if (got <= 0)
		return got;
	page = source_event_page(&source->event, source->page, &ring->note, &source->hit, hand_on, &reading);
	ring->account->undecodable += page.undecodable;
	ring->account->beside += page.beside;
	if (page.suppressed)
		tell_suppressed(source, ring, page.suppressed);
	return page.records ? (int)page.records : 1;
}

int source_settle(struct source *source, struct source_ring *ring)
{
	struct source_ring_stats stats;
	uint64_t lost;
	int err = source_ring_stats(ring, source->hits.folder, &stats);

	if (err)
		return err;
	lost = source_account_settle(ring->account, &stats);
	if (!lost)
		return 0;
	/* the hit that it was about may be among them */
	memset(&ring->note, 0, sizeof(ring->note));
	source->calls.lost(source->calls.context, lost);
	return 0;
}

/* One page of each ring, then the next one of each: no CPU's storm hides another CPU's only hit. */
static int read_turns(struct source *source, const uint32_t *rings, unsigned int count)
{
	int got, round, budget = SOURCE_BUDGET;
	unsigned int i;

	do {
		for (round = 0, i = 0; i < count; i++) {
			got = read_page(source, &source->rings[rings[i]]);
			if (got < 0)
				return got;
			round += got;
		}
		budget -= round;
	} while (round && budget > 0);
	return 0;
}

int source_read(struct source *source, const uint32_t *rings, unsigned int count)
{
	unsigned int i;
	int err;

	if (count)
		identity_refresh(source->identity);
	err = read_turns(source, rings, count);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot read trace instance '%s': %s",
			       source->hits.path, strerror(-err));
	/* what cannot be settled now (no file descriptor left) is the next time, it adds up */
	for (i = 0; i < count; i++)
		source_settle(source, &source->rings[rings[i]]);
	return err;
}
