// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include "events.h"

#define CQE(cid, phase)                                                                            \
	{                                                                                          \
		0, 0, 2 | 1 << 16, (cid) | (phase) << 16                                           \
	}

/*
 * A ring of 8 entries that QEMU's controller has executed once more: seven completions, of
 * generation 9 down to 3, stand behind the last good one, which is in slot 2.
 */
static const uint32_t lap[8][DUPCQE_CQE_WORDS] = {
	CQE(1 | 8 << 12, 0),
	CQE(1 | 7 << 12, 0),
	CQE(1 | 6 << 12, 0),
	CQE(1 | 5 << 12, 0),
	CQE(1 | 4 << 12, 1),
	CQE(1 | 3 << 12, 1),
	{0, 0, 3 | 1 << 16, 1 | 10 << 12},
	CQE(1 | 9 << 12, 0),
};

static const uint32_t write_sqe[DUPCQE_SQE_WORDS] = {
	0x90010001, 1, [6] = 0x0a0b4000, 0, 0x0a0b5000, 0, 0x800, 0, 0x40000007,
};

static void put_cqe(struct dupcqe_event *event, uint16_t cid)
{
	event->cid = cid;
	event->tag = cid & 0xfff;
	event->genctr = cid >> 12;
}

/* An old answer on a pcie queue of 8 entries; everything is known. */
static void stale(struct dupcqe_event *event)
{
	*event = (struct dupcqe_event){
		.has = DUPCQE_BIT(DUPCQE_FIELDS) - 1,
		.present = 0x7ff,
		.qid = 1,
		.reason = DUPCQE_STALE_GENERATION,
		.sq_head = 2,
		.sq_id = 1,
		.expected_genctr = 11,
		.rq_state = DUPCQE_RQ_IDLE,
		.rq_cid = 40961,
		.opcode = 1,
		.nsid = 1,
		.q_depth = 8,
		.q_flags = DUPCQE_Q_ENABLED,
		.sq_tail = 3,
		.last_sq_tail = 3,
		.cq_head = 3,
		.cq_phase = 0,
		.cq_vector = 1,
		.sq_dma = 0x65b7000,
		.cq_dma = 0x65b8000,
		.cqw_slot = 4,
		.cqw_count = 8,
		.sqe_slot = 1,
		.transport = "pcie",
		.addr = "0000:00:04.0",
	};
	put_cqe(event, 36865);
	memcpy(event->cqw, lap, sizeof(lap));
	memcpy(event->sqe, write_sqe, sizeof(write_sqe));
}

/* The last answer once more, right behind itself, with a status that says no. */
static void fresh(struct dupcqe_event *event)
{
	static const uint32_t twice[DUPCQE_CQE_WORDS] = {0, 0, 2 | 1 << 16, 40961 | 0x8004U << 16};

	stale(event);
	put_cqe(event, 40961);
	event->status = 0x8004;
	event->rq_state = DUPCQE_RQ_IN_FLIGHT;
	event->rq_cid = 45057;
	memcpy(event->cqw[6], twice, sizeof(twice));
	memcpy(event->cqw[7], twice, sizeof(twice));
	event->sqe[0] = 0xa0010001;
}

/* A large ring: 12 entries before the head, 3 behind it; the copy is of the lap before. */
static void large(struct dupcqe_event *event)
{
	uint32_t i;

	stale(event);
	event->q_depth = 1024;
	event->cq_head = 1021;
	event->cqw_slot = 1009;
	event->cqw_count = 16;
	event->cq_phase = 1;
	event->status = 1;
	event->result = 0x123456789abcULL;
	for (i = 0; i < 16; i++) {
		memcpy(event->cqw[i], (uint32_t[]){i, 0, 500 | 1 << 16, (0x2000 + i) | 1 << 16},
		       16);
		if (i > 12)
			event->cqw[i][3] &= ~(UINT32_C(1) << 16);
	}
	memcpy(event->cqw[12], (uint32_t[]){0x56789abc, 0x1234, 2 | 1 << 16, 36865 | 1 << 16}, 16);
	memcpy(event->cqw[14], (uint32_t[]){0x56789abc, 0x1234, 2 | 1 << 16, 36865 | 0 << 16}, 16);
	event->cqw[15][3] |= UINT32_C(1) << 16;
}

static void unknown_tag(struct dupcqe_event *event)
{
	const uint64_t request = DUPCQE_BIT(DUPCQE_EXPECTED_GENCTR) | DUPCQE_BIT(DUPCQE_RQ_STATE) |
				 DUPCQE_BIT(DUPCQE_RQ_CID) | DUPCQE_BIT(DUPCQE_OPCODE) |
				 DUPCQE_BIT(DUPCQE_NSID) | DUPCQE_BIT(DUPCQE_SQE);

	stale(event);
	event->has &= ~request;
	event->reason = DUPCQE_UNKNOWN_TAG;
	event->expected_genctr = event->rq_cid = event->opcode = event->nsid = 0;
	memset(event->sqe, 0, sizeof(event->sqe));
	memcpy(event->cqw[7], (uint32_t[]){0x6e6f7967, 0x6f632065, 0x645f6e69, 0x2060656d}, 16);
	event->sq_id = 0x645f;
	event->sq_head = 0x6e69;
	put_cqe(event, 0x656d);
	event->status = 0x2060;
	event->result = 0x6f6320656e6f7967ULL;
}

