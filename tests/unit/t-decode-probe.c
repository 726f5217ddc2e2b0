// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of a probe: what proves itself is taken, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include "corpus.h"
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
static void put_entry(uint8_t *at, bool big_endian, uint16_t cid, uint16_t sq_id)
{
	const uint8_t bytes[16] = { 0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55, 0x34, 0x12, sq_id, sq_id >> 8,
				    big_endian ? cid >> 8 : cid, big_endian ? cid : cid >> 8, 0x05, 0x40 };

	memcpy(at, bytes, sizeof(bytes));
}

static struct scene usual(bool big_endian)
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

static void put_number(const char *reg, const char *name, const char *type, size_t size, uint64_t value)
{
	char field[32];

	snprintf(field, sizeof(field), "%s_%s", reg, name);
	made_number(&made, type, field, size, value);
}

static void put_register(const struct held *held)
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

static int decode_scene(const struct scene *scene, bool big_endian)
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

static void is_certain_only(void)
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

static void proved(bool big_endian)
{
	struct scene scene = usual(big_endian);

	assert_int_equal(decode_scene(&scene, big_endian), 0);
	assert_int_equal(event.has, CERTAIN | BIT(SQ_ID) | OF_QUEUE | OF_ENTRY);
	assert_string_equal(event.proof, "bx r12");
	assert_string_equal(event.transport, "pcie");
	assert_int_equal(event.qid, 3);
	assert_int_equal(event.q_depth, 64);
	assert_int_equal(event.sq_tail, 11);
	assert_int_equal(event.last_sq_tail, 10);
	assert_int_equal(event.cq_head, 20);
	assert_int_equal(event.cq_vector, 4);
	assert_int_equal(event.q_flags, 1);
	assert_int_equal(event.cq_dma, 0x2000);
	assert_int_equal(event.tag, 5);
	assert_int_equal(event.genctr, 9);
	assert_int_equal(event.result, 0x5566778811223344);
	assert_int_equal(event.sq_head, 0x1234);
	assert_int_equal(event.status, 0x4005);
	assert_int_equal(event.cqw_slot, 8);
	assert_int_equal(event.cqw_count, 16);
	assert_int_equal(dupcqe_window_hit(&event), 12);
	assert_int_equal(event.cqw[12][0], 0x11223344);
	assert_int_equal(event.cqw[12][2], 0x00031234);
}

static void both_byte_orders(void **state)
{
	(void)state;
	proved(false);
	proved(true);
}

/* The kernel left bytes of an older record where it could not read, or the register holds something else. */
static void what_does_not_prove_itself(void **state)
{
	struct scene scene;
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		scene = usual(false);
		scene.held[0].queues += i == 6;
		scene.held[0].device += i == 0;
		scene.held[0].value += i == 1;
		scene.held[0].cqes += i == 2;
		scene.held[0].depth = i == 3 ? 20 : i == 4 ? 1 << 17 : 64;
		if (i == 5)
			scene.held[0].cqes = 0;
		assert_int_equal(decode_scene(&scene, false), 0);
		is_certain_only();
	}
}

/* Nothing that a driver keeps a queue at, however well what was read fits. */
static void no_address_of_the_kernel(void **state)
{
	static const uint64_t values[] = { 0, 8, 192 * 3, UINT64_C(0x7fff00001000) };
	struct scene scene;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		scene = usual(false);
		scene.held[0].value = values[i];
		scene.held[0].queues = values[i] - 3 * 192;
		assert_int_equal(decode_scene(&scene, false), 0);
		is_certain_only();
	}
	/* the array and the ring likewise */
	scene = usual(false);
	scene.held[0].queues = UINT64_C(0x7fffffffffffff00);
	scene.held[0].value = scene.held[0].queues + 3 * 192;
	assert_int_equal(decode_scene(&scene, false), 0);
	is_certain_only();
	scene = usual(false);
	scene.held[0].cqes = UINT64_C(0x7fff00002000);
	scene.held[1].value = scene.held[0].cqes + 16 * 20;
	assert_int_equal(decode_scene(&scene, false), 0);
	is_certain_only();
}

