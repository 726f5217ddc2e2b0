/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to lib/decode_note*.c. */
#ifndef DUPCQE_DECODE_NOTE_H
#define DUPCQE_DECODE_NOTE_H

#include "dupcqe/note.h"

enum dupcqe_note_field {
	DUPCQE_NOTE_FMT,
	DUPCQE_NOTE_FUNC,
	DUPCQE_NOTE_CTRL_ID,
	DUPCQE_NOTE_TAG,
	DUPCQE_NOTE_GENCTR,
	DUPCQE_NOTE_EXPECTED,
	DUPCQE_NOTE_SUPPRESSED,
	DUPCQE_NOTE_FIELDS,
};

#endif
