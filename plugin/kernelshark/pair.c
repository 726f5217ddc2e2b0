// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include "dupcqe/event.h"
#include "lost.h"
#include "pair.h"
#include "tags.h"
#include "uses.h"

/* Something that happened to a tag. */
struct step {
	const struct kshark_entry *entry;
	struct hit *hit; /* of STEP_HIT */
	uint32_t tag;
	uint16_t cid;
	uint8_t kind;
};

enum { STEP_SUBMISSION, STEP_COMPLETION, STEP_HIT };

static int by_time(const struct kshark_entry *a, const struct kshark_entry *b)
{
	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static int steps_by_tag(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (a->tag != b->tag)
		return a->tag < b->tag ? -1 : 1;
	return by_time(a->entry, b->entry);
}

static int hits_by_time(const void *left, const void *right)
{
	return by_time(((const struct hit *)left)->entry, ((const struct hit *)right)->entry);
}

/* No command to look for is an answer too. */
static bool searchable(struct hit *hit)
{
	if (!(hit->has & HIT_QUEUE))
		hit->link = LINK_NO_QUEUE;
	else if (hit->has & HIT_REASON && hit->reason == DUPCQE_UNKNOWN_TAG)
		hit->link = LINK_NO_COMMAND;
	return hit->link == LINK_NONE;
}

static int add_hits(struct trace *trace, struct tags *tags, struct array *steps)
{
	struct step *step;
	struct hit *hit;
	size_t i;

	for (i = 0; i < trace->hits.count; i++) {
		hit = trace_hit(trace, i);
		if (!searchable(hit))
			continue;
		step = array_add(steps, sizeof(*step));
		if (!step)
			return -ENOMEM;
		*step = (struct step){ .entry = hit->entry, .hit = hit, .cid = hit->cid, .kind = STEP_HIT,
			.tag = tags_add(tags, hit->ctrl_id, hit->qid, hit->cid) };
	}
	return 0;
}

static int add_commands(const struct array *commands, int kind, const struct tags *tags,
			struct array *steps)
{
	const struct command *command = commands->at, *end = command + commands->count;
	struct step *step;
	uint32_t tag;

	for (; command < end; command++) {
		tag = tags_find(tags, command->ctrl_id, command->qid, command->cid);
		if (tag == TAG_NONE)
			continue;
		step = array_add(steps, sizeof(*step));
		if (!step)
			return -ENOMEM;
		*step = (struct step){ .entry = command->entry, .tag = tag, .cid = command->cid, .kind = kind };
	}
	return 0;
}

static int add_all(struct trace *trace, struct tags *tags, struct array *steps)
{
	int err = add_hits(trace, tags, steps);

	if (!err)
		err = add_commands(&trace->submissions, STEP_SUBMISSION, tags, steps);
	if (!err)
		err = add_commands(&trace->completions, STEP_COMPLETION, tags, steps);
	return err;
}

static void walk(const struct trace *trace, const struct lost *lost, const struct array *steps)
{
	const struct step *step = steps->at, *end = step + steps->count;
	struct uses uses;
	uint32_t tag = TAG_NONE;

	for (; step < end; step++) {
		if (step->tag != tag)
			uses_start(&uses, trace, lost);
		tag = step->tag;
		if (step->kind == STEP_SUBMISSION)
			uses_submitted(&uses, step->entry, step->cid);
		else if (step->kind == STEP_COMPLETION)
			uses_completed(&uses, step->entry, step->cid);
		else
			uses_judge(&uses, step->hit);
	}
}

int pair_trace(struct trace *trace)
{
	struct array steps = { 0 };
	struct lost lost = { 0 };
	struct tags tags;
	int err;

	if (!trace->hits.count)
		return 0;
	qsort(trace->hits.at, trace->hits.count, sizeof(struct hit), hits_by_time);
	err = tags_init(&tags, trace->hits.count);
	if (err)
		return err;
	err = lost_init(trace, &lost);
	if (!err)
		err = add_all(trace, &tags, &steps);
	if (!err) {
		qsort(steps.at, steps.count, sizeof(struct step), steps_by_tag);
		walk(trace, &lost, &steps);
	}
	free(steps.at);
	lost_free(&lost);
	tags_free(&tags);
	return err;
}
