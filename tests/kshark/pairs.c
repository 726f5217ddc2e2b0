// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the KernelShark plugin makes of traces, without its window: libkshark loads them, the plugin's own entry points
 * collect, and each duplicate is printed with what belongs to it. Several traces are open at once, as in KernelShark.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libkshark.h>
#include "label.h"
#include "plugin.h"

enum { TRACES = 8 };

int kshark_data_plugin_initializer(struct kshark_data_stream *data);
int kshark_data_plugin_deinitializer(struct kshark_data_stream *data);

/* The window's part is not in this program. */
void draw_handler(struct kshark_cpp_argv *argv, int sd, int val, int draw_action)
{
	(void)argv, (void)sd, (void)val, (void)draw_action;
}

static const char *const links[] = {
	[LINK_NONE] = "not searched",
	[LINK_FOUND] = "found",
	[LINK_NO_COMMAND] = "no command",
	[LINK_NO_QUEUE] = "no queue",
	[LINK_NOT_IN_TRACE] = "not in trace",
	[LINK_LOST] = "lost",
	[LINK_GAP] = "gap",
};

static void put_time(const char *name, const struct kshark_entry *entry)
{
	if (entry)
		printf(" %s=%" PRId64 ".%09" PRId64 "@%d", name, entry->ts / 1000000000,
		       entry->ts % 1000000000, entry->cpu);
	else
		printf(" %s=-", name);
}

static void put_hit(const struct hit *hit, const struct trace *trace)
{
	char label[LABEL_MAX];

	label_hit(hit, trace, label);
	printf("%" PRId64 ".%09" PRId64 " cid=%u %s", hit->entry->ts / 1000000000,
	       hit->entry->ts % 1000000000, hit->cid, links[hit->link]);
	put_time("submission", hit->submission);
	put_time(hit->completed_after ? "completion-after" : "completion", hit->completion);
	put_time("taker", hit->taker);
	printf(" [%s]\n", label);
}

static void put_stream(int sd)
{
	struct scene scene = plugin_scene(sd);
	size_t i;

	for (i = 0; scene.trace && i < scene.trace->hits.count; i++)
		put_hit(trace_hit(scene.trace, i), scene.trace);
}

static int open_trace(struct kshark_context *context, const char *file)
{
	int sd = kshark_open(context, file), handlers;

	if (sd < 0) {
		fprintf(stderr, "pairs: cannot open '%s'\n", file);
		return -1;
	}
	handlers = kshark_data_plugin_initializer(kshark_get_data_stream(context, sd));
	fprintf(stderr, "pairs: %d handlers for '%s'\n", handlers, file);
	return sd;
}

static void free_rows(struct kshark_entry **rows, ssize_t count)
{
	ssize_t i;

	for (i = 0; i < count; i++)
		free(rows[i]);
	free(rows);
}

static int show(struct kshark_context *context, bool reload, int count, char **files)
{
	struct kshark_entry **rows[TRACES] = { 0 };
	ssize_t loaded[TRACES] = { 0 };
	int sd[TRACES], i;

	for (i = 0; i < count; i++) {
		sd[i] = open_trace(context, files[i]);
		if (sd[i] < 0)
			return -1;
	}
	for (i = 0; i < count; i++)
		loaded[i] = kshark_load_entries(context, sd[i], &rows[i]);
	/* KernelShark reads all traces anew when a plugin is added to one of them */
	for (i = 0; reload && i < count; i++) {
		put_stream(sd[i]);
		free_rows(rows[i], loaded[i]);
		loaded[i] = kshark_load_entries(context, sd[i], &rows[i]);
	}
	for (i = 0; i < count; i++) {
		if (count > 1)
			printf("%s:\n", files[i]);
		put_stream(sd[i]);
	}
	for (i = 0; i < count; i++) {
		kshark_data_plugin_deinitializer(kshark_get_data_stream(context, sd[i]));
		free_rows(rows[i], loaded[i]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct kshark_context *context = NULL;
	bool reload = argc > 1 && !strcmp(argv[1], "--reload");
	int status;

	argc -= reload;
	argv += reload;
	if (argc < 2 || argc > TRACES + 1) {
		fprintf(stderr, "usage: pairs [--reload] TRACE.DAT...   (%d at most; --reload: each is loaded and shown twice)\n", TRACES);
		return 2;
	}
	if (!kshark_instance(&context)) {
		fprintf(stderr, "pairs: cannot start libkshark\n");
		return 1;
	}
	status = show(context, reload, argc - 1, argv + 1);
	kshark_close_all(context);
	kshark_free(context);
	return status ? 1 : 0;
}
