// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which commands went onto the queue, and where its tail stands: the driver's own trace events
 * tell, in a trace instance of our own that nobody else's recording notices.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay.h"

#define INSTANCE	"/sys/kernel/tracing/instances/cqe-replay"

static int set_event(const char *event, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), INSTANCE "/events/nvme/%s/%s", event, file);
	return write_text(path, text);
}

static int select_event(const char *event, int ctrl_id, unsigned int qid)
{
	char filter[64];

	snprintf(filter, sizeof(filter), "ctrl_id == %d && qid == %u", ctrl_id, qid);
	if (set_event(event, "filter", filter))
		return -1;
	return set_event(event, "enable", "1");
}

int trace_open(struct trace *trace, int ctrl_id, unsigned int qid)
{
	rmdir(INSTANCE);	/* of one that was killed; fails while it is in use */
	if (mkdir(INSTANCE, 0700)) {
		fail("cannot create '%s': %s; mount tracefs, and run one cqe-replay at a time",
		     INSTANCE, strerror(errno));
		return -1;
	}
	if (select_event("nvme_setup_cmd", ctrl_id, qid) || select_event("nvme_sq", ctrl_id, qid))
		return -1;
	trace->fd = open(INSTANCE "/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (trace->fd < 0) {
		fail("cannot open '%s': %s", INSTANCE "/trace_pipe", strerror(errno));
		return -1;
	}
	return 0;
}

void trace_remove(void)
{
	rmdir(INSTANCE);
}

/*
 * Off before anything is replayed: for a stale completion that matches an idle request, this event
 * itself follows a null pointer.
 */
int trace_sq_event(bool on)
{
	return set_event("nvme_sq", "enable", on ? "1" : "0");
}

static bool number_after(const char *line, const char *key, unsigned long *ret_value)
{
	const char *at = strstr(line, key);

	if (!at)
		return false;
	*ret_value = strtoul(at + strlen(key), NULL, 10);
	return true;
}

static bool parse(const char *line, struct trace_record *ret_record)
{
	struct trace_record rec = { .kind = TRACE_SETUP };
	unsigned long cid = 0, nsid = 0, tail = 0;

	if (strstr(line, " nvme_setup_cmd: ")) {
		if (!number_after(line, "cmdid=", &cid) || !number_after(line, "nsid=", &nsid))
			return false;
	} else if (strstr(line, " nvme_sq: ")) {
		if (!number_after(line, "tail=", &tail))
			return false;
		rec.kind = TRACE_SQ;
	} else {
		return false;
	}
	rec.cid = cid;
	rec.nsid = nsid;
	rec.tail = tail;
	*ret_record = rec;
	return true;
}

static bool take_line(struct trace *trace, char *line, size_t size)
{
	char *end = memchr(trace->buf, '\n', trace->used);
	size_t len;

	if (!end)
		return false;
	len = end - trace->buf;
	snprintf(line, size, "%.*s", (int)len, trace->buf);
	trace->used -= len + 1;
	memmove(trace->buf, end + 1, trace->used);
	return true;
}

/* Returns 1 if more text has come, 0 if there is none. */
static int read_more(struct trace *trace)
{
	ssize_t n = read(trace->fd, trace->buf + trace->used, sizeof(trace->buf) - trace->used);

	if (n > 0) {
		trace->used += n;
		return 1;
	}
	if (n == 0 || errno == EAGAIN || errno == EINTR)
		return 0;
	fail("cannot read the trace: %s", strerror(errno));
	return -1;
}

/* Returns 1 and a record, 0 if there is none at the moment, -1. */
int trace_next(struct trace *trace, struct trace_record *ret_record)
{
	char line[1024];
	int ret;

	for (;;) {
		while (take_line(trace, line, sizeof(line))) {
			if (strstr(line, " EVENTS]")) {
				fail("the trace has lost events: '%s'", line);
				return -1;
			}
			if (parse(line, ret_record))
				return 1;
		}
		ret = read_more(trace);
		if (ret <= 0)
			return ret;
	}
}
