/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the block. Private to lib/format_*.c. */
#ifndef DUPCQE_FORMAT_BLOCK_H
#define DUPCQE_FORMAT_BLOCK_H

#include "dupcqe/event.h"
#include "dupcqe/reading.h"
#include "dupcqe/text.h"

enum { DUPCQE_BLOCK_COLUMNS = 104, DUPCQE_LABEL_COLUMNS = 10 };

struct dupcqe_block {
	struct dupcqe_text *text;
	const struct dupcqe_event *event;
	const char *indent;
	struct dupcqe_reading reading;
};

/* Begin a line: the indent, and label (or blanks for "") in its column. */
void dupcqe_block_line(const struct dupcqe_block *block, const char *label);
/* End it. */
void dupcqe_block_end(const struct dupcqe_block *block);

/* The ring window as a table. */
void dupcqe_block_ring(const struct dupcqe_block *block);

/* The submission entry, decoded. */
void dupcqe_block_sqe(const struct dupcqe_block *block);

#endif
