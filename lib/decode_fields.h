/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to lib/decode.c and lib/decode_fields.c: what the two steps of decoding agree on. */
#ifndef DUPCQE_DECODE_FIELDS_H
#define DUPCQE_DECODE_FIELDS_H

#include "dupcqe/decode.h"

enum dupcqe_kind {
	DUPCQE_UNSIGNED,
	DUPCQE_SIGNED,
	DUPCQE_BITS, /* bits that a newer kernel may have added are dropped, the others stay good */
	DUPCQE_WORDS,
	DUPCQE_STRING,
};

/* What the model wants of a field, and the bit of `present` that vouches for it. */
struct dupcqe_want {
	char name[16];
	uint8_t kind;
	uint16_t at, size; /* in struct dupcqe_event */
	uint16_t gate;	   /* docs/event-abi.md; 0: in every record */
};

extern const struct dupcqe_want dupcqe_wants[DUPCQE_FIELDS];

/* flags of struct dupcqe_place */
enum {
	DUPCQE_PLACE_SIGNED = 1 << 0,
	DUPCQE_PLACE_DYNAMIC = 1 << 1,	/* a locator stands there: length << 16 | offset */
	DUPCQE_PLACE_RELATIVE = 1 << 2, /* its offset counts from the locator's own end */
};

struct tep_format_field;

/* Whether a field can be read as that kind. */
bool dupcqe_field_suits(const struct tep_format_field *field, enum dupcqe_kind kind);
/* Whether its place can be held. */
bool dupcqe_field_fits(const struct tep_format_field *field);
struct dupcqe_place dupcqe_field_place(const struct tep_format_field *field);

/* The registers of a probe's format, at most DUPCQE_REGISTERS; returns how many. */
unsigned int dupcqe_register_fields(const struct tep_event *event, struct dupcqe_register *reg);

/* Look up what a probe's format has besides; is stays false if it is not one. */
void dupcqe_probe_fields(const struct tep_event *event, struct dupcqe_probe_format *probe);

enum { DUPCQE_LOCATOR_BYTES = 4, DUPCQE_WORD_BYTES = 4 };

#endif
