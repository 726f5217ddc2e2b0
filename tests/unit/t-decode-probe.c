// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of a probe: what proves itself is taken, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include "corpus.h"
#include "decode-scene.h"

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
