// SPDX-License-Identifier: GPL-2.0-or-later
/* tests of nvmet-tcp-dup: I/O commands and their data */
#include <string.h>

#include "client.h"

enum {
	SMALL = 8192,		/* the most that fits into a capsule */
	LARGE = 128 * 1024,
};

static uint8_t pattern[LARGE], back[LARGE];

static void fill_pattern(uint32_t seed)
{
	size_t i;

	for (i = 0; i < sizeof(pattern); i++) {
		seed = seed * 1664525 + 1013904223;
		pattern[i] = (uint8_t)(seed >> 24);
	}
}

static struct cqe read_back(struct link *l, uint64_t lba, uint32_t len)
{
	uint8_t sqe[SQE_LEN];

	memset(back, 0, sizeof(back));
	sqe_init(sqe, 0x02, 0x1003, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, len);
	sqe_set_blocks(sqe, lba, len / 512);
	link_capsule(l, sqe, NULL, 0);
	return link_data(l, back, len);
}

static void test_small(struct link *l)
{
	uint8_t sqe[SQE_LEN];
	struct cqe cqe;

	fill_pattern(1);
	sqe_init(sqe, 0x01, 0x2004, 1);
	sqe_set_sgl(sqe, SGL_IN_CAPSULE, SMALL);
	sqe_set_blocks(sqe, 3, SMALL / 512);
	link_capsule(l, sqe, pattern, SMALL);
	cqe = link_cqe(l);
	tap_ok(!cqe.status && cqe.cid == 0x2004 && cqe.sq_id == l->qid, "a write in a capsule");
	tap_is(cqe.sq_head, 2, "the answer has the queue's head");
	tap_is(read_back(l, 3, SMALL).status, 0, "it can be read");
	tap_ok(!memcmp(pattern, back, SMALL), "and is the same");
}

static void test_large(struct link *l)
{
	uint8_t sqe[SQE_LEN];
	uint32_t half = LARGE / 2;

	fill_pattern(2);
	sqe_init(sqe, 0x01, 0x3005, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, LARGE);
	sqe_set_blocks(sqe, 1024, LARGE / 512);
	link_capsule(l, sqe, NULL, 0);
	tap_is((uint64_t)link_recv(l, 5000), PDU_R2T, "a large write gets an R2T");
	tap_ok(get_le32(l->rx + DATA_OFFSET) == 0 && get_le32(l->rx + DATA_LENGTH) == LARGE &&
	       get_le16(l->rx + DATA_CID) == 0x3005, "the R2T asks for all of this command's data");
	link_h2c_data(l, 0x3005, 0, pattern, half, false);
	link_h2c_data(l, 0x3005, half, pattern + half, half, true);
	tap_is(link_cqe(l).status, 0, "it succeeds with its data in two parts");
	tap_is(read_back(l, 1024, LARGE).status, 0, "a large read");
	tap_ok(!memcmp(pattern, back, LARGE), "has the same data");
}

static void refused(struct link *l, uint8_t *sqe, uint16_t status, const char *name)
{
	struct cqe cqe;

	link_capsule(l, sqe, NULL, 0);
	cqe = link_cqe(l);
	tap_is(cqe.status, status, name);
}

static void test_refused(struct link *l)
{
	uint64_t blocks = CLIENT_DISK_MIB * 2048;
	uint8_t sqe[SQE_LEN];

	sqe_init(sqe, 0x02, 0x4006, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, 1024);
	sqe_set_blocks(sqe, blocks - 1, 2);
	refused(l, sqe, ST_LBA_RANGE, "a read across the end is refused");
	sqe_set_blocks(sqe, UINT64_MAX, 2);
	refused(l, sqe, ST_LBA_RANGE, "a read at the last possible address is refused");
	sqe_set_blocks(sqe, 0, 1);
	refused(l, sqe, ST_SGL_LENGTH, "a read whose lengths differ is refused");
	sqe_set_blocks(sqe, 0, 65536);
	sqe_set_sgl(sqe, SGL_TRANSPORT, 65536U * 512);
	refused(l, sqe, ST_INVALID_FIELD, "a read above MDTS is refused");
	sqe_init(sqe, 0x01, 0x4007, 1);
	sqe_set_sgl(sqe, SGL_IN_CAPSULE, 512);
	refused(l, sqe, ST_SGL_LENGTH, "a write without the data that it names is refused");
	sqe_set_sgl(sqe, 0x00, 512);
	refused(l, sqe, ST_SGL_TYPE, "an unknown SGL is refused");
	sqe_set_sgl(sqe, SGL_TRANSPORT, 0x40000000);
	refused(l, sqe, ST_SGL_LENGTH, "a write of 1 GiB is refused");
	sqe_init(sqe, 0x00, 0x4008, 2);
	refused(l, sqe, ST_INVALID_NS, "a flush of another namespace is refused");
	sqe_init(sqe, 0x00, 0x4009, 1);
	refused(l, sqe, ST_SUCCESS, "a flush succeeds");
	sqe_init(sqe, 0x08, 0x400a, 1);
	refused(l, sqe, ST_INVALID_OPCODE, "write zeroes is not there");
}

static void test_bytewise(struct link *l)
{
	uint8_t pdu[CMD_HLEN];
	size_t i;

	pdu_init(pdu, PDU_CMD, 0, CMD_HLEN, 0);
	sqe_init(pdu + CMD_SQE, 0x00, 0x500b, 1);
	for (i = 0; i < sizeof(pdu); i++)
		link_send(l, pdu + i, 1);
	tap_is(link_cqe(l).cid, 0x500b, "a pdu may come in single bytes");
}

/* the reads are sent at once, and nothing is received before: more than a socket holds */
static void test_backlog(struct link *l)
{
	uint8_t sqe[SQE_LEN];
	unsigned int good = 0;
	uint16_t i;

	sqe_init(sqe, 0x02, 0, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, LARGE);
	sqe_set_blocks(sqe, 1024, LARGE / 512);
	for (i = 0; i < 100; i++) {
		put_le16(sqe + SQE_CID, i);
		link_capsule(l, sqe, NULL, 0);
	}
	for (i = 0; i < 100; i++)
		good += link_data(l, back, LARGE).cid == i && !memcmp(pattern, back, LARGE);
	tap_is(good, 100, "a hundred large reads at once are answered in order");
}

static void test_second_connection(uint16_t cntlid)
{
	struct link *l = link_open();

	link_init(l);
	tap_is(link_connect(l, 1, cntlid, client.nqn).status, ST_CONNECT_INVALID,
	       "a queue that is in use is refused");
	tap_is(link_connect(l, CLIENT_QUEUES + 1, cntlid, client.nqn).status, ST_CONNECT_INVALID,
	       "a queue above the number of queues is refused");
	link_close(l);
}

void test_io(void)
{
	uint16_t cntlid;
	struct link *admin = open_admin(&cntlid);
	struct link *l = open_io(cntlid, 1);

	test_small(l);
	test_large(l);
	test_refused(l);
	test_bytewise(l);
	test_backlog(l);
	test_second_connection(cntlid);
	link_close(admin);
	tap_is((uint64_t)link_recv(l, 5000), (uint64_t)LINK_EOF, "queues end with the admin queue");
	link_close(l);

	admin = open_admin(&cntlid);
	l = open_io(cntlid, 1);
	read_back(l, 1024, LARGE);
	tap_ok(!memcmp(pattern, back, LARGE), "the RAM disk is the same after a reconnect");
	link_close(l);
	link_close(admin);
}
