/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring buffer of one CPU: its raw pages, and the kernel's own counters of it. */
#ifndef NVME_DUPCQED_SOURCE_RING_H
#define NVME_DUPCQED_SOURCE_RING_H

#include <stddef.h>
#include <stdint.h>
#include "dupcqe/note.h"

/*
 * What became of the ring's records since the instance was made; it may outlive the daemon
 * (source_ledger.h). Each change is one store, so that SIGKILL at any moment leaves a true account: a
 * record that is taken out of the ring and not in it yet is found missing by the next settling.
 */
struct source_account {
	uint64_t hits;	      /* handed on */
	uint64_t undecodable;
	uint64_t beside;      /* of a probe: no hits, and understood */
	uint64_t suppressed;  /* of a probe: no records, but hits that a rate-limited kernel kept to itself: lost */
	uint64_t stolen;      /* taken out and never handed on: lost */
	uint64_t dropped;     /* what the kernel says it lost */
	/* the kernel's counters began anew when these were accounted for; may be below 0 */
	uint64_t read_base, dropped_base;
};

struct source_ring {
	int cpu;
	int fd; /* -1: this CPU has never been online */
	struct source_account *account;
	struct dupcqe_note note; /* what a probe said last on this CPU */
};

struct source_ring_stats {
	uint64_t waiting; /* not read yet */
	uint64_t read;
	uint64_t lost; /* overwritten, dropped, or lost to a storm within an interrupt */
};

/* Open the ring of ring->cpu. -ENODEV if the CPU has never been online: it has none yet. */
int source_ring_open(struct source_ring *ring, int instance);
void source_ring_close(struct source_ring *ring);

/* Take the next page, size bytes. Returns 1, 0 if there is nothing to read, or -errno. */
int source_ring_read(struct source_ring *ring, void *page, size_t size);

int source_ring_stats(const struct source_ring *ring, int instance,
		      struct source_ring_stats *ret_stats);

/*
 * How many more records were lost since the last time, in the kernel's words `stats`: what it says
 * it lost, and what was taken out but never handed on (a daemon that was killed, somebody else who
 * read this ring). All that was read has to be in the account. The counters start again when the
 * kernel empties the ring, which it does when the event goes.
 */
uint64_t source_account_settle(struct source_account *account, const struct source_ring_stats *stats);

/* The kernel's counters are `stats`, and what they say so far is accounted for. */
void source_account_begin(struct source_account *account, const struct source_ring_stats *stats);

#endif
