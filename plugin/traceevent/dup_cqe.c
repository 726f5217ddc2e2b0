// SPDX-License-Identifier: LGPL-2.1-or-later
/* nvme:nvme_dup_cqe: its meaning on one line, or with a block of details behind it. */
#include <errno.h>
#include <stdlib.h>
#include "dupcqe/decode.h"
#include "dupcqe/format.h"
#include "plugin.h"

struct event_state {
	struct tep_event *event; /* that the decoder was made from */
	int err;		 /* why there is none */
	struct dupcqe_decoder decoder;
};

struct event_state *dup_cqe_new(enum dupcqe_driver driver)
{
	(void)driver;
	return calloc(1, sizeof(struct event_state));
}

void dup_cqe_free(struct event_state *state)
{
	free(state);
}

static void put_block(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	dupcqe_text_putc(text, '\n');
	dupcqe_format_block(text, event, "    ");
	/* whoever prints the record ends the line */
	if (text->at[text->len - 1] == '\n')
		text->at[--text->len] = '\0';
}

static int decode(struct event_state *state, struct tep_record *record, struct tep_event *event,
		  struct dupcqe_event *ret_dup_cqe)
{
	if (state->event != event) {
		state->event = event;
		state->err = dupcqe_decoder_init(event, &state->decoder);
	}
	if (state->err)
		return state->err;
	if (record->size <= 0)
		return -ENODATA;
	return dupcqe_decode(&state->decoder, record->data, record->size, ret_dup_cqe);
}

int dup_cqe_handler(struct trace_seq *s, struct tep_record *record, struct tep_event *event,
		    void *context)
{
	char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_event dup_cqe;
	struct dupcqe_text text;
	int err;

	if (plugin_option(OPTION_RAW))
		return 1;
	err = decode(context, record, event, &dup_cqe);
	if (err == -ENOMSG) {
		trace_seq_puts(s, PLUGIN_NOT_OURS);
		return 0;
	}
	if (err)
		return 1;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_line(&text, &dup_cqe);
	if (plugin_option(OPTION_VERBOSE))
		put_block(&text, &dup_cqe);
	trace_seq_puts(s, buffer);
	return 0;
}
