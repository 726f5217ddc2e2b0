/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of a probe's record share: a record by what its registers hold. */
#ifndef TESTS_UNIT_DECODE_SCENE_H
#define TESTS_UNIT_DECODE_SCENE_H

#include <stdio.h>
#include "decode-case.h"

enum { RING = 16, WINDOW_BYTES = 256 };
#define DEVICE	 UINT64_C(0xffff888006000000)
#define QUEUES	 UINT64_C(0xffff888006000f00)
#define QUEUE	 (QUEUES + 3 * 192)
#define CQES	 UINT64_C(0xffff888006002000)
#define CERTAIN	 (BIT(CTRL_ID) | BIT(CID) | BIT(TAG) | BIT(GENCTR) | BIT(TRANSPORT) | BIT(ADDR))
#define OF_QUEUE                                                                                   \
	(BIT(QID) | BIT(Q_DEPTH) | BIT(SQ_TAIL) | BIT(LAST_SQ_TAIL) | BIT(CQ_HEAD) | BIT(CQ_PHASE) |   \
	 BIT(CQ_VECTOR) | BIT(Q_FLAGS) | BIT(SQ_DMA) | BIT(CQ_DMA))
#define OF_ENTRY (BIT(RESULT) | BIT(SQ_HEAD) | BIT(STATUS) | BIT(CQW) | BIT(CQW_SLOT))

/* What one register holds, and what was read through it. */
struct held {
	const char *name;
	uint64_t value, queues, device, cqes;
	uint32_t depth, flags;
	uint16_t head;
	uint8_t window[WINDOW_BYTES];
};

struct scene {
	const char *fmt, *addr, *traddr, *trsvcid;
	uint8_t version;
	uint16_t cid, sq_id;
	struct held held[3];
	int registers;
};

/* CQE words as a controller writes them: little endian, but the command id as the host had it. */
static inline void put_entry(uint8_t *at, bool big_endian, uint16_t cid, uint16_t sq_id)
{
	const uint8_t bytes[16] = { 0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55, 0x34, 0x12, sq_id, sq_id >> 8,
				    big_endian ? cid >> 8 : cid, big_endian ? cid : cid >> 8, 0x05, 0x40 };

	memcpy(at, bytes, sizeof(bytes));
}

static inline struct scene usual(bool big_endian)
{
	struct scene scene = {
		.fmt = "invalid id %d completed on queue %d\n",
		.addr = "0000:01:00.0",
		.traddr = "(fault)",
		.trsvcid = "(fault)",
		.version = 1,
		.cid = 0x9005,
		.sq_id = 3,
		.registers = 2,
		.held = { { "bx", QUEUE, QUEUES, DEVICE, CQES, 64, 1, 20, { 0 } },
			  { "r12", CQES + 20 * 16, 0x16, 0x17, 0x18, 9, 0, 7, { 0 } } },
	};
	int i;

	for (i = 0; i < RING; i++)
		put_entry(scene.held[1].window + 16 * i, big_endian, i == 12 ? scene.cid : 0x100 + i, 3);
	return scene;
}

static inline void put_number(const char *reg, const char *name, const char *type, size_t size, uint64_t value)
{
	char field[32];

	snprintf(field, sizeof(field), "%s_%s", reg, name);
	made_number(&made, type, field, size, value);
}

static inline void put_register(const struct held *held)
{
	char declaration[32];

	made_number(&made, "u64", held->name, 8, held->value);
	snprintf(declaration, sizeof(declaration), "u64 %s_cqw[32]", held->name);
	made_bytes(&made, declaration, held->window, WINDOW_BYTES);
	put_number(held->name, "queues", "u64", 8, held->queues);
	put_number(held->name, "device", "u64", 8, held->device);
	put_number(held->name, "qid", "u16", 2, 3);
	put_number(held->name, "q_depth", "u32", 4, held->depth);
	put_number(held->name, "sq_tail", "u16", 2, 11);
	put_number(held->name, "last_sq_tail", "u16", 2, 10);
	put_number(held->name, "cq_head", "u16", 2, held->head);
	put_number(held->name, "cq_phase", "u8", 1, 1);
	put_number(held->name, "cq_vector", "u16", 2, 4);
	put_number(held->name, "q_flags", "u64", 8, held->flags);
	put_number(held->name, "sq_dma", "u64", 8, 0x1000);
	put_number(held->name, "cq_dma", "u64", 8, 0x2000);
	put_number(held->name, "cqes", "u64", 8, held->cqes);
}

static inline int decode_scene(const struct scene *scene, bool big_endian)
{
	int i, err;

	made_start(&made, big_endian);
	made_string(&made, "__data_loc char[]", "fmt", scene->fmt);
	made_string(&made, "__data_loc char[]", "addr", scene->addr);
	made_string(&made, "__data_loc char[]", "traddr", scene->traddr);
	made_string(&made, "__data_loc char[]", "trsvcid", scene->trsvcid);
	made_number(&made, "u8", "probe", 1, scene->version);
	made_number(&made, "u64", "device", 8, DEVICE);
	made_number(&made, "s32", "ctrl_id", 4, 2);
	made_number(&made, "u16", "cid", 2, scene->cid);
	made_number(&made, "u16", "sq_id", 2, scene->sq_id);
	made_number(&made, "u32", "queue_size", 4, 192);
	for (i = 0; i < scene->registers; i++)
		put_register(&scene->held[i]);
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	err = decode_copy(&decoder, made.record, made.dynamic_at, &event);
	made_end(&made);
	return err;
}

static inline void is_certain_only(void)
{
	assert_int_equal(event.has, CERTAIN | BIT(SQ_ID));
	assert_string_equal(event.proof, "");
	assert_int_equal(event.source, DUPCQE_FROM_PROBE);
	assert_int_equal(event.cid, 0x9005);
	assert_int_equal(event.sq_id, 3);
	assert_int_equal(event.ctrl_id, 2);
	assert_string_equal(event.addr, "0000:01:00.0");
	assert_int_equal(event.qid, 0);
	assert_int_equal(event.q_depth, 0);
}

#endif
