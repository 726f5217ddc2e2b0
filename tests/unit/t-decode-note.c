// SPDX-License-Identifier: GPL-2.0-or-later
/* What the driver says beside a hit, and what of it belongs to the hit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "corpus.h"
#include "decode-case.h"
#include "dupcqe/note.h"

#define STALE	   "request %#x genctr mismatch (got %#x expected %#x)\n"
#define UNKNOWN	   "\001" "3could not locate request for tag %#x\n"
#define SUPPRESSED "\001" "4%s: %d callbacks suppressed\n"
#define CQES	   UINT64_C(0xffff888006002000)

static struct dupcqe_note_decoder note_decoder;
static struct dupcqe_note note;

static bool alone; /* the entry, without what is around it */

struct said {
	const char *fmt, *func;
	int ctrl_id;
	uint16_t tag;
	uint8_t genctr, expected;
	uint32_t suppressed;
};

static int decode_copy_of_note(size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int err;

	memcpy(copy, made.record, size);
	err = dupcqe_note_decode(&note_decoder, copy, size, &note);
	free(copy);
	return err;
}

static void make(const struct said *said, bool big_endian)
{
	uint8_t window[256] = { 0 };
	/* command id 0x9005 on queue 3, in the machine's order */
	const uint8_t cqe[16] = { 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 3, 0, big_endian ? 0x90 : 5, big_endian ? 5 : 0x90, 9, 0 };

	memcpy(window + 12 * 16, cqe, sizeof(cqe));
	made_start(&made, big_endian);
	made_string(&made, "__data_loc char[]", "fmt", said->fmt);
	made_string(&made, "__data_loc char[]", "func", said->func ? said->func : said->fmt);
	made_number(&made, "u8", "probe", 1, 1);
	made_number(&made, "s32", "ctrl_id", 4, (uint32_t)said->ctrl_id);
	made_number(&made, "u16", "tag", 2, said->tag);
	made_number(&made, "u8", "genctr", 1, said->genctr);
	made_number(&made, "u8", "expected_genctr", 1, said->expected);
	made_number(&made, "u32", "suppressed", 4, said->suppressed);
	made_number(&made, "u64", "bp", 8, CQES + 16 * 20);
	if (alone)
		made_bytes(&made, "u64 bp_cqw[2]", cqe, sizeof(cqe));
	else
		made_bytes(&made, "u64 bp_cqw[32]", window, sizeof(window));
	assert_int_equal(dupcqe_note_decoder_init(made_event(&made), &note_decoder), 0);
}

static int decode_said(const struct said *said, bool big_endian)
{
	int err;

	make(said, big_endian);
	err = decode_copy_of_note(made.dynamic_at);
	made_end(&made);
	return err;
}

static const struct said stale = { STALE, NULL, 2, 5, 9, 11, 0 };
static const struct said unknown = { UNKNOWN, NULL, -1, 5, 0, 0, 0 };
static const struct said unknown_tcp = { "\001" "3nvme_tcp: could not locate request for tag %#x\n", NULL, -1, 5, 0, 0, 0 };
static const struct said suppressed = { SUPPRESSED, "nvme_handle_cqe", -1, 0, 0, 0, 23 };

static void the_three_messages(void **state)
{
	int big;

	(void)state;
	for (big = 0; big < 2; big++) {
		assert_int_equal(decode_said(&stale, big), 0);
		assert_int_equal(note.reason, DUPCQE_STALE_GENERATION);
		assert_int_equal(note.tag, 5);
		assert_int_equal(note.genctr, 9);
		assert_int_equal(note.expected_genctr, 11);
		assert_int_equal(note.ctrl_id, 2);
		assert_int_equal(decode_said(&unknown, big), 0);
		assert_int_equal(note.reason, DUPCQE_UNKNOWN_TAG);
		assert_int_equal(note.ctrl_id, -1);
		assert_int_equal(decode_said(&unknown_tcp, big), 0);
		assert_int_equal(note.reason, DUPCQE_UNKNOWN_TAG);
		assert_int_equal(decode_said(&suppressed, big), 0);
		assert_int_equal(note.suppressed, 23);
		assert_int_equal(note.reason, 0);
	}
}

static void others(void **state)
{
	static const struct said said[] = { { "", NULL, 0, 0, 0, 0, 0 },
					    { "\001", NULL, 0, 0, 0, 0, 0 },
					    { "\001" "3", NULL, 0, 0, 0, 0, 0 },
					    { "request", NULL, 0, 0, 0, 0, 0 },
					    { SUPPRESSED, "nvme_find_rq", 0, 0, 0, 0, 7 } };
	unsigned int i;

	(void)state;
	memset(&note, 0x5a, sizeof(note));
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_int_equal(decode_said(&said[i], false), -ENOMSG);
		assert_int_equal(note.tag, 0x5a5a);
	}
}

