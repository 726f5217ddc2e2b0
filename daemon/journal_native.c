// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "datagram.h"
#include "journal_native.h"

enum { FIELDS_MAX = 64, PARTS_MAX = FIELDS_MAX * 5 };

struct message {
	struct iovec part[PARTS_MAX];
	int parts;
	uint64_t length[FIELDS_MAX]; /* little endian */
};

static char path[108];
static int fd = -1;
static unsigned long long dropped;

static void add(struct message *message, const void *bytes, size_t count)
{
	message->part[message->parts++] = (struct iovec){ (void *)bytes, count };
}

/* NAME=value and a line's end; or, for a value with a line's end in it, NAME, its length, and the value. */
static void add_field(struct message *message, const struct iovec *field, uint64_t *length)
{
	const char *at = field->iov_base, *value = memchr(at, '=', field->iov_len);
	size_t name = value ? (size_t)(value - at) : 0, rest = field->iov_len - name - 1;

	if (!value)
		return;
	if (!memchr(value + 1, '\n', rest)) {
		add(message, at, field->iov_len);
	} else {
		*length = htole64(rest);
		add(message, at, name);
		add(message, "\n", 1);
		add(message, length, sizeof(*length));
		add(message, value + 1, rest);
	}
	add(message, "\n", 1);
}

static int send_now(const struct iovec *fields, int count)
{
	struct message message;
	int i;

	message.parts = 0;
	for (i = 0; i < count && i < FIELDS_MAX; i++)
		add_field(&message, &fields[i], &message.length[i]);
	return datagram_send(fd, message.part, message.parts);
}

/* Before anything else that comes after the gap. */
static int tell_dropped(void)
{
	char text[128];
	struct iovec fields[] = {
		{ text, snprintf(text, sizeof(text), "MESSAGE=%llu messages before this one were not taken by the journal, and are lost",
				 dropped) },
		{ (char *)"PRIORITY=4", 10 },
		{ (char *)"SYSLOG_IDENTIFIER=nvme-dupcqed", 30 },
	};
	int err = send_now(fields, sizeof(fields) / sizeof(*fields));

	if (!err)
		dropped = 0;
	return err;
}

static int send_all(const struct iovec *fields, int count)
{
	int err = dropped ? tell_dropped() : 0;

	return err ? err : send_now(fields, count);
}

static void reopen(void)
{
	if (fd >= 0)
		close(fd);
	fd = datagram_open(path);
}

bool journal_native_open(const char *of)
{
	snprintf(path, sizeof(path), "%s", of);
	dropped = 0;
	reopen();
	return fd >= 0;
}

int journal_native_send(const struct iovec *fields, int count)
{
	int err = fd < 0 ? -ENOTCONN : send_all(fields, count);

	/* the journal was started anew: a new socket under the old name */
	if (err == -ECONNREFUSED || err == -ECONNRESET || err == -ENOTCONN || err == -EBADF) {
		reopen();
		err = fd < 0 ? fd : send_all(fields, count);
	}
	if (err != -EAGAIN)
		return err;
	dropped++;
	return 0;
}
