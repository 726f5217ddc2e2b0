// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parallel load on the queue that is replayed. Its writers write the page that the fill writes,
 * each to a place of its own and always the same bytes: so it does no harm when their old entries
 * are executed again, and at the end the disk must hold just these bytes.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "replay.h"

#define IO_WRITE	0x01
#define WRITE_BYTES	4096
#define STOP_MS		20000

struct shared {
	volatile bool stop;
	volatile unsigned long writes[MAX_WRITERS];
	volatile unsigned long failed[MAX_WRITERS];
};

static struct shared *shared;
static pid_t writers[MAX_WRITERS];
static unsigned int nr_writers;

/* Counted down from the end of the disk; the last place is the fill's. */
static uint64_t place(const struct replay *rp, unsigned int i)
{
	return rp->dev.lbas - (uint64_t)(i + 2) * (WRITE_BYTES / rp->dev.lba_size);
}

static void write_on(struct replay *rp, unsigned int i)
{
	uint64_t lba = place(rp, i);

	while (!shared->stop) {
		struct command cmd = {
			.opcode = IO_WRITE, .nsid = rp->dev.nsid, .data = rp->dev.data,
			.data_len = WRITE_BYTES, .cdw10 = lba, .cdw11 = lba >> 32,
			.cdw12 = WRITE_BYTES / rp->dev.lba_size - 1,
		};

		if (device_command(&rp->dev, rp->dev.qid, &cmd) || cmd.ret_status)
			shared->failed[i]++;
		else
			shared->writes[i]++;
	}
	_exit(0);
}

static bool all_have_written(void)
{
	unsigned int i;

	for (i = 0; i < nr_writers; i++)
		if (!shared->writes[i])
			return false;
	return true;
}

int writers_start(struct replay *rp)
{
	int ms;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED) {
		fail("cannot map memory: %s", strerror(errno));
		return -1;
	}
	for (nr_writers = 0; nr_writers < rp->opt->writers; nr_writers++) {
		pid_t pid = fork();

		if (pid < 0) {
			fail("cannot fork: %s", strerror(errno));
			return -1;
		}
		if (!pid)
			write_on(rp, nr_writers);
		writers[nr_writers] = pid;
	}
	for (ms = 0; ms < STOP_MS && !all_have_written(); ms += 10)
		usleep(10000);
	return 0;
}

static bool gone(pid_t pid)
{
	int ms;

	for (ms = 0; ms < STOP_MS; ms += 5) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		usleep(5000);
	}
	return false;
}

/* Prints how much was written; fails if a write failed or did not come back. */
int writers_stop(void)
{
	unsigned long writes = 0, failed = 0;
	unsigned int i;

	shared->stop = true;
	for (i = 0; i < nr_writers; i++) {
		if (!gone(writers[i])) {
			fail("a writer does not come back");
			return -1;
		}
		writes += shared->writes[i];
		failed += shared->failed[i];
	}
	printf("writers=%u writes=%lu failed=%lu\n", nr_writers, writes, failed);
	nr_writers = 0;
	return failed ? -1 : 0;
}

void writers_kill(void)
{
	unsigned int i;

	for (i = 0; i < nr_writers; i++)
		kill(writers[i], SIGKILL);
}

/* When nothing is replayed any more: a read of every place. */
int writers_verify(struct replay *rp)
{
	void *page = aligned_alloc(WRITE_BYTES, WRITE_BYTES);
	unsigned int i, wrong = 0;

	if (!page)
		return -1;
	for (i = 0; i < rp->opt->writers; i++) {
		uint64_t lba = place(rp, i);
		struct command cmd = {
			.opcode = 0x02, .nsid = rp->dev.nsid, .data = page, .data_len = WRITE_BYTES,
			.cdw10 = lba, .cdw11 = lba >> 32,
			.cdw12 = WRITE_BYTES / rp->dev.lba_size - 1,
		};

		memset(page, 0, WRITE_BYTES);
		if (device_command(&rp->dev, rp->dev.qid, &cmd) || cmd.ret_status ||
		    memcmp(page, rp->dev.data, WRITE_BYTES))
			wrong++;
	}
	free(page);
	printf("verify=%s\n", wrong ? "bad" : "ok");
	return wrong ? -1 : 0;
}
