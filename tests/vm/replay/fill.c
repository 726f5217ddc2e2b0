// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fills the ring. A replayed Read or Identify writes into memory that has been given to somebody
 * else since, so nothing is replayed before every slot holds a command of ours that carries no
 * data to the host, or is known never to have been written. The admin ring of a fresh boot is full
 * of Identify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define ADMIN_GET_FEATURES	0x0a
#define FEATURE_QUEUES		0x07
#define IO_FLUSH		0x00
#define IO_WRITE		0x01
#define WRITE_BYTES		4096
#define MAX_STEPS		600
#define MAX_SEEN		64	/* commands between two looks at the trace */

enum fill fill_default(enum fill fill, unsigned int qid)
{
	if (fill != FILL_DEFAULT)
		return fill;
	return qid ? FILL_FLUSH : FILL_GET_FEATURES;
}

static struct command write_command(const struct replay *rp)
{
	const struct device *dev = &rp->dev;
	uint32_t blocks = WRITE_BYTES / dev->lba_size;
	uint64_t lba = rp->opt->has_lba ? rp->opt->lba : dev->lbas - blocks;

	return (struct command) {
		.opcode = IO_WRITE, .nsid = dev->nsid, .data = dev->data, .data_len = WRITE_BYTES,
		.cdw10 = lba, .cdw11 = lba >> 32, .cdw12 = blocks - 1,
	};
}

/*
 * Refused by the controller at once: so it answers in the order of the slots. Flush and Write end
 * when the host's file has them, in any order.
 */
static struct command refused_command(const struct replay *rp)
{
	struct command cmd = { .opcode = ADMIN_GET_FEATURES };	/* feature 0 does not exist */

	if (rp->dev.qid) {
		cmd = write_command(rp);
		cmd.cdw10 = rp->dev.lbas;	/* beyond the end */
		cmd.cdw11 = rp->dev.lbas >> 32;
	}
	return cmd;
}

static struct command fill_command(const struct replay *rp)
{
	struct command cmd;

	switch (fill_default(rp->opt->fill, rp->dev.qid)) {
	case FILL_BLOCK:
		cmd = write_command(rp);
		cmd.block = true;
		return cmd;
	case FILL_WRITE:
		return write_command(rp);
	case FILL_REFUSED:
		return refused_command(rp);
	default:
		if (!rp->dev.qid)
			return (struct command) {
				.opcode = ADMIN_GET_FEATURES, .cdw10 = FEATURE_QUEUES,
			};
		return (struct command) { .opcode = IO_FLUSH, .nsid = rp->dev.nsid };
	}
}

struct seen {
	unsigned int commands;
	bool has_tail;
	unsigned int tail;
	struct trace_record rec[MAX_SEEN];
};

static int collect(struct trace *trace, struct seen *seen)
{
	struct trace_record rec;
	int ret;

	memset(seen, 0, sizeof(*seen));
	while ((ret = trace_next(trace, &rec)) > 0) {
		if (rec.kind == TRACE_SQ) {
			seen->has_tail = true;
			seen->tail = rec.tail;
		} else if (seen->commands < MAX_SEEN) {
			seen->rec[seen->commands++] = rec;
		}
	}
	return ret;
}

/*
 * A tail that is not where the commands seen put it: one went by unseen, so nothing is known any
 * more.
 */
static void check_tail(struct ring *ring, const struct seen *seen)
{
	unsigned int start;

	if (!seen->has_tail)
		return;
	start = ring_step(ring, seen->tail, ring->depth - seen->commands % ring->depth);
	if (!ring->tail_known || ring->tail != start)
		ring_forget_slots(ring);
	ring->tail = start;
	ring->tail_known = true;
}

/*
 * More than one command: others use the queue too, and which of them is ours does not matter then.
 */
static void enter(struct ring *ring, const struct seen *seen, const struct command *cmd)
{
	struct slot slot = {
		.state = seen->commands == 1 ? SLOT_OURS : SLOT_FOREIGN,
		.opcode = cmd->opcode, .status = cmd->ret_status, .result = cmd->ret_result,
	};
	unsigned int i;

	for (i = 0; i < seen->commands; i++) {
		slot.cid = seen->rec[i].cid;
		slot.nsid = seen->rec[i].nsid;
		ring_add(ring, &slot);
	}
}

