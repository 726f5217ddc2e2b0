// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A trace can come from anywhere, and its strings go to a terminal. The kernel prints them as they
 * are; that is the same text for every name without control characters.
 */
#include "program.h"

/* C0, delete, and the C1 characters, alone or in UTF-8 (behind 0xc2). */
static bool is_control(uint8_t c, uint8_t before)
{
	if (c < 0x20 || c == 0x7f)
		return true;
	return c >= 0x80 && c < 0xa0 && (before < 0x80 || before == 0xc2);
}

void put_escaped(struct dupcqe_text *text, const char *string, unsigned int size)
{
	uint8_t before = 0;
	unsigned int i;

	for (i = 0; i < size && string[i]; i++) {
		uint8_t c = string[i];

		if (is_control(c, before)) {
			dupcqe_text_write(text, "\\x", 2);
			dupcqe_text_hex(text, c, 2);
		} else {
			dupcqe_text_putc(text, c);
		}
		before = c;
	}
}
