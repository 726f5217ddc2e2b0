// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps tags busy. Each one is held by a child that waits in an ioctl:
 * on the admin queue with an Asynchronous Event Request, which the controller keeps until it has
 * an event;
 * on an I/O queue with a Write whose data lie in a page that userfaultfd never delivers: the
 * driver has the tag by then and waits for the page.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "replay.h"

#define ADMIN_ASYNC_EVENT	0x0c
#define ADMIN_GET_LOG_PAGE	0x02
#define LOG_ERROR		1
#define MAX_HELD		512
#define MAX_HELD_ADMIN		3	/* QEMU takes four AERs, the driver has one of them */
#define AN_HOUR_MS		3600000
#define WAIT_MS			5000
#define PAGE			4096

static pid_t held[MAX_HELD];
static unsigned int nr_held;

static void hold_admin(struct replay *rp)
{
	struct command cmd = { .opcode = ADMIN_ASYNC_EVENT, .timeout_ms = AN_HOUR_MS };

	device_command(&rp->dev, 0, &cmd);
	_exit(0);
}

/* A page that faults for ever: nobody reads this descriptor. */
static void *absent_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	reg.range.start = (uintptr_t)page;
	reg.range.len = PAGE;
	if (fd >= 0 && page != MAP_FAILED && !ioctl(fd, UFFDIO_API, &api) &&
	    !ioctl(fd, UFFDIO_REGISTER, &reg))
		return page;
	fail("cannot use userfaultfd: %s; holding a tag of an I/O queue needs it", strerror(errno));
	return NULL;
}

static void hold_io(struct replay *rp)
{
	struct command cmd = {
		.opcode = 0x01, .nsid = rp->dev.nsid, .data = absent_page(), .data_len = PAGE,
		/* beyond the end: refused, should it ever get through */
		.cdw10 = rp->dev.lbas, .cdw11 = rp->dev.lbas >> 32,
		.timeout_ms = AN_HOUR_MS,
	};

	if (cmd.data)
		device_command(&rp->dev, rp->dev.qid, &cmd);
	_exit(EXIT_FAILED);
}

/* Waiting in ioctl(), and not about to leave it: seen several times in a row. */
static bool is_waiting(pid_t pid)
{
	char path[64], text[128];
	int i;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	for (i = 0; i < 5; i++) {
		if (read_text(path, text, sizeof(text)) || atoi(text) != SYS_ioctl)
			return false;
		usleep(5000);
	}
	return true;
}

static int wait_until_held(pid_t pid)
{
	int ms, status;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		if (is_waiting(pid))
			return 0;
		usleep(10000);
	}
	fail("cannot hold a tag: its command came back at once, or never went out");
	return -1;
}

/* One more tag that takes no turns until hold_release(). */
int hold_tag(struct replay *rp)
{
	pid_t pid;

	if (nr_held >= (rp->dev.qid ? MAX_HELD : MAX_HELD_ADMIN)) {
		fail("cannot hold more than %u tags", nr_held);
		return -1;
	}
	pid = fork();
	if (pid < 0) {
		fail("cannot fork: %s", strerror(errno));
		return -1;
	}
	if (!pid) {
		close(STDOUT_FILENO);	/* whoever reads our output must not wait for this child */
		if (rp->dev.qid)
			hold_io(rp);
		hold_admin(rp);
	}
	held[nr_held++] = pid;
	return wait_until_held(pid);
}

static bool gone(pid_t pid)
{
	int ms;

	for (ms = 0; ms < WAIT_MS; ms += 5) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		usleep(5000);
	}
	return false;
}

/*
 * A tail beyond the queue is an error that the controller reports through an AER: the one that came
 * last. Reading the error log lets it report the next one.
 */
static int provoke_event(struct replay *rp)
{
	uint8_t *log = aligned_alloc(PAGE, PAGE);
	struct command cmd = {
		.opcode = ADMIN_GET_LOG_PAGE, .nsid = 0xffffffff, .data = log, .data_len = 64,
		.cdw10 = LOG_ERROR | 15 << 16,	/* 16 dwords: one entry */
	};
	int ret;

	device_ring(&rp->dev, rp->ring.depth);
	ret = log ? device_command(&rp->dev, 0, &cmd) : -1;
	free(log);
	return ret;
}

/* For queues that work again. A killed holder of an I/O tag gives it back without a command. */
int hold_release(struct replay *rp)
{
	while (nr_held) {
		pid_t pid = held[nr_held - 1];

		if (rp->dev.qid)
			kill(pid, SIGKILL);
		else if (provoke_event(rp))
			return -1;
		if (!gone(pid)) {
			fail("a command that held a tag does not come back");
			return -1;
		}
		nr_held--;
	}
	return 0;
}

/* Ahead of a reset, or of leaving the queue as it is: a reset cancels the AERs by itself. */
void hold_abandon(void)
{
	unsigned int i;

	for (i = 0; i < nr_held; i++)
		kill(held[i], SIGKILL);
}
