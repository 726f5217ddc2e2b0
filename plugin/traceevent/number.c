// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Numbers as the kernel's vsnprintf() writes them. It differs from C's: `%#x` of 0 is 0x0, and zero
 * padding is not ignored where a precision is given.
 */
#include <string.h>
#include "program.h"

static void repeat(struct dupcqe_text *text, char c, int count)
{
	while (count-- > 0)
		dupcqe_text_putc(text, c);
}

/* The digits, last first; returns how many. */
static int digits_of(uint64_t value, char kind, char *digits)
{
	const char *set = kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned int base = kind == 'x' || kind == 'X' ? 16 : kind == 'o' ? 8 : 10;
	int count = 0;

	do {
		digits[count++] = set[value % base];
		value /= base;
	} while (value);
	return count;
}

static const char *prefix_of(const struct conversion *conversion, uint64_t value)
{
	if (!conversion->alternate)
		return "";
	switch (conversion->kind) {
	case 'x':
		return "0x";
	case 'X':
		return "0X";
	case 'o':
		return value ? "0" : "";
	default:
		return "";
	}
}

static const char *sign_of(const struct conversion *conversion, bool negative)
{
	if (conversion->kind != 'd' && conversion->kind != 'i')
		return "";
	return negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";
}

static void put_padded(struct dupcqe_text *text, const struct conversion *conversion,
		       uint64_t value, bool negative)
{
	const char *prefix = prefix_of(conversion, value), *sign = sign_of(conversion, negative);
	bool zero = conversion->zero && !conversion->left;
	char digits[24];
	int count = digits_of(value, conversion->kind, digits);
	int precision = conversion->precision > count ? conversion->precision : count;
	int pad = conversion->width - (int)strlen(sign) - (int)strlen(prefix) - precision;

	if (!zero && !conversion->left)
		repeat(text, ' ', pad);
	dupcqe_text_puts(text, sign);
	dupcqe_text_puts(text, prefix);
	repeat(text, '0', (zero && pad > 0 ? pad : 0) + precision - count);
	while (count)
		dupcqe_text_putc(text, digits[--count]);
	if (conversion->left)
		repeat(text, ' ', pad);
}

/* Cut to the width of the argument's type; the sign of a negative number is taken off. */
static uint64_t magnitude(const struct conversion *conversion, uint64_t value, bool *ret_negative)
{
	int unused = 64 - conversion->bits;
	int64_t number = (int64_t)(value << unused) >> unused;

	*ret_negative = (conversion->kind == 'd' || conversion->kind == 'i') && number < 0;
	return *ret_negative ? -(uint64_t)number : value << unused >> unused;
}

void put_number(struct dupcqe_text *text, const struct conversion *conversion, uint64_t value)
{
	bool negative;

	value = magnitude(conversion, value, &negative);
	if (conversion->width || conversion->alternate || conversion->precision >= 0 ||
	    conversion->plus || conversion->space || conversion->kind == 'X' ||
	    conversion->kind == 'o') {
		put_padded(text, conversion, value, negative);
		return;
	}
	if (negative)
		dupcqe_text_putc(text, '-');
	if (conversion->kind == 'x')
		dupcqe_text_hex(text, value, 1);
	else
		dupcqe_text_dec(text, value);
}
