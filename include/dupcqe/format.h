/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model as text. Absent fields are left out; a number without a name is shown as the number.
 */
#ifndef DUPCQE_FORMAT_H
#define DUPCQE_FORMAT_H

#include "dupcqe/event.h"
#include "dupcqe/text.h"

/* Large enough for any event in any of the three forms. */
enum { DUPCQE_FORMAT_MAX = 16384 };

/* One line, without a newline: who, what, why. Begins like the other nvme events: "nvme0: qid=1, cmdid=36865, ". */
void dupcqe_format_line(struct dupcqe_text *text, const struct dupcqe_event *event);

/* A labelled block of lines, each indented by indent (a string of blanks), each ended by a newline. */
void dupcqe_format_block(struct dupcqe_text *text, const struct dupcqe_event *event, const char *indent);

/* One JSON object on one line, without a newline: the fields by the event's own names, absent ones null. */
void dupcqe_format_json(struct dupcqe_text *text, const struct dupcqe_event *event);

#endif
