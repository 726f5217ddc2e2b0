// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <libkshark-tepdata.h>
#include "collect.h"
#include "dupcqe/reading.h"
#include "record.h"

static const char *const event_names[COLLECTED] = {
	[COLLECT_SUBMISSION] = "nvme_setup_cmd",
	[COLLECT_COMPLETION] = "nvme_complete_rq",
	[COLLECT_HIT] = "nvme_dup_cqe",
};

/* Of a command nothing but these is wanted, and a trace has millions: nothing else is decoded. */
static const uint64_t identity =
	DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_QID) | DUPCQE_BIT(DUPCQE_CID);

static bool find_event(struct collector *collector, struct tep_handle *tep, enum collected which)
{
	struct dupcqe_decoder *decoder = &collector->decoder[which];
	int id;

	collector->event_id[which] = -1;
	if (record_find_event(tep, event_names[which], &id, decoder))
		return false;
	if (which != COLLECT_HIT && (decoder->found & identity) != identity)
		return false;
	if (which != COLLECT_HIT)
		decoder->found = identity;
	collector->event_id[which] = id;
	return true;
}

int collector_init(struct collector *collector, struct kshark_data_stream *stream)
{
	struct tep_handle *tep = kshark_is_tep(stream) ? kshark_get_tep(stream) : NULL;

	memset(collector, 0, sizeof(*collector));
	collector->cpu = -1;
	if (!tep || !find_event(collector, tep, COLLECT_HIT))
		return -ENOENT;
	collector->trace.has_submissions = find_event(collector, tep, COLLECT_SUBMISSION);
	collector->trace.has_completions = find_event(collector, tep, COLLECT_COMPLETION);
	return 0;
}

/* A record that is too short for its command id, or for its queue, belongs to no command. */
static bool take_command(struct array *commands, const struct dupcqe_event *event,
			 const struct kshark_entry *entry)
{
	struct command *command;

	if ((event->has & identity) != identity)
		return true;
	command = array_add(commands, sizeof(*command));
	if (!command)
		return false;
	*command = (struct command){ entry, event->ctrl_id, event->qid, event->cid };
	return true;
}

static uint8_t has_of(const struct dupcqe_event *event, const struct dupcqe_reading *reading)
{
	return (dupcqe_has(event, DUPCQE_REASON) ? HIT_REASON : 0) |
	       (dupcqe_has(event, DUPCQE_RQ_STATE) ? HIT_RQ_STATE : 0) |
	       (dupcqe_has(event, DUPCQE_RQ_CID) ? HIT_RQ_CID : 0) |
	       (dupcqe_has(event, DUPCQE_EXPECTED_GENCTR) ? HIT_EXPECTED : 0) |
	       (dupcqe_found(reading, DUPCQE_FRESH_DUPLICATE) ? HIT_FRESH : 0) |
	       (dupcqe_has(event, DUPCQE_CTRL_ID) && dupcqe_has(event, DUPCQE_QID) ? HIT_QUEUE : 0);
}

static bool take_hit(struct array *hits, const struct dupcqe_event *event,
		     const struct kshark_entry *entry)
{
	struct hit *hit = array_add(hits, sizeof(*hit));
	struct dupcqe_reading reading;

	if (!hit)
		return false;
	dupcqe_read(event, &reading);
	hit->entry = entry;
	hit->ctrl_id = event->ctrl_id;
	hit->qid = event->qid;
	hit->cid = event->cid;
	hit->rq_cid = event->rq_cid;
	hit->has = has_of(event, &reading);
	hit->reason = event->reason;
	hit->behind = reading.behind;
	hit->expected = event->expected_genctr;
	hit->rq_state = event->rq_state;
	return true;
}

static bool take_loss(struct collector *collector, const struct kshark_entry *mark)
{
	struct loss *loss = array_add(&collector->trace.losses, sizeof(*loss));

	if (!loss)
		return false;
	*loss = (struct loss){ collector->last, mark };
	return true;
}

static bool take_record(struct collector *collector, enum collected which, const void *record,
			const struct kshark_entry *entry)
{
	struct trace *trace = &collector->trace;
	struct dupcqe_event event;

	if (record_decode(record, &collector->decoder[which], &event))
		return true;
	if (which == COLLECT_SUBMISSION)
		return take_command(&trace->submissions, &event, entry);
	if (which == COLLECT_COMPLETION)
		return take_command(&trace->completions, &event, entry);
	return take_hit(&trace->hits, &event, entry);
}

static enum collected which_event(const struct collector *collector, int id)
{
	int which = 0;

	while (which < COLLECTED && collector->event_id[which] != id)
		which++;
	return which;
}

void collector_take(struct collector *collector, const void *record,
		    const struct kshark_entry *entry)
{
	bool kept = true;
	enum collected which;

	if (collector->cpu != entry->cpu) {
		collector->cpu = entry->cpu;
		collector->last = NULL;
	}
	if (entry->event_id == KS_EVENT_OVERFLOW) {
		kept = take_loss(collector, entry);
	} else {
		which = which_event(collector, entry->event_id);
		if (which == COLLECTED)
			return;
		kept = take_record(collector, which, record, entry);
	}
	collector->last = entry;
	if (!kept)
		collector->trace.no_memory = true;
}

void collector_free(struct collector *collector)
{
	trace_free(&collector->trace);
}
