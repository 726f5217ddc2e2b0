// SPDX-License-Identifier: GPL-2.0-or-later
/* Records that are cut short or lie. The sanitizers watch in the other build of this file. */
#include <errno.h>
#include <stdio.h>
#include "decode-case.h"

#define ALL	  (DUPCQE_BIT(DUPCQE_FIELDS) - 1)
#define END	  MADE_FIELDS_END

static void init_decoder(void)
{
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
}

/* Where the bytes of each field of the real record end; of an array those of its data. */
static void ends_of_real_fields(size_t ends[DUPCQE_FIELDS])
{
	const struct tep_format_field *field = made.event->format.fields;
	size_t data = END;
	int i;

	for (i = 0; i < DUPCQE_FIELDS; i++, field = field->next)
		ends[i] = field->offset + field->size;
	ends[DUPCQE_CQW] = data += sizeof(made_values.cqw);
	ends[DUPCQE_SQE] = data += sizeof(made_values.sqe);
	ends[DUPCQE_TRANSPORT] = data += strlen(made_values.transport) + 1;
	ends[DUPCQE_ADDR] = data += strlen(made_values.addr) + 1;
	ends[DUPCQE_TRSVCID] = data + strlen(made_values.trsvcid) + 1;
}

/* docs/event-abi.md: the fields that every record has */
static const uint64_t ungated = BIT(RESULT) | BIT(CTRL_ID) | BIT(PRESENT) | BIT(QID) | BIT(CID) |
				BIT(SQ_HEAD) | BIT(SQ_ID) | BIT(STATUS) | BIT(TAG) | BIT(REASON) |
				BIT(GENCTR) | BIT(TRANSPORT) | BIT(ADDR) | BIT(TRSVCID);

static uint64_t expected_of(const size_t ends[DUPCQE_FIELDS], size_t size)
{
	uint64_t has = 0;
	int i;

	for (i = 0; i < DUPCQE_FIELDS; i++)
		if (ends[i] <= size)
			has |= DUPCQE_BIT(i);
	if (size >= END + 16)
		has |= BIT(CQW);
	return has & BIT(PRESENT) ? has : has & ungated;
}

static void check_cut_at(const size_t ends[DUPCQE_FIELDS], size_t size)
{
	struct dupcqe_event before;
	size_t cqes = size < END ? 0 : (size - END) / 16;

	memset(&event, 0x5a, sizeof(event));
	before = event;
	if (size < ends[DUPCQE_CID]) {
		assert_int_equal(decode_copy(&decoder, made.record, size, &event), -ENODATA);
		assert_memory_equal(&event, &before, sizeof(event));
		return;
	}
	assert_int_equal(decode_copy(&decoder, made.record, size, &event), 0);
	if (event.has != expected_of(ends, size))
		fail_msg("cut at %zu: 0x%llx, expected 0x%llx", size, (long long)event.has,
			 (long long)expected_of(ends, size));
	assert_int_equal(event.cqw_count, cqes > 16 ? 16 : cqes);
	assert_int_equal(event.cqw_cut, cqes > 0 && cqes < 16);
}

static void cut_at_every_length(void **state)
{
	size_t ends[DUPCQE_FIELDS], size;

	(void)state;
	made_real(&made, &made_values);
	init_decoder();
	ends_of_real_fields(ends);
	for (size = 0; size <= made.dynamic_at; size++)
		check_cut_at(ends, size);
	assert_true(event.has == ALL);
}

/* Bytes behind the record, padding for example, change nothing. */
static void longer_than_it_says(void **state)
{
	struct dupcqe_event whole;

	(void)state;
	made_real(&made, &made_values);
	init_decoder();
	assert_int_equal(decode_copy(&decoder, made.record, made.dynamic_at, &whole), 0);
	assert_int_equal(decode_copy(&decoder, made.record, sizeof(made.record), &event), 0);
	assert_memory_equal(&event, &whole, sizeof(event));
}

enum { RECORD = END + 512 };

