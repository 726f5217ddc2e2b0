// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <libkshark-tepdata.h>
#include "collect.h"
#include "dupcqe/reading.h"

static const char *const event_names[COLLECTED] = {
	[COLLECT_SUBMISSION] = "nvme_setup_cmd",
	[COLLECT_COMPLETION] = "nvme_complete_rq",
	[COLLECT_HIT] = "nvme_dup_cqe",
};

static bool find_event(struct collector *collector, struct tep_handle *tep, enum collected which)
{
	struct dupcqe_decoder *decoder = &collector->decoder[which];
	int id;

	collector->event_id[which] = -1;
	if (record_find_event(tep, event_names[which], &id, decoder))
		return false;
	if (which != COLLECT_HIT && identity_reader_init(&collector->reader[which], decoder))
		return false;
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
	find_event(collector, tep, COLLECT_SUBMISSION);
	find_event(collector, tep, COLLECT_COMPLETION);
	return 0;
}

/* Whether the entry is not behind the last one of these commands: another CPU, or a clock that went back. */
static bool begins_run(const struct commands *commands, const struct kshark_entry *entry)
{
	const struct command *last = commands->all.at;

	if (!commands->all.count)
		return true;
	last += commands->all.count - 1;
	return last->entry->cpu != entry->cpu || last->entry->ts > entry->ts;
}

static bool add_command(struct commands *commands, const struct command *made)
{
	size_t *run = NULL;
	struct command *command;

	if (begins_run(commands, made->entry)) {
		run = array_add(&commands->runs, sizeof(*run));
		if (!run)
			return false;
		*run = commands->all.count;
	}
	command = array_add(&commands->all, sizeof(*command));
	if (command)
		*command = *made;
	else if (run)
		commands->runs.count--;
	return command;
}

/* A record that is too short belongs to no command. */
static bool take_command(struct commands *commands, const struct identity_reader *reader,
			 const void *record, const struct kshark_entry *entry)
{
	struct identity who;

	if (record_identity(record, reader, &who))
		return true;
	return add_command(commands, &(struct command){ entry, who.ctrl_id, who.qid, who.cid });
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

static void fill_hit(struct hit *hit, const struct dupcqe_event *event)
{
	struct dupcqe_reading reading;

	dupcqe_read(event, &reading);
	hit->ctrl_id = event->ctrl_id;
	hit->qid = event->qid;
	hit->cid = event->cid;
	hit->rq_cid = event->rq_cid;
	hit->has = has_of(event, &reading);
	hit->reason = event->reason;
	hit->behind = reading.behind;
	hit->expected = event->expected_genctr;
	hit->rq_state = event->rq_state;
}

static bool take_hit(struct array *hits, const struct dupcqe_decoder *decoder, const void *record,
		     const struct kshark_entry *entry)
{
	struct dupcqe_event event;
	struct hit *hit;

	if (record_decode(record, decoder, &event))
		return true;
	hit = array_add(hits, sizeof(*hit));
	if (!hit)
		return false;
	hit->entry = entry;
	fill_hit(hit, &event);
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

	if (which == COLLECT_HIT)
		return take_hit(&trace->hits, &collector->decoder[which], record, entry);
	return take_command(which == COLLECT_SUBMISSION ? &trace->submissions : &trace->completions,
			    &collector->reader[which], record, entry);
}

static enum collected which_event(const struct collector *collector, int id)
{
	int which = 0;

	while (which < COLLECTED && collector->event_id[which] != id)
		which++;
	return which;
}

bool collector_restarts(const struct collector *collector, const struct kshark_entry *entry)
{
	if (entry->cpu != collector->cpu)
		return entry->cpu < collector->cpu;
	/* of a mark of lost events the offset is their number */
	return entry->event_id != KS_EVENT_OVERFLOW && entry->offset <= collector->offset;
}

void collector_restart(struct collector *collector)
{
	trace_free(&collector->trace);
	collector->cpu = -1;
	collector->last = NULL;
}

void collector_take(struct collector *collector, const void *record,
		    const struct kshark_entry *entry)
{
	bool kept = true;
	enum collected which;

	if (collector->cpu != entry->cpu) {
		collector->cpu = entry->cpu;
		collector->offset = -1;
		collector->last = NULL;
	}
	if (entry->event_id == KS_EVENT_OVERFLOW) {
		kept = take_loss(collector, entry);
	} else {
		which = which_event(collector, entry->event_id);
		if (which == COLLECTED)
			return;
		kept = take_record(collector, which, record, entry);
		collector->offset = entry->offset;
	}
	collector->last = entry;
	if (!kept)
		collector->trace.no_memory = true;
}

void collector_free(struct collector *collector)
{
	trace_free(&collector->trace);
}
