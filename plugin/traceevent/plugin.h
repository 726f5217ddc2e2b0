/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the plugin. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <traceevent/event-parse.h>
#include <traceevent/trace-seq.h>
#include "dupcqe/command.h"

enum plugin_option {
	OPTION_VERBOSE, /* nvme_dup_cqe: a block of lines behind the line */
	OPTION_RAW,	/* nvme_dup_cqe: the kernel's text */
	OPTION_KERNEL,	/* version of the traced kernel, for what cannot be told from its formats */
	PLUGIN_OPTIONS,
};

/* For the whole process: with the first trace, and when the last one is gone. */
void plugin_add_options(void);
void plugin_remove_options(void);
bool plugin_option(enum plugin_option option);

/* The wording of the kernel that the user named, or guess. */
enum dupcqe_wording plugin_wording(enum dupcqe_wording guess);

/* What a handler keeps for one event of one trace. */
struct event_state;

struct event_kind {
	const char *system;
	const char *name;
	tep_event_handler_func handler;
	/* NULL if there is no memory */
	struct event_state *(*new_state)(enum dupcqe_driver driver);
	void (*free_state)(struct event_state *state);
	enum dupcqe_driver driver;
};

/*
 * Handlers: return 0, or 1 having written nothing: then libtraceevent's own rendering takes over.
 * context is a struct event_state.
 */
int kernel_text_handler(struct trace_seq *s, struct tep_record *record, struct tep_event *event,
			void *context);
struct event_state *kernel_text_new(enum dupcqe_driver driver);
void kernel_text_free(struct event_state *state);

int dup_cqe_handler(struct trace_seq *s, struct tep_record *record, struct tep_event *event,
		    void *context);
struct event_state *dup_cqe_new(enum dupcqe_driver driver);
void dup_cqe_free(struct event_state *state);

/* What a probe tells beside a hit. */
int why_handler(struct trace_seq *s, struct tep_record *record, struct tep_event *event, void *context);
struct event_state *why_new(enum dupcqe_driver driver);
void why_free(struct event_state *state);

/* What is shown of a record that came in without the probe's filter. */
#define PLUGIN_NOT_OURS "another driver's message, recorded without the probe's filter"

/* The kernel's functions that the formats call. Registering returns 0 or -ENOMEM. */
int functions_register(struct tep_handle *tep);
void functions_unregister(struct tep_handle *tep);

#endif
