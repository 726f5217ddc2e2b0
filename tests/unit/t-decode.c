// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats: which fields are found, and how their values come out. Other types and bad records: beside. */
#include <errno.h>
#include "decode-case.h"

#define ALL	  (DUPCQE_BIT(DUPCQE_FIELDS) - 1)

static void decode_real(bool big_endian, int long_size)
{
	struct dupcqe_event wanted = made_values;

	wanted.big_endian = big_endian;
	made_start(&made, big_endian);
	made.long_size = long_size;
	made_real(&made, &made_values);
	decode_made();
	assert_true(decoder.found == ALL);
	assert_memory_equal(&event, &wanted, sizeof(event));
}

static void every_field(void **state)
{
	(void)state;
	decode_real(false, 8);
}

static void every_field_from_a_big_endian_machine(void **state)
{
	(void)state;
	decode_real(true, 8);
}

static void every_field_from_a_32_bit_machine(void **state)
{
	(void)state;
	decode_real(false, 4);
}

static void every_field_from_a_big_endian_32_bit_machine(void **state)
{
	(void)state;
	decode_real(true, 4);
}

/* What is made here stands for the real one only if the two formats agree. */
static void the_real_format_is_the_made_one(void **state)
{
	struct dupcqe_decoder real;
	struct tep_handle *tep;
	int i;

	(void)state;
	made_real(&made, &made_values);
	decode_made();
	assert_int_equal(dupcqe_decoder_init(event_parse(event_real_format, false, 8, &tep), &real),
			 0);
	assert_true(real.found == decoder.found);
	for (i = 0; i < DUPCQE_FIELDS; i++) {
		assert_int_equal(real.place[i].offset, decoder.place[i].offset);
		assert_int_equal(real.place[i].size, decoder.place[i].size);
		assert_int_equal(real.place[i].flags, decoder.place[i].flags);
	}
	tep_free(tep);
}

/* docs/event-abi.md, the column "bit in `present`" */
static const struct {
	uint16_t bit;
	uint64_t fields;
} gated[] = {
	{ 0x001, BIT(EXPECTED_GENCTR) | BIT(RQ_STATE) },
	{ 0x002, BIT(RQ_CID) | BIT(OPCODE) | BIT(NSID) },
	{ 0x004, BIT(Q_DEPTH) },
	{ 0x008, BIT(SQ_TAIL) },
	{ 0x010, BIT(LAST_SQ_TAIL) },
	{ 0x020, BIT(CQ_HEAD) | BIT(CQ_PHASE) },
	{ 0x040, BIT(CQ_VECTOR) },
	{ 0x080, BIT(Q_FLAGS) },
	{ 0x100, BIT(SQ_DMA) | BIT(CQ_DMA) },
	{ 0x200, BIT(CQW_SLOT) | BIT(CQW) },
	{ 0x400, BIT(SQE_SLOT) | BIT(SQE) },
	{ 0x800, 0 },
};

static void a_clear_bit_makes_its_fields_absent(void **state)
{
	struct dupcqe_event values = made_values;
	size_t i;

	for (i = 0; i < sizeof(gated) / sizeof(gated[0]); i++) {
		start(state);
		values.present = ~gated[i].bit;
		made_real(&made, &values);
		decode_made();
		assert_true(event.has == (ALL & ~gated[i].fields));
		assert_int_equal(event.present, values.present);
		made_end(&made);
	}
	start(state);
	values.present = 0;
	made_real(&made, &values);
	decode_made();
	assert_int_equal(event.q_depth, 0);
	assert_int_equal(event.cqw_count, 0);
	assert_int_equal(event.sqe[0], 0);
}

static void an_event_from_a_probe(void **state)
{
	(void)state;
	made_number(&made, "unsigned long", "__probe_ip", 8, 0xffffffff81000000);
	made_number(&made, "u16", "cid", 2, 0x3001);
	made_number(&made, "u16", "sq_id", 2, 7);
	made_number(&made, "u32", "q_depth", 4, 8);
	made_string(&made, "__data_loc char[]", "addr", "0000:00:04.0");
	made_bytes(&made, "u32 cqw[12]", made_values.cqw, 48);
	decode_made();
	assert_true(event.has == (BIT(CID) | BIT(SQ_ID) | BIT(Q_DEPTH) | BIT(ADDR) | BIT(CQW) |
				  BIT(TAG) | BIT(GENCTR)));
	assert_int_equal(event.sq_id, 7);
	assert_int_equal(event.q_depth, 8);
	assert_string_equal(event.addr, "0000:00:04.0");
	assert_int_equal(event.cqw_count, 3);
	assert_false(event.cqw_cut);
	assert_int_equal(event.cqw[0][3], 0x0c0d0e0f);
	assert_int_equal(event.tag, 1);
	assert_int_equal(event.genctr, 3);
}

