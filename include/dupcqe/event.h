/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model: one refused completion queue entry (CQE), as the trace event nvme:nvme_dup_cqe
 * reports it. docs/event-abi.md is the reference of the fields, their source is
 * kernel-patch/7.3 (drivers/nvme/host/trace.h).
 *
 * A plain value: it owns nothing and points nowhere, so it can be copied and kept. Numbers are in the
 * byte order of this machine. No type of any trace library appears here.
 */
#ifndef DUPCQE_EVENT_H
#define DUPCQE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* One for each field of the event, in the order of its record: the bits of dupcqe_event.has. */
enum dupcqe_field {
	DUPCQE_RESULT,
	DUPCQE_SQ_DMA,
	DUPCQE_CQ_DMA,
	DUPCQE_CTRL_ID,
	DUPCQE_Q_DEPTH,
	DUPCQE_Q_FLAGS,
	DUPCQE_NSID,
	DUPCQE_PRESENT,
	DUPCQE_QID,
	DUPCQE_CID,
	DUPCQE_SQ_HEAD,
	DUPCQE_SQ_ID,
	DUPCQE_STATUS,
	DUPCQE_TAG,
	DUPCQE_SQ_TAIL,
	DUPCQE_LAST_SQ_TAIL,
	DUPCQE_CQ_HEAD,
	DUPCQE_CQ_VECTOR,
	DUPCQE_RQ_CID,
	DUPCQE_CQW_SLOT,
	DUPCQE_SQE_SLOT,
	DUPCQE_CQ_PHASE,
	DUPCQE_REASON,
	DUPCQE_GENCTR,
	DUPCQE_EXPECTED_GENCTR,
	DUPCQE_RQ_STATE,
	DUPCQE_OPCODE,
	DUPCQE_CQW,
	DUPCQE_SQE,
	DUPCQE_TRANSPORT,
	DUPCQE_ADDR,
	DUPCQE_TRSVCID,
	DUPCQE_FIELDS,
};

/* Values of the field reason: enum nvme_dup_cqe_reason of drivers/nvme/host/trace.h. */
enum dupcqe_reason {
	DUPCQE_UNKNOWN_TAG = 1,
	DUPCQE_STALE_GENERATION = 2,
	DUPCQE_NOT_IN_FLIGHT = 3,
};

/* Values of the field rq_state: enum mq_rq_state of include/linux/blk-mq.h. */
enum dupcqe_rq_state {
	DUPCQE_RQ_IDLE = 0,
	DUPCQE_RQ_IN_FLIGHT = 1,
	DUPCQE_RQ_COMPLETE = 2,
};

/* Bits of the field q_flags: NVMEQ_* of drivers/nvme/host/pci.c. */
enum dupcqe_q_flags {
	DUPCQE_Q_ENABLED = 1 << 0,
	DUPCQE_Q_SQ_CMB = 1 << 1,
	DUPCQE_Q_DELETE_ERROR = 1 << 2,
	DUPCQE_Q_POLLED = 1 << 3,
};

/* Who made the record. */
enum dupcqe_source {
	DUPCQE_FROM_EVENT, /* the driver's own trace event */
	DUPCQE_FROM_PROBE, /* a probe on a kernel without it: dupcqe/probe.h */
};

enum {
	DUPCQE_CQE_WORDS = 4,		/* 16 bytes, NVMe base specification 2.0, 3.3.3.2 */
	DUPCQE_SQE_WORDS = 16,		/* 64 bytes, 3.3.3.1 */
	DUPCQE_WINDOW_CQES = 16,	/* the most that the event carries */
	DUPCQE_WINDOW_BEFORE = 12,	/* entries before the refused one, in a ring that has as many */
};

struct dupcqe_event {
	uint64_t has;		/* DUPCQE_BIT() of each field that is valid; the others are 0 or "" */

	uint64_t result;	/* CQE DW0 and DW1 */
	uint64_t sq_dma;	/* bus address of the submission ring */
	uint64_t cq_dma;	/* bus address of the completion ring */
	int32_t ctrl_id;	/* instance: 0 for nvme0 */
	uint32_t q_depth;	/* entries */
	uint32_t q_flags;	/* enum dupcqe_q_flags */
	uint32_t nsid;
	uint16_t present;	/* the event's own mask, docs/event-abi.md */
	uint16_t qid;		/* 0: admin */
	uint16_t cid;		/* Command Identifier of the CQE */
	uint16_t sq_head;	/* CQE DW2 15:0 */
	uint16_t sq_id;		/* CQE DW2 31:16, as the CQE claims */
	uint16_t status;	/* CQE DW3 31:16: the phase tag is bit 0 */
	uint16_t tag;		/* bits 11:0 of cid */
	uint16_t sq_tail;	/* slot */
	uint16_t last_sq_tail;	/* slot */
	uint16_t cq_head;	/* slot of the refused CQE */
	uint16_t cq_vector;
	uint16_t rq_cid;	/* command id that the request of this tag was issued with last */
	uint16_t cqw_slot;	/* slot of the first entry of cqw */
	uint16_t sqe_slot;	/* slot of sqe */
	uint8_t cq_phase;	/* phase tag of a new entry in this lap */
	uint8_t reason;		/* enum dupcqe_reason */
	uint8_t genctr;		/* 0 to 15: bits 15:12 of cid */
	uint8_t expected_genctr; /* 0 to 15 */
	uint8_t rq_state;	/* enum dupcqe_rq_state */
	uint8_t opcode;

	uint8_t cqw_count;	/* whole CQEs in cqw, 0 to DUPCQE_WINDOW_CQES */
	bool cqw_cut;		/* the record claims more CQEs than it holds: cut short, or a lie */
	uint8_t source;		/* enum dupcqe_source */
	char proof[16];		/* probe: the registers that proved to hold the queue and the entry, "bx bp"; "" if none did */
	uint64_t cqes;		/* probe: where the kernel has the completion ring, for dupcqe_note_join(); 0: not known */
	bool big_endian;	/* the record comes from a machine of that byte order */
	uint32_t cqw[DUPCQE_WINDOW_CQES][DUPCQE_CQE_WORDS];	/* oldest first */
	uint32_t sqe[DUPCQE_SQE_WORDS];
	char transport[16];	/* "pcie", "tcp", ... ; longer ones are cut */
	char addr[128];		/* bus address, or traddr of a fabrics controller */
	char trsvcid[32];
};

#define DUPCQE_BIT(field) (UINT64_C(1) << (field))

static inline bool dupcqe_has(const struct dupcqe_event *event, enum dupcqe_field field)
{
	return event->has & DUPCQE_BIT(field);
}

/*
 * The index in cqw of the entry that was refused; -1 if the window is absent or does not reach that far.
 * The slots tell; without them the rule of docs/event-abi.md does, which counts on a whole window.
 */
static inline int dupcqe_window_hit(const struct dupcqe_event *event)
{
	const uint64_t slots =
		DUPCQE_BIT(DUPCQE_Q_DEPTH) | DUPCQE_BIT(DUPCQE_CQ_HEAD) | DUPCQE_BIT(DUPCQE_CQW_SLOT);
	uint32_t hit = DUPCQE_WINDOW_BEFORE;

	if (!dupcqe_has(event, DUPCQE_CQW))
		return -1;
	if ((event->has & slots) == slots && event->q_depth)
		hit = (event->cq_head + event->q_depth - event->cqw_slot) % event->q_depth;
	else if (event->cqw_count <= DUPCQE_WINDOW_BEFORE && !event->cqw_cut)
		hit = event->cqw_count - 1u;
	return hit < event->cqw_count ? (int)hit : -1;
}

#endif
