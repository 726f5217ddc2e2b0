/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record's bytes, by place. Private to lib/decode*.c. Nothing that stands in a record is believed, it comes out of a
 * file: each read is held against the record's size.
 */
#ifndef DUPCQE_DECODE_RECORD_H
#define DUPCQE_DECODE_RECORD_H

#include <stddef.h>
#include "decode_fields.h"

struct dupcqe_record {
	const uint8_t *bytes;
	size_t size;
	uint32_t fixed_end; /* where the fields end and the dynamic data begin */
	bool big_endian;
};

/* Bytes of a record: `size` are said to be there, the first `inside` really are. */
struct dupcqe_span {
	const uint8_t *at;
	size_t size, inside;
};

/* The number at a place, its sign extended; false if the place is not inside the record. */
bool dupcqe_record_place(const struct dupcqe_record *record, struct dupcqe_place place, uint64_t *ret_value);

/* The same; a place of no size is not there. */
static inline bool dupcqe_record_has(const struct dupcqe_record *record, struct dupcqe_place place, uint64_t *ret_value)
{
	return place.size && dupcqe_record_place(record, place, ret_value);
}

/* The same, and false if the model's field cannot hold it. */
bool dupcqe_record_number(const struct dupcqe_record *record, struct dupcqe_place place,
			  const struct dupcqe_want *want, uint64_t *ret_value);

/* The bytes of an array; false if it has none inside the record. */
bool dupcqe_record_span(const struct dupcqe_record *record, struct dupcqe_place place,
			struct dupcqe_span *ret_span);

/* count words in the record's byte order. */
void dupcqe_record_words(const struct dupcqe_record *record, const uint8_t *from, uint32_t *to, size_t count);

/* A whole string into to, cut to fit; false if it was not recorded, or not whole. */
bool dupcqe_record_string(const struct dupcqe_record *record, struct dupcqe_place place, char *to, size_t size);

/* A number that the field can hold; it then is valid. */
void dupcqe_want_store(struct dupcqe_event *event, enum dupcqe_field field, uint64_t value);

#endif
