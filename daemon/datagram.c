// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "datagram.h"

enum { BUFFER_BYTES = 8 << 20 };

static socklen_t make_address(const char *path, struct sockaddr_un *ret_address)
{
	size_t len = strlen(path);

	if (!len || len >= sizeof(ret_address->sun_path))
		return 0;
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, len);
	if (*path == '@')
		*ret_address->sun_path = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len + (*path != '@');
}

int datagram_open(const char *path)
{
	struct sockaddr_un address;
	socklen_t len = make_address(path, &address);
	int fd, err, size = BUFFER_BYTES;

	if (!len)
		return -EINVAL;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* as far as it goes: a hit with its JSON is 20 KiB */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!connect(fd, (const struct sockaddr *)&address, len))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int datagram_send(int fd, const struct iovec *parts, int count)
{
	const struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = count };

	if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return errno == ENOBUFS ? -EAGAIN : -errno;
}
