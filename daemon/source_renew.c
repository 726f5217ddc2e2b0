// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A patched driver that is loaded while the probe is there has an event that the kernel (6.1 does so, 6.12 does not)
 * shows in trace instances alone that are made afterwards: so both are made anew, and the accounts go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "journal.h"
#include "source_files.h"
#include "source_state.h"

/* The list has the events of modules whether or not there is a folder for them; a line each, "nvme:nvme_sq". */
static bool is_listed(const struct source *source)
{
	char path[CONFIG_PATH + 32], *text, *line, *next;
	bool listed = false;
	size_t length;

	snprintf(path, sizeof(path), "%s/available_events", source->probe.tracefs);
	if (source_file_read(AT_FDCWD, path, &text, &length))
		return false;
	for (line = strtok_r(text, "\n", &next); line && !listed; line = strtok_r(NULL, "\n", &next))
		listed = !strcmp(line, source->event.name);
	free(text);
	return listed;
}

bool source_event_is_hidden(const struct source *source)
{
	return source->opened && source->probe.applies && !source->persistent && is_listed(source);
}

static void close_old(struct source *source)
{
	unsigned int i;

	for (i = 0; i < source->ring_count; i++)
		source_ring_close(&source->rings[i]);
	free(source->rings);
	source->rings = NULL;
	source->ring_count = 0;
	source_ledger_close(&source->ledger, source_instance_close(&source->hits, true));
	source_instance_close(&source->history, true);
}

static int open_new(struct source *source)
{
	int err = source_instance_open(&source->history, source->probe.tracefs, source->name, "");

	if (!err)
		err = source_instance_open(&source->hits, source->probe.tracefs, source->name, "-hits");
	if (!err)
		err = source_prepare_history(source);
	if (!err)
		err = source_prepare_hits(source);
	return err ? err : source_make_rings(source, source->name);
}

/* What was counted for a CPU; the kernel's counters begin anew. */
static void go_on_with(struct source *source, const struct source_account *before, unsigned int count)
{
	const struct source_ring_stats none = { 0 };
	unsigned int i;

	for (i = 0; i < count && i < source->ring_count; i++) {
		*source->rings[i].account = before[i];
		source_account_begin(source->rings[i].account, &none);
	}
}

int source_renew(struct source *source)
{
	unsigned int count = source->ring_count;
	struct source_account *before = calloc(count, sizeof(*before));
	int err;

	if (!before)
		return -ENOMEM;
	source_settle_all(source);
	memcpy(before, source->ledger.accounts, count * sizeof(*before));
	close_old(source);
	err = open_new(source);
	if (!err)
		go_on_with(source, before, count);
	if (err && !source->rings)
		source->ring_count = 0;
	free(before);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN,
			       "cannot make the trace instances anew for the driver's event: %s",
			       strerror(-err));
	else
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
			       "made the trace instances anew: the driver's event is seen in no older ones");
	return err;
}
