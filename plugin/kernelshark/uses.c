// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include "dupcqe/event.h"
#include "tags.h"
#include "uses.h"

void uses_start(struct uses *uses, const struct trace *trace, const struct lost *lost)
{
	memset(uses, 0, sizeof(*uses));
	uses->trace = trace;
	uses->lost = lost;
	uses->current = -1;
}

/* Uses of the tag from the current one to that generation: 0 is the same one again. */
static unsigned int uses_ahead(const struct uses *uses, unsigned int generation)
{
	return (generation - (unsigned int)uses->current) % GENERATIONS;
}

static void begin(struct uses *uses, unsigned int generation,
		  const struct kshark_entry *submission, const struct kshark_entry *completion)
{
	uses->by_generation[generation] = (struct use){ submission, completion, uses->chain };
	uses->current = (int)generation;
	uses->waiting = NULL;
}

/*
 * The driver counts the generation when a command completes. One that the host cancelled is not counted, and with
 * NVME_QUIRK_SKIP_CID_GEN none is: then the same id comes again, which is no gap.
 */
void uses_submitted(struct uses *uses, const struct kshark_entry *entry, uint16_t cid)
{
	unsigned int generation = cid_generation(cid);

	if (uses->current >= 0 && uses_ahead(uses, generation) > 1)
		uses->chain++;
	uses->submitted = true;
	begin(uses, generation, entry, NULL);
}

static void end_waiting(struct uses *uses, const struct kshark_entry *completion)
{
	struct hit *hit;

	for (hit = uses->waiting; hit; hit = hit->next_waiting) {
		if (lost_between(uses->lost, hit->entry->ts, completion->ts))
			continue;
		hit->completion = completion;
		hit->completed_after = true;
	}
	uses->waiting = NULL;
}

/*
 * A completion of the use before the current one, which has none yet: two CPUs whose clocks differ a little. The tag is
 * free as soon as the command is complete, and another CPU may take it at once.
 */
static bool is_late(const struct uses *uses, unsigned int generation)
{
	const struct use *use = &uses->by_generation[generation];

	return uses->current >= 0 && uses_ahead(uses, generation) == GENERATIONS - 1 && use->submission &&
	       !use->completion && use->chain == uses->chain &&
	       !uses->by_generation[uses->current].completion;
}

/* A completion of another use than the current one: its submission was not seen, or is not recorded for this queue. */
static void completed_unseen(struct uses *uses, const struct kshark_entry *entry,
			     unsigned int generation)
{
	bool gap = uses->submitted || uses_ahead(uses, generation) != 1;

	if (uses->current >= 0 && gap)
		uses->chain++;
	begin(uses, generation, NULL, entry);
}

/* The core may end a request a second time (it fails over to another path): the first time counts. */
void uses_completed(struct uses *uses, const struct kshark_entry *entry, uint16_t cid)
{
	unsigned int generation = cid_generation(cid);
	struct use *use = &uses->by_generation[generation];

	if (is_late(uses, generation)) {
		use->completion = entry;
	} else if (uses->current != (int)generation) {
		completed_unseen(uses, entry, generation);
	} else if (!use->completion) {
		use->completion = entry;
		end_waiting(uses, entry);
	}
}

static bool under_way(const struct hit *hit)
{
	return hit->has & HIT_RQ_STATE && hit->rq_state == DUPCQE_RQ_IN_FLIGHT;
}

/* What the record says of the tag's latest use, against what was seen of it. */
static bool contradicts(const struct uses *uses, const struct hit *hit)
{
	unsigned int ahead = uses_ahead(uses, cid_generation(hit->rq_cid));

	/* where submissions are not recorded, a use under way has left no trace yet */
	if (hit->has & HIT_RQ_CID)
		return ahead > (!uses->submitted && under_way(hit));
	if (hit->has & HIT_EXPECTED)
		return uses_ahead(uses, hit->expected) > 1;
	return false;
}

static bool seen(const struct uses *uses, const struct use *use)
{
	return use->chain == uses->chain && (use->submission || use->completion);
}

static const struct kshark_entry *start_of(const struct use *use)
{
	return use->submission ? use->submission : use->completion;
}

static bool sure(const struct uses *uses, const struct kshark_entry *start, const struct hit *hit)
{
	return !lost_between(uses->lost, start->ts, hit->entry->ts);
}

static enum link judge(const struct uses *uses, const struct use *use, const struct hit *hit)
{
	if (!start_of(use))
		return LINK_NOT_IN_TRACE;
	if (!sure(uses, start_of(use), hit))
		return LINK_LOST;
	if (!seen(uses, use) || contradicts(uses, hit))
		return LINK_GAP;
	return LINK_FOUND;
}

/* Where completions are not recorded, only the request's own state tells that a command was still under way. */
static bool in_flight(const struct uses *uses, const struct use *use, const struct hit *hit)
{
	if (hit->has & HIT_RQ_STATE)
		return under_way(hit);
	return uses->trace->completions.all.count && !use->completion;
}

static void find_taker(const struct uses *uses, struct hit *hit)
{
	const struct use *use;

	if (uses->current < 0 || uses->current == (int)cid_generation(hit->cid))
		return;
	use = &uses->by_generation[uses->current];
	if (!use->submission || use->completion || !in_flight(uses, use, hit) ||
	    contradicts(uses, hit) || !sure(uses, use->submission, hit))
		return;
	hit->taker = use->submission;
	hit->taker_cid = (hit->cid & 0xfff) | (uint16_t)(uses->current << 12);
}

static void wait_for_completion(struct uses *uses, struct hit *hit)
{
	hit->next_waiting = uses->waiting;
	uses->waiting = hit;
}

void uses_judge(struct uses *uses, struct hit *hit)
{
	const struct use *use = &uses->by_generation[cid_generation(hit->cid)];

	/* what was dropped may be anything */
	if (uses->trace->no_memory)
		return;
	hit->link = judge(uses, use, hit);
	find_taker(uses, hit);
	if (hit->link != LINK_FOUND)
		return;
	hit->submission = use->submission;
	hit->completion = use->completion;
	if (!use->completion && uses->current == (int)cid_generation(hit->cid))
		wait_for_completion(uses, hit);
}
