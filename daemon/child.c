// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <linux/magic.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child.h"

static struct child *children;

unsigned int child_count(void)
{
	const struct child *child;
	unsigned int count = 0;

	for (child = children; child; child = child->next)
		count++;
	return count;
}

int child_watch(struct action_room *room, pid_t pid, struct action_wait *wait)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = wait };
	int err, fd = syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return -errno;
	if (!epoll_ctl(room->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int result_of(int status)
{
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static void on_end(struct action_wait *wait, struct action_room *room)
{
	struct child *child = (struct child *)wait, **at;
	int status = 0;

	for (at = &children; *at != child; at = &(*at)->next)
		;
	*at = child->next;
	/* closing does not take it out of epoll if a child of the same moment still has a copy */
	epoll_ctl(room->epoll_fd, EPOLL_CTL_DEL, child->pidfd, NULL);
	close(child->pidfd);
	waitpid(child->pid, &status, 0);
	child->ended(child, room, result_of(status));
}

static bool is_of_tracefs(int fd)
{
	struct statfs of;

	return !fstatfs(fd, &of) && of.f_type == TRACEFS_MAGIC;
}

static void let_go_of_tracefs(void)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	int fd;

	while (folder && (entry = readdir(folder))) {
		fd = atoi(entry->d_name);
		if (fd > STDERR_FILENO && is_of_tracefs(fd))
			close(fd);
	}
	if (folder)
		closedir(folder);
}

/* Linux keeps errno below 134, so it fits the exit status. */
static void work_and_exit(pid_t daemon, int (*work)(void *arg), void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != daemon)
		_exit(ECHILD);
	let_go_of_tracefs();
	_exit(-work(arg));
}

int child_start(struct child *child, struct action_room *room, int (*work)(void *arg), void *arg)
{
	pid_t daemon = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		work_and_exit(daemon, work, arg);
	/* only here: *child may be in memory that both share */
	child->pid = pid;
	child->wait.ready = on_end;
	child->pidfd = child_watch(room, child->pid, &child->wait);
	if (child->pidfd < 0) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
		return child->pidfd;
	}
	child->next = children;
	children = child;
	return 0;
}

void child_wait(struct child *child, struct action_room *room, int limit_ms)
{
	struct pollfd ended = { .fd = child->pidfd, .events = POLLIN };

	if (poll(&ended, 1, limit_ms) == 1)
		on_end(&child->wait, room);
}

void child_stop_all(struct action_room *room, int limit_ms)
{
	struct child *child, *next;

	for (child = children; child; child = child->next)
		kill(child->pid, SIGKILL);
	for (child = children; child; child = next) {
		next = child->next;
		child_wait(child, room, limit_ms);
	}
}
