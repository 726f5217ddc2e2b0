// SPDX-License-Identifier: GPL-2.0-or-later
/* The order of the steps, and a time limit on all of them. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "replay.h"

void fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("cqe-replay: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void print_head(const struct replay *rp)
{
	printf("replay device=%s bdf=%s queue=%u depth=%u cpu=%d doorbell=0x%zx fill=%s tail=%u\n",
	       rp->dev.name, rp->dev.bdf, rp->dev.qid, rp->dev.depth, rp->dev.cpu, rp->dev.doorbell,
	       options_fill_name(fill_default(rp->opt->fill, rp->dev.qid)),
	       rp->ring.tail);
	if (!rp->opt->quiet)
		ring_print_slots(&rp->ring);
}

static int prepare(struct replay *rp)
{
	const struct options *opt = rp->opt;

	if (opt->unused)
		return unused_prepare(rp);
	if (opt->mode == MODE_MATCH)
		return fill_until_match(rp);
	if (!opt->forget)
		return fill_ring(rp);
	return forget_begin(rp) || fill_ring(rp) || forget_end(rp) ? -1 : 0;
}

static int open_all(struct replay *rp)
{
	const struct options *opt = rp->opt;

	if (device_find(&rp->dev, opt->device) || device_find_queue(&rp->dev, opt->qid) ||
	    trace_open(&rp->trace, rp->dev.instance, opt->qid))
		return -1;
	if (device_open(&rp->dev) || pin_to_cpu(rp->dev.cpu) ||
	    device_check_shadow_doorbells(&rp->dev))
		return -1;
	ring_init(&rp->ring, rp->dev.depth);
	return 0;
}

static int work(const struct options *opt)
{
	static struct replay rp;
	int ret;

	rp.opt = opt;
	ret = open_all(&rp) || prepare(&rp) ? -1 : 0;
	if (!ret) {
		print_head(&rp);
		ret = lap_run(&rp);
	}
	if (ret) {
		writers_kill();
		hold_abandon();
	}
	device_close(&rp.dev);
	fflush(stdout);
	return ret ? EXIT_FAILED : EXIT_OK;
}

/* A child may hang in an ioctl where no signal reaches it: so the limit is kept from outside. */
static int watch(pid_t pid, unsigned int seconds)
{
	struct timespec tick = { .tv_nsec = 5000000 };
	time_t end = time(NULL) + seconds;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (time(NULL) > end) {
			fail("not done after %u s: given up; the controller may need a reset",
			     seconds);
			kill(pid, SIGKILL);
			sleep(1);	/* unless it hangs it is gone by then */
			trace_remove();
			return EXIT_TIME_LIMIT;
		}
		nanosleep(&tick, NULL);
	}
	trace_remove();
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	fail("killed by signal %d", WTERMSIG(status));
	return EXIT_FAILED;
}

int main(int argc, char **argv)
{
	struct options opt = { .device = "nvme0", .qid = 1, .laps = 1, .timeout = 60 };
	pid_t pid;

	options_parse(&opt, argc, argv);
	if (guard_lab() || guard_device(opt.device))
		return EXIT_REFUSED;
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		fail("cannot fork: %s", strerror(errno));
		return EXIT_FAILED;
	}
	if (!pid)
		_exit(work(&opt));
	return watch(pid, opt.timeout + opt.seconds);
}