/* A locator in a record of RECORD bytes whose fields end at END, and what may come of it. */
static const struct lie {
	uint16_t offset, size;
	bool string, sqe;
	uint8_t cqes;
} lies[] = {
	{ END, 512, true, true, 16 },
	{ END, 513, false, true, 16 },
	{ END, 0xffff, false, true, 16 },
	{ END, 64, true, true, 4 },
	{ END, 63, true, false, 3 },
	{ END, 17, true, false, 1 },
	{ END, 15, true, false, 0 },
	{ END, 1, true, false, 0 },
	{ END, 0, false, false, 0 },
	{ END + 1, 511, true, true, 16 },
	{ END + 1, 512, false, true, 16 },
	{ RECORD - 64, 64, true, true, 4 },
	{ RECORD - 63, 64, false, false, 3 },
	{ RECORD - 1, 1, true, false, 0 },
	{ RECORD - 1, 2, false, false, 0 },
	{ RECORD, 0, false, false, 0 },
	{ RECORD, 1, false, false, 0 },
	{ RECORD + 1, 0, false, false, 0 },
	{ 0xffff, 0, false, false, 0 },
	{ 0xffff, 0xffff, false, false, 0 },
	{ 0, 0, false, false, 0 },
	{ 0, RECORD, false, false, 0 },
	{ 8, 64, false, false, 0 },
	{ END - 4 - 1, 64, false, false, 0 },
};

/* The last field ends at END: what points before that points among the fields. */
static void put_liars(const struct lie *lie, const char *how, size_t base)
{
	static const char *const names[] = { "cqw", "sqe", "addr" };
	char type[32];
	uint8_t pad[END] = { 0 };
	char declaration[32];
	size_t i;

	made_number(&made, "u16", "qid", 2, 1);
	made_number(&made, "u16", "cid", 2, 0x3001);
	snprintf(declaration, sizeof(declaration), "u8 pad[%zu]", END - made.at - 12);
	made_bytes(&made, declaration, pad, END - made.at - 12);
	for (i = 0; i < 3; i++) {
		snprintf(type, sizeof(type), "%s %s", how, i == 2 ? "char[]" : "u32[]");
		if (base)
			base = made.at + 4;
		made_locator(&made, type, names[i],
			     (uint32_t)lie->size << 16 | (uint16_t)(lie->offset - base));
	}
	memset(made.record + END, 'A', RECORD - END);
}

static void check_lie(const struct lie *lie, const char *how, size_t base, bool big_endian)
{
	uint64_t has = BIT(QID) | BIT(CID) | BIT(TAG) | BIT(GENCTR);
	size_t length = lie->size < 127 ? lie->size : 127;

	has |= (lie->string ? BIT(ADDR) : 0) | (lie->sqe ? BIT(SQE) : 0) |
	       (lie->cqes ? BIT(CQW) : 0);
	made_start(&made, big_endian);
	put_liars(lie, how, base);
	init_decoder();
	assert_int_equal(decode_copy(&decoder, made.record, RECORD, &event), 0);
	if (event.has != has || event.cqw_count != lie->cqes)
		fail_msg("%s %u bytes at %u: 0x%llx, %u CQEs", how, lie->size, lie->offset,
			 (long long)event.has, event.cqw_count);
	assert_int_equal(strlen(event.addr), lie->string ? length : 0);
	assert_int_equal(event.sqe[15], lie->sqe ? 0x41414141 : 0);
	made_end(&made);
}

static void lying_locators(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		check_lie(&lies[i], "__data_loc", 0, false);
		check_lie(&lies[i], "__data_loc", 0, true);
		/* an offset before the locator cannot be said: it comes out behind the record */
		check_lie(&lies[i], "__rel_loc", 1, false);
		check_lie(&lies[i], "__rel_loc", 1, true);
	}
	start(state);
	made_event(&made);
}

