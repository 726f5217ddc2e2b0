// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The replay itself.
 *
 * Driver and controller agree that the tail is T, and the controller's head is T too. Told that
 * the tail is T-1, QEMU believes that the driver has added depth-1 commands: it executes slots T,
 * T+1, ... T-2 again and posts a completion for each. Told T, it executes T-1, and both agree
 * again: a lap, exactly depth duplicates. Told T+n instead, it executes just n.
 *
 * QEMU looks at the new tail some time after the doorbell was written. T written too early would
 * find the head still at T: nothing to do, and the lap would be lost. So a command on another
 * queue comes in between: its completion is posted in a later round of QEMU's event loop than the
 * one that looks at our queue. The same goes for T and what the driver adds next: T+1 written too
 * early would find the head there already, after a replay of one entry. A real command on our own
 * queue ends the lap: the controller fetches in order, so when it completes, the whole lap has
 * been fetched. It also shows that device and driver agree.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "replay.h"

#define ADMIN_GET_FEATURES	0x0a
#define FEATURE_QUEUES		0x07
#define SETTLE_US		200000
#define IO_US			20000	/* for a replayed Flush or Write to end */

/* A command on another queue than the one that is replayed. */
static int other_queue(struct replay *rp)
{
	struct command get = { .opcode = ADMIN_GET_FEATURES, .cdw10 = FEATURE_QUEUES };
	struct command flush = { .opcode = 0x00, .nsid = rp->dev.nsid };

	if (rp->dev.qid)
		return device_command(&rp->dev, 0, &get);
	return device_command(&rp->dev, 1, &flush);
}

/* Returns when the controller has begun to work on it. */
static int set_tail(struct replay *rp, unsigned int tail)
{
	device_ring(&rp->dev, tail);
	return other_queue(rp);
}

/* Takes down what the controller is about to post, from the model as it stands. */
static void account(struct replay *rp, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		unsigned int pos = ring_step(&rp->ring, rp->ring.tail, i);

		rp->classes[ring_class(&rp->ring, pos)]++;
		if (!rp->opt->quiet)
			ring_print_cqe(&rp->ring, rp->posted, pos);
		rp->posted++;
	}
	fflush(stdout);		/* an unpatched kernel may not live to see the rest */
}

static int one_lap(struct replay *rp)
{
	unsigned int tail = rp->ring.tail;

	if (!ring_is_safe(&rp->ring)) {
		fail("something else is using queue %u of '%s': stopped after %lu laps",
		     rp->dev.qid, rp->dev.name, rp->laps);
		return -1;
	}
	account(rp, rp->ring.depth);
	if (set_tail(rp, ring_step(&rp->ring, tail, rp->ring.depth - 1)) || set_tail(rp, tail))
		return -1;
	rp->laps++;
	if (rp->opt->mode != MODE_STORM)
		usleep(IO_US);
	return fill_one(rp);
}

static int laps(struct replay *rp)
{
	unsigned long i;

	for (i = 0; i < rp->opt->laps; i++)
		if (one_lap(rp))
			return -1;
	return 0;
}

static int storm(struct replay *rp)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (one_lap(rp))
			return -1;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < (time_t)rp->opt->seconds);
	return 0;
}

/*
 * A lap while others write to the same queue. The trace shows a command a little before it is in
 * the ring, one a writer at most: so many slots further back the tail is a rewound one in any
 * case. The driver's next command brings both together again. Should that come before the
 * controller has looked, the lap is lost: so what was posted is known as a maximum only.
 */
static int lap_among_writers(struct replay *rp)
{
	unsigned int back = 1 + rp->opt->writers;

	if (fill_among_writers(rp) ||
	    set_tail(rp, ring_step(&rp->ring, rp->ring.tail, rp->ring.depth - back)))
		return -1;
	rp->laps++;
	rp->posted += rp->ring.depth;
	return fill_among_writers(rp);
}

static int laps_among_writers(struct replay *rp)
{
	unsigned long i;

	if (rp->ring.depth < 2 * rp->opt->writers + 2) {
		fail("a ring of %u entries is too short for %u writers", rp->ring.depth,
		     rp->opt->writers);
		return -1;
	}
	if (writers_start(rp))
		return -1;
	for (i = 0; i < rp->opt->laps; i++)
		if (lap_among_writers(rp))
			return -1;
	usleep(SETTLE_US);
	return writers_stop() || writers_verify(rp) ? -1 : 0;
}

/* Less than a lap: afterwards the controller's head stands n entries ahead of the driver's tail. */
static int part_of_lap(struct replay *rp, unsigned int n)
{
	account(rp, n);
	return set_tail(rp, ring_step(&rp->ring, rp->ring.tail, n));
}

static int resync_lap(struct replay *rp, unsigned int done)
{
	unsigned int tail = rp->ring.tail;

	rp->ring.tail = ring_step(&rp->ring, tail, done);
	account(rp, rp->ring.depth - done);
	rp->ring.tail = tail;
	if (set_tail(rp, tail))
		return -1;
	rp->laps++;
	return fill_one(rp);
}

static int resync_reset(struct replay *rp)
{
	hold_abandon();
	return device_reset(&rp->dev) ? -1 : fill_one(rp);
}

static int partial(struct replay *rp, unsigned int n)
{
	enum resync how = rp->opt->resync;

	if (part_of_lap(rp, n))
		return -1;
	usleep(SETTLE_US);	/* a Flush takes its time, and must not be overtaken by a reset */
	if (how == RESYNC_LAP)
		return resync_lap(rp, n);
	return how == RESYNC_NONE ? 0 : resync_reset(rp);
}

static int run_mode(struct replay *rp)
{
	switch (rp->opt->mode) {
	case MODE_LAP:
		return rp->opt->writers ? laps_among_writers(rp) : laps(rp);
	case MODE_STORM:
		return storm(rp);
	case MODE_COUNT:
		if (rp->opt->count >= rp->ring.depth) {
			fail("a ring of %u entries repeats at most %u of them without a whole lap",
			     rp->ring.depth, rp->ring.depth - 1);
			return -1;
		}
		return partial(rp, rp->opt->count);
	default:
		return partial(rp, 1);
	}
}

static void print_sums(const struct replay *rp)
{
	unsigned int i;

	if (rp->opt->writers) {
		printf("posted-max=%lu laps=%lu\n", rp->posted, rp->laps);
		return;
	}
	printf("posted=%lu laps=%lu", rp->posted, rp->laps);
	for (i = 0; i < CLASS_COUNT; i++)
		printf(" %s=%lu", ring_class_name(i), rp->classes[i]);
	printf("\n");
}

int lap_run(struct replay *rp)
{
	if (trace_sq_event(false))
		return -1;
	if (run_mode(rp))
		return -1;
	usleep(SETTLE_US);
	if (rp->opt->resync == RESYNC_NONE) {
		hold_abandon();
		printf("resync=none\n");
	} else {
		if (hold_release(rp))
			return -1;
		printf("resync=ok\n");
	}
	print_sums(rp);
	return 0;
}
