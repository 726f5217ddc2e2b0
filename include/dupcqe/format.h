/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model as text. Absent fields are left out; a number without a name is shown as the number.
 * All three forms are plain printable ASCII, whatever the strings of the record hold: a trace must
 * not drive a terminal.
 */
#ifndef DUPCQE_FORMAT_H
#define DUPCQE_FORMAT_H

#include "dupcqe/event.h"
#include "dupcqe/text.h"

/* Large enough for any event in any of the three forms. */
enum { DUPCQE_FORMAT_MAX = 16384 };

/*
 * One line, without a newline: who, why, what is known of the request, the entry, the place. Begins
 * like the other nvme events: "nvme0: qid=1, cmdid=36865, ".
 */
void dupcqe_format_line(struct dupcqe_text *text, const struct dupcqe_event *event);

/*
 * A labelled block of lines, each indented by indent (a string of blanks), each ended by a newline:
 * what was found and what that may mean, the entry, the request, the queue, the window of the ring
 * as a table, the submission entry.
 */
void dupcqe_format_block(struct dupcqe_text *text, const struct dupcqe_event *event,
			 const char *indent);

/*
 * One JSON object on one line, without a newline: the fields by the event's own names, absent ones
 * null. The 64-bit ones (result, sq_dma, cq_dma) are strings, "0x...": JSON numbers are not safe
 * beyond 2^53. cqw is an array of entries of 4 words. Added are cqw_hit (the index in cqw of the
 * refused entry), reason_name, rq_state_name, opcode_name, status_name (null if there is none), and
 * findings, an array of objects with finding, means, and the numbers that belong to it (behind;
 * distance, slot, index); of a probe's record also source ("probe") and proof (the registers, or null). Bytes that are not UTF-8 come as \u00XX.
 */
void dupcqe_format_json(struct dupcqe_text *text, const struct dupcqe_event *event);

#endif
