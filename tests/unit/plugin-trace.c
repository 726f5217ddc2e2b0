// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/trace-seq.h>
#include "plugin-trace.h"

static char printed[16384];

struct tep_handle *trace_open(bool big_endian, int long_size)
{
	struct tep_handle *tep = tep_alloc();

	assert_non_null(tep);
	tep_set_file_bigendian(tep, big_endian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, long_size);
	return tep;
}

static void read_format(const char *kernel, const char *name, char *text, size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "tests/plugin/formats/%s/%s", kernel, name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot open '%s'", path);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void replace(char *text, size_t size, const char *from, const char *to)
{
	char *at = strstr(text, from), rest[8192];

	if (!at)
		fail_msg("the format does not have '%s'", from);
	snprintf(rest, sizeof(rest), "%s", at + strlen(from));
	assert_true(strlen(text) - strlen(from) + strlen(to) < size);
	strcpy(stpcpy(at, to), rest);
}

struct tep_event *trace_event(struct tep_handle *tep, const char *kernel, const char *name,
			      const char *from, const char *to)
{
	const char *system = strncmp(name, "nvmet", 5) ? "nvme" : "nvmet";
	struct tep_event *event;
	char text[8192];

	read_format(kernel, name, text, sizeof(text));
	if (from)
		replace(text, sizeof(text), from, to);
	tep_parse_event(tep, text, strlen(text), system);
	event = tep_find_event_by_name(tep, system, name);
	assert_non_null(event);
	return event;
}

static struct tep_format_field *find_field(const struct trace_record *record, const char *name)
{
	struct tep_format_field *field = tep_find_any_field(record->event, name);

	if (!field)
		fail_msg("no field '%s'", name);
	assert_true(field->offset + field->size <= TRACE_RECORD_MAX);
	return field;
}

void record_start(struct trace_record *record, struct tep_event *event)
{
	const struct tep_format_field *field;

	*record = (struct trace_record){.event = event};
	for (field = event->format.fields; field; field = field->next)
		if (record->size < field->offset + field->size)
			record->size = field->offset + field->size;
	if (record->size > TRACE_RECORD_MAX)
		record->size = TRACE_RECORD_MAX;
	record_number(record, "common_type", event->id);
}

void record_number(struct trace_record *record, const char *name, uint64_t value)
{
	const struct tep_format_field *field = find_field(record, name);
	bool big_endian = tep_is_file_bigendian(record->event->tep);
	int i;

	for (i = 0; i < field->size; i++)
		record->data[field->offset + (big_endian ? field->size - 1 - i : i)] =
			value >> 8 * i;
}

void record_bytes(struct trace_record *record, const char *name, const void *bytes, size_t size)
{
	const struct tep_format_field *field = find_field(record, name);

	assert_true(size <= (size_t)field->size);
	memcpy(record->data + field->offset, bytes, size);
}

const char *record_text_of(const struct trace_record *record, int size)
{
	struct tep_event *event = record->event;
	struct tep_record of = {.size = size, .data = malloc(size)};
	struct trace_seq s;
	int declined;

	assert_non_null(event->handler);
	assert_non_null(of.data);
	memcpy(of.data, record->data, size);
	trace_seq_init(&s);
	declined = event->handler(&s, &of, event, event->context);
	trace_seq_terminate(&s);
	snprintf(printed, sizeof(printed), "%s", s.buffer);
	trace_seq_destroy(&s);
	free(of.data);
	if (declined)
		assert_string_equal(printed, "");
	return declined ? NULL : printed;
}

const char *record_text(const struct trace_record *record)
{
	return record_text_of(record, record->size);
}

const char *record_print(const struct trace_record *record)
{
	struct tep_record of = {.size = record->size, .data = (void *)record->data};
	struct trace_seq s;

	trace_seq_init(&s);
	tep_print_event(record->event->tep, &s, &of, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&s);
	snprintf(printed, sizeof(printed), "%s", s.buffer);
	trace_seq_destroy(&s);
	return printed;
}
