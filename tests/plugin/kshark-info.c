// SPDX-License-Identifier: GPL-2.0-or-later
/* What KernelShark's Info column shows of each entry of a trace: libkshark as the program uses it, without the window. */
#include <stdio.h>
#include <stdlib.h>
#include <libkshark.h>

static void show(const struct kshark_entry *entry)
{
	char *event = kshark_get_event_name(entry);
	char *info = kshark_get_info(entry);

	printf("%s: %s\n", event ? event : "?", info ? info : "?");
	free(event);
	free(info);
}

static int show_file(struct kshark_context *context, const char *file)
{
	struct kshark_entry **rows = NULL;
	int stream = kshark_open(context, file);
	ssize_t count, row;

	if (stream < 0) {
		fprintf(stderr, "kshark-info: cannot open '%s'\n", file);
		return -1;
	}
	count = kshark_load_entries(context, stream, &rows);
	for (row = 0; row < count; row++) {
		show(rows[row]);
		free(rows[row]);
	}
	free(rows);
	return count > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct kshark_context *context = NULL;
	int status;

	if (argc != 2) {
		fprintf(stderr, "usage: kshark-info TRACE.DAT\n");
		return 2;
	}
	if (!kshark_instance(&context)) {
		fprintf(stderr, "kshark-info: cannot start libkshark\n");
		return 1;
	}
	status = show_file(context, argv[1]);
	kshark_close_all(context);
	kshark_free(context);
	return status ? 1 : 0;
}
