/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a record, from an event's format and values of its fields. */
#ifndef TESTS_KSHARK_TRACE_RECORD_H
#define TESTS_KSHARK_TRACE_RECORD_H

#include <stdint.h>
#include <traceevent/event-parse.h>

enum { RECORD_MAX = 3072 };

struct record {
	const struct tep_event *event;
	size_t size;		/* with dynamic data behind the fields */
	unsigned char bytes[RECORD_MAX];
};

/* All fields 0, but for the type and who wrote it. */
void record_begin(struct record *record, const struct tep_event *event, int pid);

/* Put a number into a field of 1, 2, 4 or 8 bytes. */
void record_number(struct record *record, const struct tep_format_field *field, uint64_t value);

/*
 * Put a text into a field of any kind: a number; a string; of an array of numbers a list, as 1,0x2,3.
 * Returns 0; -EINVAL: it is none of those; -E2BIG.
 */
int record_text(struct record *record, const struct tep_format_field *field, const char *text);

/* Let dynamic arrays that were not given be empty. Returns 0 or -E2BIG. */
int record_end(struct record *record);

#endif