int fill_one(struct replay *rp)
{
	struct command cmd = fill_command(rp);
	struct seen seen;

	if (device_command(&rp->dev, rp->dev.qid, &cmd) || collect(&rp->trace, &seen))
		return -1;
	if (!seen.commands) {
		fail("a command for queue %u of '%s' went to another queue", rp->dev.qid,
		     rp->dev.name);
		return -1;
	}
	check_tail(&rp->ring, &seen);
	if (!rp->ring.tail_known) {
		fail("the driver does not tell the tail of queue %u (no nvme_sq event)",
		     rp->dev.qid);
		return -1;
	}
	enter(&rp->ring, &seen, &cmd);
	return 0;
}

/* All that goes onto the queue is ours then; only where the tail stands is of interest. */
int fill_among_writers(struct replay *rp)
{
	struct command cmd = fill_command(rp);
	struct slot slot = { .state = SLOT_OURS };
	struct trace_record rec;
	int ret = device_command(&rp->dev, rp->dev.qid, &cmd);

	while (!ret && (ret = trace_next(&rp->trace, &rec)) > 0) {
		if (rec.kind == TRACE_SETUP) {
			slot.cid = rec.cid;
			ring_add(&rp->ring, &slot);
		}
		ret = 0;
	}
	return ret;
}

/* What came before us (a holder's command, say) is no business of the model. */
static int skip_earlier(struct replay *rp)
{
	struct seen seen;

	rp->ring.tail_known = false;
	ring_forget_slots(&rp->ring);
	return collect(&rp->trace, &seen);
}

int fill_ring(struct replay *rp)
{
	unsigned int left = 3 * rp->ring.depth + MAX_SEEN;

	if (skip_earlier(rp))
		return -1;
	do {
		if (fill_one(rp))
			return -1;
	} while (!ring_is_safe(&rp->ring) && --left);
	if (ring_is_safe(&rp->ring))
		return 0;
	fail("cannot fill queue %u of '%s' with harmless commands: something else uses it",
	     rp->dev.qid, rp->dev.name);
	return -1;
}

static bool oldest_matches(const struct replay *rp)
{
	return ring_is_safe(&rp->ring) && ring_class(&rp->ring, rp->ring.tail) == CLASS_MATCH;
}

static int look_for_match(struct replay *rp)
{
	unsigned int left = rp->ring.depth + REPLAY_GENS;

	while (!oldest_matches(rp) && --left)
		if (fill_one(rp))
			return -1;
	return 0;
}

/*
 * Too many uses: the last word of the allocator's bitmap is a tag short, so its tags take turns
 * faster. A tag that is taken and given back without a command has one use less.
 */
static int skip_a_use(struct replay *rp)
{
	return hold_tag(rp) || hold_release(rp) || look_for_match(rp) ? -1 : 0;
}

/* Too few uses: one tag less to take turns. What the holder did to the ring is overwritten. */
static int hold_one_more(struct replay *rp)
{
	return hold_tag(rp) || fill_ring(rp) || look_for_match(rp) ? -1 : 0;
}

/*
 * The oldest entry of the ring matches if its tag was used just 16 times in the ring: then the
 * generation has gone round. How many tags take turns depends on the tag allocator (it stays
 * within one word of its bitmap); keeping some of them busy leaves fewer, which come round more
 * often.
 */
int fill_until_match(struct replay *rp)
{
	unsigned int held;
	int ret;

	if (rp->ring.depth < REPLAY_GENS) {
		fail("a ring of %u entries cannot hold %d uses of one tag: use a deeper queue",
		     rp->ring.depth, REPLAY_GENS);
		return -1;
	}
	ret = fill_ring(rp) || look_for_match(rp) ? -1 : 0;
	for (held = 0; !ret && !oldest_matches(rp) && held < MAX_STEPS; held++) {
		if (ring_uses(&rp->ring, rp->ring.tail) > REPLAY_GENS)
			ret = skip_a_use(rp);
		else
			ret = hold_one_more(rp);
	}
	if (ret || !oldest_matches(rp))
		fail("no generation comes round on queue %u of '%s'", rp->dev.qid, rp->dev.name);
	else
		printf("held=%u\n", held);
	return oldest_matches(rp) ? ret : -1;
}
