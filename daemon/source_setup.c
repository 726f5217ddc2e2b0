// SPDX-License-Identifier: GPL-2.0-or-later
/* How the two instances are set, and what is enabled in them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "journal.h"
#include "source_files.h"
#include "source_state.h"

/*
 * For each CPU: two laps of a completion ring of 1024 entries fit, all of them reported in one
 * interrupt. On machines of very many CPUs it is less: a storm comes from a queue or two, and this is
 * memory that nobody else has for years. When it is full the newest hits are dropped and counted one
 * by one: the first ones tell how it began.
 */
enum { HITS_KB = 1024, HITS_KB_LEAST = 128, HITS_KB_OF_ALL = 65536 };

static uint64_t hits_kilobytes(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF), each = HITS_KB_OF_ALL / (cpus > 0 ? cpus : 1);

	return each > HITS_KB ? HITS_KB : each < HITS_KB_LEAST ? HITS_KB_LEAST : each;
}

static int set_all(const struct source_instance *instance, const char *const (*settings)[2],
		   unsigned int count)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < count && !err; i++)
		err = source_instance_set(instance, settings[i][0], settings[i][1]);
	return err;
}

static uint64_t in_kilobytes(uint64_t bytes)
{
	return (bytes + 1023) / 1024;
}

/* The kernel takes whole pages, and some kernels tell what those amount to. */
static bool has_size(const struct source *source, const struct source_instance *instance, uint64_t kilobytes)
{
	char line[64], *end;
	uint64_t is;

	if (source_file_line(instance->folder, "buffer_size_kb", line, sizeof(line)))
		return false;
	is = strtoull(line, &end, 10);
	return end != line && !*end && is >= kilobytes && is - kilobytes <= source->event.page_size / 1024;
}

/* Only if it is another one: nothing is recorded, or counted as lost, while the kernel works on it. */
static int set_size(const struct source *source, const struct source_instance *instance, uint64_t kilobytes)
{
	char text[24];

	if (has_size(source, instance, kilobytes))
		return 0;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)kilobytes);
	return source_instance_set(instance, "buffer_size_kb", text);
}

/*
 * A persistent one keeps the clock that it has at boot. Newer kernels (7.3 does) set the last boot's clock anew where
 * it was another one, and to set it empties the buffer of the one CPU that is there so early.
 */
const char *source_clock(const struct source *source, const struct config *config)
{
	if (source->persistent)
		return "local";
	return *config->clock ? config->clock : "mono";
}

bool source_would_empty(const struct source *source, const struct config *config)
{
	return !source_file_says(source->history.folder, "trace_clock", source_clock(source, config)) ||
	       (config->buffer_size && !source->persistent &&
		!has_size(source, &source->history, in_kilobytes(config->buffer_size)));
}

static void say_limits(struct source *source)
{
	if (source->limits_said)
		return;
	source->limits_said = true;
	journal_printf(LOG_NOTICE, JOURNAL_CONFIG,
		       "the history is in a persistent buffer, which the next boot finds again: its size is that of "
		       "the boot option and its clock is '%s', buffer-size and clock are of no effect",
		       source->clock);
}

static int set_history_size(struct source *source)
{
	if (source->persistent)
		say_limits(source);
	else if (source->buffer_size)
		return set_size(source, &source->history, in_kilobytes(source->buffer_size));
	return 0;
}

int source_prepare_history(struct source *source)
{
	const char *wanted[CONFIG_EVENTS + 2] = { source->event.name, source->event.why_name };
	unsigned int i;
	int err;

	for (i = 0; i < source->wanted_count; i++)
		wanted[i + 2] = source->wanted[i];
	err = source_instance_only(&source->history, wanted, source->wanted_count + 2);
	if (!err)
		err = source_instance_set(&source->history, "trace_clock", source->clock);
	return err ? err : set_history_size(source);
}

int source_prepare_hits(struct source *source)
{
	static const char *const settings[][2] = {
		{ "tracing_on", "1" },
		{ "buffer_percent", "0" }, /* else one rare hit wakes nobody */
		{ "options/overwrite", "0" },
	};
	const char *wanted[] = { source->event.name, source->event.why_name };
	int err = source_instance_only(&source->hits, wanted, 2);

	if (!err)
		err = set_all(&source->hits, settings, sizeof(settings) / sizeof(settings[0]));
	return err ? err : set_size(source, &source->hits, hits_kilobytes());
}

