// SPDX-License-Identifier: GPL-2.0-or-later
/* The real event: its format, as events/nvme/nvme_dup_cqe/format has it, and a record of it. */
#include "event-format.h"

/* clang-format off */
const char event_real_format[] =
	"name: nvme_dup_cqe\n"
	"ID: 1359\n"
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\n"
	"\tfield:u64 result;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 sq_dma;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 cq_dma;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:int ctrl_id;\toffset:32;\tsize:4;\tsigned:1;\n"
	"\tfield:u32 q_depth;\toffset:36;\tsize:4;\tsigned:0;\n"
	"\tfield:u32 q_flags;\toffset:40;\tsize:4;\tsigned:0;\n"
	"\tfield:u32 nsid;\toffset:44;\tsize:4;\tsigned:0;\n"
	"\tfield:u16 present;\toffset:48;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 qid;\toffset:50;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 cid;\toffset:52;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 sq_head;\toffset:54;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 sq_id;\toffset:56;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 status;\toffset:58;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 tag;\toffset:60;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 sq_tail;\toffset:62;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 last_sq_tail;\toffset:64;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 cq_head;\toffset:66;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 cq_vector;\toffset:68;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 rq_cid;\toffset:70;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 cqw_slot;\toffset:72;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 sqe_slot;\toffset:74;\tsize:2;\tsigned:0;\n"
	"\tfield:u8 cq_phase;\toffset:76;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 reason;\toffset:77;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 genctr;\toffset:78;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 expected_genctr;\toffset:79;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 rq_state;\toffset:80;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 opcode;\toffset:81;\tsize:1;\tsigned:0;\n"
	"\tfield:__data_loc u32[] cqw;\toffset:84;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc u32[] sqe;\toffset:88;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc char[] transport;\toffset:92;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] addr;\toffset:96;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] trsvcid;\toffset:100;\tsize:4;\tsigned:1;\n"
	"\n"
	"print fmt: \"nvme%d: qid=%u, cmdid=%u, reason=%s, tag=%u, genctr=%u, expected=%d, "
	"res=%#llx, sqhd=%u, sqid=%u, status=%#x, phase=%u, rq_state=%s, rq_cmdid=%d, "
	"opcode=%d, nsid=%u, depth=%d, sq_tail=%d, last_sq_tail=%d, cq_head=%d, "
	"cq_phase=%d, vector=%d, flags=%#x, sq_dma=%#llx, cq_dma=%#llx, present=%#x, "
	"transport=%s, addr=%s, trsvcid=%s, cq_slot=%d, cq=%s, sq_slot=%d, sqe=%s\", "
	"REC->ctrl_id, REC->qid, REC->cid, __print_symbolic(REC->reason, { 1, \"unknown "
	"tag\" }, { 2, \"stale generation\" }, { 3, \"not in flight\" }), REC->tag, "
	"REC->genctr, (REC->present & 1 ? (int)REC->expected_genctr : -1), REC->result, "
	"REC->sq_head, REC->sq_id, REC->status >> 1, REC->status & 1, REC->present & 1 ? "
	"__print_symbolic(REC->rq_state, { 0, \"idle\" }, { 1, \"in_flight\" }, { 2, "
	"\"complete\" }) : \"none\", (REC->present & 2 ? (int)REC->rq_cid : -1), "
	"(REC->present & 2 ? (int)REC->opcode : -1), REC->nsid, (REC->present & 4 ? "
	"(int)REC->q_depth : -1), (REC->present & 8 ? (int)REC->sq_tail : -1), "
	"(REC->present & 16 ? (int)REC->last_sq_tail : -1), (REC->present & 32 ? "
	"(int)REC->cq_head : -1), (REC->present & 32 ? (int)REC->cq_phase : -1), "
	"(REC->present & 64 ? (int)REC->cq_vector : -1), REC->q_flags, REC->sq_dma, "
	"REC->cq_dma, REC->present, __get_str(transport), __get_str(addr), "
	"__get_str(trsvcid), (REC->present & 512 ? (int)REC->cqw_slot : -1), "
	"__print_array(__get_dynamic_array(cqw), __get_dynamic_array_len(cqw) / 4, 4), "
	"(REC->present & 1024 ? (int)REC->sqe_slot : -1), "
	"__print_array(__get_dynamic_array(sqe), __get_dynamic_array_len(sqe) / 4, 4)\n";
