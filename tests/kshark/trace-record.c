// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "trace-record.h"

static size_t size_of_fields(const struct tep_event *event)
{
	const struct tep_format_field *field;
	size_t end, size = 0;

	for (field = event->format.fields; field; field = field->next) {
		end = (size_t)field->offset + field->size;
		if (end > size)
			size = end;
	}
	return (size + 3) / 4 * 4;
}

void record_begin(struct record *record, const struct tep_event *event, int pid)
{
	const struct tep_format_field *field;

	record->event = event;
	record->size = size_of_fields(event);
	memset(record->bytes, 0, record->size < RECORD_MAX ? record->size : RECORD_MAX);
	for (field = event->format.common_fields; field; field = field->next)
		if (!strcmp(field->name, "common_type"))
			record_number(record, field, (uint64_t)event->id);
		else if (!strcmp(field->name, "common_pid"))
			record_number(record, field, (uint64_t)pid);
}

static bool is_number_size(size_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* The lowest bytes; the machine is little endian. */
static void put_number(void *to, uint64_t value, size_t size)
{
	memcpy(to, &value, size < sizeof(value) ? size : sizeof(value));
}

void record_number(struct record *record, const struct tep_format_field *field, uint64_t value)
{
	put_number(record->bytes + field->offset, value, (size_t)field->size);
}

static int parse_number(const char *text, char **ret_end, uint64_t *ret_value)
{
	errno = 0;
	*ret_value = *text == '-' ? (uint64_t)strtoll(text, ret_end, 0) : strtoull(text, ret_end, 0);
	return errno || *ret_end == text ? -EINVAL : 0;
}

static int put_list(unsigned char *to, size_t room, size_t element, const char *text, size_t *ret_size)
{
	uint64_t value;
	size_t size = 0;
	char *end;
	int err;

	for (*ret_size = 0; *text; text = *end ? end + 1 : end) {
		err = parse_number(text, &end, &value);
		if (err || (*end && *end != ','))
			return -EINVAL;
		if (size + element > room)
			return -E2BIG;
		put_number(to + size, value, element);
		size += element;
	}
	*ret_size = size;
	return 0;
}

static int put_string(unsigned char *to, size_t room, const char *text, size_t *ret_size)
{
	size_t size = strlen(text) + 1;

	if (size > room)
		return -E2BIG;
	memcpy(to, text, size);
	*ret_size = size;
	return 0;
}

static size_t element_of(const struct tep_format_field *field)
{
	size_t element = strstr(field->type, "32") ? 4 : strstr(field->type, "64") ? 8 : strstr(field->type, "16") ? 2 : 1;

	return field->flags & TEP_FIELD_IS_DYNAMIC || !field->elementsize ? element : field->elementsize;
}

static int put_any(const struct tep_format_field *field, unsigned char *to, size_t room, const char *text, size_t *ret_size)
{
	return field->flags & TEP_FIELD_IS_STRING ? put_string(to, room, text, ret_size) :
		put_list(to, room, element_of(field), text, ret_size);
}

static int put_dynamic(struct record *record, const struct tep_format_field *field, const char *text)
{
	size_t at = record->size, size = 0;
	int err = put_any(field, record->bytes + at, RECORD_MAX - at, text, &size);

	if (err)
		return err;
	record_number(record, field, size << 16 | at);
	for (at += size; at % 4; at++)
		record->bytes[at] = 0;
	record->size = at;
	return 0;
}

int record_text(struct record *record, const struct tep_format_field *field, const char *text)
{
	uint64_t value;
	char *end;
	size_t size;

	if (field->flags & TEP_FIELD_IS_DYNAMIC)
		return put_dynamic(record, field, text);
	if (field->flags & (TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_STRING))
		return put_any(field, record->bytes + field->offset, (size_t)field->size, text, &size);
	if (!is_number_size((size_t)field->size) || parse_number(text, &end, &value) || *end)
		return -EINVAL;
	record_number(record, field, value);
	return 0;
}

int record_end(struct record *record)
{
	const struct tep_format_field *field;
	uint32_t locator;
	int err = 0;

	for (field = record->event->format.fields; field && !err; field = field->next) {
		memcpy(&locator, record->bytes + field->offset, sizeof(locator));
		if (field->flags & TEP_FIELD_IS_DYNAMIC && !locator)
			err = put_dynamic(record, field, "");
	}
	return err;
}
