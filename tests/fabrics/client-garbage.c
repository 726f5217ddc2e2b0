// SPDX-License-Identifier: GPL-2.0-or-later
/* tests of nvmet-tcp-dup: hosts that are broken or hostile */
#include <stdio.h>
#include <string.h>

#include "client.h"

enum {
	ROUNDS		= 300,
	FUZZ_SEED	= 20260101,
};

/* the connection has to end, with a C2HTermReq that names the error */
static void check_refused(struct link *l, enum term_fes fes, const char *name)
{
	char line[512];
	bool good;

	good = link_recv(l, 5000) == PDU_C2H_TERM && get_le16(l->rx + TERM_FES) == fes &&
	       get_le32(l->rx + PDU_PLEN) <= TERM_MAX;
	good = good && link_recv(l, 5000) == LINK_EOF;
	tap_ok(good && log_line("rejected=", line, sizeof(line)), "refused: %s", name);
	link_close(l);
}

static void test_first_pdu(void)
{
	struct link *l = link_open();
	uint8_t pdu[IC_LEN];

	pdu_init(pdu, PDU_CMD, 0, CMD_HLEN, 0);
	link_send(l, pdu, CMD_HLEN);
	check_refused(l, FES_SEQUENCE, "a command before ICReq");
	l = link_open();
	pdu_init(pdu, PDU_ICREQ, 0, IC_LEN, 0);
	pdu[IC_DGST] = 1;
	link_send(l, pdu, IC_LEN);
	check_refused(l, FES_UNSUPPORTED, "a wish for digests");
	l = link_open();
	link_init(l);
	pdu_init(pdu, PDU_ICREQ, 0, IC_LEN, 0);
	link_send(l, pdu, IC_LEN);
	check_refused(l, FES_SEQUENCE, "a second ICReq");
	l = link_open();
	link_send(l, "GET / HTTP/1.0\r\n\r\n", 18);
	check_refused(l, FES_HEADER, "a web browser");
}

/* one wrong header on a connection that works otherwise */
static const struct {
	uint8_t type, flags, hlen, pdo;
	uint32_t plen;
	const char *name;
} bad_headers[] = {
	{ 0x05, 0, 24, 0, 24, "a pdu that only a controller sends" },
	{ 0x08, 0, 24, 0, 24, "a pdu type that is not assigned" },
	{ 0xff, 0, 24, 0, 24, "a pdu type that is out of range" },
	{ PDU_CMD, 0, 64, 0, 64, "a header of the wrong length" },
	{ PDU_CMD, 0, 72, 0, 71, "a pdu shorter than its header" },
	{ PDU_CMD, 0, 72, 0, 0, "a pdu of length 0" },
	{ PDU_CMD, 0, 72, 72, 72 + 8193, "more data in a capsule than allowed" },
	{ PDU_CMD, 0, 72, 72, 0xffffffff, "a pdu of 4 GiB" },
	{ PDU_CMD, 0, 72, 8, 72 + 512, "data that begins in the header" },
	{ PDU_CMD, 0, 72, 200, 100, "data that begins after the pdu" },
	{ PDU_CMD, PDU_F_HDGST, 72, 0, 76, "a digest that was not agreed on" },
	{ PDU_H2C_DATA, PDU_F_LAST, 24, 24, 24 + 128 * 1024 + 1, "more data than MAXH2CDATA" },
	{ PDU_H2C_TERM, 0, 24, 0, 153, "a termination that is too long" },
};

static void test_headers(void)
{
	uint8_t ch[PDU_CH_LEN];
	struct link *l;
	size_t i;

	for (i = 0; i < sizeof(bad_headers) / sizeof(bad_headers[0]); i++) {
		l = link_open();
		link_init(l);
		ch[PDU_TYPE] = bad_headers[i].type;
		ch[PDU_FLAGS] = bad_headers[i].flags;
		ch[PDU_HLEN] = bad_headers[i].hlen;
		ch[PDU_PDO] = bad_headers[i].pdo;
		put_le32(ch + PDU_PLEN, bad_headers[i].plen);
		link_send(l, ch, sizeof(ch));
		check_refused(l, FES_HEADER, bad_headers[i].name);
	}
}

/* a write that waits for its data */
static struct link *begin_write(struct link **ret_admin)
{
	uint8_t sqe[SQE_LEN];
	uint16_t cntlid;
	struct link *l;

	*ret_admin = open_admin(&cntlid);
	l = open_io(cntlid, 1);
	sqe_init(sqe, 0x01, 0x0007, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, 4096);
	sqe_set_blocks(sqe, 0, 8);
	link_capsule(l, sqe, NULL, 0);
	if (link_recv(l, 5000) != PDU_R2T)
		give_up("no R2T");
	return l;
}

