// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The labelled block: what was found, the device, the entry, the request, the queue, the ring, the
 * submission entry.
 */
#include <string.h>
#include "dupcqe/format.h"
#include "format_block.h"
#include "format_parts.h"

void dupcqe_block_line(const struct dupcqe_block *block, const char *label)
{
	dupcqe_text_puts(block->text, block->indent);
	dupcqe_text_printf(block->text, "%-*s", DUPCQE_LABEL_COLUMNS, label);
}

void dupcqe_block_end(const struct dupcqe_block *block)
{
	dupcqe_text_putc(block->text, '\n');
}

struct shown {
	uint8_t field; /* enum dupcqe_field */
	char base;     /* 'd' or 'x' */
	const char *label;
};

static bool has(const struct dupcqe_block *block, enum dupcqe_field field)
{
	return dupcqe_has(block->event, field);
}

/* Numbers that are there, each behind the separator; the next one then comes behind a comma. */
static void list(const struct dupcqe_block *block, const struct shown *shown, const char *separator)
{
	uint64_t value;

	for (; shown->label; shown++) {
		if (!has(block, shown->field))
			continue;
		dupcqe_text_puts(block->text, separator);
		dupcqe_text_puts(block->text, shown->label);
		value = dupcqe_part_value(block->event, shown->field);
		if (shown->base == 'x')
			dupcqe_part_hex(block->text, value);
		else
			dupcqe_text_dec(block->text, value);
		separator = ", ";
	}
}

static bool has_any(const struct dupcqe_block *block, const struct shown *shown)
{
	for (; shown->label; shown++)
		if (has(block, shown->field))
			return true;
	return false;
}

/* One line of numbers; no line if all are absent. */
static void numbers(const struct dupcqe_block *block, const char *label, const struct shown *shown)
{
	if (!has_any(block, shown))
		return;
	dupcqe_block_line(block, label);
	list(block, shown, "");
	dupcqe_block_end(block);
}

/* The words of a sentence from column on, broken where the next one would not fit. */
static void sentence(const struct dupcqe_block *block, const char *words, size_t column)
{
	size_t length;

	for (; *words; words += length + strspn(words + length, " ")) {
		length = strcspn(words, " ");
		if (column + 1 + length > DUPCQE_BLOCK_COLUMNS) {
			dupcqe_block_end(block);
			dupcqe_block_line(block, "");
			column = DUPCQE_LABEL_COLUMNS;
		} else {
			dupcqe_text_putc(block->text, ' ');
			column++;
		}
		dupcqe_text_write(block->text, words, length);
		column += length;
	}
}

/* No request of a queue has a tag that is not smaller than the queue is deep. */
static void unknown_tag(const struct dupcqe_block *block)
{
	const struct dupcqe_event *event = block->event;

	dupcqe_text_puts(block->text, "unknown tag");
	if (has(block, DUPCQE_TAG) && has(block, DUPCQE_Q_DEPTH) && event->tag >= event->q_depth)
		dupcqe_text_printf(block->text, ", beyond the %u entries of the queue",
				   event->q_depth);
}

static void headline(const struct dupcqe_block *block, enum dupcqe_finding finding)
{
	static const char *const titles[DUPCQE_FINDINGS] = {
		[DUPCQE_FRESH_DUPLICATE] = "fresh duplicate",
		[DUPCQE_STALE] = "stale generation",
		[DUPCQE_REQUEST_NOT_IN_FLIGHT] = "request not in flight",
		[DUPCQE_ZEROED] = "zeroed CQE",
		[DUPCQE_WRONG_SQ] = "number of another queue",
		[DUPCQE_WRONG_PHASE] = "wrong phase",
	};
	const struct dupcqe_reading *reading = &block->reading;

	if (finding == DUPCQE_COPY_IN_RING)
		dupcqe_text_printf(
			block->text, "same CQE %u %s earlier, at slot %u", reading->copy_distance,
			reading->copy_distance == 1 ? "entry" : "entries", reading->copy_slot);
	else if (finding == DUPCQE_STALE && reading->behind)
		dupcqe_text_printf(block->text, "stale by %u generations", reading->behind);
	else if (finding == DUPCQE_TAG_NEVER_USED)
		unknown_tag(block);
	else
		dupcqe_text_puts(block->text, titles[finding]);
}

static void findings(const struct dupcqe_block *block)
{
	const char *label = "found";
	size_t start;
	int finding;

	for (finding = 0; finding < DUPCQE_FINDINGS; finding++) {
		if (!dupcqe_found(&block->reading, finding))
			continue;
		dupcqe_block_line(block, label);
		start = block->text->len;
		headline(block, finding);
		dupcqe_text_putc(block->text, ':');
		sentence(block, dupcqe_finding_means(finding),
			 DUPCQE_LABEL_COLUMNS + block->text->len - start);
		dupcqe_block_end(block);
		label = "";
	}
}

