// SPDX-License-Identifier: GPL-2.0-or-later
/* Fields of other types than the real event's: their value, or absent. */
#include "decode-case.h"

/* One field in another type: its value, or absent. */
static const struct retyped {
	const char *type, *name;
	uint8_t size;
	enum dupcqe_field field;
	uint64_t value;
	bool there;
} retyped[] = {
	{ "u8", "sq_head", 1, DUPCQE_SQ_HEAD, 0xff, true },
	{ "u64", "sq_head", 8, DUPCQE_SQ_HEAD, 0xffff, true },
	{ "u32", "sq_head", 4, DUPCQE_SQ_HEAD, 0x10000, false },
	{ "s16", "sq_head", 2, DUPCQE_SQ_HEAD, 0x7fff, true },
	{ "s16", "sq_head", 2, DUPCQE_SQ_HEAD, 0x8000, false },
	{ "u32", "reason", 4, DUPCQE_REASON, 3, true },
	{ "u64", "reason", 8, DUPCQE_REASON, 0x100000003, false },
	{ "u32", "result", 4, DUPCQE_RESULT, 0xffffffff, true },
	{ "s64", "result", 8, DUPCQE_RESULT, INT64_MAX, true },
	{ "s64", "result", 8, DUPCQE_RESULT, UINT64_MAX, false },
	{ "u16", "q_flags", 2, DUPCQE_Q_FLAGS, 9, true },
	{ "u64", "q_flags", 8, DUPCQE_Q_FLAGS, 9, true },
	{ "u64", "nsid", 8, DUPCQE_NSID, UINT64_C(1) << 32, false },
	{ "s8", "ctrl_id", 1, DUPCQE_CTRL_ID, (uint64_t)-2, true },
	{ "s64", "ctrl_id", 8, DUPCQE_CTRL_ID, (uint64_t)INT32_MIN, true },
	{ "s64", "ctrl_id", 8, DUPCQE_CTRL_ID, (uint64_t)INT32_MIN - 1, false },
	{ "u32", "ctrl_id", 4, DUPCQE_CTRL_ID, INT32_MAX, true },
	{ "u32", "ctrl_id", 4, DUPCQE_CTRL_ID, UINT32_MAX, false },
	{ "unsigned long", "sq_dma", 4, DUPCQE_SQ_DMA, 0xfffff000, true },
};

static uint64_t number_of(enum dupcqe_field field)
{
	switch (field) {
	case DUPCQE_SQ_HEAD:
		return event.sq_head;
	case DUPCQE_REASON:
		return event.reason;
	case DUPCQE_RESULT:
		return event.result;
	case DUPCQE_Q_FLAGS:
		return event.q_flags;
	case DUPCQE_NSID:
		return event.nsid;
	case DUPCQE_SQ_DMA:
		return event.sq_dma;
	default:
		return (int64_t)event.ctrl_id;
	}
}

static void decode_retyped(const struct retyped *as, bool big_endian)
{
	made_start(&made, big_endian);
	put_minimum();
	made_number(&made, as->type, as->name, as->size, as->value);
	decode_made();
	if (!!dupcqe_has(&event, as->field) != as->there)
		fail_msg("%s %s: present is %d", as->type, as->name, !as->there);
	assert_true(number_of(as->field) == (as->there ? as->value : 0));
	made_end(&made);
}

static void numbers_of_another_type(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(retyped) / sizeof(retyped[0]); i++) {
		decode_retyped(&retyped[i], false);
		decode_retyped(&retyped[i], true);
	}
	start(state);
	made_event(&made);
}

static void what_cannot_be_a_number_is_absent(void **state)
{
	(void)state;
	put_minimum();
	made_bytes(&made, "void * sq_dma", "12345678", 8);
	made_bytes(&made, "u16 sq_head[1]", "12", 2);
	made_bytes(&made, "char status[2]", "12", 2);
	made_string(&made, "__data_loc char[]", "result", "12345678");
	made_words(&made, "__data_loc u32[]", "nsid", made_values.sqe, 1);
	made_bytes(&made, "struct foo reason", "123", 3);
	decode_made();
	assert_true(decoder.found == (BIT(QID) | BIT(CID)));
	assert_true(event.has == minimum);
}

static void what_cannot_be_an_array_is_absent(void **state)
{
	(void)state;
	put_minimum();
	made_number(&made, "u32", "cqw", 4, 4 << 16 | MADE_FIELDS_END);
	made_dynamic(&made, "__data_loc u64[]", "sqe", made_values.sqe, 64);
	made_number(&made, "char", "transport", 1, 'p');
	made_bytes(&made, "char * addr", "12345678", 8);
	made_bytes(&made, "char * addr[2]", "1234567812345678", 16);
	made_bytes(&made, "__data_loc char[] transport", "12345678", 8);
	made_words(&made, "__data_loc u32[]", "trsvcid", made_values.sqe, 1);
	decode_made();
	assert_true(decoder.found == (BIT(QID) | BIT(CID)));
}

static void two_fields_of_one_name(void **state)
{
	(void)state;
	put_minimum();
	made_number(&made, "u16", "qid", 2, 2);
	made_string(&made, "__data_loc char[]", "status", "1");
	made_number(&made, "u16", "status", 2, 3);
	decode_made();
	assert_true(event.has == (minimum | BIT(STATUS)));
	assert_int_equal(event.qid, 1);
	assert_int_equal(event.status, 3);
}

static void arrays_of_other_kinds(void **state)
{
	(void)state;
	put_minimum();
	made_words(&made, "__rel_loc u32[]", "cqw", made_values.cqw[0], 64);
	made_bytes(&made, "s32 sqe[16]", made_values.sqe, 64);
	made_string(&made, "__rel_loc char[]", "addr", "10.0.0.1");
	made_bytes(&made, "char transport[8]", "tcp\0\xff\xff\xff", 8);
	made_bytes(&made, "u8 trsvcid[4]", "4420", 4);
	decode_made();
	assert_true(event.has ==
		    (minimum | BIT(CQW) | BIT(SQE) | BIT(ADDR) | BIT(TRANSPORT) | BIT(TRSVCID)));
	assert_memory_equal(event.cqw, made_values.cqw, sizeof(event.cqw));
	assert_memory_equal(event.sqe, made_values.sqe, sizeof(event.sqe));
	assert_string_equal(event.addr, "10.0.0.1");
	assert_string_equal(event.transport, "tcp");
	assert_string_equal(event.trsvcid, "4420");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
	const struct CMUnitTest tests[] = {
		TEST(numbers_of_another_type),
		TEST(what_cannot_be_a_number_is_absent),
		TEST(what_cannot_be_an_array_is_absent),
		TEST(two_fields_of_one_name),
		TEST(arrays_of_other_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode-types", tests, NULL, NULL);
}
