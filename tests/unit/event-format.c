// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "event-format.h"

static void put_text(struct made *made, const char *format, ...)
{
	size_t room = sizeof(made->text) - made->text_len;
	va_list args;
	int count;

	va_start(args, format);
	count = vsnprintf(made->text + made->text_len, room, format, args);
	va_end(args);
	assert(count >= 0 && (size_t)count < room);
	made->text_len += count;
}

static void put_field(struct made *made, const char *declaration, size_t size, bool is_signed)
{
	put_text(made, "\tfield:%s;\toffset:%zu;\tsize:%zu;\tsigned:%d;\n", declaration, made->at,
		 size, is_signed);
	made->at += size;
	assert(made->at <= MADE_FIELDS_END);
}

void made_start(struct made *made, bool big_endian)
{
	*made = (struct made){
		.big_endian = big_endian,
		.long_size = 8,
		.dynamic_at = MADE_FIELDS_END,
	};
	put_text(made, "name: nvme_dup_cqe\nID: 1359\nformat:\n");
	put_field(made, "unsigned short common_type", 2, false);
	put_field(made, "unsigned char common_flags", 1, false);
	put_field(made, "unsigned char common_preempt_count", 1, false);
	put_field(made, "int common_pid", 4, true);
	put_text(made, "\n");
}

static void put_number(const struct made *made, uint8_t *to, size_t size, uint64_t value)
{
	size_t i;

	for (i = 0; i < size; i++)
		to[i] = value >> 8 * (made->big_endian ? size - 1 - i : i);
}

void made_number(struct made *made, const char *type, const char *name, size_t size, uint64_t value)
{
	bool is_signed = type[0] == 's' || !strncmp(type, "int", 3);
	char declaration[64];

	snprintf(declaration, sizeof(declaration), "%s %s", type, name);
	put_number(made, made->record + made->at, size, value);
	put_field(made, declaration, size, is_signed);
}

void made_bytes(struct made *made, const char *declaration, const void *bytes, size_t size)
{
	memcpy(made->record + made->at, bytes, size);
	put_field(made, declaration, size, false);
}

void made_locator(struct made *made, const char *type, const char *name, uint32_t locator)
{
	char declaration[64];

	snprintf(declaration, sizeof(declaration), "%s %s", type, name);
	put_number(made, made->record + made->at, 4, locator);
	put_field(made, declaration, 4, strstr(type, "char["));
}

void made_dynamic(struct made *made, const char *type, const char *name, const void *data,
		  size_t size)
{
	size_t base = strncmp(type, "__rel_loc", 9) ? 0 : made->at + 4;

	assert(made->dynamic_at + size <= sizeof(made->record));
	made_locator(made, type, name, size << 16 | (made->dynamic_at - base));
	memcpy(made->record + made->dynamic_at, data, size);
	made->dynamic_at += size;
}

void made_words(struct made *made, const char *type, const char *name, const uint32_t *words,
		size_t count)
{
	uint8_t bytes[1024];
	size_t i;

	assert(4 * count <= sizeof(bytes));
	for (i = 0; i < count; i++)
		put_number(made, bytes + 4 * i, 4, words[i]);
	made_dynamic(made, type, name, bytes, 4 * count);
}

void made_string(struct made *made, const char *type, const char *name, const char *string)
{
	made_dynamic(made, type, name, string, strlen(string) + 1);
}

struct tep_event *event_parse(const char *text, bool big_endian, int long_size,
			      struct tep_handle **ret_tep)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event = NULL;

	tep_set_file_bigendian(tep, big_endian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, long_size);
	if (tep_parse_format(tep, &event, text, strlen(text), "nvme") || !event) {
		fprintf(stderr, "cannot parse the format:\n%s", text);
		abort();
	}
	*ret_tep = tep;
	return event;
}

const struct tep_event *made_event(struct made *made)
{
	put_text(made, "\nprint fmt: \"%%d\", REC->common_pid\n");
	made->event = event_parse(made->text, made->big_endian, made->long_size, &made->tep);
	return made->event;
}

void made_end(struct made *made)
{
	tep_free(made->tep);
}

int decode_copy(const struct dupcqe_decoder *decoder, const void *record, size_t size,
		struct dupcqe_event *ret_event)
{
	uint8_t *copy = malloc(size ? size : 1);
	int result;

	memcpy(copy, record, size);
	result = dupcqe_decode(decoder, copy, size, ret_event);
	free(copy);
	return result;
}
