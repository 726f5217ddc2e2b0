// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of real kernels (tests/fuzz/make-corpus): written out again from what the library made of
 * them, they have to be, byte for byte, the text that the same kernel printed for them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include "corpus.h"
#include "dupcqe/text.h"
#include "event-format.h"

static struct dupcqe_decoder decoder;
static struct dupcqe_event event;

static const char *state_name(void)
{
	static const char *const names[] = { "idle", "in_flight", "complete" };

	return dupcqe_has(&event, DUPCQE_RQ_STATE) ? names[event.rq_state] : "none";
}

static const char *reason_name(void)
{
	static const char *const names[] = { "?", "unknown tag", "stale generation",
					     "not in flight" };

	return names[event.reason];
}

static void put_words(struct dupcqe_text *text, const uint32_t *words, size_t count)
{
	size_t i;

	dupcqe_text_putc(text, '{');
	for (i = 0; i < count; i++)
		dupcqe_text_printf(text, "%s0x%x", i ? "," : "", words[i]);
	dupcqe_text_putc(text, '}');
}

#define OPTIONAL(FIELD, member) (dupcqe_has(&event, DUPCQE_##FIELD) ? (int)event.member : -1)

static void put_first_half(struct dupcqe_text *text)
{
	dupcqe_text_printf(text,
			   "nvme%d: qid=%u, cmdid=%u, reason=%s, tag=%u, genctr=%u, expected=%d, ",
			   event.ctrl_id, event.qid, event.cid, reason_name(), event.tag,
			   event.genctr, OPTIONAL(EXPECTED_GENCTR, expected_genctr));
	dupcqe_text_printf(text, "res=0x%llx, sqhd=%u, sqid=%u, status=0x%x, phase=%u, ",
			   (unsigned long long)event.result, event.sq_head, event.sq_id,
			   event.status >> 1, event.status & 1);
	dupcqe_text_printf(text, "rq_state=%s, rq_cmdid=%d, opcode=%d, nsid=%u, ", state_name(),
			   OPTIONAL(RQ_CID, rq_cid), OPTIONAL(OPCODE, opcode), event.nsid);
}

static void put_second_half(struct dupcqe_text *text)
{
	dupcqe_text_printf(text, "depth=%d, sq_tail=%d, last_sq_tail=%d, cq_head=%d, cq_phase=%d, ",
			   OPTIONAL(Q_DEPTH, q_depth), OPTIONAL(SQ_TAIL, sq_tail),
			   OPTIONAL(LAST_SQ_TAIL, last_sq_tail), OPTIONAL(CQ_HEAD, cq_head),
			   OPTIONAL(CQ_PHASE, cq_phase));
	dupcqe_text_printf(
		text, "vector=%d, flags=0x%x, sq_dma=0x%llx, cq_dma=0x%llx, present=0x%x, ",
		OPTIONAL(CQ_VECTOR, cq_vector), event.q_flags, (unsigned long long)event.sq_dma,
		(unsigned long long)event.cq_dma, event.present);
	dupcqe_text_printf(text,
			   "transport=%s, addr=%s, trsvcid=%s, cq_slot=%d, cq=", event.transport,
			   event.addr, event.trsvcid, OPTIONAL(CQW_SLOT, cqw_slot));
	put_words(text, event.cqw[0], (size_t)event.cqw_count * DUPCQE_CQE_WORDS);
	dupcqe_text_printf(text, ", sq_slot=%d, sqe=", OPTIONAL(SQE_SLOT, sqe_slot));
	put_words(text, event.sqe, dupcqe_has(&event, DUPCQE_SQE) ? DUPCQE_SQE_WORDS : 0);
	dupcqe_text_putc(text, '\n');
}

/* The window's rule in docs/event-abi.md against the ring of a real controller: the entry is the
 * record's own. */
static void check_hit(const char *name)
{
	int hit = dupcqe_window_hit(&event);

	if (!dupcqe_has(&event, DUPCQE_CQW))
		return;
	if (hit < 0 || (event.cqw[hit][3] & 0xffff) != event.cid ||
	    event.cqw[hit][3] >> 16 != event.status)
		fail_msg("%s: entry %d of the window is not the one that was refused", name, hit);
}

static void check_record(const char *name)
{
	char record[4096], kernel[8192], ours[8192];
	size_t size = corpus_read(CORPUS "/record", name, record, sizeof(record));
	struct dupcqe_text text;

	kernel[corpus_read(CORPUS "/text", name, kernel, sizeof(kernel) - 1)] = '\0';
	assert_int_equal(decode_copy(&decoder, record, size, &event), 0);
	dupcqe_text_init(&text, ours, sizeof(ours));
	put_first_half(&text);
	put_second_half(&text);
	if (strcmp(ours, kernel))
		print_error("%s\n", name);
	assert_string_equal(ours, kernel);
	check_hit(name);
}

static void the_text_is_the_kernels(void **state)
{
	DIR *folder = opendir(CORPUS "/record");
	const struct dirent *entry;
	int count = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.') {
			check_record(entry->d_name);
			count++;
		}
	closedir(folder);
	assert_true(count >= 10);
}

static int setup(void **state)
{
	struct tep_handle *tep;
	int err;

	(void)state;
	err = dupcqe_decoder_init(event_parse(event_real_format, false, 8, &tep), &decoder);
	tep_free(tep);
	return err;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_the_kernels),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("records", tests, setup, NULL);
}
