// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One at a time makes or takes away: what two see and change at once, they take from each other. The lock is on the folder
 * of tracefs, the same one below both its paths and in all mount namespaces; it goes with the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "probe_parts.h"

enum { TRIES = 200, PAUSE_NS = 100 * 1000 * 1000 };

/* Not for ever: a daemon waits here, and others can open the folder where tracefs is mounted with a group. */
static int wait_for(int fd)
{
	const struct timespec pause = { 0, PAUSE_NS };
	int left;

	for (left = TRIES; left && flock(fd, LOCK_EX | LOCK_NB); left--) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return left ? 0 : -ETIMEDOUT;
}

int probe_lock(const char *tracefs)
{
	int fd = open(tracefs, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = wait_for(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

void probe_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
