// SPDX-License-Identifier: LGPL-2.1-or-later
/* The fields of the model. Apart from the decoding, so that who only formats need not have libtraceevent. */
#include <stddef.h>
#include "decode_fields.h"

#define SIZE(member)		 sizeof(((struct dupcqe_event *)0)->member)
#define PLACE(member)		 offsetof(struct dupcqe_event, member), SIZE(member)
#define WANT(kind, member, gate) #member, kind, PLACE(member), gate

const struct dupcqe_want dupcqe_wants[DUPCQE_FIELDS] = {
	[DUPCQE_RESULT] = { WANT(DUPCQE_UNSIGNED, result, 0) },
	[DUPCQE_SQ_DMA] = { WANT(DUPCQE_UNSIGNED, sq_dma, 0x100) },
	[DUPCQE_CQ_DMA] = { WANT(DUPCQE_UNSIGNED, cq_dma, 0x100) },
	[DUPCQE_CTRL_ID] = { WANT(DUPCQE_SIGNED, ctrl_id, 0) },
	[DUPCQE_Q_DEPTH] = { WANT(DUPCQE_UNSIGNED, q_depth, 0x004) },
	[DUPCQE_Q_FLAGS] = { WANT(DUPCQE_UNSIGNED, q_flags, 0x080) },
	[DUPCQE_NSID] = { WANT(DUPCQE_UNSIGNED, nsid, 0x002) },
	[DUPCQE_PRESENT] = { WANT(DUPCQE_BITS, present, 0) },
	[DUPCQE_QID] = { WANT(DUPCQE_UNSIGNED, qid, 0) },
	[DUPCQE_CID] = { WANT(DUPCQE_UNSIGNED, cid, 0) },
	[DUPCQE_SQ_HEAD] = { WANT(DUPCQE_UNSIGNED, sq_head, 0) },
	[DUPCQE_SQ_ID] = { WANT(DUPCQE_UNSIGNED, sq_id, 0) },
	[DUPCQE_STATUS] = { WANT(DUPCQE_UNSIGNED, status, 0) },
	[DUPCQE_TAG] = { WANT(DUPCQE_UNSIGNED, tag, 0) },
	[DUPCQE_SQ_TAIL] = { WANT(DUPCQE_UNSIGNED, sq_tail, 0x008) },
	[DUPCQE_LAST_SQ_TAIL] = { WANT(DUPCQE_UNSIGNED, last_sq_tail, 0x010) },
	[DUPCQE_CQ_HEAD] = { WANT(DUPCQE_UNSIGNED, cq_head, 0x020) },
	[DUPCQE_CQ_VECTOR] = { WANT(DUPCQE_UNSIGNED, cq_vector, 0x040) },
	[DUPCQE_RQ_CID] = { WANT(DUPCQE_UNSIGNED, rq_cid, 0x002) },
	[DUPCQE_CQW_SLOT] = { WANT(DUPCQE_UNSIGNED, cqw_slot, 0x200) },
	[DUPCQE_SQE_SLOT] = { WANT(DUPCQE_UNSIGNED, sqe_slot, 0x400) },
	[DUPCQE_CQ_PHASE] = { WANT(DUPCQE_UNSIGNED, cq_phase, 0x020) },
	[DUPCQE_REASON] = { WANT(DUPCQE_UNSIGNED, reason, 0) },
	[DUPCQE_GENCTR] = { WANT(DUPCQE_UNSIGNED, genctr, 0) },
	[DUPCQE_EXPECTED_GENCTR] = { WANT(DUPCQE_UNSIGNED, expected_genctr, 0x001) },
	[DUPCQE_RQ_STATE] = { WANT(DUPCQE_UNSIGNED, rq_state, 0x001) },
	[DUPCQE_OPCODE] = { WANT(DUPCQE_UNSIGNED, opcode, 0x002) },
	[DUPCQE_CQW] = { WANT(DUPCQE_WORDS, cqw, 0x200) },
	[DUPCQE_SQE] = { WANT(DUPCQE_WORDS, sqe, 0x400) },
	[DUPCQE_TRANSPORT] = { WANT(DUPCQE_STRING, transport, 0) },
	[DUPCQE_ADDR] = { WANT(DUPCQE_STRING, addr, 0) },
	[DUPCQE_TRSVCID] = { WANT(DUPCQE_STRING, trsvcid, 0) },
};
