// SPDX-License-Identifier: GPL-2.0-or-later
/* The word that was probably meant: by the least number of letters to add, drop or change. */
#include <string.h>
#include "config_parse.h"

enum { LETTERS = 32 };

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Both are shorter than LETTERS. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[LETTERS], i, j, before, above;

	for (j = 0; j <= strlen(b); j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		before = row[0];
		row[0] = i;
		for (j = 1; b[j - 1]; j++) {
			above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1, before + (a[i - 1] != b[j - 1]));
			before = above;
		}
	}
	return row[strlen(b)];
}

const char *config_nearest(const char *word, const char *const names[])
{
	/* a third of the word may be wrong: more is another word */
	unsigned int best = strlen(word) / 3 + 1, now;
	const char *nearest = NULL;
	size_t i;

	if (strlen(word) >= LETTERS)
		return NULL;
	for (i = 0; names[i]; i++) {
		now = distance(word, names[i]);
		if (now < best || (now == best && !nearest)) {
			best = now;
			nearest = names[i];
		}
	}
	return nearest;
}
