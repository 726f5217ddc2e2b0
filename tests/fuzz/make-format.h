/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A format text out of the fuzzer's bytes: whatever they are, the text is a format as libtraceevent
 * knows them, so that what breaks is ours. tests/fuzz/make-corpus writes the same code for the real
 * formats.
 *
 * Seven bytes a field: name, type, how (bits 2:0 enum made_how, bit 7 signed), size, offset (two
 * bytes, the low one first), count. Large sizes and offsets stand for numbers that do not fit, see
 * make-format.c. Only append to the tables: the corpus has their indices.
 */
#ifndef TESTS_FUZZ_MAKE_FORMAT_H
#define TESTS_FUZZ_MAKE_FORMAT_H

#include "dupcqe/text.h"
#include "input.h"

enum made_how {
	HOW_PLAIN,
	HOW_ARRAY, /* type name[count] */
	HOW_DATA_LOC,
	HOW_REL_LOC,
	HOW_SYMBOL, /* type name[SOME_NAME] */
	HOWS,
};

enum { MADE_FIELDS_MAX = 48 };

/* The names of the fields that a format has. */
struct made_names {
	unsigned int count;
	const char *name[MADE_FIELDS_MAX + 3];
};

/*
 * Append the head and up to MADE_FIELDS_MAX fields: a byte says how many. The print format follows;
 * of those that make-print.h makes libtraceevent takes only what put_needed() has been called for.
 */
void put_format(struct dupcqe_text *text, struct input *input, const char *event,
		struct made_names *ret_names);

/* Append the fields that the kernels print by name, unless they are there. */
void put_needed(struct dupcqe_text *text, struct made_names *names);

#endif
