// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "journal.h"
#include "source_files.h"
#include "source_state.h"
#include "source_tracefs.h"
#include "stopped.h"

static enum hit_source source_of(const struct source *source)
{
	if (!source->has_event)
		return HIT_BY_NOBODY;
	return source_event_is_probe(&source->event) ? HIT_BY_PROBE : HIT_BY_EVENT;
}

/* Why there is no event, or what the probe does not tell; "" */
static const char *why_of(const struct source *source)
{
	if (source->unused)
		return source->unused;
	if (!source->has_event)
		return source->probe.why;
	return source_event_is_probe(&source->event) ? source_probe_why(&source->probe) : "";
}

static void tell_event(struct source *source)
{
	snprintf(source->said, sizeof(source->said), "%s", why_of(source));
	source->calls.event(source->calls.context, source_of(source), why_of(source));
}

static bool is_other_why(const struct source *source)
{
	return source->opened && !source->has_event && strcmp(source->said, why_of(source));
}

/* Nobody tells that a probe sees nothing any more. */
static unsigned int look_again_after(const struct source *source, int err)
{
	if (err || source->waits)
		return SOURCE_LOOK_SECONDS;
	return source->probe.applies && source_event_is_probe(&source->event) ? SOURCE_PROBE_SECONDS : 0;
}

/* 0 also while there is no event: then it waits. */
static int look(struct source *source)
{
	int before = source->event.id;
	/* first, as the history can have all events of the event's system */
	int err = source_find_event(source), ring_err;
	bool had = source->has_event, others = source_enable_history(source);

	if (!err)
		err = source_adopt_clock(source);
	if (!err)
		err = source_enable_event(source);
	source->has_event = !err;
	source_news_wait(&source->news, look_again_after(source, err));
	if (had != !err || (!err && before != source->event.id) || is_other_why(source))
		tell_event(source);
	if (source->calls.recorded && (others || had != !err || before != source->event.id))
		source->calls.recorded(source->calls.context);
	ring_err = source_open_rings(source);
	return err && err != -ENOENT && err != -EPROTO ? err : ring_err;
}

static void take_config(struct source *source, const struct config *config)
{
	source->kind = config->source;
	source->buffer_size = config->buffer_size;
	source->wanted_count = config->history_count;
	memcpy(source->wanted, config->history, sizeof(source->wanted));
	memset(source->missing, 0, sizeof(source->missing));
	snprintf(source->clock, sizeof(source->clock), "%s", source_clock(source, config));
}

/* A frozen history is somebody's evidence: it stays so until it is thawed by hand. */
static void tell_if_frozen(const struct source *source)
{
	if (stopped_recover(SOURCE_RUN, source->history.path))
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
			       "the history goes on, which a daemon that was killed had stopped");
	if (source_frozen(source))
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "the history is frozen: write 1 to '%s/tracing_on' to go on",
			       source->history.path);
}

/* It keeps its lock, so that another daemon does not take what is in it. */
static int leave_history(struct source *source, const char *tracefs, const char *name)
{
	source->left = source->history;
	source->persistent = false;
	return source_instance_open(&source->history, tracefs, name, SOURCE_NOW);
}

static int begin_history(struct source *source)
{
	int err = source_instance_clear(&source->history);

	return err ? err : source_instance_set(&source->history, "tracing_on", "1");
}

/* Of a daemon that was killed when it had to leave this one alone. A panic may be armed in it. */
static void remove_stand_in(const struct source *source, const char *tracefs, const char *name, const char *event)
{
	char path[CONFIG_PATH + sizeof(SOURCE_NOW)];
	struct source_instance stand_in;

	snprintf(path, sizeof(path), "%s" SOURCE_NOW, source->history.path);
	if (access(path, F_OK) || source_instance_open(&stand_in, tracefs, name, SOURCE_NOW))
		return;
	source_instance_disarm(&stand_in, event);
	source_instance_close(&stand_in, true);
}

