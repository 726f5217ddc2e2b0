// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dupcqe/reading.h"
#include "rings.h"

enum { PAGE = 4096, CID_MASK = 0xffff };

uint32_t ring_word(const struct ring *ring, uint32_t slot, unsigned int index)
{
	const uint8_t *at = ring->bytes + (size_t)slot * ring->entry_bytes + 4 * index;

	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static void mark_missing(struct ring *ring, size_t from, size_t count)
{
	uint32_t slot;

	for (slot = from / ring->entry_bytes; slot <= (from + count - 1) / ring->entry_bytes; slot++)
		ring->missing[slot] = true;
}

static void tell(struct dump *dump, struct ring *ring, uint64_t address)
{
	if (ring->err == -ENXIO)
		snprintf(ring->why, sizeof(ring->why), "0x%" PRIx64 " is not memory of the machine", address);
	else if (ring->err == -ENODATA)
		snprintf(ring->why, sizeof(ring->why),
			 "0x%" PRIx64 " is not in the dump: it is no memory of the machine, "
			 "was left out, or the file is cut short",
			 address);
	else
		snprintf(ring->why, sizeof(ring->why), "cannot read 0x%" PRIx64 ": %s", address, dump_why(dump));
}

/* By pages, as those are what a dump has or has not. */
static void read_pages(struct dump *dump, struct ring *ring, size_t bytes)
{
	size_t done, count;
	bool any = false;
	int err;

	for (done = 0; done < bytes; done += count) {
		count = PAGE - (ring->address + done) % PAGE;
		if (count > bytes - done)
			count = bytes - done;
		err = dump_read(dump, ring->address + done, ring->bytes + done, count);
		any |= !err;
		if (!err)
			continue;
		mark_missing(ring, done, count);
		ring->err = err;
		tell(dump, ring, ring->address + done);
	}
	if (any)
		ring->err = 0;
}

static int read_ring(struct dump *dump, struct ring *ring)
{
	size_t bytes = (size_t)ring->depth * ring->entry_bytes;

	if (ring->address + bytes < ring->address) {
		ring->err = -ENXIO;
		tell(dump, ring, ring->address);
		return 0;
	}
	ring->bytes = calloc(1, bytes);
	ring->missing = calloc(ring->depth, sizeof(*ring->missing));
	if (!ring->bytes || !ring->missing)
		return -ENOMEM;
	read_pages(dump, ring, bytes);
	if (!ring->err)
		return 0;
	free(ring->bytes);
	ring->bytes = NULL;
	return 0;
}

/* Does the entry hold what the line says of it? A field that the line does not have speaks against nothing. */
static bool is_refused(const struct dupcqe_event *event, const uint32_t *words)
{
	const struct {
		enum dupcqe_field field;
		uint64_t said, found;
	} parts[] = {
		{ DUPCQE_RESULT, event->result, words[0] | (uint64_t)words[1] << 32 },
		{ DUPCQE_SQ_HEAD, event->sq_head, words[2] & 0xffff },
		{ DUPCQE_SQ_ID, event->sq_id, words[2] >> 16 },
		{ DUPCQE_CID, event->cid, dupcqe_ring_cid(event, words[3] & CID_MASK) },
		{ DUPCQE_STATUS, event->status, words[3] >> 16 },
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (dupcqe_has(event, parts[i].field) && parts[i].said != parts[i].found)
			return false;
	return true;
}

static void copy_cqe(const struct ring *cq, uint32_t slot, uint32_t ret_words[DUPCQE_CQE_WORDS])
{
	int i;

	for (i = 0; i < DUPCQE_CQE_WORDS; i++)
		ret_words[i] = ring_word(cq, slot, i);
}

/* As the driver takes it: docs/event-abi.md. The window ends before an entry that is not in the dump. */
static void fill_window(struct rings *rings)
{
	struct dupcqe_event *event = &rings->event;
	uint32_t depth = rings->cq.depth, slot;
	uint32_t count = depth < DUPCQE_WINDOW_CQES ? depth : DUPCQE_WINDOW_CQES;
	uint32_t before = count <= DUPCQE_WINDOW_BEFORE ? count - 1 : DUPCQE_WINDOW_BEFORE, i;

	event->cqw_slot = (event->cq_head + depth - before) % depth;
	for (i = 0; i < count; i++) {
		slot = (event->cqw_slot + i) % depth;
		if (rings->cq.missing[slot])
			break;
		copy_cqe(&rings->cq, slot, event->cqw[i]);
	}
	event->cqw_count = i;
	event->has |= DUPCQE_BIT(DUPCQE_CQW) | DUPCQE_BIT(DUPCQE_CQW_SLOT);
}

/* What the driver took for a new entry has the phase of a new entry. */
static void use_head(struct rings *rings)
{
	struct dupcqe_event *event = &rings->event;
	uint32_t words[DUPCQE_CQE_WORDS];

	if (!rings->cq.bytes || rings->cq.missing[event->cq_head])
		return;
	copy_cqe(&rings->cq, event->cq_head, words);
	rings->at_head = is_refused(event, words);
	if (!rings->at_head)
		return;
	if (!dupcqe_has(event, DUPCQE_CQ_PHASE)) {
		event->cq_phase = words[3] >> 16 & 1;
		event->has |= DUPCQE_BIT(DUPCQE_CQ_PHASE);
	}
	if (!dupcqe_has(event, DUPCQE_CID)) {
		event->cid = dupcqe_ring_cid(event, words[3] & CID_MASK);
		event->has |= DUPCQE_BIT(DUPCQE_CID);
	}
	fill_window(rings);
}

static bool carries(const struct rings *rings, uint32_t slot)
{
	const struct ring *sq = &rings->sq;
	uint32_t i, any = 0;

	if (sq->missing[slot] || dupcqe_ring_cid(&rings->event, ring_word(sq, slot, 0) >> 16) != rings->event.cid)
		return false;
	for (i = 0; i < DUPCQE_SQE_WORDS; i++)
		any |= ring_word(sq, slot, i);
	return any;
}

/* Backwards from the tail: the youngest. Where the tail is not known, only if there is one alone. */
static int find_sqe(const struct rings *rings)
{
	uint32_t depth = rings->sq.depth, i, slot;
	bool tail = dupcqe_has(&rings->event, DUPCQE_SQ_TAIL);
	int found = -1;

	for (i = 1; i <= depth; i++) {
		slot = (rings->event.sq_tail % depth + depth - i) % depth;
		if (!carries(rings, slot))
			continue;
		if (tail)
			return (int)slot;
		if (found >= 0)
			return -1;
		found = (int)slot;
	}
	return found;
}

static void use_sqe(struct rings *rings)
{
	struct dupcqe_event *event = &rings->event;
	int i;

	if (!rings->sq.bytes || !dupcqe_has(event, DUPCQE_CID))
		return;
	rings->sqe_slot = find_sqe(rings);
	if (rings->sqe_slot < 0)
		return;
	event->sqe_slot = rings->sqe_slot;
	for (i = 0; i < DUPCQE_SQE_WORDS; i++)
		event->sqe[i] = ring_word(&rings->sq, rings->sqe_slot, i);
	event->has |= DUPCQE_BIT(DUPCQE_SQE) | DUPCQE_BIT(DUPCQE_SQE_SLOT);
}

int rings_read(struct dump *dump, const struct dupcqe_event *event, uint32_t sqe_bytes, struct rings *ret_rings)
{
	int err;

	*ret_rings = (struct rings){ .event = *event, .sqe_slot = -1 };
	ret_rings->event.big_endian = dump_is_big_endian(dump);
	ret_rings->cq = (struct ring){ .address = event->cq_dma, .depth = event->q_depth, .entry_bytes = CQE_BYTES };
	ret_rings->sq = (struct ring){ .address = event->sq_dma, .depth = event->q_depth, .entry_bytes = sqe_bytes };
	snprintf(ret_rings->sq.why, sizeof(ret_rings->sq.why), "where it is, is not known");
	err = read_ring(dump, &ret_rings->cq);
	if (!err && dupcqe_has(event, DUPCQE_SQ_DMA))
		err = read_ring(dump, &ret_rings->sq);
	if (err)
		return err;
	use_head(ret_rings);
	use_sqe(ret_rings);
	return 0;
}

bool rings_look_right(const struct rings *rings)
{
	const struct ring *cq = &rings->cq;
	uint32_t slot, words[DUPCQE_CQE_WORDS];

	if (!cq->bytes || !dupcqe_has(&rings->event, DUPCQE_QID))
		return true;
	for (slot = 0; slot < cq->depth; slot++) {
		if (cq->missing[slot])
			continue;
		copy_cqe(cq, slot, words);
		if (words[2] >> 16 == rings->event.qid && (words[0] | words[1] | words[2] | words[3]))
			return true;
	}
	return false;
}

void rings_free(struct rings *rings)
{
	free(rings->cq.bytes);
	free(rings->cq.missing);
	free(rings->sq.bytes);
	free(rings->sq.missing);
}
