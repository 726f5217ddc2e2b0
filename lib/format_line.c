// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One line: who, what was found, the request, the entry, the place. A part whose fields are absent
 * is left out.
 */
#include "dupcqe/format.h"
#include "dupcqe/reading.h"
#include "format_parts.h"

/* ", label" and a number */
static void number(struct dupcqe_text *text, const char *label, uint64_t value)
{
	dupcqe_text_puts(text, ", ");
	dupcqe_text_puts(text, label);
	dupcqe_text_dec(text, value);
}

/* Like the other nvme events, so that a search for the command id finds all that belongs to it. */
static void who(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	dupcqe_text_puts(text, "nvme");
	if (dupcqe_has(event, DUPCQE_CTRL_ID))
		dupcqe_text_sdec(text, event->ctrl_id);
	dupcqe_text_puts(text, ": ");
	if (dupcqe_has(event, DUPCQE_QID)) {
		dupcqe_text_puts(text, "qid=");
		dupcqe_text_dec(text, event->qid);
		dupcqe_text_puts(text, ", ");
	}
	dupcqe_text_puts(text, "cmdid=");
	dupcqe_text_dec(text, event->cid);
}

/* " (tag 1: gen 9, expected 11)" */
static void generations(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	if (!dupcqe_has(event, DUPCQE_TAG) || !dupcqe_has(event, DUPCQE_GENCTR))
		return;
	dupcqe_text_puts(text, " (tag ");
	dupcqe_text_dec(text, event->tag);
	dupcqe_text_puts(text, ": gen ");
	dupcqe_text_dec(text, event->genctr);
	if (dupcqe_has(event, DUPCQE_EXPECTED_GENCTR))
		number(text, "expected ", event->expected_genctr);
	dupcqe_text_putc(text, ')');
}

static void why(struct dupcqe_text *text, const struct dupcqe_event *event,
		const struct dupcqe_reading *reading)
{
	const char *name = dupcqe_reason_name(event->reason);

	if (dupcqe_found(reading, DUPCQE_FRESH_DUPLICATE)) {
		dupcqe_text_puts(text, ", fresh duplicate");
	} else if (dupcqe_found(reading, DUPCQE_STALE) && reading->behind) {
		dupcqe_text_puts(text, ", stale by ");
		dupcqe_text_dec(text, reading->behind);
		dupcqe_text_puts(text, " generations");
	} else if (dupcqe_has(event, DUPCQE_REASON) && name) {
		dupcqe_text_puts(text, ", ");
		dupcqe_text_puts(text, name);
	} else if (dupcqe_has(event, DUPCQE_REASON)) {
		number(text, "reason ", event->reason);
	}
	generations(text, event);
}

static void entry_findings(struct dupcqe_text *text, const struct dupcqe_reading *reading)
{
	if (dupcqe_found(reading, DUPCQE_ZEROED))
		dupcqe_text_puts(text, ", zeroed CQE");
	if (dupcqe_found(reading, DUPCQE_COPY_IN_RING)) {
		number(text, "same CQE ", reading->copy_distance);
		dupcqe_text_puts(text, reading->copy_distance == 1 ? " entry" : " entries");
		dupcqe_text_puts(text, " earlier at slot ");
		dupcqe_text_dec(text, reading->copy_slot);
	}
}

static void request_command(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	if (!dupcqe_has(event, DUPCQE_RQ_STATE))
		dupcqe_text_puts(text, ", request ");
	dupcqe_part_command(text, event);
	/* no "cmdid=": a search for that must find the events of one command alone */
	if (dupcqe_has(event, DUPCQE_RQ_CID)) {
		dupcqe_text_puts(text, " as ");
		dupcqe_text_dec(text, event->rq_cid);
	}
	if (dupcqe_has(event, DUPCQE_NSID) && event->opcode != DUPCQE_FABRICS_COMMAND)
		number(text, "nsid=", event->nsid);
}

static void request(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	const char *state = dupcqe_rq_state_name(event->rq_state);

	if (dupcqe_has(event, DUPCQE_RQ_STATE) && state) {
		dupcqe_text_puts(text, ", request ");
		dupcqe_text_puts(text, state);
	} else if (dupcqe_has(event, DUPCQE_RQ_STATE)) {
		number(text, "request state ", event->rq_state);
	}
	if (dupcqe_has(event, DUPCQE_OPCODE))
		request_command(text, event);
}

static void entry(struct dupcqe_text *text, const struct dupcqe_event *event,
		  const struct dupcqe_reading *reading)
{
	if (dupcqe_has(event, DUPCQE_STATUS)) {
		dupcqe_text_puts(text, ", status=");
		dupcqe_part_status(text, dupcqe_cqe_set(event), event->status >> 1);
	}
	if (dupcqe_has(event, DUPCQE_RESULT)) {
		dupcqe_text_puts(text, ", res=");
		dupcqe_part_hex(text, event->result);
	}
	if (dupcqe_has(event, DUPCQE_SQ_HEAD))
		number(text, "sqhd=", event->sq_head);
	if (dupcqe_has(event, DUPCQE_SQ_ID))
		number(text, "sqid=", event->sq_id);
	if (dupcqe_found(reading, DUPCQE_WRONG_SQ))
		dupcqe_text_puts(text, " (not this queue)");
	if (dupcqe_found(reading, DUPCQE_WRONG_PHASE)) {
		number(text, "phase=", event->status & 1);
		dupcqe_text_puts(text, " (not a new entry)");
	}
}

static void place(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	bool depth = dupcqe_has(event, DUPCQE_Q_DEPTH);

	if (dupcqe_has(event, DUPCQE_CQ_HEAD)) {
		number(text, "cq_head=", event->cq_head);
		if (depth) {
			dupcqe_text_putc(text, '/');
			dupcqe_text_dec(text, event->q_depth);
		}
	} else if (depth) {
		number(text, "depth=", event->q_depth);
	}
	if (event->transport[0] || event->addr[0]) {
		dupcqe_text_puts(text, ", ");
		dupcqe_part_origin(text, event);
	}
	if (event->source == DUPCQE_FROM_PROBE)
		dupcqe_text_puts(text, ", source=probe");
}

void dupcqe_format_line(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	struct dupcqe_reading reading;

	dupcqe_read(event, &reading);
	who(text, event);
	why(text, event, &reading);
	entry_findings(text, &reading);
	request(text, event);
	entry(text, event, &reading);
	place(text, event);
}