static void makes_no_sense(void **state)
{
	static const struct said said[] = { { STALE, NULL, 2, 0x1000, 9, 11, 0 },
					    { STALE, NULL, 2, 5, 16, 11, 0 },
					    { STALE, NULL, 2, 5, 9, 16, 0 },
					    { UNKNOWN, NULL, 2, 0x1000, 0, 0, 0 } };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_int_equal(decode_said(&said[i], false), -ENODATA);
}

static void cut_anywhere(void **state)
{
	size_t size;

	(void)state;
	make(&stale, false);
	for (size = 0; size < made.dynamic_at; size++)
		assert_int_equal(decode_copy_of_note(size), size < MADE_FIELDS_END + sizeof(STALE) ? -ENODATA : 0);
	made_end(&made);
}

static void not_our_format(void **state)
{
	(void)state;
	made_start(&made, false);
	put_minimum();
	assert_int_equal(dupcqe_note_decoder_init(made_event(&made), &note_decoder), -ENOENT);
	made_end(&made);
}

static struct dupcqe_event hit(void)
{
	return (struct dupcqe_event){
		.has = BIT(CID) | BIT(TAG) | BIT(GENCTR) | BIT(CTRL_ID) | BIT(SQ_ID) | BIT(CQ_HEAD) | BIT(Q_DEPTH),
		.source = DUPCQE_FROM_PROBE, .cid = 0x9005, .tag = 5, .genctr = 9, .ctrl_id = 2, .sq_id = 3,
		.cq_head = 20, .q_depth = 64, .cqes = CQES, .proof = "bx",
	};
}

static void joins(void **state)
{
	int big;

	(void)state;
	for (big = 0; big < 2; big++) {
		assert_int_equal(decode_said(&stale, big), 0);
		event = hit();
		event.big_endian = big;
		assert_true(dupcqe_note_join(&note, &event));
		assert_int_equal(event.reason, DUPCQE_STALE_GENERATION);
		assert_int_equal(event.expected_genctr, 11);
		assert_int_equal(event.status, 9);
		assert_int_equal(event.sq_head, 7);
		assert_int_equal(event.cqw_slot, 8);
		assert_string_equal(event.proof, "bx bp");
		/* it is used up */
		event = hit();
		assert_false(dupcqe_note_join(&note, &event));
		assert_int_equal(event.has, hit().has);
	}
	assert_int_equal(decode_said(&unknown, false), 0);
	event = hit();
	assert_true(dupcqe_note_join(&note, &event));
	assert_int_equal(event.reason, DUPCQE_UNKNOWN_TAG);
	assert_false(dupcqe_has(&event, DUPCQE_EXPECTED_GENCTR));
}

static void does_not_join(void **state)
{
	struct dupcqe_event before;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_int_equal(decode_said(&stale, false), 0);
		event = hit();
		event.tag += i == 0;
		event.genctr += i == 1;
		event.ctrl_id += i == 2;
		if (i == 3)
			event.source = DUPCQE_FROM_EVENT;
		if (i == 4)
			assert_int_equal(decode_said(&suppressed, false), 0);
		before = event;
		assert_false(dupcqe_note_join(&note, &event));
		assert_memory_equal(&event, &before, sizeof(event));
		assert_int_equal(note.reason, 0);
	}
}

/* The messages of hits and reasons are limited apart: the last note may be of a completion before. */
static void of_another_hit(void **state)
{
	(void)state;
	/* another slot of the ring */
	assert_int_equal(decode_said(&stale, false), 0);
	event = hit();
	event.cq_head++;
	assert_false(dupcqe_note_join(&note, &event));
	assert_int_equal(event.has, hit().has);
	/* a queue that has not proved itself has no place to hold it against, and a note may have no registers */
	assert_int_equal(decode_said(&stale, false), 0);
	event = hit();
	event.cqes = 0;
	event.cq_head = 0;
	assert_true(dupcqe_note_join(&note, &event));
	assert_int_equal(decode_said(&stale, false), 0);
	note.entries = 0;
	event = hit();
	assert_true(dupcqe_note_join(&note, &event));
}

/* As the definition has it: what is around the entry is not read at each line that the kernel prints. */
static void joins_the_entry_alone(void **state)
{
	(void)state;
	alone = true;
	assert_int_equal(decode_said(&stale, false), 0);
	assert_int_equal(note.entries, 1);
	event = hit();
	assert_true(dupcqe_note_join(&note, &event));
	assert_int_equal(event.status, 9);
	assert_int_equal(event.sq_head, 7);
	assert_string_equal(event.proof, "bx bp");
	assert_int_equal(event.cqw_count, 1);
	assert_int_equal(event.cqw_slot, 20);
	assert_int_equal(dupcqe_window_hit(&event), 0);
	assert_int_equal(event.cqw[0][2], 3 << 16 | 7);
	/* another command id */
	assert_int_equal(decode_said(&stale, false), 0);
	event = hit();
	event.cid += 0x1000 * 3;
	assert_true(dupcqe_note_join(&note, &event));
	assert_false(dupcqe_has(&event, DUPCQE_STATUS));
	assert_int_equal(event.cqw_count, 0);
	alone = false;
}