/* clang-format on */

const struct dupcqe_event made_values = {
	.has = DUPCQE_BIT(DUPCQE_FIELDS) - 1,
	.result = 0x1122334455667788,
	.sq_dma = 0x8000000012345000,
	.cq_dma = 0xfffffffffffff000,
	.ctrl_id = 3,
	.q_depth = 1024,
	.q_flags = 0x80000009,
	.nsid = 0xffffffff,
	.present = 0x7ff,
	.qid = 17,
	.cid = 0x9abc,
	.sq_head = 1001,
	.sq_id = 0xfff0,
	.status = 0x4005,
	.tag = 0xabc,
	.sq_tail = 1002,
	.last_sq_tail = 1003,
	.cq_head = 5,
	.cq_vector = 0x8001,
	.rq_cid = 0x8abc,
	.cqw_slot = 1017,
	.sqe_slot = 999,
	.cq_phase = 1,
	.reason = 2,
	.genctr = 9,
	.expected_genctr = 10,
	.rq_state = 1,
	.opcode = 0x82,
	.cqw_count = 16,
	.cqw = {
		[0] = { 0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f },
		[11] = { 0x55667788, 0x11223344, 0xfff003e8, 0x40059abb },
		[12] = { 0x55667788, 0x11223344, 0xfff003e9, 0x40059abc },
		[15] = { 0xf0f1f2f3, 0xf4f5f6f7, 0xf8f9fafb, 0xfcfdfeff },
	},
	.sqe = { [0] = 0x9abc4001, [1] = 0xffffffff, [10] = 0x80, [15] = 0xdeadbeef },
	.transport = "pcie",
	.addr = "0000:01:00.0",
	.trsvcid = "4420",
};

struct real_number {
	const char *type, *name;
	uint8_t size, at;
};

#define REAL(type, name) { #type, #name, sizeof(((struct dupcqe_event *)0)->name), \
	offsetof(struct dupcqe_event, name) }

/* clang-format off */
static const struct real_number numbers[] = {
	REAL(u64, result),
	REAL(u64, sq_dma),
	REAL(u64, cq_dma),
	REAL(int, ctrl_id),
	REAL(u32, q_depth),
	REAL(u32, q_flags),
	REAL(u32, nsid),
	REAL(u16, present),
	REAL(u16, qid),
	REAL(u16, cid),
	REAL(u16, sq_head),
	REAL(u16, sq_id),
	REAL(u16, status),
	REAL(u16, tag),
	REAL(u16, sq_tail),
	REAL(u16, last_sq_tail),
	REAL(u16, cq_head),
	REAL(u16, cq_vector),
	REAL(u16, rq_cid),
	REAL(u16, cqw_slot),
	REAL(u16, sqe_slot),
	REAL(u8, cq_phase),
	REAL(u8, reason),
	REAL(u8, genctr),
	REAL(u8, expected_genctr),
	REAL(u8, rq_state),
	REAL(u8, opcode),
};
/* clang-format on */

static uint64_t value_of(const struct dupcqe_event *values, const struct real_number *number)
{
	const char *at = (const char *)values + number->at;

	switch (number->size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

void made_real(struct made *made, const struct dupcqe_event *values)
{
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		made_number(made, numbers[i].type, numbers[i].name, numbers[i].size,
			    value_of(values, &numbers[i]));
	made->at += 2; /* the next ones are aligned */
	made_words(made, "__data_loc u32[]", "cqw", values->cqw[0],
		   DUPCQE_CQE_WORDS * values->cqw_count);
	made_words(made, "__data_loc u32[]", "sqe", values->sqe, DUPCQE_SQE_WORDS);
	made_string(made, "__data_loc char[]", "transport", values->transport);
	made_string(made, "__data_loc char[]", "addr", values->addr);
	made_string(made, "__data_loc char[]", "trsvcid", values->trsvcid);
}
