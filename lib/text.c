// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "dupcqe/text.h"

void dupcqe_text_init(struct dupcqe_text *text, char *buffer, size_t size)
{
	*text = (struct dupcqe_text){ .at = buffer, .size = size };
	buffer[0] = '\0';
}

void dupcqe_text_write(struct dupcqe_text *text, const char *bytes, size_t count)
{
	size_t room = text->size - text->len - 1;

	if (count > room) {
		count = room;
		text->cut = true;
	}
	memcpy(text->at + text->len, bytes, count);
	text->len += count;
	text->at[text->len] = '\0';
}

void dupcqe_text_putc(struct dupcqe_text *text, char c)
{
	dupcqe_text_write(text, &c, 1);
}

void dupcqe_text_puts(struct dupcqe_text *text, const char *string)
{
	dupcqe_text_write(text, string, strlen(string));
}

void dupcqe_text_dec(struct dupcqe_text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = '0' + value % 10;
		value /= 10;
	} while (value);
	dupcqe_text_write(text, digits + at, sizeof(digits) - at);
}

void dupcqe_text_sdec(struct dupcqe_text *text, int64_t value)
{
	if (value < 0)
		dupcqe_text_putc(text, '-');
	dupcqe_text_dec(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void dupcqe_text_hex(struct dupcqe_text *text, uint64_t value, unsigned int width)
{
	char digits[16];
	size_t at = sizeof(digits);

	if (width > sizeof(digits))
		width = sizeof(digits);
	do {
		digits[--at] = "0123456789abcdef"[value & 0xf];
		value >>= 4;
	} while (value || sizeof(digits) - at < width);
	dupcqe_text_write(text, digits + at, sizeof(digits) - at);
}

void dupcqe_text_printf(struct dupcqe_text *text, const char *format, ...)
{
	size_t room = text->size - text->len;
	va_list args;
	int count;

	va_start(args, format);
	count = vsnprintf(text->at + text->len, room, format, args);
	va_end(args);
	if (count < 0)
		count = 0;
	if ((size_t)count >= room) {
		count = room - 1;
		text->cut = true;
	}
	text->len += count;
	text->at[text->len] = '\0';
}
