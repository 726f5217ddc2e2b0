/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text in a buffer of the caller's: every formatter writes into one. The text is always terminated;
 * what does not fit is dropped and `cut` is set, so a formatter needs no error path.
 */
#ifndef DUPCQE_TEXT_H
#define DUPCQE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dupcqe_text {
	char *at;	/* the caller's buffer */
	size_t size;	/* of it, in bytes, at least 1 */
	size_t len;	/* of the text, without the terminator */
	bool cut;	/* something was dropped */
};

/* Start an empty text in size (>= 1) bytes of buffer. */
void dupcqe_text_init(struct dupcqe_text *text, char *buffer, size_t size);

void dupcqe_text_putc(struct dupcqe_text *text, char c);
void dupcqe_text_puts(struct dupcqe_text *text, const char *string);
void dupcqe_text_write(struct dupcqe_text *text, const char *bytes, size_t count);

/* Numbers without the cost of printf: a record has dozens of them. */
void dupcqe_text_dec(struct dupcqe_text *text, uint64_t value);
void dupcqe_text_sdec(struct dupcqe_text *text, int64_t value);
/* At least width digits, no prefix. */
void dupcqe_text_hex(struct dupcqe_text *text, uint64_t value, unsigned int width);

void dupcqe_text_printf(struct dupcqe_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
