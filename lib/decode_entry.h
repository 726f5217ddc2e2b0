/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry of the completion ring in a probe's record. Private to lib/. */
#ifndef DUPCQE_DECODE_ENTRY_H
#define DUPCQE_DECODE_ENTRY_H

#include "decode_record.h"

/* Where a register points, and the bytes of the window around that, or of the entry alone; false if the record has not all of it. */
bool dupcqe_entry_window(const struct dupcqe_record *record, const struct dupcqe_register *reg, uint64_t *ret_at,
			 struct dupcqe_span *ret_window);

/*
 * Take the entry at the address if it proves to be the one that event is about. window has it alone (its size is that of an
 * entry), or DUPCQE_WINDOW_CQES entries that begin DUPCQE_WINDOW_BEFORE before it, which are taken too. name is that of the register.
 */
bool dupcqe_entry_take(uint64_t at, const struct dupcqe_span *window, const char *name, struct dupcqe_event *event);

/* Whether that is where the queue of event has the entry at its head. */
bool dupcqe_entry_is_at(uint64_t at, const struct dupcqe_event *event);

/* One register more that proved itself. */
void dupcqe_entry_proof(struct dupcqe_event *event, const char *name);

#endif
