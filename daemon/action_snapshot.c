// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The history up to the hit, saved as a trace.dat with a JSON beside it. An armed snapshot the
 * kernel has taken already; a reactive one is taken here, with the history up to now. A kernel
 * without snapshots is stopped instead while its buffer is read, and the log says so. The saving is
 * a child's work.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "action_report.h"
#include "child.h"
#include "file.h"
#include "snapshot.h"
#include "stopped.h"
#include "tracedat.h"
#include "trigger.h"

/* In memory that the child shares: it fills in what it made. */
struct saving {
	struct child child; /* first */
	struct action_kept kept;
	struct tracedat_from from;
	char tracefs[CONFIG_PATH], instance[CONFIG_PATH], folder[CONFIG_PATH];
	char trigger[CONFIG_PATH]; /* "": none */
	char boot_id[64];
	struct spool_limits limits;
	const char *taken;
	bool stopped; /* to be released */
	time_t start; /* CLOCK_MONOTONIC */
	/* the child's */
	char name[SPOOL_NAME];
	uint64_t pages;
	int kept_old;	  /* why old ones could not be removed, or 0 */
	const char *step; /* what it is at; a literal */
};

enum { BEGIN_LIMIT_MS = 60000 };

static struct saving *saving;

static time_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

bool action_snapshot_running(void)
{
	return saving;
}

void snapshot_wait(int limit_ms)
{
	struct pollfd ended = { .events = POLLIN };

	if (!saving)
		return;
	ended.fd = saving->child.pidfd;
	poll(&ended, 1, limit_ms);
}

static int write_json(const struct saving *of, struct spool_draft *draft, int64_t now_s)
{
	static char buffer[SNAPSHOT_JSON];
	char trace[SPOOL_NAME + 8];
	struct dupcqe_text text;
	const struct snapshot_about about = {
		.call = &of->kept.call, .trace = trace, .taken = of->taken, .boot_id = of->boot_id, .unix_s = now_s,
		.pages = of->pages,
	};

	snprintf(trace, sizeof(trace), "%s.dat", draft->name);
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	snapshot_json(&text, &about);
	return text.cut ? -EMSGSIZE : spool_write(draft, SPOOL_JSON, buffer, text.len);
}

static int fill(struct saving *of, struct spool_draft *draft, int64_t now_s)
{
	int err;

	of->step = "write the trace";
	err = tracedat_write(&of->from, draft, &of->pages);
	if (err)
		return err;
	of->step = "save a history without records"; /* it is frozen, or nothing came since the last one */
	if (!of->pages && !of->kept.hit.test)
		return -ENODATA;
	of->step = "write the description";
	return write_json(of, draft, now_s);
}

static uint64_t expect(const struct saving *of)
{
	uint64_t bytes = tracedat_expect(&of->from) + SNAPSHOT_JSON;

	/* the buffers may be far from full */
	return bytes < of->limits.max_bytes ? bytes : of->limits.max_bytes;
}

static int save(struct saving *of, int folder)
{
	const struct dupcqe_event *event = &of->kept.hit.event;
	int ctrl = dupcqe_has(event, DUPCQE_CTRL_ID) ? event->ctrl_id : -1, err;
	int64_t now_s = time(NULL);
	struct spool_draft draft;

	of->step = "make room";
	/* what the last boot left behind may be on its way there */
	err = spool_begin_within(&draft, folder, &of->limits, expect(of), now_s, ctrl, BEGIN_LIMIT_MS);
	if (err)
		return err;
	err = fill(of, &draft, now_s);
	if (err) {
		spool_abandon(&draft);
		return err;
	}
	of->step = "sync";
	snprintf(of->name, sizeof(of->name), "%s", draft.name);
	err = spool_commit(&draft);
	if (err)
		return err;
	/* somebody may have made one immutable, to keep it: the new one is saved nevertheless */
	of->kept_old = spool_prune(folder, &of->limits, now_s);
	return 0;
}

static int work(void *arg)
{
	struct saving *of = arg;
	int folder, err;

	/*
	 * Here, as the kernel takes some 10 ms to let it go, and first: whoever finds it after a crash may take it for
	 * a scene that nobody has begun to read.
	 */
	if (*of->trigger)
		trigger_remove(of->trigger, "snapshot");
	of->step = "open the folder";
	folder = spool_open(of->folder);
	if (folder < 0)
		return folder;
	err = save(of, folder);
	close(folder);
	return err;
}

