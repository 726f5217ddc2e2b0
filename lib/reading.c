// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include "dupcqe/reading.h"

#define PHASE_IN_RING (UINT32_C(1) << 16) /* bit 0 of the status, in word 3 */
#define CQE_FIELDS                                                                                 \
	(DUPCQE_BIT(DUPCQE_RESULT) | DUPCQE_BIT(DUPCQE_SQ_HEAD) | DUPCQE_BIT(DUPCQE_SQ_ID) |       \
	 DUPCQE_BIT(DUPCQE_STATUS) | DUPCQE_BIT(DUPCQE_CID))

uint16_t dupcqe_ring_cid(const struct dupcqe_event *event, uint16_t bits)
{
	return event->big_endian ? bits << 8 | bits >> 8 : bits;
}

int dupcqe_cqe_words(const struct dupcqe_event *event, uint32_t ret_words[DUPCQE_CQE_WORDS])
{
	int hit = dupcqe_window_hit(event);

	if ((event->has & CQE_FIELDS) == CQE_FIELDS) {
		ret_words[0] = event->result;
		ret_words[1] = event->result >> 32;
		ret_words[2] = event->sq_head | (uint32_t)event->sq_id << 16;
		ret_words[3] = dupcqe_ring_cid(event, event->cid) | (uint32_t)event->status << 16;
		return 0;
	}
	if (hit < 0)
		return -ENODATA;
	memcpy(ret_words, event->cqw[hit], sizeof(event->cqw[hit]));
	return 0;
}

int dupcqe_window_slot(const struct dupcqe_event *event, int index)
{
	if (!dupcqe_has(event, DUPCQE_CQW_SLOT) || !dupcqe_has(event, DUPCQE_Q_DEPTH) ||
	    !event->q_depth)
		return -1;
	return (event->cqw_slot + (uint32_t)index) % event->q_depth;
}

/* Slots behind the head are due with this lap's phase, those before it with the next one's. */
enum dupcqe_window_age dupcqe_window_age(const struct dupcqe_event *event, int index)
{
	int slot = dupcqe_window_slot(event, index);
	bool due, phase;

	if (index == dupcqe_window_hit(event))
		return DUPCQE_WINDOW_REFUSED;
	if (slot < 0 || !dupcqe_has(event, DUPCQE_CQ_PHASE) || !dupcqe_has(event, DUPCQE_CQ_HEAD))
		return DUPCQE_WINDOW_UNKNOWN;
	due = (event->cq_phase & 1) ^ (slot < event->cq_head);
	phase = event->cqw[index][3] & PHASE_IN_RING;
	return phase == due ? DUPCQE_WINDOW_NEXT : DUPCQE_WINDOW_EARLIER;
}

static bool same_cqe(const uint32_t *a, const uint32_t *b)
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && !((a[3] ^ b[3]) & ~PHASE_IN_RING);
}

/* By how many entries did entry index come in before the refused one? Behind it: in the last lap.
 */
static uint32_t entries_earlier(const struct dupcqe_event *event, int hit, int index)
{
	return index < hit ? (uint32_t)(hit - index) : event->q_depth - (uint32_t)(index - hit);
}

static void find_copy(const struct dupcqe_event *event, const uint32_t *cqe,
		      struct dupcqe_reading *reading)
{
	int hit = dupcqe_window_hit(event), index;
	uint32_t distance, nearest = UINT16_MAX + 1;

	for (index = 0; hit >= 0 && index < event->cqw_count; index++) {
		if (dupcqe_window_age(event, index) != DUPCQE_WINDOW_EARLIER ||
		    !same_cqe(event->cqw[index], cqe))
			continue;
		distance = entries_earlier(event, hit, index);
		if (distance >= nearest)
			continue;
		nearest = distance;
		reading->findings |= 1 << DUPCQE_COPY_IN_RING;
		reading->copy_index = index;
		reading->copy_distance = distance;
		reading->copy_slot = dupcqe_window_slot(event, index);
	}
}

/* A zeroed entry is like every slot that was never written: those are no copies of it. */
static void read_cqe(const struct dupcqe_event *event, struct dupcqe_reading *reading)
{
	static const uint32_t zeroes[DUPCQE_CQE_WORDS];
	uint32_t cqe[DUPCQE_CQE_WORDS];

	if (dupcqe_cqe_words(event, cqe))
		return;
	if (same_cqe(cqe, zeroes))
		reading->findings |= 1 << DUPCQE_ZEROED;
	else
		find_copy(event, cqe, reading);
}

static uint32_t generation_findings(const struct dupcqe_event *event, uint8_t *behind)
{
	if (dupcqe_has(event, DUPCQE_GENCTR) && dupcqe_has(event, DUPCQE_EXPECTED_GENCTR))
		*behind = (event->expected_genctr - event->genctr) & 15;
	return 1 << (*behind == 1 ? DUPCQE_FRESH_DUPLICATE : DUPCQE_STALE);
}

static uint32_t reason_findings(const struct dupcqe_event *event, uint8_t *behind)
{
	if (!dupcqe_has(event, DUPCQE_REASON))
		return 0;
	switch (event->reason) {
	case DUPCQE_UNKNOWN_TAG:
		return 1 << DUPCQE_TAG_NEVER_USED;
	case DUPCQE_STALE_GENERATION:
		return generation_findings(event, behind);
	case DUPCQE_NOT_IN_FLIGHT:
		return 1 << DUPCQE_REQUEST_NOT_IN_FLIGHT;
	default:
		return 0;
	}
}

/* Only nvme-pci has one submission queue for each completion queue, of the same number. */
static bool wrong_sq(const struct dupcqe_event *event)
{
	return dupcqe_has(event, DUPCQE_TRANSPORT) && !strcmp(event->transport, "pcie") &&
	       dupcqe_has(event, DUPCQE_QID) && dupcqe_has(event, DUPCQE_SQ_ID) &&
	       event->sq_id != event->qid;
}

static bool wrong_phase(const struct dupcqe_event *event)
{
	return dupcqe_has(event, DUPCQE_STATUS) && dupcqe_has(event, DUPCQE_CQ_PHASE) &&
	       (event->status & 1) != (event->cq_phase & 1);
}

void dupcqe_read(const struct dupcqe_event *event, struct dupcqe_reading *ret_reading)
{
	*ret_reading = (struct dupcqe_reading){.copy_index = -1};
	ret_reading->findings = reason_findings(event, &ret_reading->behind);
	read_cqe(event, ret_reading);
	if (wrong_sq(event) && !dupcqe_found(ret_reading, DUPCQE_ZEROED))
		ret_reading->findings |= 1 << DUPCQE_WRONG_SQ;
	if (wrong_phase(event))
		ret_reading->findings |= 1 << DUPCQE_WRONG_PHASE;
}
