// SPDX-License-Identifier: LGPL-2.1-or-later
/* nvme:nvme_dup_cqe_why: what a probe on a kernel without the patches tells beside a hit. */
#include <errno.h>
#include <stdlib.h>
#include "dupcqe/names.h"
#include "dupcqe/note.h"
#include "plugin.h"

struct event_state {
	struct tep_event *event; /* that the decoder was made from */
	int err;		 /* why there is none */
	struct dupcqe_note_decoder decoder;
};

struct event_state *why_new(enum dupcqe_driver driver)
{
	(void)driver;
	return calloc(1, sizeof(struct event_state));
}

void why_free(struct event_state *state)
{
	free(state);
}

static int decode(struct event_state *state, struct tep_record *record, struct tep_event *event,
		  struct dupcqe_note *ret_note)
{
	if (state->event != event) {
		state->event = event;
		state->err = dupcqe_note_decoder_init(event, &state->decoder);
	}
	if (state->err)
		return state->err;
	if (record->size <= 0)
		return -ENODATA;
	return dupcqe_note_decode(&state->decoder, record->data, record->size, ret_note);
}

static void show(struct trace_seq *s, const struct dupcqe_note *note)
{
	if (note->suppressed) {
		trace_seq_printf(s, "nvme: %u messages of a bad completion were left out: the kernel limits their rate",
				 note->suppressed);
		return;
	}
	if (note->ctrl_id >= 0)
		trace_seq_printf(s, "nvme%d: ", note->ctrl_id);
	else
		trace_seq_puts(s, "nvme: ");
	trace_seq_printf(s, "%s (tag %u", dupcqe_reason_name(note->reason), note->tag);
	if (note->reason == DUPCQE_STALE_GENERATION)
		trace_seq_printf(s, ": gen %u, expected %u", note->genctr, note->expected_genctr);
	trace_seq_puts(s, ")");
}

int why_handler(struct trace_seq *s, struct tep_record *record, struct tep_event *event, void *context)
{
	struct dupcqe_note note;
	int err;

	if (plugin_option(OPTION_RAW))
		return 1;
	err = decode(context, record, event, &note);
	if (err == -ENOMSG) {
		trace_seq_puts(s, PLUGIN_NOT_OURS);
		return 0;
	}
	if (err)
		return 1;
	show(s, &note);
	return 0;
}
