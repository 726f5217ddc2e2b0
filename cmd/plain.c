// SPDX-License-Identifier: GPL-2.0-or-later
#include "plain.h"

static bool is_printable(char c)
{
	return c >= ' ' && c < 0x7f;
}

void put_plain(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (is_printable(*text))
			putc(*text, to);
		else
			fprintf(to, "\\x%02x", (unsigned char)*text);
	}
}

bool is_plain(const char *bytes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!is_printable(bytes[i]) && bytes[i] != '\n')
			return false;
	return true;
}
