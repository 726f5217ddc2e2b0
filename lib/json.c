// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dupcqe/json.h"

static void escape(struct dupcqe_text *text, uint32_t unit)
{
	dupcqe_text_puts(text, "\\u");
	dupcqe_text_hex(text, unit, 4);
}

static void code_point(struct dupcqe_text *text, uint32_t code)
{
	if (code < 0x10000) {
		escape(text, code);
		return;
	}
	escape(text, 0xd800 + ((code - 0x10000) >> 10));
	escape(text, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

/* The length of the UTF-8 sequence at byte and its code point; 0 if it is none. */
static unsigned int utf8(const unsigned char *byte, uint32_t *ret_code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned int length = *byte >= 0xf0 ? 4 : *byte >= 0xe0 ? 3 : *byte >= 0xc0 ? 2 : 0, i;
	uint32_t code = *byte & (0x7f >> length);

	if (!length || *byte > 0xf4)
		return 0;
	for (i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return length;
}

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

void dupcqe_json_string(struct dupcqe_text *text, const char *string)
{
	const unsigned char *byte = (const unsigned char *)string, *start;
	unsigned int length;
	uint32_t code;

	dupcqe_text_putc(text, '"');
	while (*byte) {
		for (start = byte; is_plain(*byte); byte++)
			;
		dupcqe_text_write(text, (const char *)start, byte - start);
		if (!*byte)
			break;
		length = utf8(byte, &code);
		code_point(text, length ? code : *byte);
		byte += length ? length : 1;
	}
	dupcqe_text_putc(text, '"');
}
