// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include "dupcqe/event.h"
#include "lost.h"
#include "pair.h"
#include "steps.h"
#include "tags.h"
#include "uses.h"

static int hits_by_time(const void *left, const void *right)
{
	return entry_order(((const struct hit *)left)->entry, ((const struct hit *)right)->entry);
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

static void number_tags(const struct trace *trace, struct tags *tags)
{
	struct hit *hit;
	size_t i;

	for (i = 0; i < trace->hits.count; i++) {
		hit = trace_hit(trace, i);
		if (searchable(hit))
			tags_add(tags, hit->ctrl_id, hit->qid, hit->cid);
	}
}

static void walk(struct steps *steps, struct uses *uses)
{
	const struct cursor *step;

	for (; (step = steps_next(steps)); steps_drop(steps)) {
		if (step->kind == STEP_SUBMISSION)
			uses_submitted(&uses[step->tag], step->entry, step->cid);
		else if (step->kind == STEP_COMPLETION)
			uses_completed(&uses[step->tag], step->entry, step->cid);
		else
			uses_judge(&uses[step->tag], step->at.hit);
	}
}

static int judge_all(const struct trace *trace, const struct lost *lost, const struct tags *tags)
{
	struct uses *uses = calloc((size_t)tags->count + 1, sizeof(*uses));
	struct steps steps;
	uint32_t i;
	int err = uses ? steps_init(&steps, trace, tags) : -ENOMEM;

	if (!err) {
		for (i = 0; i < tags->count; i++)
			uses_start(&uses[i], trace, lost);
		walk(&steps, uses);
		steps_free(&steps);
	}
	free(uses);
	return err;
}

int pair_trace(struct trace *trace)
{
	struct tags tags;
	struct lost lost;
	int err;

	if (!trace->hits.count)
		return 0;
	array_sort(&trace->hits, sizeof(struct hit), hits_by_time);
	err = tags_init(&tags, trace->hits.count);
	if (err)
		return err;
	number_tags(trace, &tags);
	err = lost_init(trace, &lost);
	if (!err) {
		err = judge_all(trace, &lost, &tags);
		lost_free(&lost);
	}
	tags_free(&tags);
	return err;
}
