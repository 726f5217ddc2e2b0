// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of a probe: a register that holds something else, or bytes of another record, proves nothing. */
#include "decode-scene.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_prove_itself),
		cmocka_unit_test(no_address_of_the_kernel),
		cmocka_unit_test(the_queue_of_another_message),
		cmocka_unit_test(two_registers),
		cmocka_unit_test(bytes_of_an_older_record),
		cmocka_unit_test(the_entry_does_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode-proof", tests, NULL, NULL);
}