static const struct {
	uint16_t ttag_change, cid;
	uint32_t offset, len;
	bool last;
	enum term_fes fes;
	const char *name;
} bad_data[] = {
	{ 5, 7, 0, 4096, true, FES_HEADER, "data for a transfer that was not asked for" },
	{ 0x8000, 7, 0, 4096, true, FES_HEADER, "data with a tag that is out of range" },
	{ 0, 8, 0, 4096, true, FES_HEADER, "data with another command's id" },
	{ 0, 7, 512, 512, false, FES_RANGE, "data that leaves a hole" },
	{ 0, 7, 0, 4608, true, FES_RANGE, "more data than asked for" },
	{ 0, 7, 0xfffffe00, 512, false, FES_RANGE, "data whose end overflows" },
	{ 0, 7, 0, 512, true, FES_RANGE, "too little data with the last flag" },
	{ 0, 7, 0, 4096, false, FES_RANGE, "all the data without the last flag" },
};

static void test_data(void)
{
	static const uint8_t data[8192];
	struct link *l, *admin;
	size_t i;

	for (i = 0; i < sizeof(bad_data) / sizeof(bad_data[0]); i++) {
		l = begin_write(&admin);
		l->rx[DATA_TTAG + 1] ^= (uint8_t)(bad_data[i].ttag_change >> 8);
		l->rx[DATA_TTAG] ^= (uint8_t)bad_data[i].ttag_change;
		link_h2c_data(l, bad_data[i].cid, bad_data[i].offset, data, bad_data[i].len,
			      bad_data[i].last);
		check_refused(l, bad_data[i].fes, bad_data[i].name);
		link_close(admin);
	}
}

static void test_conflict(void)
{
	struct link *admin, *l = begin_write(&admin);

	tap_is(touch(l, 0x0007).status, ST_CID_CONFLICT, "a command id that is in use is refused");
	link_close(l);
	link_close(admin);
}

static void test_too_many(void)
{
	struct link *admin, *l = begin_write(&admin);
	uint8_t sqe[SQE_LEN];
	uint16_t i;

	sqe_init(sqe, 0x01, 0, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, 4096);
	for (i = 0; i < 127; i++) {
		put_le16(sqe + SQE_CID, (uint16_t)(100 + i));
		link_capsule(l, sqe, NULL, 0);
		if (link_recv(l, 5000) != PDU_R2T)
			give_up("no R2T");
	}
	put_le16(sqe + SQE_CID, 99);
	link_capsule(l, sqe, NULL, 0);
	check_refused(l, FES_SEQUENCE, "more commands than the queue is deep");
	link_close(admin);
}

static void test_termination(void)
{
	uint8_t pdu[TERM_HLEN];
	struct link *l = link_open();

	link_init(l);
	pdu_init(pdu, PDU_H2C_TERM, 0, TERM_HLEN, 0);
	link_send(l, pdu, sizeof(pdu));
	tap_ok(link_recv(l, 5000) == LINK_EOF, "the host's H2CTermReq ends the connection");
	link_close(l);
}

static uint32_t random_state = FUZZ_SEED;

static uint32_t random32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* each round: a sound beginning, then capsules with a few bytes changed at random */
static void fuzz_round(void)
{
	uint8_t pdu[CMD_HLEN + 64];
	struct link *l, *admin;
	uint16_t cntlid;
	size_t i, n;

	admin = open_admin(&cntlid);
	l = random32() & 1 ? open_io(cntlid, 1) : admin;
	for (n = 1 + random32() % 8; n; n--) {
		pdu_init(pdu, PDU_CMD, 0, CMD_HLEN, 64);
		sqe_init(pdu + CMD_SQE, (uint8_t)random32(), (uint16_t)random32(), 1);
		memset(pdu + CMD_HLEN, 0xa5, 64);
		for (i = random32() % 12; i; i--)
			pdu[random32() % (random32() & 3 ? sizeof(pdu) : CMD_HLEN)] =
				(uint8_t)random32();
		link_send(l, pdu, 1 + random32() % sizeof(pdu));
	}
	link_recv(l, 20);
	if (l != admin)
		link_close(l);
	link_close(admin);
}

static void test_random(void)
{
	uint16_t cntlid;
	struct link *admin, *l;
	int i;

	printf("# random pdus, seed %d\n", FUZZ_SEED);
	for (i = 0; i < ROUNDS; i++)
		fuzz_round();
	admin = open_admin(&cntlid);
	l = open_io(cntlid, 1);
	tap_is(touch(l, 0x1001).status, 0, "the target works after all that");
	link_close(l);
	link_close(admin);
}

static void test_many_connections(void)
{
	struct link *links[100];
	uint16_t cntlid;
	size_t i;

	for (i = 0; i < 100; i++)
		links[i] = link_open();
	tap_ok(link_recv(links[99], 5000) == LINK_EOF, "the hundredth connection is refused");
	for (i = 0; i < 100; i++)
		link_close(links[i]);
	links[0] = open_admin(&cntlid);
	tap_is(property_get(links[0], 0x1c, false).result, 1, "and it works when they have gone");
	link_close(links[0]);
}

void test_garbage(void)
{
	test_first_pdu();
	test_headers();
	test_data();
	test_conflict();
	test_too_many();
	test_termination();
	test_random();
	test_many_connections();
}
