// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dupcqe/event.h"
#include "dupcqe/names.h"
#include "dupcqe/text.h"
#include "label.h"

static const char *const why_not_linked[] = {
	[LINK_NOT_IN_TRACE] = ", command not in the trace",
	[LINK_LOST] = ", events lost",
	[LINK_GAP] = ", events missing",
};

static void put_queue(struct dupcqe_text *text, const struct hit *hit)
{
	if (hit->has & HIT_QUEUE)
		dupcqe_text_printf(text, "nvme%d q%u ", hit->ctrl_id, hit->qid);
}

static void put_reason(struct dupcqe_text *text, const struct hit *hit)
{
	const char *name = hit->has & HIT_REASON ? dupcqe_reason_name(hit->reason) : NULL;

	if (hit->has & HIT_FRESH)
		dupcqe_text_puts(text, " duplicate");
	else if (hit->behind)
		dupcqe_text_printf(text, " stale by %u", hit->behind);
	else if (name)
		dupcqe_text_printf(text, " %s", name);
	else if (hit->has & HIT_REASON)
		dupcqe_text_printf(text, " reason %u", hit->reason);
}

/* A recording of the duplicates alone has nothing to link to, and need not be told so each time. */
static bool expected_link(const struct trace *trace)
{
	return trace->submissions.all.count || trace->completions.all.count;
}

void label_hit(const struct hit *hit, const struct trace *trace, char text[LABEL_MAX])
{
	const size_t reasons = sizeof(why_not_linked) / sizeof(why_not_linked[0]);
	struct dupcqe_text label;

	dupcqe_text_init(&label, text, LABEL_MAX);
	put_queue(&label, hit);
	dupcqe_text_printf(&label, "id %u", hit->cid);
	put_reason(&label, hit);
	if (hit->link < reasons && why_not_linked[hit->link] && expected_link(trace))
		dupcqe_text_puts(&label, why_not_linked[hit->link]);
}

void label_count(size_t count, char text[LABEL_MAX])
{
	struct dupcqe_text label;

	dupcqe_text_init(&label, text, LABEL_MAX);
	dupcqe_text_printf(&label, "%zu duplicates", count);
}

void label_count_short(size_t count, char text[LABEL_MAX])
{
	struct dupcqe_text label;

	dupcqe_text_init(&label, text, LABEL_MAX);
	dupcqe_text_printf(&label, "%zu", count);
}

void label_taker(const struct hit *hit, size_t count, char text[LABEL_MAX])
{
	struct dupcqe_text label;

	dupcqe_text_init(&label, text, LABEL_MAX);
	if (count > 1)
		dupcqe_text_printf(&label, "%zu in danger", count);
	else
		dupcqe_text_printf(&label, "in danger: id %u", hit->taker_cid);
}
