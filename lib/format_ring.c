// SPDX-License-Identifier: LGPL-2.1-or-later
/* The window of the completion ring as a table, one entry a line. */
#include <stdio.h>
#include "format_block.h"
#include "format_parts.h"

/* An entry of a ring, taken apart. */
struct row {
	uint64_t result;
	uint16_t sq_head, sq_id, cid, status;
};

static struct row row_of(const struct dupcqe_event *event, const uint32_t *words)
{
	return (struct row){
		.result = words[0] | (uint64_t)words[1] << 32,
		.sq_head = words[2],
		.sq_id = words[2] >> 16,
		.cid = dupcqe_ring_cid(event, words[3]),
		.status = words[3] >> 16,
	};
}

static bool empty(const uint32_t *words)
{
	return !(words[0] | words[1] | words[2] | words[3]);
}

static void fields(const struct dupcqe_block *block, const uint32_t *words)
{
	struct row row = row_of(block->event, words);
	char result[sizeof("0x") + 16];

	snprintf(result, sizeof(result), "0x%llx", (unsigned long long)row.result);
	dupcqe_text_printf(block->text, "%6u %6u %5u %4u %5u %5u %10s  ", row.status & 1, row.cid,
			   row.cid & 0xfff, row.cid >> 12, row.sq_head, row.sq_id, result);
	dupcqe_part_status(block->text, dupcqe_command_set(row.sq_id, 0), row.status >> 1);
}

static const char *mark(const struct dupcqe_block *block, int index)
{
	if (index == block->reading.copy_index)
		return "  <- same CQE";
	switch (dupcqe_window_age(block->event, index)) {
	case DUPCQE_WINDOW_REFUSED:
		return "  <- refused";
	case DUPCQE_WINDOW_NEXT:
		return "  (not read yet)";
	default:
		return "";
	}
}

static void entry(const struct dupcqe_block *block, int index)
{
	const uint32_t *words = block->event->cqw[index];
	int slot = dupcqe_window_slot(block->event, index);
	bool refused = dupcqe_window_age(block->event, index) == DUPCQE_WINDOW_REFUSED;

	dupcqe_block_line(block, "");
	if (slot >= 0)
		dupcqe_text_printf(block->text, "%5d", slot);
	else
		dupcqe_text_puts(block->text, "    ?");
	if (empty(words) && !refused) {
		dupcqe_text_puts(block->text, "  empty");
	} else {
		fields(block, words);
		dupcqe_text_puts(block->text, mark(block, index));
	}
	dupcqe_block_end(block);
}

void dupcqe_block_ring(const struct dupcqe_block *block)
{
	int index;

	if (!dupcqe_has(block->event, DUPCQE_CQW))
		return;
	dupcqe_block_line(block, "cq ring");
	dupcqe_text_puts(block->text,
			 " slot phase  cmdid   tag  gen  sqhd  sqid     result  status");
	dupcqe_block_end(block);
	for (index = 0; index < block->event->cqw_count; index++)
		entry(block, index);
}
