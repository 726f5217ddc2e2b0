// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A busy controller by formula. In step n, at FIRST_NS + n * STEP_NS, a command is submitted if n is even, to QUEUES queues in
 * turn, by a task on the queue's CPU; if n is odd, the one is completed that was submitted LAG submissions ago, for half of the
 * queues on the CPU beside. A queue uses its TAGS tags in turn, so that each comes again soon, in the next generation. The
 * last step of each dup_every has a duplicate besides: by turns of a command whose tag is idle still, and of one whose tag the next
 * command has taken and is in flight with.
 */
#include <errno.h>
#include "trace-script.h"

enum { QUEUES = 4, CPUS = 4, TAGS = 64, LAG = 16, STEP_NS = 1000, DEPTH = 256 };
/* how many submissions ago: completed, its tag not taken again; taken again, and not completed */
enum { FRESH_AGE = LAG + 24, STALE_AGE = QUEUES * TAGS + LAG / 2 };

#define FIRST_NS UINT64_C(100000000000)

enum role {
	SETUP_QID, SETUP_CID, SETUP_NSID, SETUP_OPCODE,
	COMPLETE_QID, COMPLETE_CID,
	DUP_QID, DUP_CID, DUP_TAG, DUP_GENCTR, DUP_EXPECTED, DUP_REASON, DUP_PRESENT, DUP_RQ_STATE, DUP_RQ_CID, DUP_DEPTH,
	DUP_OPCODE, DUP_NSID,
	ROLES,
};

static const struct { const char *event, *field; } names[ROLES] = {
	[SETUP_QID] = { "nvme_setup_cmd", "qid" },
	[SETUP_CID] = { "nvme_setup_cmd", "cid" },
	[SETUP_NSID] = { "nvme_setup_cmd", "nsid" },
	[SETUP_OPCODE] = { "nvme_setup_cmd", "opcode" },
	[COMPLETE_QID] = { "nvme_complete_rq", "qid" },
	[COMPLETE_CID] = { "nvme_complete_rq", "cid" },
	[DUP_QID] = { "nvme_dup_cqe", "qid" },
	[DUP_CID] = { "nvme_dup_cqe", "cid" },
	[DUP_TAG] = { "nvme_dup_cqe", "tag" },
	[DUP_GENCTR] = { "nvme_dup_cqe", "genctr" },
	[DUP_EXPECTED] = { "nvme_dup_cqe", "expected_genctr" },
	[DUP_REASON] = { "nvme_dup_cqe", "reason" },
	[DUP_PRESENT] = { "nvme_dup_cqe", "present" },
	[DUP_RQ_STATE] = { "nvme_dup_cqe", "rq_state" },
	[DUP_RQ_CID] = { "nvme_dup_cqe", "rq_cid" },
	[DUP_DEPTH] = { "nvme_dup_cqe", "q_depth" },
	[DUP_OPCODE] = { "nvme_dup_cqe", "opcode" },
	[DUP_NSID] = { "nvme_dup_cqe", "nsid" },
};

struct bench {
	struct room *room;
	const struct tep_event *event[ROLES];
	const struct tep_format_field *field[ROLES];
	struct record record;
	uint64_t ns;
	unsigned long written;
};

static int look_up(struct bench *bench)
{
	int i;

	for (i = 0; i < ROLES; i++) {
		bench->event[i] = room_event(bench->room, names[i].event);
		bench->field[i] = bench->event[i] ? tep_find_field((struct tep_event *)bench->event[i], names[i].field) : NULL;
		if (!bench->field[i])
			return -ENOENT;
	}
	return 0;
}

/* What the n-th submission is. */
static unsigned int queue_of(unsigned long n) { return n % QUEUES; }
static unsigned int tag_of(unsigned long n) { return n / QUEUES % TAGS; }
static unsigned int generation_of(unsigned long n) { return n / QUEUES / TAGS % 16; }
static unsigned int cid_of(unsigned long n) { return generation_of(n) << 12 | tag_of(n); }
static unsigned int completes_on(unsigned long n) { return (queue_of(n) + queue_of(n) % 2) % CPUS; }

static void number(struct bench *bench, enum role role, uint64_t value)
{
	record_number(&bench->record, bench->field[role], value);
}

static int add(struct bench *bench, unsigned int cpu)
{
	struct pages *pages = room_pages(bench->room, cpu);

	bench->written++;
	return pages ? pages_add(pages, bench->ns, bench->record.bytes, bench->record.size) : -errno;
}

static int submit(struct bench *bench, unsigned long n)
{
	record_begin(&bench->record, bench->event[SETUP_QID], 1000 + (int)queue_of(n));
	number(bench, SETUP_QID, queue_of(n) + 1);
	number(bench, SETUP_CID, cid_of(n));
	number(bench, SETUP_NSID, 1);
	number(bench, SETUP_OPCODE, 1 + n % 2);
	return add(bench, queue_of(n));
}

static int complete(struct bench *bench, unsigned long n)
{
	record_begin(&bench->record, bench->event[COMPLETE_QID], 0);
	number(bench, COMPLETE_QID, queue_of(n) + 1);
	number(bench, COMPLETE_CID, cid_of(n));
	return add(bench, completes_on(n));
}

/* now: how many were submitted */
static int duplicate(struct bench *bench, unsigned long n, unsigned long now)
{
	unsigned long again = n + QUEUES * TAGS, taken = again < now ? again : n;
	int in_flight = taken + LAG >= now, err;

	record_begin(&bench->record, bench->event[DUP_QID], 0);
	number(bench, DUP_QID, queue_of(n) + 1);
	number(bench, DUP_CID, cid_of(n));
	number(bench, DUP_TAG, tag_of(n));
	number(bench, DUP_GENCTR, generation_of(n));
	number(bench, DUP_EXPECTED, (generation_of(taken) + !in_flight) % 16);
	number(bench, DUP_REASON, 2);
	number(bench, DUP_PRESENT, 0x7);
	number(bench, DUP_RQ_STATE, (uint64_t)in_flight);
	number(bench, DUP_RQ_CID, cid_of(taken));
	number(bench, DUP_DEPTH, DEPTH);
	number(bench, DUP_OPCODE, 1 + n % 2);
	number(bench, DUP_NSID, 1);
	err = record_end(&bench->record);
	return err ? err : add(bench, completes_on(n));
}

static int step(struct bench *bench, unsigned long at, unsigned long dup_every)
{
	unsigned long submitted = at / 2 + 1, round = at / dup_every;
	unsigned long age = (round % 2 ? STALE_AGE : FRESH_AGE) + round / 2 % QUEUES;
	int err = 0;

	bench->ns = FIRST_NS + at * STEP_NS;
	if (at % 2 == 0)
		return submit(bench, at / 2);
	if (submitted > LAG)
		err = complete(bench, submitted - 1 - LAG);
	bench->ns += STEP_NS / 2;
	return err || at % dup_every != dup_every - 1 ? err : duplicate(bench, submitted - age, submitted);
}

int bench_write(struct room *room, unsigned long records, unsigned long dup_every)
{
	struct bench bench = { .room = room };
	unsigned long at;
	int queue, err = look_up(&bench);

	for (queue = 0; queue < QUEUES && !err; queue++)
		err = room_name(room, 1000 + queue, "fio");
	for (at = 0; bench.written < records && !err; at++)
		err = step(&bench, at, dup_every);
	return err;
}
