// SPDX-License-Identifier: GPL-2.0-or-later
/* the tests' side of NVMe/TCP: bytes and PDUs */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum { WAIT_MS = 5000 };

static int failed;

void tap_ok(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%sok - ", good ? "" : "not ");
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	failed += !good;
}

void tap_is(uint64_t got, uint64_t wanted, const char *name)
{
	tap_ok(got == wanted, "%s", name);
	if (got != wanted)
		printf("# got 0x%llx, wanted 0x%llx\n", (unsigned long long)got,
		       (unsigned long long)wanted);
}

int tap_failed(void)
{
	return failed;
}

void give_up(const char *why)
{
	printf("not ok - the target keeps talking\n# %s: %s\n", why, strerror(errno));
	exit(1);
}

struct link *link_open(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct link *l = calloc(1, sizeof(*l));
	int one = 1;

	if (!l)
		give_up("out of memory");
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons((uint16_t)atoi(client.port));
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || connect(l->fd, (struct sockaddr *)&sin, sizeof(sin)))
		give_up("cannot connect to the target");
	setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return l;
}

void link_close(struct link *l)
{
	close(l->fd);
	free(l);
}

/* the target may have closed: that is for the receiving side to find out */
void link_send(struct link *l, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	ssize_t n;

	while (len) {
		n = send(l->fd, p, len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

static int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* returns 0, LINK_EOF or LINK_TIMEOUT */
static int recv_bytes(struct link *l, uint8_t *p, size_t len, int64_t until_ms)
{
	struct pollfd pfd = { .fd = l->fd, .events = POLLIN };
	int64_t left;
	ssize_t n;

	while (len) {
		left = until_ms - clock_ms();
		if (poll(&pfd, 1, left > 0 ? (int)left : 0) <= 0)
			return LINK_TIMEOUT;
		n = recv(l->fd, p, len, 0);
		if (n <= 0)
			return LINK_EOF;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int link_recv(struct link *l, int timeout_ms)
{
	int64_t until = clock_ms() + timeout_ms;
	uint32_t plen;
	int ret;

	ret = recv_bytes(l, l->rx, PDU_CH_LEN, until);
	if (ret)
		return ret;
	plen = get_le32(l->rx + PDU_PLEN);
	if (plen < PDU_CH_LEN || plen > LINK_BUF)
		give_up("the target sent a pdu of impossible length");
	ret = recv_bytes(l, l->rx + PDU_CH_LEN, plen - PDU_CH_LEN, until + WAIT_MS);
	return ret ? ret : l->rx[PDU_TYPE];
}

void link_init(struct link *l)
{
	uint8_t pdu[IC_LEN];

	pdu_init(pdu, PDU_ICREQ, 0, IC_LEN, 0);
	link_send(l, pdu, sizeof(pdu));
	if (link_recv(l, WAIT_MS) != PDU_ICRESP)
		give_up("no ICResp");
}

void link_capsule(struct link *l, const uint8_t *sqe, const void *data, uint32_t len)
{
	uint8_t pdu[CMD_HLEN];

	pdu_init(pdu, PDU_CMD, 0, CMD_HLEN, len);
	memcpy(pdu + CMD_SQE, sqe, SQE_LEN);
	link_send(l, pdu, sizeof(pdu));
	if (len)
		link_send(l, data, len);
}

void link_h2c_data(struct link *l, uint16_t cid, uint32_t offset, const void *data, uint32_t len,
		   bool last)
{
	uint16_t ttag = get_le16(l->rx + DATA_TTAG);	/* of the R2T that came last */
	uint8_t pdu[DATA_HLEN];

	pdu_init(pdu, PDU_H2C_DATA, last ? PDU_F_LAST : 0, DATA_HLEN, len);
	put_le16(pdu + DATA_CID, cid);
	put_le16(pdu + DATA_TTAG, ttag);
	put_le32(pdu + DATA_OFFSET, offset);
	put_le32(pdu + DATA_LENGTH, len);
	link_send(l, pdu, sizeof(pdu));
	link_send(l, data, len);
}

struct cqe link_cqe(struct link *l)
{
	struct cqe cqe;

	if (link_recv(l, WAIT_MS) != PDU_RSP || get_le32(l->rx + PDU_PLEN) != RSP_HLEN)
		give_up("no completion");
	cqe_unpack(l->rx + RSP_CQE, &cqe);
	return cqe;
}

struct cqe link_data(struct link *l, void *data, uint32_t len)
{
	if (link_recv(l, WAIT_MS) != PDU_C2H_DATA)
		give_up("no data");
	if (get_le32(l->rx + PDU_PLEN) != DATA_HLEN + len ||
	    get_le32(l->rx + DATA_LENGTH) != len || get_le32(l->rx + DATA_OFFSET) ||
	    l->rx[PDU_FLAGS] != PDU_F_LAST)
		give_up("data of the wrong length");
	memcpy(data, l->rx + DATA_HLEN, len);
	return link_cqe(l);
}
