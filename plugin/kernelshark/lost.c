// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include "lost.h"

static int by_start(const void *left, const void *right)
{
	const struct stretch *a = left, *b = right;

	return (a->after > b->after) - (a->after < b->after);
}

/* Stretches that touch are one: so a search has to look at one alone. */
static size_t merge(struct stretch *at, size_t count)
{
	size_t i, last = 0;

	for (i = 1; i < count; i++) {
		if (at[i].after > at[last].before)
			at[++last] = at[i];
		else if (at[i].before > at[last].before)
			at[last].before = at[i].before;
	}
	return count ? last + 1 : 0;
}

int lost_init(const struct trace *trace, struct lost *ret_lost)
{
	const struct loss *losses = trace->losses.at;
	size_t i, count = trace->losses.count;
	struct stretch *at = calloc(count + 1, sizeof(*at));

	if (!at)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		at[i].after = losses[i].last ? losses[i].last->ts : INT64_MIN;
		/* the mark stands a little before the record that it belongs to, and may so be before the last one */
		at[i].before = losses[i].mark->ts > at[i].after ? losses[i].mark->ts : at[i].after + 1;
	}
	qsort(at, count, sizeof(*at), by_start);
	ret_lost->count = merge(at, count);
	ret_lost->at = at;
	return 0;
}

void lost_free(struct lost *lost)
{
	free(lost->at);
	lost->at = NULL;
	lost->count = 0;
}

bool lost_between(const struct lost *lost, int64_t first, int64_t second)
{
	size_t low = 0, high = lost->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (lost->at[middle].before > first)
			high = middle;
		else
			low = middle + 1;
	}
	return low < lost->count && lost->at[low].after < second;
}