/* A tag of its own is believed: the split of the command id is the kernel's to change. */
static void a_tag_of_its_own(void **state)
{
	(void)state;
	put_minimum();
	made_number(&made, "u16", "tag", 2, 0x1234);
	made_number(&made, "u8", "genctr", 1, 5);
	decode_made();
	assert_true(event.has == minimum);
	assert_int_equal(event.tag, 0x1234);
	assert_int_equal(event.genctr, 5);
}

static void unknown_fields_beside_ours(void **state)
{
	(void)state;
	made_number(&made, "u64", "tomorrow", 8, 1);
	put_minimum();
	made_number(&made, "u32", "present", 4, 0x10004);
	made_string(&made, "__data_loc char[]", "vendor", "x");
	made_number(&made, "u32", "q_depth", 4, 64);
	made_number(&made, "u16", "sq_tail", 2, 9);
	decode_made();
	assert_true(event.has == (minimum | BIT(PRESENT) | BIT(Q_DEPTH)));
	assert_int_equal(event.present, 4);
	assert_int_equal(event.q_depth, 64);
	assert_int_equal(event.sq_tail, 0);
}

static void in_another_order(void **state)
{
	(void)state;
	made_string(&made, "__data_loc char[]", "addr", "a");
	made_number(&made, "u16", "sq_tail", 2, 9);
	made_words(&made, "__data_loc u32[]", "cqw", made_values.cqw[11], 8);
	put_minimum();
	made_number(&made, "u64", "result", 8, UINT64_MAX);
	made_number(&made, "u16", "present", 2, 0x208);
	decode_made();
	assert_true(event.has ==
		    (minimum | BIT(ADDR) | BIT(SQ_TAIL) | BIT(CQW) | BIT(RESULT) | BIT(PRESENT)));
	assert_int_equal(event.cqw_count, 2);
	assert_int_equal(event.cqw[1][3], 0x40059abc);
	assert_true(event.result == UINT64_MAX);
}

static void what_is_not_our_event_is_refused(void **state)
{
	static const struct dupcqe_decoder untouched = { .found = 42 };

	(void)state;
	decoder = untouched;
	made_number(&made, "u16", "qid", 2, 1);
	made_number(&made, "u16", "sq_id", 2, 1);
	made_string(&made, "__data_loc char[]", "cid", "1");
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), -ENOENT);
	made_end(&made);

	start(state);
	decoder = untouched;
	made_number(&made, "u16", "cid", 2, 1);
	made_number(&made, "u32", "q_depth", 4, 1);
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), -ENOENT);
	made_end(&made);

	start(state);
	decoder = untouched;
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), -ENOENT);
	assert_memory_equal(&decoder, &untouched, sizeof(decoder));
}

static void two_traces_at_once(void **state)
{
	static struct made other;
	struct dupcqe_decoder second;
	struct dupcqe_event result;

	(void)state;
	made_real(&made, &made_values);
	made_start(&other, true);
	made_number(&other, "u32", "cid", 4, 77);
	made_number(&other, "u8", "qid", 1, 2);
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	assert_int_equal(dupcqe_decoder_init(made_event(&other), &second), 0);
	assert_int_equal(decode_copy(&decoder, made.record, made.dynamic_at, &event), 0);
	assert_int_equal(decode_copy(&second, other.record, other.dynamic_at, &result), 0);
	assert_memory_equal(&event, &made_values, sizeof(event));
	assert_true(result.has == minimum);
	assert_int_equal(result.cid, 77);
	assert_int_equal(result.qid, 2);
	made_end(&other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
	const struct CMUnitTest tests[] = {
		TEST(every_field),
		TEST(every_field_from_a_big_endian_machine),
		TEST(every_field_from_a_32_bit_machine),
		TEST(every_field_from_a_big_endian_32_bit_machine),
		TEST(the_real_format_is_the_made_one),
		TEST(a_clear_bit_makes_its_fields_absent),
		TEST(an_event_from_a_probe),
		TEST(a_tag_of_its_own),
		TEST(unknown_fields_beside_ours),
		TEST(in_another_order),
		TEST(what_is_not_our_event_is_refused),
		TEST(two_traces_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
