// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <linux/netlink.h>
#include "source-room.h"
#include "source_files.h"
#include "source_state.h"
#include "uprobe.h"

static void on_hit(void *context, const struct hit *hit)
{
	struct room *room = context;
	unsigned int qid = hit->event.qid % ROOM_QIDS;

	if (room->hits + 1 == room->die_at)
		kill(getpid(), SIGKILL);
	if (room->hits < ROOM_NOTES)
		room->note[room->hits] = *hit;
	room->hits++;
	room->seen[qid]++;
	if (hit->event.result < room->next[qid])
		room->backwards++;
	room->next[qid] = hit->event.result + 1;
}

static void on_lost(void *context, uint64_t count)
{
	struct room *room = context;

	room->lost += count;
	room->lost_calls++;
}

static void on_suppressed(void *context, uint64_t count)
{
	struct room *room = context;

	room->suppressed += count;
}

static void on_event(void *context, enum hit_source source, const char *why)
{
	struct room *room = context;

	snprintf(room->why, sizeof(room->why), "%s", why);
	room->from = source;
	if (source != HIT_BY_NOBODY)
		room->appeared++;
	else
		room->vanished++;
}

int room_start(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	if (!room)
		return -1;
	room->config = calloc(1, sizeof(*room->config));
	if (!room->config)
		return -1;
	strcpy(room->config->clock, "mono");
	room->config->buffer_size = 256 << 10;
	room->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	snprintf(room->name, sizeof(room->name), "dupcqe-test-%d", (int)getpid());
	snprintf(room->event, sizeof(room->event), "hit_%d", (int)getpid());
	snprintf(room->full, sizeof(room->full), "dupcqe_test:%s", room->event);
	snprintf(room->other, sizeof(room->other), "other_%d", (int)getpid());
	*state = room;
	uprobe_sweep();
	return uprobe_make(room->event);
}

int room_open(struct room *room)
{
	const struct source_calls calls = {
		.context = room, .hit = on_hit, .lost = on_lost, .suppressed = on_suppressed, .event = on_event,
	};

	return source_open(NULL, room->name, room->full, room->config, room->epoll_fd, &calls,
			   &room->source);
}

void room_close(struct room *room, bool remove)
{
	source_close(room->source, remove);
	room->source = NULL;
}

unsigned int room_serve(struct room *room, int quiet_ms)
{
	struct epoll_event event;
	unsigned int woken = 0;

	while (epoll_wait(room->epoll_fd, &event, 1, quiet_ms) == 1) {
		woken++;
		if (event.data.ptr != room->source || source_ready(room->source))
			abort();
	}
	return woken;
}

void room_serve_times(struct room *room, unsigned int count)
{
	struct epoll_event event;

	while (count-- && epoll_wait(room->epoll_fd, &event, 1, 20) == 1)
		if (source_ready(room->source))
			abort();
}

void room_serve_until(struct room *room, uint64_t count, int seconds)
{
	time_t end = time(NULL) + seconds;

	while (room->hits + room->lost < count && time(NULL) <= end)
		room_serve_times(room, 100);
}

static int folder(const struct room *room, const char *suffix)
{
	char path[200];

	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s%s", room->name, suffix);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int room_file(const struct room *room, const char *suffix, const char *file, char *text, int size)
{
	int fd = folder(room, suffix), err = source_file_line(fd, file, text, size);

	close(fd);
	return err;
}

int room_write(const struct room *room, const char *suffix, const char *file, const char *text)
{
	int fd = folder(room, suffix), err = source_file_write(fd, file, text);

	close(fd);
	return err;
}

/* Whatever a failed test left. */
static void clean(const struct room *room, const char *suffix)
{
	char path[200];

	room_write(room, suffix, "events/enable", "0");
	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s%s", room->name, suffix);
	rmdir(path);
}

int room_end(void **state)
{
	struct room *room = *state;
	char ledger[200];

	if (room->source)
		room_close(room, true);
	clean(room, "");
	clean(room, "-hits");
	snprintf(ledger, sizeof(ledger), "/run/nvme-dupcqed/%s.ledger", room->name);
	unlink(ledger);
	rmdir("/run/nvme-dupcqed"); /* if nobody else has something there */
	uprobe_remove(room->event);
	uprobe_remove(room->other);
	close(room->epoll_fd);
	free(room->config);
	free(room);
	return 0;
}

bool room_exists(const struct room *room, const char *suffix)
{
	int fd = folder(room, suffix);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool room_has_ledger(const struct room *room)
{
	char path[200];

	snprintf(path, sizeof(path), "/run/nvme-dupcqed/%s.ledger", room->name);
	return !access(path, F_OK);
}

void room_tell(struct room *room, const char *message)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	struct sockaddr_nl address;
	socklen_t size = sizeof(address);

	if (getsockname(room->source->news.uevents, (struct sockaddr *)&address, &size))
		abort();
	/* to its port, not to the group: nobody else hears it */
	address.nl_groups = 0;
	if (sendto(fd, message, strlen(message) + 1, 0, (struct sockaddr *)&address,
		   sizeof(address)) < 0)
		perror("cannot tell");
	close(fd);
}