static void of_another_time(void **state)
{
	static const struct {
		uint64_t note, hit;
		bool joins;
	} cases[] = { { 0, 0, true },	   { 0, 5, true },	       { 5, 0, true },
		      { 5, 5, true },	   { 5, 1000000005, true },    { 5, 1000000006, false },
		      { 6, 5, false },	   { UINT64_MAX, 5, false },   { 1, UINT64_MAX, false } };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(decode_said(&stale, false), 0);
		assert_int_equal(note.ns, 0);
		note.ns = cases[i].note;
		event = hit();
		assert_int_equal(dupcqe_note_join_at(&note, cases[i].hit, &event), cases[i].joins);
		assert_int_equal(note.reason, 0);
	}
}

static void of_another_transport(void **state)
{
	static const struct said rdma = { "\001" "3nvme_rdma: could not locate request for tag %#x\n", NULL, -1, 5, 0, 0, 0 };
	static const struct said odd = { "\001" "3: could not locate request for tag %#x\n", NULL, -1, 5, 0, 0, 0 };
	static const struct {
		const struct said *said;
		const char *transport;
		bool joins;
	} cases[] = { { &unknown, "pcie", true }, { &unknown, "tcp", false },	 { &unknown_tcp, "tcp", true },
		      { &rdma, "pcie", false },	  { &unknown_tcp, "pcie", false }, { &odd, "pcie", false },
		      { &stale, "pcie", true } };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(decode_said(cases[i].said, false), 0);
		event = hit();
		event.has |= BIT(TRANSPORT);
		strcpy(event.transport, cases[i].transport);
		assert_int_equal(dupcqe_note_join(&note, &event), cases[i].joins);
	}
}

/* The reason is sure; the entry wants a proof of its own. */
static void joins_without_the_entry(void **state)
{
	int i;

	(void)state;
	for (i = 1; i < 4; i++) {
		assert_int_equal(decode_said(&stale, false), 0);
		event = hit();
		event.sq_id += i == 1;
		if (i == 2)
			event.cqes = 0;
		if (i == 3)
			event.q_depth = 20;
		assert_true(dupcqe_note_join(&note, &event));
		assert_false(dupcqe_has(&event, DUPCQE_STATUS));
		assert_int_equal(event.cqw_count, 0);
		assert_string_equal(event.proof, "bx");
	}
}

static void read_real(const char *kernel, struct dupcqe_event *ret_event)
{
	uint8_t record[4096];
	struct tep_handle *tep;
	char name[32];
	size_t size;

	snprintf(name, sizeof(name), "%s-dup_cqe", kernel);
	size = corpus_read(CORPUS "/probe", name, record, sizeof(record));
	assert_int_equal(dupcqe_decoder_init(event_parse(event_probe_format, false, 8, &tep), &decoder), 0);
	assert_int_equal(dupcqe_decode(&decoder, record, size, ret_event), 0);
	tep_free(tep);
	snprintf(name, sizeof(name), "%s-dup_cqe_why", kernel);
	size = corpus_read(CORPUS "/probe", name, record, sizeof(record));
	assert_int_equal(dupcqe_note_decoder_init(event_parse(event_why_format, false, 8, &tep), &note_decoder), 0);
	assert_int_equal(dupcqe_note_decode(&note_decoder, record, size, &note), 0);
	tep_free(tep);
}

/* What the definition takes now, of a note that has all around it. */
static void leave_the_entry_alone(void)
{
	unsigned int i;

	for (i = 0; i < note.entries; i++) {
		memmove(note.entry[i].window, note.entry[i].window + 16 * DUPCQE_WINDOW_BEFORE, 16);
		note.entry[i].bytes = 16;
	}
}

/* Of stock kernels: the driver had the entry in a register when it said why, on 7.3 then only. */
static void real_notes(void **state)
{
	static const char *const kernels[] = { "6.1", "7.3" };
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		read_real(kernels[i], &event);
		leave_the_entry_alone();
		assert_int_equal(dupcqe_has(&event, DUPCQE_STATUS), i == 0);
		assert_true(dupcqe_note_join(&note, &event));
		assert_int_not_equal(event.reason, 0);
		assert_true(dupcqe_has(&event, DUPCQE_STATUS));
		assert_int_equal(event.cqw_count == 1, i == 1);
		/* the same, of another slot */
		read_real(kernels[i], &event);
		event.cq_head ^= 1;
		assert_false(dupcqe_note_join(&note, &event));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_messages), cmocka_unit_test(others),
		cmocka_unit_test(makes_no_sense),     cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(not_our_format),     cmocka_unit_test(joins),
		cmocka_unit_test(of_another_hit),     cmocka_unit_test(of_another_time),
		cmocka_unit_test(real_notes),
		cmocka_unit_test(of_another_transport), cmocka_unit_test(joins_the_entry_alone),
		cmocka_unit_test(does_not_join),      cmocka_unit_test(joins_without_the_entry),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode-note", tests, NULL, NULL);
}
