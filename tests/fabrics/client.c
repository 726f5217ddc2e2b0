// SPDX-License-Identifier: GPL-2.0-or-later
/* tests of nvmet-tcp-dup, TAP on standard output: connecting and identifying; and main */
#include <stdio.h>
#include <string.h>

#include "client.h"

enum { PAGE = 4096 };

struct client client;

static void identify(struct link *l, uint8_t cns, uint32_t nsid, uint8_t *page)
{
	uint8_t sqe[SQE_LEN];

	sqe_init(sqe, 0x06, 2, nsid);
	sqe_set_sgl(sqe, SGL_TRANSPORT, PAGE);
	sqe[SQE_CDW10] = cns;
	link_capsule(l, sqe, NULL, 0);
	tap_is(link_data(l, page, PAGE).status, 0, "identify succeeds");
}

static uint16_t admin_status(struct link *l, const uint8_t *sqe)
{
	link_capsule(l, sqe, NULL, 0);
	return link_cqe(l).status;
}

static void test_icresp(void)
{
	static const uint8_t wanted[16] = { 1, 0, 128, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0 };
	struct link *l = link_open();

	link_init(l);
	tap_ok(!memcmp(l->rx, wanted, sizeof(wanted)), "the ICResp is right in every byte");
	link_close(l);
}

static void test_connect(void)
{
	struct link *l = link_open();
	struct cqe cqe;

	link_init(l);
	cqe = property_get(l, 0, true);
	tap_is(cqe.status, ST_SEQUENCE_ERROR, "a command before Connect is refused");
	cqe = link_connect(l, 0, 0xffff, "nqn.2026-01.org.example:other");
	tap_is(cqe.status, ST_CONNECT_INVALID, "Connect to another subsystem is refused");
	tap_is(cqe.result, 1 << 16 | 256, "and the answer says that it is the name");
	cqe = link_connect(l, 1, 1, client.nqn);
	tap_is(cqe.status, ST_CONNECT_INVALID, "an I/O queue without a controller is refused");
	cqe = link_connect(l, 0, 0xffff, client.nqn);
	tap_is(cqe.status, 0, "Connect succeeds");
	tap_ok(cqe.result >= 1 && cqe.result < 0xfff0, "and gives a controller id");
	cqe = link_connect(l, 0, 0xffff, client.nqn);
	tap_is(cqe.status, ST_SEQUENCE_ERROR, "a second Connect is refused");
	link_close(l);
}

static void test_properties(void)
{
	struct link *l = link_open();

	link_init(l);
	link_connect(l, 0, 0xffff, client.nqn);
	tap_is(property_get(l, 0x00, true).result & 0xffff, 127, "CAP.MQES is the depth less one");
	tap_is(property_get(l, 0x08, false).result, 0x10400, "VS is 1.4");
	tap_is(property_get(l, 0x1c, false).result, 0, "CSTS.RDY is 0 before CC.EN");
	tap_is(property_set_cc(l, 0x00460001).status, 0, "CC can be set");
	tap_is(property_get(l, 0x1c, false).result, 1, "CSTS.RDY follows CC.EN");
	tap_is(property_set_cc(l, 0x00464001).status, 0, "a shutdown can be asked for");
	tap_is(property_get(l, 0x1c, false).result & 0xc, 8, "CSTS.SHST says that it is done");
	tap_is(property_get(l, 0x20, false).status, ST_INVALID_FIELD, "an unknown property");
	link_close(l);
}

