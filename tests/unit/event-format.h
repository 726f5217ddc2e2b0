/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events made up by tests: the text of a format and a record of it, field by field, in either byte order;
 * and the real format. The bytes of a record do not come from lib/: the tests are an opinion of their own.
 */
#ifndef TESTS_UNIT_EVENT_FORMAT_H
#define TESTS_UNIT_EVENT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <traceevent/event-parse.h>
#include "dupcqe/decode.h"

/* The format of kernel-patch/7.3 as a kernel shows it. */
extern const char event_real_format[];
/* Those that probe/ makes; they have no print format. */
extern const char event_probe_format[], event_why_format[], event_why_entry_format[];

enum {
	MADE_FIELDS_END = 1280,	/* the fields stand before, the dynamic data from here on */
	MADE_RECORD_MAX = 4096,
	MADE_TEXT_MAX = 8192,
};

/* A format and its record as they grow. */
struct made {
	bool big_endian;
	int long_size;
	char text[MADE_TEXT_MAX];
	size_t text_len;
	uint8_t record[MADE_RECORD_MAX];
	size_t at;		/* where the next field goes */
	size_t dynamic_at;	/* where the next dynamic data goes */
	struct tep_handle *tep;
	struct tep_event *event;
};

void made_start(struct made *made, bool big_endian);
/* Append a field of the type, of size bytes (1, 2, 4 or 8), with this value. */
void made_number(struct made *made, const char *type, const char *name, size_t size, uint64_t value);
/* A field of any declaration, as "char addr[8]", with these bytes. */
void made_bytes(struct made *made, const char *declaration, const void *bytes, size_t size);
/* A dynamic array: a locator and its data. The type is for example "__data_loc u32[]" or "__rel_loc char[]". */
void made_dynamic(struct made *made, const char *type, const char *name, const void *data, size_t size);
void made_words(struct made *made, const char *type, const char *name, const uint32_t *words,
		size_t count);
void made_string(struct made *made, const char *type, const char *name, const char *string);
/* A locator that says what the caller likes. */
void made_locator(struct made *made, const char *type, const char *name, uint32_t locator);
/* All fields of the real event, from values. */
void made_real(struct made *made, const struct dupcqe_event *values);

/* Parse what has been made, as nvme:nvme_dup_cqe; also without any field of its own. made_end() frees it. */
const struct tep_event *made_event(struct made *made);
void made_end(struct made *made);

/* Parse any format text. The caller frees the handle. */
struct tep_event *event_parse(const char *text, bool big_endian, int long_size,
			      struct tep_handle **ret_tep);

/* A record's worth of distinct values, all fields present. */
extern const struct dupcqe_event made_values;

/*
 * Decode an exactly sized copy of the first size bytes of the record, so that a sanitizer sees what is
 * read behind them. Returns what dupcqe_decode() returns.
 */
int decode_copy(const struct dupcqe_decoder *decoder, const void *record, size_t size,
		struct dupcqe_event *ret_event);

#endif
