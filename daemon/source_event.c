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

static int read_of(const struct source_event *event, int instance, const char *file,
		   char **ret_text, size_t *ret_length)
{
	int system = strcspn(event->name, ":");
	char path[192];

	snprintf(path, sizeof(path), "events/%.*s/%s/%s", system, event->name,
		 event->name + system + 1, file);
	return source_file_read(instance, path, ret_text, ret_length);
}

static int read_id(const struct source_event *event, int instance, int *ret_id)
{
	size_t length;
	char *text;
	int err = read_of(event, instance, "id", &text, &length);

	if (err)
		return err;
	*ret_id = atoi(text);
	free(text);
	return 0;
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
	event->id = -1;
	if (!colon || colon == name || !colon[1] || strchr(name, '/') || *name == '.' ||
	    strlen(name) >= sizeof(event->name))
		return -EINVAL;
	strcpy(event->name, name);
	event->pages = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST);
	return event->pages ? read_page_size(event, instance) : -ENOMEM;
}

static void forget(struct source_event *event)
{
	tep_free(event->tep);
	event->tep = NULL;
	event->id = -1;
}

void source_event_done(struct source_event *event)
{
	forget(event);
	kbuffer_free(event->pages);
	event->pages = NULL;
}

static int parse_format(const struct source_event *event, struct tep_handle *tep, int instance)
{
	char system[sizeof(event->name)], *text;
	size_t length;
	int err = read_of(event, instance, "format", &text, &length);

	if (err)
		return err;
	snprintf(system, sizeof(system), "%.*s", (int)strcspn(event->name, ":"), event->name);
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
	return 0;
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
	err = parse_format(event, tep, instance);
	if (!err)
		err = understand(event, tep, id);
	if (err) {
		tep_free(tep);
		return err;
	}
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
	forget(event);
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

static bool decode(const struct source_event *event, const void *record, size_t size,
		   struct hit *hit)
{
	uint16_t type;
	int32_t pid;

	if (event->id < 0 || size < sizeof(type) || size < event->pid_offset + sizeof(pid))
		return false;
	memcpy(&type, record, sizeof(type));
	memcpy(&pid, (const char *)record + event->pid_offset, sizeof(pid));
	hit->pid = pid;
	hit->test = false;
	return type == event->id && !dupcqe_decode(&event->decoder, record, size, &hit->event);
}

struct source_event_page source_event_page(struct source_event *event, void *page,
					   struct hit *scratch,
					   void (*hit)(void *context, struct hit *hit),
					   void *context)
{
	struct source_event_page count = { 0, 0 };
	unsigned long long when;
	void *record;

	if (kbuffer_load_subbuffer(event->pages, page))
		return count;
	for (record = kbuffer_read_event(event->pages, &when); record;
	     record = kbuffer_next_event(event->pages, &when)) {
		count.records++;
		scratch->trace_ns = when;
		if (decode(event, record, kbuffer_event_size(event->pages), scratch))
			hit(context, scratch);
		else
			count.undecodable++;
	}
	return count;
}
