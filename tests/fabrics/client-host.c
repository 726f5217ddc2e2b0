// SPDX-License-Identifier: GPL-2.0-or-later
/* the tests' side of NVMe/TCP: commands, and the target's FIFO and log */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum {
	CONNECT_DATA	= 1024,
	FCTYPE_SET	= 0x00,
	FCTYPE_CONNECT	= 0x01,
	FCTYPE_GET	= 0x04,
	SETUP_CID	= 0x0001,
	ADMIN_SQSIZE	= 31,
	IO_SQSIZE	= 127,
};

void sqe_init(uint8_t *sqe, uint8_t opcode, uint16_t cid, uint32_t nsid)
{
	memset(sqe, 0, SQE_LEN);
	sqe[SQE_OPCODE] = opcode;
	sqe[SQE_FLAGS] = 0x40;		/* SGL */
	put_le16(sqe + SQE_CID, cid);
	put_le32(sqe + SQE_NSID, nsid);
	sqe[SQE_SGL_TYPE] = SGL_TRANSPORT;
}

void sqe_set_sgl(uint8_t *sqe, uint8_t type, uint32_t len)
{
	sqe[SQE_SGL_TYPE] = type;
	put_le32(sqe + SQE_SGL_LEN, len);
}

void sqe_set_blocks(uint8_t *sqe, uint64_t lba, uint32_t blocks)
{
	put_le64(sqe + SQE_CDW10, lba);
	put_le16(sqe + SQE_CDW12, (uint16_t)(blocks - 1));
}

struct cqe link_connect(struct link *l, uint16_t qid, uint16_t cntlid, const char *nqn)
{
	uint8_t data[CONNECT_DATA] = { 0x42 };
	uint8_t sqe[SQE_LEN];

	put_le16(data + 16, cntlid);
	snprintf((char *)data + 256, 256, "%s", nqn);
	snprintf((char *)data + 512, 256, "nqn.2026-01.org.example:client");
	sqe_init(sqe, 0x7f, SETUP_CID, FCTYPE_CONNECT);
	sqe_set_sgl(sqe, SGL_IN_CAPSULE, sizeof(data));
	put_le16(sqe + 42, qid);
	put_le16(sqe + 44, qid ? IO_SQSIZE : ADMIN_SQSIZE);
	link_capsule(l, sqe, data, sizeof(data));
	l->qid = qid;
	return link_cqe(l);
}

struct cqe property_set_cc(struct link *l, uint32_t value)
{
	uint8_t sqe[SQE_LEN];

	sqe_init(sqe, 0x7f, SETUP_CID, FCTYPE_SET);
	put_le32(sqe + 44, 0x14);
	put_le32(sqe + 48, value);
	link_capsule(l, sqe, NULL, 0);
	return link_cqe(l);
}

struct cqe property_get(struct link *l, uint32_t offset, bool eight_bytes)
{
	uint8_t sqe[SQE_LEN];

	sqe_init(sqe, 0x7f, SETUP_CID, FCTYPE_GET);
	sqe[40] = eight_bytes;
	put_le32(sqe + 44, offset);
	link_capsule(l, sqe, NULL, 0);
	return link_cqe(l);
}

struct link *open_admin(uint16_t *ret_cntlid)
{
	struct link *l = link_open();
	struct cqe cqe;

	link_init(l);
	cqe = link_connect(l, 0, 0xffff, client.nqn);
	if (cqe.status)
		give_up("connect refused");
	*ret_cntlid = (uint16_t)cqe.result;
	if (property_set_cc(l, 0x00460001).status)
		give_up("the controller does not start");
	return l;
}

struct link *open_io(uint16_t cntlid, uint16_t qid)
{
	struct link *l = link_open();

	link_init(l);
	if (link_connect(l, qid, cntlid, client.nqn).status)
		give_up("connect of an I/O queue refused");
	return l;
}

void touch_send(struct link *l, uint16_t cid)
{
	static const uint8_t block[512] = { 0xd0 };
	uint8_t sqe[SQE_LEN];

	sqe_init(sqe, 0x01, cid, 1);
	sqe_set_sgl(sqe, SGL_IN_CAPSULE, sizeof(block));
	sqe_set_blocks(sqe, 0, 1);
	link_capsule(l, sqe, block, sizeof(block));
}

struct cqe touch(struct link *l, uint16_t cid)
{
	touch_send(l, cid);
	return link_cqe(l);
}

static bool next_line(const char *start, char *buf, size_t size)
{
	FILE *f = fopen(client.log, "r");
	bool found = false;

	if (!f)
		give_up("cannot read the target's log");
	fseek(f, client.log_offset, SEEK_SET);
	while (!found && fgets(buf, (int)size, f) && strchr(buf, '\n')) {
		client.log_offset = ftell(f);
		found = !strncmp(buf, start, strlen(start));
	}
	fclose(f);
	return found;
}

bool log_line(const char *start, char *buf, size_t size)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int tries = 200;

	while (tries--) {
		if (next_line(start, buf, size))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

void control(const char *line, const char *expect)
{
	char buf[512];
	int fd = open(client.control, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		give_up("cannot open the control FIFO");
	dprintf(fd, "%s\n", line);
	close(fd);
	if (!log_line(expect, buf, sizeof(buf))) {
		printf("# sent '%s', waited for '%s'\n", line, expect);
		give_up("no such line from the target");
	}
}
