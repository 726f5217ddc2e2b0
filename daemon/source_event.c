// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include "journal.h"
#include "source_event.h"
#include "source_files.h"

static int read_of(const char *name, int instance, const char *file, char **ret_text, size_t *ret_length)
{
	int system = strcspn(name, ":");
	char path[192];

	snprintf(path, sizeof(path), "events/%.*s/%s/%s", system, name, name + system + 1, file);
	return source_file_read(instance, path, ret_text, ret_length);
}

static int read_id(const struct source_event *event, int instance, int *ret_id)
{
	size_t length;
	char *text;
	int err = read_of(event->name, instance, "id", &text, &length);

	if (err)
		return err;
	*ret_id = atoi(text);
	free(text);
	return 0;
}

int source_event_id(const struct source_event *event, int instance)
{
	int id;

	return read_id(event, instance, &id) ? -1 : id;
}

/* The page is as large as its header and its data; it need not be one page of memory. */
static int read_page_size(struct source_event *event, int instance)
{
	struct tep_handle *tep;
	size_t length;
	char *text;
	int err = source_file_read(instance, "events/header_page", &text, &length);

	if (err)
		return err;
	tep = tep_alloc();
	if (!tep)
		err = -ENOMEM;
	else if (tep_parse_header_page(tep, text, length, sizeof(long)) ||
		 tep_get_sub_buffer_size(tep) <= 0)
		err = -EPROTO;
	else
		event->page_size = tep_get_sub_buffer_size(tep);
	tep_free(tep);
	free(text);
	return err;
}

int source_event_init(struct source_event *event, const char *name, int instance)
{
	const char *colon = strchr(name, ':');

	memset(event, 0, sizeof(*event));
	event->id = event->why_id = -1;
	if (!colon || colon == name || !colon[1] || strchr(name, '/') || *name == '.' ||
	    strlen(name) >= sizeof(event->name))
		return -EINVAL;
	strcpy(event->name, name);
	snprintf(event->why_name, sizeof(event->why_name), "%s_why", name);
	event->pages = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST);
	return event->pages ? read_page_size(event, instance) : -ENOMEM;
}

void source_event_forget(struct source_event *event)
{
	tep_free(event->tep);
	event->tep = NULL;
	event->id = event->why_id = -1;
}

void source_event_done(struct source_event *event)
{
	source_event_forget(event);
	kbuffer_free(event->pages);
	event->pages = NULL;
}

static int parse_format(const char *name, struct tep_handle *tep, int instance)
{
	char system[sizeof(((struct source_event *)0)->why_name)], *text;
	size_t length;
	int err = read_of(name, instance, "format", &text, &length);

	if (err)
		return err;
	snprintf(system, sizeof(system), "%.*s", (int)strcspn(name, ":"), name);
	err = tep_parse_event(tep, text, length, system) == TEP_ERRNO__MEM_ALLOC_FAILED ? -ENOMEM
											: 0;
	free(text);
	return err;
}

static int understand(struct source_event *event, struct tep_handle *tep, int id)
{
	struct tep_event *format = tep_find_event(tep, id);
	const struct tep_format_field *pid =
		format ? tep_find_common_field(format, "common_pid") : NULL;

	if (!pid || pid->size != sizeof(int) || dupcqe_decoder_init(format, &event->decoder))
		return -EPROTO;
	event->pid_offset = pid->offset;
	event->is_made = tep_find_field(format, "__probe_ip");
	return 0;
}

/* A probe that is read without it loses reasons and generations, and the number of what was suppressed. */
static void look_beside(struct source_event *event, struct tep_handle *tep, int instance)
{
	struct tep_event *format = NULL;

	event->why_id = -1;
	if (!event->decoder.probe.is)
		return;
	if (!parse_format(event->why_name, tep, instance))
		format = tep_find_event_by_name(tep, NULL, strchr(event->why_name, ':') + 1);
	if (format && !dupcqe_note_decoder_init(format, &event->why))
		event->why_id = format->id;
	else
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "the probe has no event '%s': hits have no reason, and what a rate-limited kernel leaves "
			       "out is not counted",
			       event->why_name);
}