static void test_identify(void)
{
	uint8_t page[PAGE], sqe[SQE_LEN];
	uint16_t cntlid;
	struct link *l = open_admin(&cntlid);

	identify(l, 0x01, 0, page);
	tap_is(get_le16(page + 78), cntlid, "identify has the same controller id as Connect");
	tap_is(get_le32(page + 1792), (64 + 8192) / 16, "IOCCSZ allows 8 KiB in a capsule");
	tap_ok(!strcmp((char *)page + 768, client.nqn), "identify has the subsystem's name");
	identify(l, 0x00, 1, page);
	tap_is(get_le64(page), CLIENT_DISK_MIB * 2048, "the namespace has the RAM disk's size");
	tap_is(page[130], 9, "its blocks have 512 bytes");
	identify(l, 0x02, 0, page);
	tap_is(get_le64(page), 1, "the list of namespaces holds 1");
	identify(l, 0x02, 1, page);
	tap_is(get_le64(page), 0, "nothing comes after it");
	sqe_init(sqe, 0x06, 3, 7);
	sqe_set_sgl(sqe, SGL_TRANSPORT, PAGE);
	tap_is(admin_status(l, sqe), ST_INVALID_NS, "namespace 7 is refused");
	sqe_set_sgl(sqe, SGL_TRANSPORT, 100);
	put_le32(sqe + SQE_NSID, 1);
	tap_is(admin_status(l, sqe), ST_SGL_LENGTH, "a page into 100 bytes is refused");
	link_close(l);
}

static void test_admin(void)
{
	uint8_t sqe[SQE_LEN], log[512];
	uint16_t cntlid, i;
	struct link *l = open_admin(&cntlid);

	sqe_init(sqe, 0x09, 4, 0);
	sqe[SQE_CDW10] = 0x07;
	put_le32(sqe + SQE_CDW11, 99 | 99 << 16);
	link_capsule(l, sqe, NULL, 0);
	tap_is(link_cqe(l).result, (CLIENT_QUEUES - 1) * 0x10001, "the number of queues is limited");
	sqe_init(sqe, 0x18, 5, 0);
	tap_is(admin_status(l, sqe), 0, "keep alive");
	sqe_init(sqe, 0x02, 7, 0);
	sqe_set_sgl(sqe, SGL_TRANSPORT, sizeof(log));
	put_le32(sqe + SQE_CDW10, 2 | (sizeof(log) / 4 - 1) << 16);
	link_capsule(l, sqe, NULL, 0);
	tap_is(link_data(l, log, sizeof(log)).status, 0, "the health log can be read");
	tap_is(get_le16(log + 1), 300, "it has a temperature");
	for (i = 0; i < 5; i++) {
		sqe_init(sqe, 0x0c, (uint16_t)(10 + i), 0);
		link_capsule(l, sqe, NULL, 0);
	}
	tap_is(link_cqe(l).cid, 14, "four async event requests are kept, the fifth is refused");
	link_close(l);
}

/* t-target.sh starts the target with two rules for an opcode that no controller knows */
static void test_rules_at_start(void)
{
	uint8_t sqe[SQE_LEN];
	uint16_t cntlid;
	struct link *l = open_admin(&cntlid);
	struct cqe cqe;

	sqe_init(sqe, 0x7e, 6, 0);
	tap_is(admin_status(l, sqe), ST_INVALID_OPCODE, "an unknown command is refused");
	tap_is((uint64_t)link_recv(l, 150), (uint64_t)LINK_TIMEOUT, "and answered once");
	link_capsule(l, sqe, NULL, 0);
	tap_is(link_cqe(l).cid, 6, "the second one is answered");
	cqe = link_cqe(l);
	tap_ok(cqe.cid == 0x0abc && cqe.result == 7, "and again as the first rule says");
	link_capsule(l, sqe, NULL, 0);
	link_cqe(l);
	tap_is(link_cqe(l).cid, 6, "the third one twice, as the second rule says");
	link_close(l);
}

void test_setup(void)
{
	test_icresp();
	test_connect();
	test_properties();
	test_identify();
	test_admin();
	test_rules_at_start();
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: client PORT NQN CONTROL LOG\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	client.port = argv[1];
	client.nqn = argv[2];
	client.control = argv[3];
	client.log = argv[4];
	test_setup();
	test_io();
	test_inject();
	test_garbage();
	return tap_failed() ? 1 : 0;
}
