// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A plugin of KernelShark for nvme:nvme_dup_cqe: what KernelShark calls. All that is known belongs to a stream; the
 * table of streams is the process's, because a handler is given no more than a stream's number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <libkshark-plugin.h>
#include "collect.h"
#include "pair.h"
#include "plugin.h"

#define EXPORT __attribute__((visibility("default")))

/* an entry holds the number of its stream in 16 bits, which is the limit; what is not used costs no memory */
enum { STREAMS = INT16_MAX + 1 };

struct stream {
	bool paired;
	struct collector collector;
	struct rows rows;
};

/*
 * By the stream's number. A trace may be loaded by one thread while another draws those that are open already; each
 * slot is written only while its own stream is opened or closed.
 */
static struct stream *_Atomic streams[STREAMS];
static void *window;

static struct stream *find_stream(int sd)
{
	return sd >= 0 && sd < STREAMS ? streams[sd] : NULL;
}

static void free_stream(struct stream *stream)
{
	rows_free(&stream->rows);
	collector_free(&stream->collector);
	free(stream);
}

static void take_event(struct kshark_data_stream *data, void *record, struct kshark_entry *entry)
{
	struct stream *stream = find_stream(data->stream_id);

	if (!stream)
		return;
	if (collector_restarts(&stream->collector, entry)) {
		collector_restart(&stream->collector);
		rows_free(&stream->rows);
		stream->paired = false;
	}
	collector_take(&stream->collector, record, entry);
}

static void pair(struct stream *stream)
{
	struct trace *trace = &stream->collector.trace;

	stream->paired = true;
	if (trace->no_memory || pair_trace(trace) || rows_init(&stream->rows, trace))
		fprintf(stderr, "nvme_dup_cqe: no memory, not all duplicates are shown\n");
}

struct scene plugin_scene(int sd)
{
	struct stream *stream = find_stream(sd);

	if (!stream || !stream->collector.trace.hits.count)
		return (struct scene){ NULL, NULL };
	if (!stream->paired)
		pair(stream);
	return (struct scene){ &stream->collector.trace, &stream->rows };
}

void *plugin_window(void)
{
	return window;
}

/* Calls each with the ids of all that is to be collected. Returns how many there were. */
static int for_each_event(struct kshark_data_stream *data, const struct collector *collector,
			  int (*call)(struct kshark_data_stream *, int, kshark_plugin_event_handler_func))
{
	int which, count = 0;

	for (which = 0; which < COLLECTED; which++)
		if (collector->event_id[which] >= 0 && !call(data, collector->event_id[which], take_event))
			count++;
	return call(data, KS_EVENT_OVERFLOW, take_event) ? count : count + 1;
}

EXPORT int KSHARK_PLOT_PLUGIN_INITIALIZER(struct kshark_data_stream *data);
EXPORT int KSHARK_PLOT_PLUGIN_DEINITIALIZER(struct kshark_data_stream *data);
EXPORT void *KSHARK_MENU_PLUGIN_INITIALIZER(void *gui);

/* Returns the number of handlers, 0 if the stream is nothing for this plugin. */
int KSHARK_PLOT_PLUGIN_INITIALIZER(struct kshark_data_stream *data)
{
	struct stream *stream;

	if (data->stream_id < 0 || streams[data->stream_id])
		return 0;
	stream = calloc(1, sizeof(*stream));
	if (!stream || collector_init(&stream->collector, data)) {
		free(stream);
		return 0;
	}
	streams[data->stream_id] = stream;
	kshark_register_draw_handler(data, draw_handler);
	return 1 + for_each_event(data, &stream->collector, kshark_register_event_handler);
}

int KSHARK_PLOT_PLUGIN_DEINITIALIZER(struct kshark_data_stream *data)
{
	struct stream *stream = find_stream(data->stream_id);
	int count;

	if (!stream)
		return 0;
	streams[data->stream_id] = NULL;
	kshark_unregister_draw_handler(data, draw_handler);
	count = 1 + for_each_event(data, &stream->collector, kshark_unregister_event_handler);
	free_stream(stream);
	return count;
}

/* Adds nothing to the menu: the window is wanted for its markers. */
void *KSHARK_MENU_PLUGIN_INITIALIZER(void *gui)
{
	window = gui;
	return NULL;
}