static int load(struct source_event *event, int instance, int id)
{
	struct tep_handle *tep;
	int err;

	/* it would complain on stderr of print formats, which are not used here */
	tep_set_loglevel(TEP_LOG_NONE);
	tep = tep_alloc();
	if (!tep)
		return -ENOMEM;
	tep_set_long_size(tep, sizeof(long));
	err = parse_format(event->name, tep, instance);
	if (!err)
		err = understand(event, tep, id);
	if (err) {
		tep_free(tep);
		return err;
	}
	look_beside(event, tep, instance);
	event->tep = tep;
	event->id = id;
	event->refused = 0;
	return 0;
}

int source_event_look(struct source_event *event, int instance)
{
	int id = -1, err = read_id(event, instance, &id);

	if (!err && id == event->id)
		return 0;
	source_event_forget(event);
	/* ids are given anew, also to the event of a better driver */
	if (err == -ENOENT)
		event->refused = 0;
	if (!err && id == event->refused)
		return -EPROTO;
	if (!err)
		err = load(event, instance, id);
	if (err == -EPROTO) {
		event->refused = id;
		journal_printf(
			LOG_ERR, JOURNAL_PLAIN,
			"event '%s' of this kernel has not the fields of a duplicate completion",
			event->name);
	}
	return err;
}

uint64_t source_event_fields(const struct source_event *event)
{
	return source_event_is_probe(event) ? event->decoder.found : UINT64_MAX;
}

bool source_event_is_probe(const struct source_event *event)
{
	return event->id >= 0 && event->decoder.probe.is;
}

struct record {
	const void *bytes;
	size_t size;
};

static bool decode(const struct source_event *event, const struct record *record, struct dupcqe_note *note,
		   struct hit *hit, int *ret_err)
{
	int32_t pid;

	memcpy(&pid, (const char *)record->bytes + event->pid_offset, sizeof(pid));
	*ret_err = dupcqe_decode(&event->decoder, record->bytes, record->size, &hit->event);
	if (*ret_err)
		return false;
	hit->pid = pid;
	hit->test = false;
	hit->source = HIT_BY_EVENT;
	if (hit->event.source == DUPCQE_FROM_PROBE) {
		hit->source = HIT_BY_PROBE;
		dupcqe_note_join_at(note, hit->trace_ns, &hit->event);
	}
	return true;
}

/* What the driver says before a hit is kept until that comes; the number of what it did not say counts at once. */
static int keep_note(const struct source_event *event, const struct record *record, uint64_t ns, struct dupcqe_note *note,
		     struct source_event_page *count)
{
	struct dupcqe_note got;
	int err = dupcqe_note_decode(&event->why, record->bytes, record->size, &got);

	if (err)
		return err;
	got.ns = ns;
	if (got.suppressed)
		count->suppressed += got.suppressed;
	else
		*note = got;
	return 0;
}

/* Returns whether it is a hit. */
static bool take(const struct source_event *event, const struct record *record, struct dupcqe_note *note,
		 struct hit *hit, struct source_event_page *count)
{
	int err = -ENODATA;
	uint16_t type;

	count->records++;
	if (record->size >= sizeof(type) && record->size >= event->pid_offset + sizeof(int32_t)) {
		memcpy(&type, record->bytes, sizeof(type));
		if (type == event->id && decode(event, record, note, hit, &err))
			return true;
		if (type == event->why_id)
			err = keep_note(event, record, hit->trace_ns, note, count);
	}
	if (!err || err == -ENOMSG)
		count->beside++;
	else
		count->undecodable++;
	return false;
}

struct source_event_page source_event_page(struct source_event *event, void *page, struct dupcqe_note *note,
					   struct hit *scratch,
					   void (*hit)(void *context, struct hit *hit),
					   void *context)
{
	struct source_event_page count = { 0 };
	struct record record;
	unsigned long long when;

	if (kbuffer_load_subbuffer(event->pages, page))
		return count;
	/* what was lost may have been its hit */
	if (kbuffer_missed_events(event->pages))
		memset(note, 0, sizeof(*note));
	for (record.bytes = kbuffer_read_event(event->pages, &when); record.bytes;
	     record.bytes = kbuffer_next_event(event->pages, &when)) {
		scratch->trace_ns = when;
		record.size = kbuffer_event_size(event->pages);
		if (take(event, &record, note, scratch, &count))
			hit(context, scratch);
	}
	return count;
}
