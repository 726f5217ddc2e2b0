// SPDX-License-Identifier: LGPL-2.1-or-later
/* From times to pixels. */
#include "rows.h"

int view_pixel(const struct view *view, int64_t ts)
{
	int64_t pixel;

	if (ts <= view->min || view->bin_size <= 0)
		return 0;
	if (ts >= view->max)
		return view->bins - 1;
	pixel = (ts - view->min) / view->bin_size;
	return pixel < view->bins ? (int)pixel : view->bins - 1;
}

/* The first anchor, at or behind from, whose time is ts or more. */
static size_t first_at(const struct row *row, size_t from, int64_t ts)
{
	size_t low = from, high = row->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (row->at[middle].entry->ts < ts)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first time that is behind the pixels; what is visible ends at max, which belongs to it. */
static int64_t end_of(const struct view *view, int pixel, int width)
{
	int64_t end;

	/* times out of a broken file may be anything */
	if (__builtin_mul_overflow((int64_t)pixel + width, view->bin_size, &end) ||
	    __builtin_add_overflow(view->min, end, &end) || end > view->max)
		return view->max < INT64_MAX ? view->max + 1 : INT64_MAX;
	return end;
}

bool row_next(const struct row *row, const struct view *view, size_t from, int width,
	      struct cluster *ret_cluster)
{
	size_t first = first_at(row, from, view->min);

	if (first >= row->count || row->at[first].entry->ts > view->max)
		return false;
	ret_cluster->first = first;
	ret_cluster->pixel = view_pixel(view, row->at[first].entry->ts);
	ret_cluster->count =
		first_at(row, first + 1, end_of(view, ret_cluster->pixel, width)) - first;
	return true;
}
