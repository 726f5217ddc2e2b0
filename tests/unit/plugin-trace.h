/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces for the tests of the plugin: real formats (tests/plugin/formats), records filled in field
 * by field, and what the event's handler makes of them.
 */
#ifndef TESTS_UNIT_PLUGIN_TRACE_H
#define TESTS_UNIT_PLUGIN_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <traceevent/event-parse.h>

enum { TRACE_RECORD_MAX = 256 };

struct trace_record {
	struct tep_event *event;
	uint8_t data[TRACE_RECORD_MAX];
	int size;
};

struct tep_handle *trace_open(bool big_endian, int long_size);

/* Parse the format of a kernel; the system is in the event's name. from (NULL: nothing) is replaced
 * by to. */
struct tep_event *trace_event(struct tep_handle *tep, const char *kernel, const char *name,
			      const char *from, const char *to);

/* An empty record, as long as the format says, at most TRACE_RECORD_MAX. */
void record_start(struct trace_record *record, struct tep_event *event);
/* A number, in the byte order of the trace. */
void record_number(struct trace_record *record, const char *field, uint64_t value);
void record_bytes(struct trace_record *record, const char *field, const void *bytes, size_t size);

/*
 * What the handler makes of the first size bytes, of which it gets an exact copy; NULL if it
 * declines, which it must do without having written anything. Good until the next call.
 */
const char *record_text_of(const struct trace_record *record, int size);
const char *record_text(const struct trace_record *record);
/* What libtraceevent prints for it, default rendering included. */
const char *record_print(const struct trace_record *record);

#endif