static void strings_without_an_end(void **state)
{
	char name[17];

	(void)state;
	memset(name, 'x', sizeof(name));
	made_number(&made, "u16", "qid", 2, 1);
	made_number(&made, "u16", "cid", 2, 1);
	made_bytes(&made, "char transport[16]", name, 16);
	made_dynamic(&made, "__data_loc char[]", "trsvcid", "\x1b[2J", 4);
	made_dynamic(&made, "__data_loc char[]", "addr", name, sizeof(name));
	init_decoder();
	assert_int_equal(decode_copy(&decoder, made.record, made.dynamic_at, &event), 0);
	assert_string_equal(event.transport, "xxxxxxxxxxxxxxx");
	assert_string_equal(event.addr, "xxxxxxxxxxxxxxxxx");
	assert_string_equal(event.trsvcid, "\x1b[2J");
}

static void an_offset_behind_every_record(void **state)
{
	(void)state;
	made_number(&made, "u16", "qid", 2, 1);
	made_number(&made, "u16", "cid", 2, 1);
	/* out of the range of any record, and of the type that holds the offset */
	sprintf(made.text + made.text_len,
		"\tfield:u16 %s;\toffset:%u;\tsize:2;\tsigned:0;\n"
		"\tfield:u16 %s;\toffset:%u;\tsize:2;\tsigned:0;\n"
		"\tfield:u16 %s;\toffset:%u;\tsize:2;\tsigned:0;\n",
		"status", 65536 + 8, "sq_head", 0xfffffff8u, "sq_tail", 65535);
	made.text_len += strlen(made.text + made.text_len);
	init_decoder();
	assert_true(decoder.found == (BIT(QID) | BIT(CID) | BIT(SQ_TAIL)));
	assert_int_equal(decode_copy(&decoder, made.record, made.dynamic_at, &event), 0);
	assert_false(dupcqe_has(&event, DUPCQE_SQ_TAIL));
}

static int hit_of(uint64_t has, uint8_t count, bool cut, uint32_t depth, uint16_t head,
		  uint16_t slot)
{
	const struct dupcqe_event made_up = {
		.has = has,
		.cqw_count = count,
		.cqw_cut = cut,
		.q_depth = depth,
		.cq_head = head,
		.cqw_slot = slot,
	};

	return dupcqe_window_hit(&made_up);
}

static void the_hit_in_the_window(void **state)
{
	const uint64_t slots = BIT(CQW) | BIT(Q_DEPTH) | BIT(CQ_HEAD) | BIT(CQW_SLOT);

	(void)state;
	assert_int_equal(dupcqe_window_hit(&made_values), 12);
	assert_int_equal(hit_of(slots, 16, false, 1024, 5, 1017), 12);
	assert_int_equal(hit_of(slots, 8, false, 8, 3, 4), 7);
	assert_int_equal(hit_of(slots, 13, true, 1024, 5, 1017), 12);
	assert_int_equal(hit_of(slots, 12, true, 1024, 5, 1017), -1);
	assert_int_equal(hit_of(slots, 16, false, 4, 0xffff, 0xffff), 0);
	assert_int_equal(hit_of(slots, 16, false, 1024, 0xffff, 0), -1);
	assert_int_equal(hit_of(slots & ~BIT(CQW), 0, false, 8, 3, 4), -1);
	/* by the rule alone */
	assert_int_equal(hit_of(BIT(CQW), 16, false, 0, 0, 0), 12);
	assert_int_equal(hit_of(BIT(CQW), 14, true, 0, 0, 0), 12);
	assert_int_equal(hit_of(BIT(CQW), 8, false, 0, 0, 0), 7);
	assert_int_equal(hit_of(BIT(CQW), 8, true, 0, 0, 0), -1);
	assert_int_equal(hit_of(slots, 8, false, 0, 0, 0), 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
	const struct CMUnitTest tests[] = {
		TEST(cut_at_every_length),
		TEST(longer_than_it_says),
		TEST(lying_locators),
		TEST(strings_without_an_end),
		TEST(an_offset_behind_every_record),
		cmocka_unit_test(the_hit_in_the_window),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode-bad", tests, NULL, NULL);
}
