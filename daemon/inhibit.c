// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "inhibit.h"

#define EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

bool inhibit_is_there(const char *path)
{
	struct stat st;

	if (!*path)
		return false;
	return !lstat(path, &st) || errno != ENOENT;
}

void inhibit_close(struct inhibit *inhibit)
{
	if (inhibit->fd < 0)
		return;
	/* a child that was forked meanwhile has a copy, which would stay in the set */
	epoll_ctl(inhibit->epoll_fd, EPOLL_CTL_DEL, inhibit->fd, NULL);
	close(inhibit->fd);
	inhibit->fd = -1;
}

/* A folder's other files come and go as well. */
static bool is_on_the_way(const struct inhibit *inhibit, const char *name)
{
	const char *at = inhibit->path;
	size_t len = strlen(name);

	while ((at = strstr(at, name))) {
		if (at > inhibit->path && at[-1] == '/' && (!at[len] || at[len] == '/'))
			return true;
		at++;
	}
	return false;
}

/* What is not about a name is about a folder itself, or that events were lost. */
static bool matters(const struct inhibit *inhibit, const char *buffer, ssize_t got)
{
	const struct inotify_event *event;
	ssize_t at;

	for (at = 0; at + (ssize_t)sizeof(*event) <= got; at += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)(buffer + at);
		if (!event->len || is_on_the_way(inhibit, event->name))
			return true;
	}
	return false;
}

static void on_ready(struct action_wait *wait, struct action_room *room)
{
	struct inhibit *inhibit = (struct inhibit *)wait;
	_Alignas(struct inotify_event) char buffer[4096];
	bool changed = false;
	ssize_t got;

	(void)room;
	while ((got = read(inhibit->fd, buffer, sizeof(buffer))) > 0)
		changed |= matters(inhibit, buffer, got);
	if (!changed)
		return;
	/* folders may be others now under the same names */
	inhibit_close(inhibit);
	inhibit->changed(inhibit);
}

void inhibit_init(struct inhibit *inhibit, int epoll_fd, void (*changed)(struct inhibit *inhibit))
{
	*inhibit = (struct inhibit){ .wait = { on_ready }, .fd = -1, .epoll_fd = epoll_fd, .changed = changed };
}

/* From the root down, as far as there are folders: the last one tells when the next one comes. */
static int watch_folders(int fd, const char *path)
{
	char folder[CONFIG_PATH];
	const char *slash;

	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);
		if (inotify_add_watch(fd, folder, EVENTS | IN_ONLYDIR) < 0)
			return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	}
	return 0;
}

int inhibit_watch(struct inhibit *inhibit, const char *path)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = inhibit };
	int err;

	if (inhibit->fd >= 0 && !strcmp(inhibit->path, path))
		return 0;
	inhibit_close(inhibit);
	snprintf(inhibit->path, sizeof(inhibit->path), "%s", path);
	inhibit->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (inhibit->fd < 0)
		return -errno;
	err = watch_folders(inhibit->fd, path);
	if (!err && epoll_ctl(inhibit->epoll_fd, EPOLL_CTL_ADD, inhibit->fd, &event))
		err = -errno;
	if (err)
		inhibit_close(inhibit);
	return err;
}