/* A late answer to a command that the host has cancelled: the generation was not counted. */
static void not_in_flight(struct dupcqe_event *event)
{
	stale(event);
	event->reason = DUPCQE_NOT_IN_FLIGHT;
	event->expected_genctr = 9;
	event->rq_state = DUPCQE_RQ_COMPLETE;
	event->rq_cid = 36865;
	event->opcode = 2;
	event->sqe[0] = 0x90010002;
}

/* The phase of memory that was cleared is a new entry's in every other lap. */
static void zeroed(struct dupcqe_event *event)
{
	stale(event);
	put_cqe(event, 0);
	event->sq_head = event->sq_id = 0;
	event->has &= ~DUPCQE_BIT(DUPCQE_SQE);
	memset(event->sqe, 0, sizeof(event->sqe));
	memset(event->cqw[6], 0, sizeof(event->cqw[6]));
	memset(event->cqw[7], 0, sizeof(event->cqw[7]));
	event->expected_genctr = 3;
	event->rq_cid = 0x3000;
	event->opcode = 0xc1;
	event->q_flags = 0x19;
}

/* The first patches of the series alone: no window of the rings. */
static void no_window(struct dupcqe_event *event)
{
	stale(event);
	event->has &= ~(DUPCQE_BIT(DUPCQE_CQW) | DUPCQE_BIT(DUPCQE_CQW_SLOT) |
			DUPCQE_BIT(DUPCQE_SQE) | DUPCQE_BIT(DUPCQE_SQE_SLOT));
	event->cqw_count = 0;
	event->cqw_slot = event->sqe_slot = 0;
	memset(event->cqw, 0, sizeof(event->cqw));
	memset(event->sqe, 0, sizeof(event->sqe));
}

/* A target that answers Connect twice, on the admin queue. */
static void tcp(struct dupcqe_event *event)
{
	const enum dupcqe_field known[] = {
		DUPCQE_CTRL_ID,	 DUPCQE_QID,	   DUPCQE_REASON,  DUPCQE_PRESENT,
		DUPCQE_CID,	 DUPCQE_RESULT,	   DUPCQE_SQ_HEAD, DUPCQE_SQ_ID,
		DUPCQE_STATUS,	 DUPCQE_TAG,	   DUPCQE_GENCTR,  DUPCQE_EXPECTED_GENCTR,
		DUPCQE_RQ_STATE, DUPCQE_RQ_CID,	   DUPCQE_OPCODE,  DUPCQE_NSID,
		DUPCQE_Q_DEPTH,	 DUPCQE_TRANSPORT, DUPCQE_ADDR,	   DUPCQE_TRSVCID,
	};
	size_t i;

	*event = (struct dupcqe_event){
		.ctrl_id = 2,
		.present = 7,
		.reason = DUPCQE_STALE_GENERATION,
		.status = 0x0182 << 1,
		.sq_head = 1,
		.expected_genctr = 1,
		.opcode = 0x7f,
		.nsid = 1,
		.q_depth = 32,
		.transport = "tcp",
		.addr = "fe80::1",
		.trsvcid = "4420",
	};
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		event->has |= DUPCQE_BIT(known[i]);
}

/* All that a probe on a kernel without the patches may have. */
static void least(struct dupcqe_event *event)
{
	*event = (struct dupcqe_event){.has = DUPCQE_BIT(DUPCQE_CID), .cid = 8224};
}

static void nothing(struct dupcqe_event *event)
{
	*event = (struct dupcqe_event){0};
}

/* A trace that somebody made up: values out of range, strings that would drive a terminal. */
static void hostile(struct dupcqe_event *event)
{
	stale(event);
	event->ctrl_id = INT32_MIN;
	event->reason = 200;
	event->rq_state = 77;
	event->genctr = 255;
	event->q_depth = UINT32_MAX;
	event->q_flags = UINT32_MAX;
	event->status = 0xffff;
	event->opcode = event->sqe[0] = 0xff;
	event->sqe[0] = 0xffffffff;
	event->sqe[9] = 0xffffffff;
	event->sq_dma = UINT64_MAX;
	strcpy(event->transport, "\x1b[2J\a\"'\\");
	strcpy(event->addr, "a\nb\xc3\xa4\xc3(\xed\xa0\x80\xf0\x9f\x98\x80\xff\x7f\xc2\x9b"
			    "2J");
	strcpy(event->trsvcid, "\t\xe2\x82");
}

const struct sample samples[] = {
	{"stale", stale},
	{"fresh", fresh},
	{"large", large},
	{"unknown-tag", unknown_tag},
	{"not-in-flight", not_in_flight},
	{"zeroed", zeroed},
	{"no-window", no_window},
	{"tcp", tcp},
	{"least", least},
	{"nothing", nothing},
	{"hostile", hostile},
	{NULL, NULL},
};

void sample_make(const char *name, struct dupcqe_event *event)
{
	const struct sample *sample;

	for (sample = samples; sample->name; sample++) {
		if (!strcmp(sample->name, name)) {
			sample->make(event);
			return;
		}
	}
	abort();
}