/* What one of the two events is to be filtered by; NULL: by nothing. */
static int filter_both(const struct source *source, const char *event, const char *filter)
{
	int err = source_instance_filter(&source->history, event, filter);

	if (!err)
		err = source_instance_filter(&source->hits, event, filter);
	if (err && err != -ENOENT)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot filter '%s' in '%s': %s: it is not recorded", event,
			       source->hits.path, strerror(-err));
	return err;
}

/*
 * What is beside a hit is filtered also where its format is not understood, or the driver has the event itself: the
 * history may have all events of the system.
 */
int source_filter_event(struct source *source)
{
	bool is_probe = source_event_is_probe(&source->event);
	int why = filter_both(source, source->event.why_name, dupcqe_probe_filter(DUPCQE_PROBE_WHY));
	int err = filter_both(source, source->event.name, is_probe ? dupcqe_probe_filter(DUPCQE_PROBE_HIT) : NULL);

	source->unfiltered_why = why && why != -ENOENT;
	source->unfiltered = err && err != -ENOENT;
	return err;
}

/* What is said beside a hit comes before it. */
static int enable_in(const struct source *source, const struct source_instance *instance)
{
	if (source->event.why_id >= 0 && !source->unfiltered_why)
		source_instance_enable(instance, source->event.why_name, true);
	return source_instance_enable(instance, source->event.name, true);
}

/* In the history first: what is reported is there. */
int source_enable_event(struct source *source)
{
	int err = enable_in(source, &source->history);

	if (!err)
		err = enable_in(source, &source->hits);
	if (err && err != -ENOENT)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot enable '%s' in '%s': %s",
			       source->event.name, source->hits.path, strerror(-err));
	return err;
}

static void disable_in(const struct source *source, const struct source_instance *instance)
{
	source_instance_disarm(instance, source->event.name);
	source_instance_enable(instance, source->event.name, false);
	source_instance_enable(instance, source->event.why_name, false);
}

void source_disable_event(struct source *source)
{
	disable_in(source, &source->hits);
	disable_in(source, &source->history);
}

/* The whole system of events may have been enabled. */
static void silence_unfiltered(struct source *source)
{
	if (source->unfiltered_why) {
		source_instance_enable(&source->history, source->event.why_name, false);
		source_instance_enable(&source->hits, source->event.why_name, false);
	}
	if (source->unfiltered)
		source_disable_event(source);
}

/* What the history wants besides the event may be missing, and come later. */
bool source_enable_history(struct source *source)
{
	bool others = false;
	unsigned int i;
	int err;

	for (i = 0; i < source->wanted_count; i++) {
		err = source_instance_enable(&source->history, source->wanted[i], true);
		if (err && !source->missing[i])
			journal_printf(LOG_WARNING, JOURNAL_PLAIN,
				       "cannot record '%s' in the history: %s", source->wanted[i],
				       err == -ENOENT ? "not in this kernel now" : strerror(-err));
		others |= !source->missing[i] != !err;
		source->missing[i] = err;
	}
	silence_unfiltered(source);
	return others;
}

/* 1: something waits to be read; 0; or -errno. */
static int is_waiting(const struct source *source)
{
	struct source_ring_stats stats;
	unsigned int i;
	int err = 0;

	for (i = 0; i < source->ring_count && !err; i++) {
		if (source->rings[i].fd < 0)
			continue;
		err = source_ring_stats(&source->rings[i], source->hits.folder, &stats);
		if (!err && stats.waiting)
			return 1;
	}
	return err;
}

/* The kernel empties the rings and begins to count anew: all that was in them has to be accounted for. */
static int set_clock(struct source *source)
{
	const struct source_ring_stats none = { 0 };
	unsigned int i;
	int err = source_settle_all(source);

	if (!err)
		err = source_instance_set(&source->hits, "trace_clock", source->clock);
	for (i = 0; i < source->ring_count && !err; i++)
		source_account_begin(source->rings[i].account, &none);
	return err;
}

/* What comes while it is changed would be neither read nor counted. */
int source_adopt_clock(struct source *source)
{
	int err = 0;

	source->other_clock = !source_file_says(source->hits.folder, "trace_clock", source->clock);
	if (!source->other_clock || source_instance_has(&source->hits, source->event.name))
		return 0;
	err = is_waiting(source);
	if (!err)
		err = set_clock(source);
	else if (err == 1)
		return 0;
	source->other_clock = err;
	return err;
}