/* Before anything is changed: the kernel empties what is of the last boot as soon as an event is touched. */
static int adopt_persistent(struct source *source, const char *tracefs, const char *name, const char *event)
{
	int answer;

	source->persistent = source_instance_is_persistent(&source->history);
	if (!source->persistent || !source->calls.last_boot)
		return 0;
	answer = source->calls.last_boot(source->calls.context, source->history.path);
	if (answer < 0)
		return leave_history(source, tracefs, name);
	remove_stand_in(source, tracefs, name, event);
	return answer ? begin_history(source) : 0;
}

static int open_instances(struct source *source, const char *given, const char *name, const char *event)
{
	char tracefs[CONFIG_PATH];
	int err = source_tracefs_find(given, "/proc/self/mounts", tracefs, sizeof(tracefs));

	if (!err)
		err = source_instance_open(&source->history, tracefs, name, "");
	if (!err)
		err = source_instance_open(&source->hits, tracefs, name, "-hits");
	if (!err && ((source->history.taken_over && !source_instance_is_persistent(&source->history)) ||
		     source->hits.taken_over))
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
			       "took over the trace instance '%s' of an earlier run",
			       source->history.path);
	if (!err)
		source_probe_init(&source->probe, tracefs, event, SOURCE_RUN, name);
	snprintf(source->name, sizeof(source->name), "%s", name);
	return err ? err : adopt_persistent(source, tracefs, name, event);
}

static int open_event(struct source *source, const char *event)
{
	int err = source_event_init(&source->event, event, source->hits.folder);

	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot watch the event '%s': %s", event,
			       strerror(-err));
	else if (!(source->page = malloc(source->event.page_size)))
		err = -ENOMEM;
	return err;
}

static int open_epoll(struct source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	source->inner_fd = epoll_create1(EPOLL_CLOEXEC);
	if (source->inner_fd < 0 ||
	    epoll_ctl(source->epoll_fd, EPOLL_CTL_ADD, source->inner_fd, &event))
		return -errno;
	return source_news_open(&source->news, source->inner_fd, SOURCE_TAG_NEWS);
}

/* The order matters: nothing is enabled before all is set, and news come before the first look. */
static int open_all(struct source *source, const char *tracefs, const char *name, const char *event,
		    const struct config *config)
{
	int err;

	source->identity = identity_new("/sys/class/nvme");
	err = source->identity ? 0 : -ENOMEM;
	if (!err)
		err = open_instances(source, tracefs, name, event);
	take_config(source, config);
	if (!err)
		err = open_event(source, event);
	if (!err)
		err = source_prepare_history(source);
	if (!err)
		err = source_prepare_hits(source);
	if (!err)
		err = open_epoll(source);
	if (!err)
		err = source_make_rings(source, name);
	if (!err)
		source_probe_recover(&source->probe, source_event_id(&source->event, source->hits.folder));
	return err ? err : look(source);
}

/* What cannot be removed must do nothing any more. What is frozen in it is there for the next boot. */
static void rest(struct source *source)
{
	source_instance_disarm(&source->history, source->event.name);
	source_file_write(source->history.folder, "events/enable", "0");
	if (!source_frozen(source))
		source_instance_clear(&source->history);
}

static void close_all(struct source *source, bool remove_history, bool remove_hits)
{
	unsigned int i;
	bool keep_probe;

	if (source->inner_fd >= 0) {
		epoll_ctl(source->epoll_fd, EPOLL_CTL_DEL, source->inner_fd, NULL);
		close(source->inner_fd);
	}
	source_news_close(&source->news);
	for (i = 0; source->rings && i < source->ring_count; i++)
		source_ring_close(&source->rings[i]);
	source_event_done(&source->event);
	/* the counters of an instance that stays are held against the ledger by the next run */
	source_ledger_close(&source->ledger, source_instance_close(&source->hits, remove_hits));
	/* taking it away would empty what is frozen */
	keep_probe = remove_history && source->persistent && source_frozen(source);
	if (remove_history && source->persistent)
		rest(source);
	source_instance_close(&source->history, remove_history);
	source_instance_close(&source->left, false);
	if (remove_history && remove_hits && !keep_probe)
		source_probe_remove(&source->probe);
	identity_free(source->identity);
	free(source->rings);
	free(source->page);
	free(source);
}

