// SPDX-License-Identifier: GPL-2.0-or-later
/* The rings of all CPUs: found, opened as CPUs come, and held against their accounts. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "journal.h"
#include "source_state.h"

static int count_cpus(const char *instance, unsigned int *ret_count)
{
	char path[CONFIG_PATH + 16];
	const struct dirent *entry;
	unsigned int cpu;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/per_cpu", instance);
	folder = opendir(path);
	if (!folder)
		return -errno;
	for (*ret_count = 0; (entry = readdir(folder));)
		if (sscanf(entry->d_name, "cpu%u", &cpu) == 1 && cpu >= *ret_count)
			*ret_count = cpu + 1;
	closedir(folder);
	return *ret_count ? 0 : -ENODEV;
}

static int watch(struct source *source, unsigned int ring)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = ring };
	int err;

	if (!epoll_ctl(source->inner_fd, EPOLL_CTL_ADD, source->rings[ring].fd, &event))
		return 0;
	err = -errno;
	/* tried again at the next look */
	source_ring_close(&source->rings[ring]);
	return err;
}

/* Open the rings that are not: of a CPU that is seen for the first time. */
int source_open_rings(struct source *source)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < source->ring_count && !err; i++) {
		if (source->rings[i].fd >= 0)
			continue;
		err = source_ring_open(&source->rings[i], source->hits.folder);
		if (!err)
			err = watch(source, i);
		if (err == -ENODEV || err == -ENOENT)
			err = 0;
	}
	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot open the ring buffers of '%s': %s",
			       source->hits.path, strerror(-err));
	return err;
}

/* The counters may be those of an earlier run: what it did not account for is ours to report. */
int source_settle_all(struct source *source)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < source->ring_count && !err; i++)
		if (source->rings[i].fd >= 0)
			err = source_settle(source, &source->rings[i]);
	return err;
}

/* Without an account of an earlier run: that it handed on what it read, and reported nothing that
 * was lost. */
static int assume(struct source *source)
{
	struct source_ring_stats stats;
	unsigned int i;
	int err = 0;

	for (i = 0; i < source->ring_count && !err; i++) {
		if (source->rings[i].fd < 0)
			continue;
		err = source_ring_stats(&source->rings[i], source->hits.folder, &stats);
		if (!err)
			source_account_begin(source->rings[i].account, &(struct source_ring_stats){ .read = stats.read });
	}
	return err;
}

int source_make_rings(struct source *source, const char *name)
{
	unsigned int i;
	bool known;
	int err = count_cpus(source->hits.path, &source->ring_count);

	if (!err)
		err = source_ledger_open(&source->ledger, SOURCE_RUN, name, source->hits.folder,
					 source->ring_count, &known);
	if (err)
		return err;
	source->rings = calloc(source->ring_count, sizeof(*source->rings));
	if (!source->rings)
		return -ENOMEM;
	for (i = 0; i < source->ring_count; i++)
		source->rings[i] = (struct source_ring){ .cpu = i, .fd = -1, .account = &source->ledger.accounts[i] };
	err = source_open_rings(source);
	if (!err && !known)
		err = assume(source);
	return err ? err : source_settle_all(source);
}
