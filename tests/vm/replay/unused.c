// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two ways to completions with a tag that has no request.
 *
 * --unused: the driver is unbound and bound again. Its new rings are zeros, and all that goes onto
 * them is seen, as we trace from the first command on. A slot never used is a Flush of namespace 0
 * with command id 0, and tag 0 has no request until it is used. The scan for partitions reads: its
 * worker is kept away from the processor whose queue we want.
 *
 * --forget: the ring is filled while an I/O scheduler is there, which has requests of its own;
 * when it goes, its requests go, and the tags that they had lose theirs.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay.h"

#define WORKQUEUE	"/sys/devices/virtual/workqueue/nvme-wq/cpumask"
#define DRIVER		"/sys/bus/pci/drivers/nvme/"
#define WAIT_MS		20000
#define QUIET_MS	300
#define BIND_TRIES	12

static int keep_worker_away(int cpu, bool away)
{
	unsigned long mask = (1UL << sysconf(_SC_NPROCESSORS_ONLN)) - 1;
	char text[32];

	if (mask == 1)
		return 0;
	if (away)
		mask &= ~(1UL << cpu);
	snprintf(text, sizeof(text), "%lx", mask);
	return write_text(WORKQUEUE, text);
}

static bool has_node(const struct device *dev)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/dev/%s", dev->ns);
	return !stat(path, &st);
}

static int wait_for_disk(struct replay *rp)
{
	int ms;

	if (device_wait_live(&rp->dev))
		return -1;
	for (ms = 0; ms < WAIT_MS; ms += 10) {
		if (has_node(&rp->dev)) {
			usleep(QUIET_MS * 1000);
			return 0;
		}
		usleep(10000);
	}
	fail("'%s' does not come back", rp->dev.ns);
	return -1;
}

/* The instance number is free only when the last user is gone. */
static int find_again(struct replay *rp)
{
	struct device old = rp->dev;

	if (device_find(&rp->dev, old.name) || device_find_queue(&rp->dev, old.qid))
		return -1;
	if (!strcmp(rp->dev.bdf, old.bdf))
		return 0;
	fail("'%s' is another controller after the driver was bound again: close what has it open",
	     old.name);
	return -1;
}

/* What went onto the old ring is no longer of interest. */
static int drain_trace(struct replay *rp)
{
	struct trace_record rec;
	int ret;

	do
		ret = trace_next(&rp->trace, &rec);
	while (ret > 0);
	return ret;
}

static int bind_again(struct replay *rp)
{
	if (write_text(DRIVER "unbind", rp->dev.bdf) || drain_trace(rp) ||
	    write_text(DRIVER "bind", rp->dev.bdf))
		return -1;
	return wait_for_disk(rp) || find_again(rp) ? -1 : 0;
}

/* Nothing may have the device open. */
static int rebind(struct replay *rp)
{
	int ret;

	if (!rp->dev.qid) {
		fail("--unused works on I/O queues: the driver fills the admin ring by itself");
		return -1;
	}
	if (keep_worker_away(rp->dev.cpu, true))
		return -1;
	ret = bind_again(rp);
	if (keep_worker_away(rp->dev.cpu, false))
		return -1;
	return ret;
}

/*
 * Takes over what the trace has seen since the queue was made; then one command of ours shows the
 * tail. Returns 1 if that command got tag 0, whose request then exists.
 */
static int take_over(struct replay *rp)
{
	struct slot slot = { .state = SLOT_FOREIGN, .opcode = 0x02 };
	struct trace_record rec;
	int ret;

	ring_fresh(&rp->ring);
	while ((ret = trace_next(&rp->trace, &rec)) > 0) {
		if (rec.kind != TRACE_SETUP)
			continue;
		slot.cid = rec.cid;
		slot.nsid = rec.nsid;
		ring_add(&rp->ring, &slot);
	}
	if (ret || fill_one(rp))
		return -1;
	if (ring_is_safe(&rp->ring))
		return rp->ring.tags[0].used ? 1 : 0;
	fail("queue %u of '%s' has been used by others already: a replay could write to memory",
	     rp->dev.qid, rp->dev.name);
	return -1;
}

/* Where the tag allocator begins is left to chance: bind again until it is not with tag 0. */
int unused_prepare(struct replay *rp)
{
	int i, ret;

	for (i = 0; i < BIND_TRIES; i++) {
		device_close(&rp->dev);
		if (rebind(rp) || device_open(&rp->dev))
			return -1;
		ring_init(&rp->ring, rp->dev.depth);
		ret = take_over(rp);
		if (ret <= 0)
			return ret;
	}
	fail("the first command on queue %u gets tag 0 each time", rp->dev.qid);
	return -1;
}

static int set_scheduler(const struct replay *rp, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/block/%s/queue/scheduler", rp->dev.path_disk);
	return write_text(path, name);
}

int forget_begin(struct replay *rp)
{
	if (!rp->dev.qid) {
		fail("--forget works on I/O queues: the admin queue has no scheduler");
		return -1;
	}
	return set_scheduler(rp, "mq-deadline");
}

int forget_end(struct replay *rp)
{
	if (set_scheduler(rp, "none"))
		return -1;
	ring_forget_tags(&rp->ring);
	return 0;
}
