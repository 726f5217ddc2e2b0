// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The moving parts of tests/bench/daemon. Times are CLOCK_MONOTONIC, one on a line, as `SECONDS.NANOSECONDS`: the
 * clock that the script sets in its trace instances, so that they can be held against the times of records.
 *
 *   make NAME, remove NAME       the event dupcqe_test:NAME
 *   fire COUNT GAP_US            hits, about GAP_US apart
 *   storm RATE SECONDS           RATE hits a second, or as many as can be; prints how many, and in what time (ns)
 *   spawn COUNT GAP_US PROGRAM FILE
 *                                the floor of a program: prints when it was posix_spawn()ed; PROGRAM gets FILE
 *   wake COUNT GAP_US FILE       the floor of a wake-up: prints when a byte was written into a pipe; another
 *                                process, which waits for it, adds to FILE when it had it
 *   lines FILE                   adds to FILE when a read of standard input gave something
 *   ring INSTANCE FILE           adds to FILE when an epoll over INSTANCE's raw rings returned; empties them
 *   notify SOCKET                what a service manager is: prints each datagram, until TERM
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../daemon/uprobe.h"

#define SECOND UINT64_C(1000000000)

enum { STORM_CPUS = 2 };

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + now.tv_nsec;
}

static void put_time(int fd, uint64_t ns)
{
	dprintf(fd, "%" PRIu64 ".%09" PRIu64 "\n", ns / SECOND, ns % SECOND);
}

static int fail(const char *what)
{
	fprintf(stderr, "daemon-rig: %s: %s\n", what, strerror(errno));
	return 1;
}

static int open_times(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* Not in step with anything that ticks: from 3/4 to 5/4 of the gap. */
static void pause_about(const char *gap_us)
{
	uint64_t gap = strtoull(gap_us, NULL, 10) * 1000;
	uint64_t ns = gap / 4 * 3 + (uint64_t)(gap / 2 * drand48());
	const struct timespec time = { ns / SECOND, ns % SECOND };

	nanosleep(&time, NULL);
}

static int make(char **argv)
{
	errno = -uprobe_make(argv[0]);
	return errno ? fail("cannot make the event") : 0;
}

static int take_away(char **argv)
{
	errno = -uprobe_remove(argv[0]);
	return errno ? fail("cannot remove the event") : 0;
}

/* Each from another controller than the ones before: the daemon's log holds back what repeats. */
static int fire(char **argv)
{
	int i, count = atoi(argv[0]);

	for (i = 0; i < count; i++) {
		pause_about(argv[1]);
		uprobe_hit(i % 64, 1, i & 0xffff, 0x4004, i, "0000:01:00.0");
	}
	return 0;
}

/* Those that are due by now, as fast as they go: the clock is looked at after each 16. */
static void fire_at(uint64_t rate, uint64_t total)
{
	uint64_t start = clock_now(), done = 0, due;

	while (done < total) {
		due = (clock_now() - start) * rate / SECOND;
		if (due > done + 16)
			due = done + 16;
		for (; done < due && done < total; done++)
			uprobe_hit(0, 1, done & 0xffff, 0x4004, done, "0000:01:00.0");
	}
}

/* From two CPUs, where there are; before other processes, as the interrupts would be that hits come from. */
static int storm(char **argv)
{
	uint64_t total = strtoull(argv[0], NULL, 10) * strtoull(argv[1], NULL, 10) / STORM_CPUS * STORM_CPUS;
	uint64_t start = clock_now();
	int i, status, bad = 0;

	for (i = 0; i < STORM_CPUS; i++) {
		if (fork())
			continue;
		if (setpriority(PRIO_PROCESS, 0, -10))
			_exit(1);
		uprobe_storm(i % get_nprocs(), 1, 0, 0);
		fire_at(strtoull(argv[0], NULL, 10) / STORM_CPUS, total / STORM_CPUS);
		_exit(0);
	}
	while (wait(&status) > 0)
		bad |= status;
	printf("%" PRIu64 " %" PRIu64 "\n", total, clock_now() - start);
	return bad != 0;
}

static int spawn(char **argv)
{
	char *const program[] = { argv[2], argv[3], NULL }, *const env[] = { NULL };
	int i, err, count = atoi(argv[0]), status;
	uint64_t start;
	pid_t pid;

	for (i = 0; i < count; i++) {
		pause_about(argv[1]);
		start = clock_now();
		err = posix_spawn(&pid, argv[2], NULL, NULL, program, env);
		if (err || waitpid(pid, &status, 0) < 0 || status) {
			errno = err ? err : ECHILD;
			return fail(argv[2]);
		}
		put_time(STDOUT_FILENO, start);
	}
	return 0;
}

static int lines(char **argv)
{
	int to = open_times(argv[0]);
	char buffer[65536];
	uint64_t now;

	if (to < 0)
		return fail(argv[0]);
	while (read(STDIN_FILENO, buffer, sizeof(buffer)) > 0) {
		now = clock_now();
		put_time(to, now);
	}
	return 0;
}

static int wake(char **argv)
{
	int i, count = atoi(argv[0]), ends[2];
	uint64_t start;
	pid_t pid;

	if (pipe(ends))
		return fail("pipe");
	pid = fork();
	if (!pid) {
		close(ends[1]);
		dup2(ends[0], STDIN_FILENO);
		_exit(lines(argv + 2));
	}
	close(ends[0]);
	for (i = 0; i < count; i++) {
		pause_about(argv[1]);
		start = clock_now();
		if (write(ends[1], "", 1) != 1)
			return fail("write");
		put_time(STDOUT_FILENO, start);
	}
	close(ends[1]);
	waitpid(pid, NULL, 0);
	return 0;
}

static int add_rings(const char *instance, int epoll_fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	char path[300];
	int cpu;

	for (cpu = 0;; cpu++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/trace_pipe_raw", instance, cpu);
		event.data.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (event.data.fd < 0)
			return cpu ? 0 : -1;
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event.data.fd, &event))
			return -1;
	}
}

static int ring(char **argv)
{
	int to = open_times(argv[1]), epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;
	static char page[65536];
	uint64_t now;

	if (to < 0 || epoll_fd < 0 || add_rings(argv[0], epoll_fd))
		return fail(argv[0]);
	for (;;) {
		if (epoll_wait(epoll_fd, &event, 1, -1) != 1)
			return fail("epoll_wait");
		now = clock_now();
		while (read(event.data.fd, page, 4096) > 0)
			;
		put_time(to, now);
	}
}

static int notify(char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[4096];
	ssize_t length;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[0]);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fail(argv[0]);
	while ((length = read(fd, text, sizeof(text))) >= 0)
		dprintf(STDOUT_FILENO, "%.*s\n", (int)length, text);
	return fail(argv[0]);
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **argv);
} commands[] = {
	{ "make", 1, make }, { "remove", 1, take_away }, { "fire", 2, fire }, { "storm", 2, storm },
	{ "spawn", 4, spawn }, { "wake", 3, wake }, { "lines", 1, lines }, { "ring", 2, ring },
	{ "notify", 1, notify },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name) && argc == commands[i].arguments + 2)
			return commands[i].run(argv + 2);
	fprintf(stderr, "usage: daemon-rig COMMAND ARGUMENT...: see tests/bench/daemon-rig.c\n");
	return 2;
}
