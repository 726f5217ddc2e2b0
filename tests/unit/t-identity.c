// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which command a record is about, as the KernelShark plugin reads it: whatever the types, the byte order and the length
 * of the record, what the decoder of the library finds in it, or nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include "decode-case.h"
#include "record.h"

struct typed {
	const char *type;
	uint8_t size;
};

static const struct typed types[] = { { "int", 4 }, { "u32", 4 }, { "u16", 2 }, { "s16", 2 }, { "u8", 1 }, { "s64", 8 }, { "u64", 8 } };
static const uint64_t values[] = { 0, 1, 0x7f, 0x1005, 0x7fff, 0x8000, 0xf005, 0xffff, 0x10000, INT32_MAX,
				   0x80000000, UINT32_MAX, UINT64_MAX };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put(const char *name, const struct typed *as, uint64_t value)
{
	made_number(&made, as->type, name, as->size, value);
}

/* Of an exactly sized copy. */
static int identity_of(size_t size, struct identity *ret_identity)
{
	struct tep_record record = { .size = (int)size };
	struct identity_reader reader;
	int err;

	assert_int_equal(identity_reader_init(&reader, &decoder), 0);
	record.data = malloc(size);
	memcpy(record.data, made.record, size);
	err = record_identity(&record, &reader, ret_identity);
	free(record.data);
	return err;
}

static void compare(size_t size)
{
	const uint64_t all = BIT(CTRL_ID) | BIT(QID) | BIT(CID);
	struct identity identity = { -7, 7, 7 };
	int err = identity_of(size, &identity);
	bool whole = !decode_copy(&decoder, made.record, size, &event) && (event.has & all) == all;

	assert_int_equal(err, whole ? 0 : -ENODATA);
	assert_int_equal(identity.ctrl_id, whole ? event.ctrl_id : -7);
	assert_int_equal(identity.qid, whole ? event.qid : 7);
	assert_int_equal(identity.cid, whole ? event.cid : 7);
}

static void try_types(const struct typed *as, uint64_t value, bool big_endian)
{
	static const char *const names[] = { "ctrl_id", "qid", "cid" };
	static const struct typed usual[] = { { "int", 4 }, { "int", 4 }, { "u16", 2 } };
	size_t odd, i;

	for (odd = 0; odd < COUNT(names); odd++) {
		made_start(&made, big_endian);
		for (i = 0; i < COUNT(names); i++)
			put(names[i], i == odd ? as : &usual[i], i == odd ? value : 3);
		assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
		compare(made.dynamic_at);
		made_end(&made);
	}
}

static void test_types(void **state)
{
	size_t type, value;

	(void)state;
	made_end(&made);
	for (type = 0; type < COUNT(types); type++)
		for (value = 0; value < COUNT(values); value++) {
			try_types(&types[type], values[value], false);
			try_types(&types[type], values[value], true);
		}
	made_start(&made, false);
}

static void test_short(void **state)
{
	size_t size;

	(void)state;
	put("ctrl_id", &types[0], 1);
	put("qid", &types[0], 2);
	put("cid", &types[2], 0x1005);
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	for (size = 1; size <= made.at; size++)
		compare(size);
}

static void test_fields_missing(void **state)
{
	struct identity_reader reader;

	(void)state;
	put_minimum();
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	assert_int_equal(identity_reader_init(&reader, &decoder), -ENOENT);
}

static void test_no_record(void **state)
{
	struct tep_record record = { .size = -1, .data = made.record };
	struct identity identity;
	struct identity_reader reader;

	(void)state;
	put("ctrl_id", &types[0], 1);
	put_minimum();
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	assert_int_equal(identity_reader_init(&reader, &decoder), 0);
	assert_int_equal(record_identity(&record, &reader, &identity), -ENODATA);
	record = (struct tep_record){ .size = 64 };
	assert_int_equal(record_identity(&record, &reader, &identity), -ENODATA);
}

static void test_number(void **state)
{
	uint64_t value = 5;

	(void)state;
	put_minimum();
	made_string(&made, "__data_loc char[]", "addr", "0000:00:04.0");
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	assert_int_equal(dupcqe_decode_number(&decoder, DUPCQE_NSID, made.record, made.dynamic_at, &value), -ENODATA);
	assert_int_equal(dupcqe_decode_number(&decoder, DUPCQE_ADDR, made.record, made.dynamic_at, &value), -ENODATA);
	assert_int_equal(value, 5);
	assert_int_equal(dupcqe_decode_number(&decoder, DUPCQE_CID, made.record, made.dynamic_at, &value), 0);
	assert_int_equal(value, 0x3001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_types, start, end),
		cmocka_unit_test_setup_teardown(test_short, start, end),
		cmocka_unit_test_setup_teardown(test_fields_missing, start, end),
		cmocka_unit_test_setup_teardown(test_no_record, start, end),
		cmocka_unit_test_setup_teardown(test_number, start, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