static void tell(struct action_room *room, const struct saving *of, int result)
{
	const struct action_call *call = &of->kept.call;
	char old[64] = "";

	if (of->kept_old)
		snprintf(old, sizeof(old), "; cannot remove an old one: %s", strerror(-of->kept_old));
	if (result)
		action_tell(room, call, result, "cannot %s in '%s': %s",
			    of->step ? of->step : "begin", of->folder, strerror(-result));
	else
		action_tell(room, call, 0, "saved as '%s/%s.dat', %llu pages%s%s", of->folder,
			    of->name, (unsigned long long)of->pages,
			    of->stopped ? "; the kernel could take no snapshot, so the "
							    "trace was stopped meanwhile" : "", old);
}

static void let_go(const struct action_room *room, struct saving *of)
{
	if (of->stopped)
		stopped_release(room);
	munmap(of, sizeof(*of));
	saving = NULL;
}

static void on_end(struct child *child, struct action_room *room, int result)
{
	struct saving *of = (struct saving *)child;

	tell(room, of, result);
	let_go(room, of);
	if (room->rearm)
		room->rearm(room);
	if (room->ended)
		room->ended(room, ACTION_SNAPSHOT, result);
}

struct spool_limits snapshot_limits(const struct config *config)
{
	return (struct spool_limits){
		.max_number = config->snapshot_max_number,
		.max_bytes = config->snapshot_max_bytes,
		.max_age_s = config->snapshot_max_age_ns / 1000000000,
		.min_free = config->snapshot_min_free,
	};
}

static void set_up(struct saving *of, const struct action_room *room,
		   const struct action_call *call)
{
	const struct config *config = room->config;

	action_keep(&of->kept, call);
	of->child.ended = on_end;
	of->start = seconds_now();
	snprintf(of->tracefs, sizeof(of->tracefs), "%s", room->paths->tracefs);
	snprintf(of->instance, sizeof(of->instance), "%s", room->instance);
	snprintf(of->folder, sizeof(of->folder), "%s", config->snapshot_dir);
	snprintf(of->trigger, sizeof(of->trigger), "%s", room->trigger ? room->trigger : "");
	of->from = (struct tracedat_from){ of->tracefs, of->instance, "snapshot_raw", NULL };
	of->limits = snapshot_limits(config);
	if (file_get(of->boot_id, sizeof(of->boot_id), "%s", room->paths->boot_id))
		*of->boot_id = '\0';
}

static int stop_trace(struct saving *of, const struct action_room *room)
{
	int err = stopped_hold(room);

	of->from.raw = "trace_pipe_raw";
	of->taken = "stopped";
	of->stopped = !err;
	return err;
}

/* No memory for a second buffer, or somebody has mapped the first. */
static bool is_without(int err)
{
	return err == -ENOMEM || err == -EBUSY;
}

/* Put the history where nothing overwrites it. */
static int hold(struct saving *of, const struct action_room *room, const struct action_call *call)
{
	char path[CONFIG_PATH + 16];
	int err = 0;

	snprintf(path, sizeof(path), "%s/snapshot", of->instance);
	if (access(path, F_OK))
		return stop_trace(of, room);
	of->taken = call->armed ? "armed" : "reactive";
	if (!call->armed)
		err = file_put("1", "%s", path);
	return is_without(err) ? stop_trace(of, room) : err;
}

static int begin(struct action_room *room, const struct action_call *call)
{
	int err;

	saving = mmap(NULL, sizeof(*saving), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (saving == MAP_FAILED) {
		saving = NULL;
		return -errno;
	}
	set_up(saving, room, call);
	err = hold(saving, room, call);
	if (!err)
		err = child_start(&saving->child, room, work, saving);
	if (err) {
		let_go(room, saving);
		return err;
	}
	return ACTION_BEGUN;
}

int action_snapshot(struct action_room *room, const struct action_call *call)
{
	int err;

	if (saving)
		return action_tell(room, call, ACTION_MERGED,
				   "none of its own: the one of an earlier hit is being saved, for %lld s now",
				   (long long)(seconds_now() - saving->start));
	if (room->dry_run)
		return action_tell(room, call, 0, "dry run: would save the trace in '%s'",
				   room->config->snapshot_dir);
	err = begin(room, call);
	if (err < 0)
		return action_tell(room, call, err, "cannot take it: %s", strerror(-err));
	return err;
}
