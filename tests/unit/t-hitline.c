// SPDX-License-Identifier: GPL-2.0-or-later
/* A hit in a kernel log (dupcqe/hitline.h): every line that kernel, module and daemon write, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "corpus.h"
#include "dupcqe/hitline.h"
#include "event-format.h"

#define MODULE                                                                                     \
	"nvme_dup_cqe_panic: 0000:00:04.0: nvme0: qid=1, cmdid=12290, tag=2, genctr=3, "           \
	"expected=4, opcode=-1, reason=stale generation, depth=8, sq_tail=-1, cq_head=3, "         \
	"sq_dma=0x0, cq_dma=0x3fe11000"

static struct dupcqe_event event;

/* The line lies in memory of just its size, for the sanitizer. */
static int parse(const char *line, size_t length, struct dupcqe_event *ret_event)
{
	char *copy = malloc(length ? length : 1);
	int ret;

	memcpy(copy, line, length);
	ret = dupcqe_hit_line(copy, length, ret_event);
	free(copy);
	return ret;
}

static int read_line(const char *line)
{
	return parse(line, strlen(line), &event);
}

static bool has(enum dupcqe_field field)
{
	return dupcqe_has(&event, field);
}

static void the_modules_line(void **state)
{
	(void)state;
	assert_int_equal(read_line("[    4.5] Kernel panic - not syncing: " MODULE), 0);
	assert_int_equal(event.ctrl_id, 0);
	assert_int_equal(event.qid, 1);
	assert_int_equal(event.cid, 12290);
	assert_int_equal(event.reason, DUPCQE_STALE_GENERATION);
	assert_int_equal(event.q_depth, 8);
	assert_int_equal(event.cq_head, 3);
	assert_true(event.cq_dma == 0x3fe11000);
	assert_string_equal(event.addr, "0000:00:04.0");
	assert_false(has(DUPCQE_OPCODE));
	assert_false(has(DUPCQE_SQ_TAIL));
	assert_false(has(DUPCQE_SQ_DMA));
	assert_false(has(DUPCQE_STATUS));
	assert_false(has(DUPCQE_CQW));
}

static void the_daemons_line(void **state)
{
	(void)state;
	assert_int_equal(read_line("nvme-dupcqed: nvme12: qid=3, cmdid=1, depth=1024, sq_tail=5, "
				   "cq_head=1023, sq_dma=0xffff0000, cq_dma=0xfffe0000\r"), -ENOENT);
	assert_int_equal(read_line("nvme-dupcqed: nvme12: qid=3, cmdid=1, depth=1024, sq_tail=5, "
				   "cq_head=1023, sq_dma=0xffff0000, cq_dma=0xfffe0000"), 0);
	assert_int_equal(event.ctrl_id, 12);
	assert_true(event.sq_dma == 0xffff0000);
	assert_string_equal(event.addr, "");
	assert_false(has(DUPCQE_TAG));
}

/* What the library makes of a kernel's record, it makes of the same kernel's text, but for the windows. */
static void check_text(const struct dupcqe_decoder *decoder, const char *name)
{
	const uint64_t windows = DUPCQE_BIT(DUPCQE_CQW) | DUPCQE_BIT(DUPCQE_CQW_SLOT) | DUPCQE_BIT(DUPCQE_SQE) |
				 DUPCQE_BIT(DUPCQE_SQE_SLOT);
	char record[4096], text[8192];
	struct dupcqe_event wanted;
	size_t size = corpus_read(CORPUS "/record", name, record, sizeof(record));

	assert_int_equal(decode_copy(decoder, record, size, &wanted), 0);
	size = corpus_read(CORPUS "/text", name, text, sizeof(text));
	if (!dupcqe_has(&wanted, DUPCQE_CQ_DMA)) {
		assert_int_equal(parse(text, size - 1, &event), -ENOENT);
		return;
	}
	assert_int_equal(parse(text, size - 1, &event), 0);
	wanted.has &= ~windows;
	wanted.cqw_slot = wanted.sqe_slot = 0;
	wanted.cqw_count = 0;
	memset(wanted.cqw, 0, sizeof(wanted.cqw));
	memset(wanted.sqe, 0, sizeof(wanted.sqe));
	if (!wanted.trsvcid[0])
		wanted.has &= ~DUPCQE_BIT(DUPCQE_TRSVCID);
	assert_true(event.has == wanted.has);
	assert_memory_equal(&event, &wanted, sizeof(wanted));
}

static void the_kernels_text(void **state)
{
	struct dupcqe_decoder decoder;
	struct tep_handle *tep;
	DIR *folder = opendir(CORPUS "/text");
	const struct dirent *entry;
	int count = 0;

	(void)state;
	assert_int_equal(dupcqe_decoder_init(event_parse(event_real_format, false, 8, &tep), &decoder), 0);
	tep_free(tep);
	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.') {
			check_text(&decoder, entry->d_name);
			count++;
		}
	closedir(folder);
	assert_true(count >= 10);
}

static void cut_anywhere(void **state)
{
	const char *line = "x " MODULE;
	size_t length = strlen(line), cut;

	(void)state;
	for (cut = 0; cut < length; cut++)
		assert_int_equal(parse(line, cut, &event), cut > length - 8 ? 0 : -ENOENT);
}

static void what_is_none(void **state)
{
	static const char *const lines[] = {
		"", "nvme0: qid=", ": qid=1", "nvme: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x1",
		"nvme-1: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x1",
		"nvme9999999999: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x1",
		"nvme0: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x0",
		"nvme0: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x10000000000000000",
		"nvme0: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x1g",
		"nvme0: qid=1, depth=-1, cq_head=3, sq_dma=0x1, cq_dma=0x1",
		"nvme0: qid=1, depth=8, cq_head=65536, sq_dma=0x1, cq_dma=0x1",
		"nvme0: qid=, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x1",
		"nvme0: qid=1, depth=8, cq_head=3, cq_dma=0x1",
		"nvme nvme0: invalid id 8224 completed on queue 32",
	};
	size_t i;

	(void)state;
	memset(&event, 0x5a, sizeof(event));
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (read_line(lines[i]) != -ENOENT)
			fail_msg("taken for a hit: %s", lines[i]);
	assert_int_equal(event.qid, 0x5a5a);
}

static void the_last_one_of_a_text(void **state)
{
	static const char text[] = "a\n[1] nvme0: qid=1, depth=8, cq_head=3, sq_dma=0x1, cq_dma=0x1\nb\0c\n"
				   "[2] nvme3: qid=2, depth=8, cq_head=4, sq_dma=0x1, cq_dma=0x2\r\nno hit\n";
	struct dupcqe_hit hit;

	(void)state;
	assert_int_equal(dupcqe_hit_find(text, sizeof(text) - 1, &hit), 0);
	assert_int_equal(hit.event.ctrl_id, 3);
	assert_int_equal(hit.event.cq_head, 4);
	assert_int_equal(hit.length, strlen("[2] nvme3: qid=2, depth=8, cq_head=4, sq_dma=0x1, cq_dma=0x2"));
	assert_memory_equal(hit.line, "[2] nvme3", 9);
	assert_int_equal(dupcqe_hit_find(text, 2, &hit), -ENOENT);
	assert_int_equal(dupcqe_hit_find(text, 0, &hit), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_modules_line),
		cmocka_unit_test(the_daemons_line),
		cmocka_unit_test(the_kernels_text),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(the_last_one_of_a_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hitline", tests, NULL, NULL);
}
