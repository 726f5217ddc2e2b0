// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "rows.h"

const struct kshark_entry *hit_entry(const struct hit *hit, enum role role)
{
	switch (role) {
	case ROLE_HIT:
		return hit->entry;
	case ROLE_SUBMISSION:
		return hit->submission;
	case ROLE_COMPLETION:
		return hit->completion;
	case ROLE_TAKER:
		return hit->taker;
	default:
		return hit->taker ? hit->entry : NULL;
	}
}

/* Whose row it is. A duplicate comes in an interrupt: the task that it interrupted has nothing to do with it. */
static const struct kshark_entry *owner_of(const struct hit *hit, enum row_kind kind, enum role role)
{
	if (role == ROLE_TAKER || role == ROLE_TAKEN)
		return hit->taker;
	return kind == ROW_TASK ? hit->submission : hit_entry(hit, role);
}

bool hit_row(const struct hit *hit, enum row_kind kind, enum role role, int32_t *ret_row)
{
	const struct kshark_entry *entry = hit_entry(hit, role);
	const struct kshark_entry *owner = owner_of(hit, kind, role);

	if (!entry || !owner)
		return false;
	*ret_row = kind == ROW_TASK ? owner->pid : owner->cpu;
	return true;
}

static int by_row(const void *left, const void *right)
{
	const struct anchor *a = left, *b = right;

	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	if (a->entry->ts != b->entry->ts)
		return a->entry->ts < b->entry->ts ? -1 : 1;
	if (a->entry != b->entry)
		return a->entry < b->entry ? -1 : 1;
	return (a->hit > b->hit) - (a->hit < b->hit);
}

/* In a storm thousands of hits have the same submission: one anchor is enough. */
static void drop_repeated(struct array *anchors)
{
	struct anchor *at = anchors->at;
	size_t i, kept = 0;

	for (i = 0; i < anchors->count; i++)
		if (!kept || at[kept - 1].entry != at[i].entry || at[kept - 1].row != at[i].row)
			at[kept++] = at[i];
	anchors->count = kept;
}

static int find_anchors(struct array *anchors, const struct trace *trace, enum row_kind kind,
			enum role role)
{
	const struct hit *hit;
	struct anchor *anchor;
	int32_t row;
	size_t i;

	for (i = 0; i < trace->hits.count; i++) {
		hit = trace_hit(trace, i);
		if (!hit_row(hit, kind, role, &row))
			continue;
		anchor = array_add(anchors, sizeof(*anchor));
		if (!anchor)
			return -ENOMEM;
		*anchor = (struct anchor){ hit_entry(hit, role), i, row };
	}
	array_sort(anchors, sizeof(*anchor), by_row);
	drop_repeated(anchors);
	return 0;
}

int rows_init(struct rows *rows, const struct trace *trace)
{
	int kind, role, err = 0;

	memset(rows, 0, sizeof(*rows));
	for (kind = 0; kind < ROW_KINDS; kind++)
		for (role = 0; role < ROLES && !err; role++)
			err = find_anchors(&rows->anchors[kind][role], trace, kind, role);
	if (err)
		rows_free(rows);
	return err;
}

void rows_free(struct rows *rows)
{
	int kind, role;

	for (kind = 0; kind < ROW_KINDS; kind++)
		for (role = 0; role < ROLES; role++)
			array_free(&rows->anchors[kind][role]);
}

/* The first anchor whose row is row or more. */
static size_t first_of_row(const struct array *anchors, int64_t row)
{
	const struct anchor *at = anchors->at;
	size_t low = 0, high = anchors->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (at[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct row rows_find(const struct rows *rows, enum row_kind kind, enum role role, int32_t row)
{
	const struct array *anchors = &rows->anchors[kind][role];
	size_t first = first_of_row(anchors, row), end = first_of_row(anchors, (int64_t)row + 1);

	return (struct row){ (const struct anchor *)anchors->at + first, end - first };
}
