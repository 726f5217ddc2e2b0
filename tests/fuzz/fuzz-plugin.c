// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin as a program loads it, but linked in: load, parse an event of any of its names in any
 * shape, hand a record to its handler, unload. The default rendering, which libtraceevent falls
 * back to, is not run: it has errors of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include <traceevent/trace-seq.h>
#include "make-format.h"
#include "make-print.h"
#include "targets.h"

int TEP_PLUGIN_LOADER(struct tep_handle *tep);
void TEP_PLUGIN_UNLOADER(struct tep_handle *tep);

static const struct {
	char *system, *name;
} events[] = {
	{ "nvme", "nvme_setup_cmd" },
	{ "nvme", "nvme_complete_rq" },
	{ "nvme", "nvme_sq" },
	{ "nvme", "nvme_async_event" },
	{ "nvmet", "nvmet_req_init" },
	{ "nvmet", "nvmet_req_complete" },
	{ "nvmet", "nvmet_async_event" },
	{ "nvme", "nvme_dup_cqe" },
};

/* The bits of the first byte; the others are the index of the event. */
enum { EVENT_BITS = 7, BIG_ENDIAN_MACHINE = 8, MACHINE_32_BIT = 16, LOAD_LATE = 32 };

/* Exactly as many bytes as the record has: so what is read behind them is seen. */
static void handle(struct tep_event *event, const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct tep_record record = { .data = copy, .size = size };
	struct trace_seq s;
	unsigned int len;

	memcpy(copy, bytes, size);
	trace_seq_init(&s);
	trace_seq_puts(&s, "before");
	len = s.len;
	if (event->handler(&s, &record, event, event->context) && s.len != len) {
		fprintf(stderr, "does not hold: a handler that gives up has written nothing\n");
		abort();
	}
	trace_seq_terminate(&s);
	trace_seq_destroy(&s);
	free(copy);
}

static struct tep_handle *new_handle(uint8_t machine)
{
	struct tep_handle *tep = tep_alloc();

	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_file_bigendian(tep,
			       machine & BIG_ENDIAN_MACHINE ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, machine & MACHINE_32_BIT ? 4 : 8);
	return tep;
}

/*
 * libtraceevent remembers over the end of a format that it is inside a list of names, and then dies
 * of a field that there is not. It forgets at any field that there is.
 */
static void make_it_forget(struct tep_handle *tep)
{
	static const char format[] = "name: other\nID: 1\nformat:\n"
				     "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
				     "\tfield:int own;\toffset:8;\tsize:4;\tsigned:1;\n\n"
				     "print fmt: \"%d %d\", REC->own, REC->own\n";

	tep_parse_event(tep, format, sizeof(format) - 1, "fuzz");
}

static void make_event(struct input *input, unsigned int which, struct tep_handle *tep)
{
	char format[65536];
	struct made_names names;
	struct dupcqe_text text;

	dupcqe_text_init(&text, format, sizeof(format));
	put_format(&text, input, events[which].name, &names);
	put_needed(&text, &names);
	dupcqe_text_putc(&text, '\n');
	put_print(&text, input, &names);
	if (getenv("FUZZ_SHOW"))
		fputs(format, stderr);
	if (!text.cut)
		tep_parse_event(tep, format, text.len, events[which].system);
}

int fuzz_plugin(const uint8_t *data, size_t size)
{
	static bool verbose;
	struct input input = { data, size };
	uint8_t first = take_byte(&input);
	unsigned int which = first & EVENT_BITS;
	struct tep_handle *tep = new_handle(first);
	struct tep_event *event;

	if (!verbose)
		verbose = !tep_plugin_add_option("nvme:verbose", NULL);
	if (!(first & LOAD_LATE) && TEP_PLUGIN_LOADER(tep))
		abort();
	make_it_forget(tep);
	make_event(&input, which, tep);
	/* some programs load plugins when they have read the formats */
	if (first & LOAD_LATE && TEP_PLUGIN_LOADER(tep))
		abort();
	event = tep_find_event_by_name(tep, events[which].system, events[which].name);
	if (event && event->handler) {
		handle(event, input.at, input.left);
		handle(event, input.at, input.left / 2);
	}
	TEP_PLUGIN_UNLOADER(tep);
	tep_free(tep);
	return 0;
}
