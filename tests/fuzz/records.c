// SPDX-License-Identifier: GPL-2.0-or-later
/* records TRACE.DAT EVENT N > FILE: the bytes of the Nth record (from 1) of an event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace-cmd.h>

struct search {
	const char *name;
	long left;
	void *bytes;
	int size;
};

static int visit(struct tracecmd_input *input, struct tep_record *record, int cpu, void *data)
{
	struct search *search = data;
	struct tep_event *event = tep_find_event_by_record(tracecmd_get_tep(input), record);

	(void)cpu;
	if (!event || strcmp(event->name, search->name) || !search->left)
		return 0;
	search->left--;
	search->size = record->size;
	search->bytes = realloc(search->bytes, record->size);
	memcpy(search->bytes, record->data, record->size);
	return 0;
}

int main(int argc, char **argv)
{
	struct tracecmd_input *input;
	struct search search = { 0 };

	if (argc != 4)
		return 2;
	search.name = argv[2];
	search.left = atol(argv[3]);
	input = tracecmd_open(argv[1], 0);
	if (!input || tracecmd_iterate_events(input, NULL, 0, visit, &search) || search.left > 0 ||
	    !search.bytes) {
		fprintf(stderr, "records: no such record in '%s'\n", argv[1]);
		return 1;
	}
	fwrite(search.bytes, 1, search.size, stdout);
	free(search.bytes);
	tracecmd_close(input);
	return 0;
}
