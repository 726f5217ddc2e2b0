// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An address is that of the refused entry if it is where the queue, which has proved itself, has its entry at the head;
 * and what stands there has to have the command id and the queue that the driver's message has.
 */
#include <endian.h>
#include <string.h>
#include "decode_entry.h"

enum {
	CQE_BYTES = 4 * DUPCQE_CQE_WORDS,
	BEFORE = DUPCQE_WINDOW_BEFORE,
	BEHIND = DUPCQE_WINDOW_CQES - DUPCQE_WINDOW_BEFORE - 1,
};

/* The ring is little endian; only the command id is opaque to the controller, and so as the host wrote it. */
static uint32_t ring_word(const uint8_t *window, unsigned int word)
{
	uint32_t value;

	memcpy(&value, window + 4 * word, sizeof(value));
	return le32toh(value);
}

static uint16_t ring_cid(const uint8_t *cqe, bool big_endian)
{
	uint16_t cid = ring_word(cqe, 3);

	return big_endian ? (uint16_t)(cid << 8 | cid >> 8) : cid;
}

bool dupcqe_entry_is_at(uint64_t at, const struct dupcqe_event *event)
{
	return event->cqes && at == event->cqes + (uint64_t)CQE_BYTES * event->cq_head;
}

static bool is_refused(uint64_t at, const uint8_t *cqe, const struct dupcqe_event *event)
{
	return dupcqe_has(event, DUPCQE_CQ_HEAD) && dupcqe_has(event, DUPCQE_Q_DEPTH) &&
	       dupcqe_has(event, DUPCQE_SQ_ID) && dupcqe_entry_is_at(at, event) &&
	       ring_cid(cqe, event->big_endian) == event->cid && ring_word(cqe, 2) >> 16 == event->sq_id;
}

static void take_cqe(const uint8_t *cqe, struct dupcqe_event *event)
{
	event->result = ring_word(cqe, 0) | (uint64_t)ring_word(cqe, 1) << 32;
	event->sq_head = ring_word(cqe, 2);
	event->status = ring_word(cqe, 3) >> 16;
	event->has |= DUPCQE_BIT(DUPCQE_RESULT) | DUPCQE_BIT(DUPCQE_SQ_HEAD) | DUPCQE_BIT(DUPCQE_STATUS);
}

/* Only what is in the ring: unlike the driver's event, a probe cannot go on at its other end. */
static void take_window(const uint8_t *window, struct dupcqe_event *event)
{
	unsigned int head = event->cq_head, before = head < BEFORE ? head : BEFORE, left = event->q_depth - 1 - head;
	unsigned int count = before + 1 + (left < BEHIND ? left : BEHIND), i;
	const uint8_t *from = window + CQE_BYTES * (BEFORE - before);

	for (i = 0; i < DUPCQE_CQE_WORDS * count; i++)
		event->cqw[i / DUPCQE_CQE_WORDS][i % DUPCQE_CQE_WORDS] = ring_word(from, i);
	event->cqw_count = count;
	event->cqw_slot = head - before;
	event->has |= DUPCQE_BIT(DUPCQE_CQW) | DUPCQE_BIT(DUPCQE_CQW_SLOT);
}

static void take_alone(const uint8_t *cqe, struct dupcqe_event *event)
{
	int i;

	for (i = 0; i < DUPCQE_CQE_WORDS; i++)
		event->cqw[0][i] = ring_word(cqe, i);
	event->cqw_count = 1;
	event->cqw_slot = event->cq_head;
	event->has |= DUPCQE_BIT(DUPCQE_CQW) | DUPCQE_BIT(DUPCQE_CQW_SLOT);
}

void dupcqe_entry_proof(struct dupcqe_event *event, const char *name)
{
	size_t length = strlen(event->proof);

	if (length + strlen(name) + 2 > sizeof(event->proof))
		return;
	if (length)
		event->proof[length++] = ' ';
	strcpy(event->proof + length, name);
}

bool dupcqe_entry_window(const struct dupcqe_record *record, const struct dupcqe_register *reg, uint64_t *ret_at,
			 struct dupcqe_span *ret_window)
{
	struct dupcqe_place place = reg->place[DUPCQE_THROUGH_CQW];
	struct dupcqe_span window;

	if (!place.size || !dupcqe_record_has(record, reg->value, ret_at) ||
	    !dupcqe_record_span(record, place, &window) || window.inside < window.size)
		return false;
	*ret_window = window;
	return true;
}

bool dupcqe_entry_take(uint64_t at, const struct dupcqe_span *window, const char *name, struct dupcqe_event *event)
{
	bool alone = window->size == CQE_BYTES;
	const uint8_t *cqe = window->at + (alone ? 0 : CQE_BYTES * BEFORE);

	if (!is_refused(at, cqe, event) || event->cq_head >= event->q_depth)
		return false;
	dupcqe_entry_proof(event, name);
	take_cqe(cqe, event);
	if (alone)
		take_alone(cqe, event);
	else
		take_window(window->at, event);
	return true;
}
