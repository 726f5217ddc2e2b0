// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>
#include "datagram.h"
#include "notify.h"

enum { READY_LIMIT_MS = 10000 };

/* Where it is not taken now, try again within limit_ms. */
static void send_within(const char *text, size_t len, int limit_ms)
{
	const struct iovec part = { (char *)text, len };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = path ? datagram_open(path) : -1;
	struct pollfd room = { fd, POLLOUT, 0 };

	if (fd < 0)
		return;
	while (datagram_send(fd, &part, 1) == -EAGAIN && limit_ms && poll(&room, 1, limit_ms) > 0)
		;
	close(fd);
}

/* What is not taken now is said again by the next notify_status(). */
static void send_now(const char *text, size_t len)
{
	send_within(text, len, 0);
}

void notify_ready(void)
{
	/* the one message that must not get lost; nothing is watched yet, so it may wait */
	send_within("READY=1", 7, READY_LIMIT_MS);
}

void notify_reloading(void)
{
	send_now("RELOADING=1", 11);
}

void notify_stopping(void)
{
	send_now("STOPPING=1", 10);
}

void notify_status(const char *format, ...)
{
	char text[256];
	va_list args;
	int len = snprintf(text, sizeof(text), "READY=1\nSTATUS="), more;

	va_start(args, format);
	more = vsnprintf(text + len, sizeof(text) - len, format, args);
	va_end(args);
	if (more > 0 && len + more < (int)sizeof(text))
		send_now(text, len + more);
}

uint64_t notify_period(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!us || (pid && strtoul(pid, NULL, 10) != (unsigned long)getpid()))
		return 0;
	return strtoull(us, NULL, 10) * 1000 / 2;
}

void notify_alive(void)
{
	send_now("WATCHDOG=1", 10);
}
