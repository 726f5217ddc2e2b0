// SPDX-License-Identifier: LGPL-2.1-or-later
/* The events that the kernel has anyway: the text that it prints itself. */
#include <stdlib.h>
#include "plugin.h"
#include "program.h"

enum { LINE_MAX_BYTES = 4096 };

struct event_state {
	struct tep_event *event; /* that the program was made from */
	int err;		 /* why there is none */
	enum dupcqe_driver driver;
	struct program program;
};

struct event_state *kernel_text_new(enum dupcqe_driver driver)
{
	struct event_state *state = calloc(1, sizeof(*state));

	if (state)
		state->driver = driver;
	return state;
}

/*
 * The event's tree refers to our functions, which are gone after this: nobody is to run it again.
 * The event is then what it is without this plugin.
 */
void kernel_text_free(struct event_state *state)
{
	if (state->event)
		state->event->flags |= TEP_EVENT_FL_FAILED;
	program_free(&state->program);
	free(state);
}

static void prepare(struct event_state *state, struct tep_event *event)
{
	program_free(&state->program);
	state->event = event;
	state->err = program_compile(&state->program, event, state->driver);
	state->program.wording = plugin_wording(state->program.wording);
}

/*
 * The default rendering would take every enumerator for 0 and so call each command by a wrong name:
 * make it list the fields, as it does without this plugin.
 */
static int decline(const struct event_state *state, struct tep_event *event)
{
	if (state->err || state->program.names)
		event->flags |= TEP_EVENT_FL_FAILED;
	return 1;
}

int kernel_text_handler(struct trace_seq *s, struct tep_record *record, struct tep_event *event,
			void *context)
{
	struct event_state *state = context;
	char buffer[LINE_MAX_BYTES];
	struct dupcqe_text text;

	if (state->event != event)
		prepare(state, event);
	if (state->err || record->size < state->program.need)
		return decline(state, event);
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	program_run(&state->program, record->data, &text);
	if (text.cut)
		return decline(state, event);
	trace_seq_puts(s, buffer);
	return 0;
}