static void tell_of_clock(const struct source *source)
{
	if (source->other_clock)
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
			       "the history's clock is '%s' now; the hits keep theirs, so that none is lost, and "
			       "have no trace time until the daemon is started anew", source->clock);
}

int source_open(const char *tracefs, const char *name, const char *event,
		const struct config *config, int epoll_fd, const struct source_calls *calls,
		struct source **ret_source)
{
	struct source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return -ENOMEM;
	source->calls = *calls;
	source->epoll_fd = epoll_fd;
	source->inner_fd = source->history.folder = source->hits.folder = source->left.folder = -1;
	source->news.uevents = source->news.timer = source->event.id = -1;
	err = open_all(source, tracefs, name, event, config);
	if (err) {
		close_all(source, !source->history.taken_over, !source->hits.taken_over);
		return err;
	}
	source->opened = true;
	if (source_probe_is_stale(&source->probe, source->kind))
		source_news_soon(&source->news);
	tell_if_frozen(source);
	tell_of_clock(source);
	if (!source->has_event)
		tell_event(source);
	*ret_source = source;
	return 0;
}

int source_ready(struct source *source)
{
	struct epoll_event events[SOURCE_AT_ONCE];
	int i, err, count = epoll_wait(source->inner_fd, events, SOURCE_AT_ONCE, 0);
	uint32_t rings[SOURCE_AT_ONCE];
	unsigned int ready = 0;
	bool news = false;

	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (i = 0; i < count; i++)
		if (events[i].data.u32 == SOURCE_TAG_NEWS)
			news = true;
		else
			rings[ready++] = events[i].data.u32;
	err = source_read(source, rings, ready);
	if (err || !news)
		return err;
	source_news_take(&source->news);
	look(source); /* what failed is in the log, and tried again at the next news or tick */
	return source->broken;
}

int source_reload(struct source *source, const struct config *config)
{
	bool other = source->kind != config->source;
	int err;

	take_config(source, config);
	if (other) {
		source->probe.asked = false;
		look(source);
	}
	source_probe_look_soon(&source->probe);
	source_news_soon(&source->news);
	err = source_prepare_history(source);
	source_enable_history(source);
	if (source->calls.recorded)
		source->calls.recorded(source->calls.context);
	if (!err)
		err = source_adopt_clock(source);
	if (!err)
		tell_of_clock(source);
	return err;
}

bool source_frozen(const struct source *source)
{
	return source_file_says(source->history.folder, "tracing_on", "0");
}

bool source_persistent(const struct source *source)
{
	return source->persistent;
}

uint64_t source_fields(const struct source *source)
{
	uint64_t fields = source_event_fields(&source->event);

	if (source_event_is_probe(&source->event) && !source_probe_has_address(&source->probe))
		fields &= ~DUPCQE_BIT(DUPCQE_ADDR);
	return fields;
}

const char *source_path(const struct source *source)
{
	return source->history.path;
}

void source_stats(const struct source *source, struct source_stats *ret_stats)
{
	const struct source_account *account = source->ledger.accounts;
	unsigned int i;

	*ret_stats = (struct source_stats){
		.has_event = source->has_event, .source = source_of(source), .why = why_of(source),
	};
	for (i = 0; i < source->ring_count; i++, account++) {
		ret_stats->hits += account->hits;
		ret_stats->undecodable += account->undecodable;
		ret_stats->lost += account->stolen + account->dropped + account->suppressed;
	}
}

void source_close(struct source *source, bool remove)
{
	close_all(source, remove, remove);
}
