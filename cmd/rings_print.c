// SPDX-License-Identifier: GPL-2.0-or-later
/* The rings for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "dupcqe/command.h"
#include "dupcqe/format.h"
#include "dupcqe/names.h"
#include "dupcqe/reading.h"
#include "plain.h"
#include "rings.h"

enum { CDW10 = 10, COMMAND_TEXT = 256, TAG_MASK = 0xfff, GENERATION_SHIFT = 12 };

static void label(const char *name)
{
	printf("%-10s", name);
}

static void put_bytes(const char *bytes, size_t length)
{
	char text[2] = "";

	for (; length; length--, bytes++) {
		text[0] = *bytes;
		put_plain(stdout, *bytes ? text : ".");
	}
}

static void put_source(const struct rings_view *view)
{
	size_t length;
	const char *release = dump_info(view->dump, "OSRELEASE", &length);

	label("dump");
	put_plain(stdout, view->file);
	printf(": ");
	put_plain(stdout, dump_format(view->dump));
	if (release) {
		printf(" of Linux ");
		put_bytes(release, length);
	}
	putchar('\n');
	if (!view->line)
		return;
	label("line");
	put_bytes(view->line, view->line_length);
	putchar('\n');
}

static void put_event(const struct dupcqe_event *event)
{
	char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_block(&text, event, "");
	fputs(buffer, stdout);
}

/* The set that names what is usual on this queue. */
static int queue(const struct rings *rings)
{
	return dupcqe_has(&rings->event, DUPCQE_QID) ? rings->event.qid : 1;
}

static void put_cid(uint16_t cid)
{
	printf(" %6u %5u %4u", cid, cid & TAG_MASK, cid >> GENERATION_SHIFT);
}

static void put_cqe(const struct rings *rings, uint32_t slot)
{
	const struct ring *cq = &rings->cq;
	uint64_t result = ring_word(cq, slot, 0) | (uint64_t)ring_word(cq, slot, 1) << 32;
	uint32_t sq = ring_word(cq, slot, 2), last = ring_word(cq, slot, 3);
	uint16_t status = last >> 17;
	const char *name = dupcqe_status_name(dupcqe_command_set(queue(rings), 0), status >> 8 & 7, status);
	char digits[sizeof("0x") + 16];

	snprintf(digits, sizeof(digits), "0x%" PRIx64, result);
	printf("%6u", last >> 16 & 1);
	put_cid(dupcqe_ring_cid(&rings->event, last));
	printf(" %5u %5u %10s  0x%x%s%s", sq & 0xffff, sq >> 16, digits, status, name ? " " : "", name ? name : "");
	if (slot == rings->event.cq_head)
		printf(rings->at_head ? "  <- refused" : "  <- where the refused one stood");
}

static const char *opcode_name(enum dupcqe_command_set set, uint8_t opcode, char ret_number[8])
{
	const char *name = dupcqe_opcode_name(set, opcode);

	if (name)
		return name;
	snprintf(ret_number, 8, "0x%02x", opcode);
	return ret_number;
}

static void put_sqe(const struct rings *rings, uint32_t slot)
{
	const struct ring *sq = &rings->sq;
	uint32_t first = ring_word(sq, slot, 0), nsid = ring_word(sq, slot, 1);
	enum dupcqe_command_set set = dupcqe_command_set(queue(rings), first);
	uint8_t opcode = set == DUPCQE_SET_FABRICS ? nsid : first;
	char buffer[COMMAND_TEXT], number[8];
	struct dupcqe_text text;

	put_cid(dupcqe_ring_cid(&rings->event, first >> 16));
	printf(" %5u  %s ", nsid, opcode_name(set, opcode, number));
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_command_words(&text, DUPCQE_HOST, DUPCQE_WORDING_LATEST, set, opcode,
			     sq->bytes + (size_t)slot * sq->entry_bytes + 4 * CDW10);
	put_plain(stdout, buffer);
	if ((int)slot == rings->sqe_slot)
		printf("  <- carried the command id last");
}

static bool is_empty(const struct ring *ring, uint32_t slot)
{
	uint32_t i, any = 0;

	for (i = 0; i < ring->entry_bytes / 4; i++)
		any |= ring_word(ring, slot, i);
	return !any;
}

static void put_ring(const struct rings *rings, const struct ring *ring, struct slots slots,
		     void (*put_entry)(const struct rings *rings, uint32_t slot))
{
	uint32_t i, slot;

	for (i = 0; i < slots.count; i++) {
		slot = (slots.first + i) % ring->depth;
		label("");
		printf("%5u", slot);
		if (ring->missing[slot])
			printf("  not in the dump");
		else if (is_empty(ring, slot) && !(ring == &rings->cq && slot == rings->event.cq_head))
			printf("  empty");
		else
			put_entry(rings, slot);
		putchar('\n');
	}
}

static void put_cq(const struct rings_view *view)
{
	const struct rings *rings = view->rings;

	if (!rings->at_head) {
		label("");
		printf("the entry at slot %u is not the hit's any more: the queue went on\n", rings->event.cq_head);
	}
	/* the record's window has them all */
	if (rings->at_head && !view->all && rings->event.cqw_count == cq_slots(view).count)
		return;
	label("cq ring");
	printf(" slot phase  cmdid   tag  gen  sqhd  sqid     result  status\n");
	put_ring(rings, &rings->cq, cq_slots(view), put_cqe);
}

static void put_sq(const struct rings_view *view)
{
	const struct rings *rings = view->rings;

	label("sq ring");
	if (!rings->sq.bytes) {
		put_plain(stdout, rings->sq.why);
		putchar('\n');
		return;
	}
	printf(" slot  cmdid   tag  gen  nsid  command; entries of %u bytes\n", rings->sq.entry_bytes);
	put_ring(rings, &rings->sq, sq_slots(view), put_sqe);
}

void rings_print(const struct rings_view *view)
{
	put_source(view);
	put_event(&view->rings->event);
	put_cq(view);
	put_sq(view);
}
