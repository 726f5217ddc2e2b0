// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "source_files.h"
#include "source_ring.h"

/* A ring that was never allocated polls as an error, for ever: it must not come into an epoll. */
static bool exists(int fd)
{
	struct pollfd ask = { .fd = fd, .events = POLLIN };

	return poll(&ask, 1, 0) >= 0 && !(ask.revents & (POLLERR | POLLHUP | POLLNVAL));
}

int source_ring_open(struct source_ring *ring, int instance)
{
	char path[64];

	snprintf(path, sizeof(path), "per_cpu/cpu%d/trace_pipe_raw", ring->cpu);
	ring->fd = openat(instance, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (ring->fd < 0)
		return -errno;
	if (exists(ring->fd))
		return 0;
	source_ring_close(ring);
	return -ENODEV;
}

void source_ring_close(struct source_ring *ring)
{
	if (ring->fd >= 0)
		close(ring->fd);
	ring->fd = -1;
}

/* The kernel wants a page for the first read of a ring. It is no reason to end, nor to be in the way of who frees some. */
static int wait_for_memory(void)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };

	nanosleep(&pause, NULL);
	return 0;
}

int source_ring_read(struct source_ring *ring, void *page, size_t size)
{
	ssize_t got;

	do
		got = read(ring->fd, page, size);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == ENOMEM)
		return wait_for_memory();
	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!got)
		return 0;
	return (size_t)got == size ? 1 : -EIO;
}

/* The number behind a line's name; the names are whole lines, "overrun" is also the end of another
 * one. */
static int number_of(const char *text, const char *name, uint64_t *ret_value)
{
	size_t length = strlen(name);
	const char *line = text;

	while (strncmp(line, name, length)) {
		line = strchr(line, '\n');
		if (!line)
			return -EPROTO;
		line++;
	}
	*ret_value = strtoull(line + length, NULL, 10);
	return 0;
}

static int parse(const char *text, struct source_ring_stats *ret_stats)
{
	uint64_t overrun, commit, dropped;
	int err = number_of(text, "overrun: ", &overrun);

	if (!err)
		err = number_of(text, "commit overrun: ", &commit);
	if (!err)
		err = number_of(text, "dropped events: ", &dropped);
	if (!err)
		err = number_of(text, "read events: ", &ret_stats->read);
	if (!err)
		err = number_of(text, "entries: ", &ret_stats->waiting);
	if (!err)
		ret_stats->lost = overrun + commit + dropped;
	return err;
}

int source_ring_stats(const struct source_ring *ring, int instance,
		      struct source_ring_stats *ret_stats)
{
	char path[64], *text;
	size_t length;
	int err;

	snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", ring->cpu);
	err = source_file_read(instance, path, &text, &length);
	if (err)
		return err;
	err = parse(text, ret_stats);
	free(text);
	return err;
}

static uint64_t taken_out(const struct source_account *account)
{
	return account->hits + account->undecodable + account->beside + account->stolen;
}

void source_account_begin(struct source_account *account, const struct source_ring_stats *stats)
{
	account->dropped_base = account->dropped - stats->lost;
	account->read_base = taken_out(account) - stats->read;
}

/* Of what was taken out since, nothing is missed: how much of it came before nobody knows. */
static void begin_if_emptied(struct source_account *account, const struct source_ring_stats *stats)
{
	const struct source_ring_stats none_lost = { .read = stats->read };

	if (stats->lost < account->dropped - account->dropped_base ||
	    stats->read < taken_out(account) - account->read_base)
		source_account_begin(account, &none_lost);
}

uint64_t source_account_settle(struct source_account *account, const struct source_ring_stats *stats)
{
	uint64_t stolen, dropped;

	begin_if_emptied(account, stats);
	stolen = account->read_base + stats->read - taken_out(account);
	dropped = account->dropped_base + stats->lost - account->dropped;
	account->stolen += stolen;
	account->dropped += dropped;
	return stolen + dropped;
}