static void cqe(const struct dupcqe_block *block)
{
	static const struct shown identity[] = {
		{DUPCQE_CID, 'd', "cmdid "},
		{DUPCQE_TAG, 'd', "tag "},
		{DUPCQE_GENCTR, 'd', "generation "},
		{DUPCQE_EXPECTED_GENCTR, 'd', "expected "},
		{0},
	};
	static const struct shown fields[] = {
		{DUPCQE_RESULT, 'x', "result "},
		{DUPCQE_SQ_HEAD, 'd', "sq_head "},
		{DUPCQE_SQ_ID, 'd', "sq_id "},
		{0},
	};
	struct dupcqe_text *text = block->text;
	uint32_t words[DUPCQE_CQE_WORDS];

	numbers(block, "cqe", identity);
	numbers(block, "", fields);
	if (has(block, DUPCQE_STATUS)) {
		dupcqe_block_line(block, "");
		dupcqe_text_puts(text, "status ");
		dupcqe_part_status(text, dupcqe_cqe_set(block->event), block->event->status >> 1);
		dupcqe_text_printf(text, ", phase %u", block->event->status & 1);
		dupcqe_block_end(block);
	}
	if (!dupcqe_cqe_words(block->event, words)) {
		dupcqe_block_line(block, "");
		dupcqe_text_printf(text, "dw0-3 %08x %08x %08x %08x", words[0], words[1], words[2],
				   words[3]);
		dupcqe_block_end(block);
	}
}

static void device(const struct dupcqe_block *block)
{
	const struct dupcqe_event *event = block->event;

	if (!has(block, DUPCQE_CTRL_ID) && !event->transport[0] && !event->addr[0])
		return;
	dupcqe_block_line(block, "device");
	if (has(block, DUPCQE_CTRL_ID)) {
		dupcqe_text_printf(block->text, "nvme%d", event->ctrl_id);
		dupcqe_text_puts(block->text, event->transport[0] || event->addr[0] ? ", " : "");
	}
	dupcqe_part_origin(block->text, event);
	dupcqe_block_end(block);
}

static void flags(const struct dupcqe_block *block)
{
	uint32_t left = block->event->q_flags;
	const char *separator = " (", *name;
	unsigned int bit;

	dupcqe_text_puts(block->text, ", flags ");
	dupcqe_part_hex(block->text, left);
	for (bit = 0; (name = dupcqe_q_flag_name(bit)); bit++) {
		if (!(left >> bit & 1))
			continue;
		dupcqe_text_puts(block->text, separator);
		dupcqe_text_puts(block->text, name);
		separator = ", ";
	}
	dupcqe_text_puts(block->text, separator[0] == ',' ? ")" : "");
}

static void queue(const struct dupcqe_block *block)
{
	static const struct shown general[] = {
		{DUPCQE_QID, 'd', "qid "},
		{DUPCQE_Q_DEPTH, 'd', "depth "},
		{DUPCQE_CQ_VECTOR, 'd', "vector "},
		{0},
	};
	static const struct shown submission[] = {
		{DUPCQE_SQ_TAIL, 'd', "sq tail "},
		{DUPCQE_LAST_SQ_TAIL, 'd', "tail in the doorbell "},
		{DUPCQE_SQ_DMA, 'x', "ring at "},
		{0},
	};
	static const struct shown completion[] = {
		{DUPCQE_CQ_HEAD, 'd', "cq head "},
		{DUPCQE_CQ_PHASE, 'd', "phase of a new entry "},
		{DUPCQE_CQ_DMA, 'x', "ring at "},
		{0},
	};

	if (has_any(block, general)) {
		dupcqe_block_line(block, "queue");
		list(block, general, "");
		if (has(block, DUPCQE_Q_FLAGS))
			flags(block);
		dupcqe_block_end(block);
	}
	numbers(block, "", submission);
	numbers(block, "", completion);
}

static void request_command(const struct dupcqe_block *block)
{
	static const struct shown command[] = {
		{DUPCQE_RQ_CID, 'd', "cmdid "},
		{DUPCQE_NSID, 'd', "nsid "},
		{0},
	};
	static const struct shown fabrics_command[] = {{DUPCQE_RQ_CID, 'd', "cmdid "}, {0}};
	bool fabrics = block->event->opcode == DUPCQE_FABRICS_COMMAND;

	dupcqe_part_command(block->text, block->event);
	list(block, fabrics ? fabrics_command : command, ", ");
}

static void request(const struct dupcqe_block *block)
{
	bool state = has(block, DUPCQE_RQ_STATE), command = has(block, DUPCQE_OPCODE);
	const char *name = dupcqe_rq_state_name(block->event->rq_state);

	if (!state && !command)
		return;
	dupcqe_block_line(block, "request");
	if (state && name)
		dupcqe_text_puts(block->text, name);
	else if (state)
		dupcqe_text_printf(block->text, "state %u", block->event->rq_state);
	if (command)
		request_command(block);
	dupcqe_block_end(block);
}

/* A reason that this library does not know yet has no finding of its own. */
static void reason(const struct dupcqe_block *block)
{
	if (!has(block, DUPCQE_REASON) || dupcqe_reason_name(block->event->reason))
		return;
	dupcqe_block_line(block, "reason");
	dupcqe_text_printf(block->text, "%u", block->event->reason);
	dupcqe_block_end(block);
}

/* What a probe gives depends on what could be proved. */
static void source(const struct dupcqe_block *block)
{
	const char *proof = block->event->proof;

	if (block->event->source != DUPCQE_FROM_PROBE)
		return;
	dupcqe_block_line(block, "source");
	if (*proof)
		dupcqe_text_printf(block->text, "probe, proved by the registers %s", proof);
	else
		dupcqe_text_puts(block->text, "probe, without the queue: no register holds it for certain");
	dupcqe_block_end(block);
}

void dupcqe_format_block(struct dupcqe_text *text, const struct dupcqe_event *event,
			 const char *indent)
{
	struct dupcqe_block block = {.text = text, .event = event, .indent = indent};

	dupcqe_read(event, &block.reading);
	reason(&block);
	findings(&block);
	device(&block);
	source(&block);
	cqe(&block);
	request(&block);
	queue(&block);
	dupcqe_block_ring(&block);
	dupcqe_block_sqe(&block);
}
