// SPDX-License-Identifier: LGPL-2.1-or-later
/* A heap of cursors: one for each run, which are a few for each CPU. */
#include <errno.h>
#include "steps.h"

int entry_order(const struct kshark_entry *a, const struct kshark_entry *b)
{
	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static bool before(const struct cursor *a, const struct cursor *b)
{
	return a->ts != b->ts ? a->ts < b->ts : entry_order(a->entry, b->entry) < 0;
}

static bool load_hit(struct cursor *cursor, const struct tags *tags)
{
	const struct hit *hit;

	for (; cursor->at.hit < cursor->end.hit; cursor->at.hit++) {
		hit = cursor->at.hit;
		if (hit->link != LINK_NONE)
			continue;
		cursor->tag = tags_find(tags, hit->ctrl_id, hit->qid, hit->cid);
		cursor->entry = hit->entry;
		cursor->cid = hit->cid;
		return true;
	}
	return false;
}

static bool load_command(struct cursor *cursor, const struct tags *tags)
{
	const struct command *command;

	for (; cursor->at.command < cursor->end.command; cursor->at.command++) {
		command = cursor->at.command;
		cursor->tag = tags_find(tags, command->ctrl_id, command->qid, command->cid);
		if (cursor->tag == TAG_NONE)
			continue;
		cursor->entry = command->entry;
		cursor->cid = command->cid;
		return true;
	}
	return false;
}

/* What matters at or behind the cursor's place; false if the run has nothing any more. */
static bool load(struct cursor *cursor, const struct tags *tags)
{
	bool more = cursor->kind == STEP_HIT ? load_hit(cursor, tags) : load_command(cursor, tags);

	if (more)
		cursor->ts = cursor->entry->ts;
	return more;
}

static void sift_down(struct cursor *heap, size_t count, size_t at)
{
	struct cursor moved = heap[at];
	size_t child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &moved))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static int add_cursor(struct steps *steps, const struct cursor *made)
{
	struct cursor *cursor = array_add(&steps->heap, sizeof(*cursor));

	if (!cursor)
		return -ENOMEM;
	*cursor = *made;
	if (!load(cursor, steps->tags))
		steps->heap.count--;
	return 0;
}

static int add_commands(struct steps *steps, const struct commands *commands, enum step_kind kind)
{
	const struct command *all = commands->all.at;
	const size_t *runs = commands->runs.at;
	struct cursor cursor = { .kind = kind };
	size_t i, end;
	int err = 0;

	for (i = 0; i < commands->runs.count && !err; i++) {
		end = i + 1 < commands->runs.count ? runs[i + 1] : commands->all.count;
		cursor.at.command = all + runs[i];
		cursor.end.command = all + end;
		err = add_cursor(steps, &cursor);
	}
	return err;
}

static int add_hits(struct steps *steps, const struct array *hits)
{
	struct cursor cursor = { .kind = STEP_HIT };

	cursor.at.hit = hits->at;
	cursor.end.hit = (struct hit *)hits->at + hits->count;
	return add_cursor(steps, &cursor);
}

static void make_heap(struct array *heap)
{
	size_t at = heap->count / 2;

	while (at--)
		sift_down(heap->at, heap->count, at);
}

int steps_init(struct steps *steps, const struct trace *trace, const struct tags *tags)
{
	int err;

	*steps = (struct steps){ .tags = tags };
	err = add_hits(steps, &trace->hits);
	if (!err)
		err = add_commands(steps, &trace->submissions, STEP_SUBMISSION);
	if (!err)
		err = add_commands(steps, &trace->completions, STEP_COMPLETION);
	if (err)
		steps_free(steps);
	else
		make_heap(&steps->heap);
	return err;
}

void steps_free(struct steps *steps)
{
	array_free(&steps->heap);
}

const struct cursor *steps_next(const struct steps *steps)
{
	return steps->heap.count ? steps->heap.at : NULL;
}

void steps_drop(struct steps *steps)
{
	struct cursor *heap = steps->heap.at;

	if (heap->kind == STEP_HIT)
		heap->at.hit++;
	else
		heap->at.command++;
	if (!load(heap, steps->tags))
		*heap = heap[--steps->heap.count];
	if (steps->heap.count)
		sift_down(heap, steps->heap.count, 0);
}