/* The message says another queue than the register's: of a queue that the loop no longer works on, say. */
static void the_queue_of_another_message(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.sq_id = 9;
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_int_equal(event.has, CERTAIN | BIT(SQ_ID));
	assert_string_equal(event.proof, "");
	assert_int_equal(event.cqes, 0);
	assert_int_equal(event.q_depth, 0);
	/* but a controller that gives a wrong number has written it into the entry */
	put_entry(scene.held[1].window + 16 * 12, false, scene.cid, 9);
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_int_equal(event.has, CERTAIN | BIT(SQ_ID) | OF_QUEUE | OF_ENTRY);
	assert_int_equal(event.qid, 3);
	assert_int_equal(event.sq_id, 9);
}

static void two_registers(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.held[2] = scene.held[0];
	scene.held[2].name = "r14";
	scene.registers = 3;
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_string_equal(event.proof, "bx r12");
	/* another queue of the same controller: nobody can tell which */
	scene.held[2].value += 0x100;
	scene.held[2].queues += 0x100;
	assert_int_equal(decode_scene(&scene, false), 0);
	is_certain_only();
}

/*
 * The bytes in a register's fields are those of an older record, where that register did hold the queue: seen on 7.3, at
 * the message before the hit, whose record was filtered out.
 */
static void bytes_of_an_older_record(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.held[2] = scene.held[0];
	scene.held[2].name = "r13";
	scene.held[2].value = 0x1b;
	scene.registers = 3;
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_string_equal(event.proof, "bx r12");
	assert_int_equal(event.has, CERTAIN | BIT(SQ_ID) | OF_QUEUE | OF_ENTRY);
	/* and alone it proves nothing */
	scene.held[0].value = 0x1c;
	assert_int_equal(decode_scene(&scene, false), 0);
	is_certain_only();
}

static void the_entry_does_not(void **state)
{
	struct scene scene;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		scene = usual(false);
		scene.held[1].value += i == 0 ? 16 : 0;
		scene.held[1].window[12 * 16 + 12] += i == 1;
		scene.held[1].window[12 * 16 + 10] += i == 2;
		if (i == 3)
			scene.held[0].head = 21;
		assert_int_equal(decode_scene(&scene, false), 0);
		assert_int_equal(event.has, CERTAIN | BIT(SQ_ID) | OF_QUEUE);
		assert_string_equal(event.proof, "bx");
		assert_int_equal(event.cqw_count, 0);
	}
}

static void at_the_ends_of_the_ring(void **state)
{
	static const struct {
		uint32_t depth;
		uint16_t head, slot, count;
	} cases[] = { { 64, 0, 0, 4 }, { 64, 5, 0, 9 }, { 64, 63, 51, 13 }, { 64, 61, 49, 15 }, { 8, 7, 0, 8 },
		      { 2, 1, 0, 2 } };
	struct scene scene;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scene = usual(false);
		scene.held[0].depth = cases[i].depth;
		scene.held[0].head = cases[i].head;
		scene.held[1].value = CQES + 16 * cases[i].head;
		assert_int_equal(decode_scene(&scene, false), 0);
		assert_int_equal(event.cqw_slot, cases[i].slot);
		assert_int_equal(event.cqw_count, cases[i].count);
		assert_int_equal(event.cqw[dupcqe_window_hit(&event)][0], 0x11223344);
	}
}

static void a_polled_queue_has_no_vector(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.held[0].flags = 9;
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_int_equal(event.has, CERTAIN | BIT(SQ_ID) | (OF_QUEUE & ~BIT(CQ_VECTOR)) | OF_ENTRY);
}

static void rules_of_another_version(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.version = 2;
	assert_int_equal(decode_scene(&scene, false), 0);
	is_certain_only();
}

static void of_tcp(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.fmt = "got bad cqe.command_id %#x on queue %d\n";
	scene.addr = "ctl";
	scene.traddr = "10.0.2.2";
	scene.trsvcid = "4420";
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_int_equal(event.has, CERTAIN | BIT(QID) | BIT(TRSVCID));
	assert_int_equal(event.qid, 3);
	assert_string_equal(event.transport, "tcp");
	assert_string_equal(event.addr, "10.0.2.2");
	assert_string_equal(event.trsvcid, "4420");
	scene.traddr = "(fault)";
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_false(dupcqe_has(&event, DUPCQE_ADDR));
	assert_string_equal(event.addr, "");
}

