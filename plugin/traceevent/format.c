// SPDX-License-Identifier: LGPL-2.1-or-later
/* The format string of an event, cut into pieces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"

enum { WIDTH_MAX = 64 }; /* more is no event of the kernel's */

static const char *parse_flags(const char *at, struct conversion *conversion)
{
	for (;; at++) {
		switch (*at) {
		case '-':
			conversion->left = true;
			break;
		case '+':
			conversion->plus = true;
			break;
		case ' ':
			conversion->space = true;
			break;
		case '#':
			conversion->alternate = true;
			break;
		case '0':
			conversion->zero = true;
			break;
		default:
			return at;
		}
	}
}

static const char *parse_count(const char *at, int *ret_count)
{
	int count = 0;

	for (; *at >= '0' && *at <= '9' && count <= WIDTH_MAX; at++)
		count = count * 10 + *at - '0';
	*ret_count = count;
	return count <= WIDTH_MAX ? at : NULL;
}

static const char *parse_width(const char *at, struct conversion *conversion)
{
	int count;

	conversion->precision = -1;
	at = parse_count(at, &count);
	if (!at)
		return NULL;
	conversion->width = count;
	if (*at != '.')
		return at;
	at = parse_count(at + 1, &count);
	conversion->precision = count;
	return at;
}

/* The longer names first. */
static const char *parse_length(const char *at, int long_bits, struct conversion *conversion)
{
	const struct {
		const char *name;
		int bits;
	} lengths[] = {
		{"hh", 8}, {"h", 16},	     {"ll", 64},       {"l", long_bits}, {"j", 64},
		{"L", 64}, {"z", long_bits}, {"t", long_bits}, {"", 32},
	};
	unsigned int i = 0;

	while (strncmp(at, lengths[i].name, strlen(lengths[i].name)))
		i++;
	conversion->bits = lengths[i].bits;
	return at + strlen(lengths[i].name);
}

static bool plain(const struct conversion *conversion)
{
	return !conversion->width && conversion->precision < 0 && !conversion->left;
}

/* at is behind the per cent sign; returns what is behind the conversion, or NULL. */
static const char *parse_conversion(const char *at, int long_bits, struct conversion *conversion)
{
	at = parse_width(parse_flags(at, conversion), conversion);
	if (!at)
		return NULL;
	at = parse_length(at, long_bits, conversion);
	if (!*at || !strchr("diuxXos", *at))
		return NULL;
	conversion->kind = *at;
	return conversion->kind != 's' || plain(conversion) ? at + 1 : NULL;
}

static struct piece *new_piece(struct program *program, const char *text, size_t length)
{
	struct piece *piece = &program->piece[program->pieces];

	if (program->pieces == PROGRAM_PIECES || length > UINT16_MAX)
		return NULL;
	program->pieces++;
	piece->text = text;
	piece->length = length;
	return piece;
}

int program_parse_format(struct program *program, const char *format)
{
	struct piece *piece;
	const char *end;

	while ((end = strchr(format, '%'))) {
		bool escaped = end[1] == '%';

		piece = new_piece(program, format, end - format + escaped);
		if (!piece)
			return -EINVAL;
		format =
			escaped ? end + 2
				: parse_conversion(end + 1, program->long_bits, &piece->conversion);
		if (!format)
			return -EINVAL;
	}
	return new_piece(program, format, strlen(format)) ? 0 : -EINVAL;
}