/* Of a pci controller it is what stood in the buffer. */
static void no_port_of_pci(void **state)
{
	struct scene scene = usual(false);

	(void)state;
	scene.trsvcid = "4420";
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_false(dupcqe_has(&event, DUPCQE_TRSVCID));
	assert_string_equal(event.trsvcid, "");
}

/* A locator that points at fields makes a string of numbers. */
static void dynamic_data_among_the_fields(void **state)
{
	struct scene scene = usual(false);
	struct dupcqe_place place;
	const uint8_t locator[4] = { 8, 0, 16, 0 };

	(void)state;
	assert_int_equal(decode_scene(&scene, false), 0);
	assert_true(dupcqe_has(&event, DUPCQE_ADDR));
	place = decoder.place[DUPCQE_ADDR];
	memcpy(made.record + place.offset, locator, sizeof(locator));
	assert_int_equal(decode_copy(&decoder, made.record, made.dynamic_at, &event), 0);
	assert_false(dupcqe_has(&event, DUPCQE_ADDR));
	assert_string_equal(event.addr, "");
}

static void of_somebody_else(void **state)
{
	static const char *const texts[] = { "", "invalid id", "invalid id %d completed", "%s: oops\n",
					     "request %#x genctr mismatch (got %#x expected %#x)\n", "(fault)" };
	struct scene scene = usual(false);
	unsigned int i;

	(void)state;
	memset(&event, 0x5a, sizeof(event));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		scene.fmt = texts[i];
		assert_int_equal(decode_scene(&scene, false), -ENOMSG);
		assert_int_equal(event.cid, 0x5a5a);
	}
}

static void cut_anywhere(void **state)
{
	struct scene scene = usual(false);
	size_t size;
	int err;

	(void)state;
	assert_int_equal(decode_scene(&scene, false), 0);
	for (size = 0; size < made.dynamic_at; size++) {
		err = decode_copy(&decoder, made.record, size, &event);
		/* the text of the message comes first behind the fields */
		if (size < MADE_FIELDS_END + strlen(scene.fmt) + 1)
			assert_int_equal(err, -ENODATA);
		else
			assert_int_equal(err, 0);
	}
}

static struct dupcqe_event real_hit(const char *name)
{
	uint8_t record[4096];
	struct tep_handle *tep;
	size_t size = corpus_read(CORPUS "/probe", name, record, sizeof(record));

	assert_int_equal(dupcqe_decoder_init(event_parse(event_probe_format, false, 8, &tep), &decoder), 0);
	/* formats of two kernels differ in the event's number alone */
	assert_int_equal(decode_copy(&decoder, record, size, &event), 0);
	tep_free(tep);
	return event;
}

/* Of stock kernels in the lab, a queue of 32: on 6.1 all is in registers at the hit, on 7.3 the entry no more. */
static void real_records(void **state)
{
	struct dupcqe_event old = real_hit("6.1-dup_cqe"), new = real_hit("7.3-dup_cqe");

	(void)state;
	assert_string_equal(old.proof, "bx bp");
	assert_int_equal(old.has, CERTAIN | BIT(SQ_ID) | OF_QUEUE | OF_ENTRY);
	assert_int_equal(old.q_depth, 32);
	assert_int_equal(old.sq_id, old.qid);
	assert_string_equal(new.proof, "bx");
	assert_int_equal(new.has, CERTAIN | BIT(SQ_ID) | OF_QUEUE);
	assert_int_equal(new.q_depth, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_byte_orders),
		cmocka_unit_test(what_does_not_prove_itself),
		cmocka_unit_test(no_address_of_the_kernel),
		cmocka_unit_test(the_queue_of_another_message),
		cmocka_unit_test(two_registers),
		cmocka_unit_test(bytes_of_an_older_record),
		cmocka_unit_test(the_entry_does_not),
		cmocka_unit_test(at_the_ends_of_the_ring),
		cmocka_unit_test(a_polled_queue_has_no_vector),
		cmocka_unit_test(rules_of_another_version),
		cmocka_unit_test(of_tcp),
		cmocka_unit_test(no_port_of_pci),
		cmocka_unit_test(dynamic_data_among_the_fields),
		cmocka_unit_test(of_somebody_else),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(real_records),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode-probe", tests, NULL, NULL);
}
