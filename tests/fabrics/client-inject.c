// SPDX-License-Identifier: GPL-2.0-or-later
/* tests of nvmet-tcp-dup: each misbehaviour, byte by byte, and what the target says of it */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

enum { QUIET_MS = 150 };

static bool quiet(struct link *l)
{
	return link_recv(l, QUIET_MS) == LINK_TIMEOUT;
}

/* the target's line for an answer has to name each byte that arrived (they are still in rx) */
static void check_line(const struct link *l, const char *kind)
{
	char line[512], start[64], raw[2 * CQE_LEN + 8], fields[256];
	struct cqe cqe;
	int i;

	cqe_unpack(l->rx + RSP_CQE, &cqe);
	snprintf(start, sizeof(start), "injected=%s ", kind);
	if (!log_line(start, line, sizeof(line))) {
		tap_ok(false, "the target reports what it did (%s)", kind);
		return;
	}
	snprintf(fields, sizeof(fields), " qid=%u cid=0x%x result=0x%" PRIx64
		 " sq_head=%u sq_id=%u status=0x%x ", l->qid, cqe.cid, cqe.result, cqe.sq_head,
		 cqe.sq_id, cqe.status);
	strcpy(raw, " raw=");
	for (i = 0; i < CQE_LEN; i++)
		sprintf(raw + 5 + 2 * i, "%02x", l->rx[RSP_CQE + i]);
	tap_ok(strstr(line, fields) && strstr(line, raw), "the target reports what it did (%s)",
	       kind);
}

static bool same(const struct cqe *a, const struct cqe *b)
{
	uint8_t x[CQE_LEN], y[CQE_LEN];

	cqe_pack(a, x);
	cqe_pack(b, y);
	return !memcmp(x, y, CQE_LEN);
}

static void test_double(struct link *l)
{
	struct cqe first, second;

	control("double opcode=write queue=1 nth=2", "armed=double");
	touch(l, 0x3001);
	tap_ok(quiet(l), "nth=2: the first write is answered once");
	first = touch(l, 0x3002);
	second = link_cqe(l);
	tap_ok(same(&first, &second), "the second one twice, with the same bytes");
	check_line(l, "double");
	touch(l, 0x3003);
	tap_ok(quiet(l), "count=1: the third one once");
}

static void test_selection(struct link *admin, struct link *l)
{
	uint8_t sqe[SQE_LEN];
	struct cqe cqe;

	control("double opcode=flush queue=1 count=2", "armed=double");
	touch(l, 0x3001);
	sqe_init(sqe, 0x18, 0x0004, 0);
	link_capsule(admin, sqe, NULL, 0);
	link_cqe(admin);
	tap_ok(quiet(l) && quiet(admin), "another opcode, another queue: answered once");
	sqe_init(sqe, 0x00, 0x3005, 1);
	link_capsule(l, sqe, NULL, 0);
	link_capsule(l, sqe, NULL, 0);
	link_cqe(l);
	link_cqe(l);
	link_cqe(l);
	cqe = link_cqe(l);
	tap_is(cqe.cid, 0x3005, "count=2: two flushes, four answers");
	tap_ok(quiet(l), "and no more");
	control("double opcode=keep-alive queue=0", "armed=double");
	sqe_init(sqe, 0x18, 0x2005, 0);
	link_capsule(admin, sqe, NULL, 0);
	link_cqe(admin);
	tap_is(link_cqe(admin).cid, 0x2005, "the admin queue has doubles too");
	check_line(admin, "double");
}

static void test_late_reuse(struct link *l)
{
	struct cqe old, late, now;

	control("late opcode=write queue=1", "armed=late");
	old = touch(l, 0x3010);
	touch(l, 0x3011);
	tap_ok(quiet(l), "late: nothing while the tag is not used again");
	touch_send(l, 0x4010);
	late = link_cqe(l);
	tap_ok(same(&old, &late), "then the old answer, before the new one");
	check_line(l, "late");
	now = link_cqe(l);
	tap_is(now.cid, 0x4010, "then the new one");
}

static void test_late_other(struct link *l)
{
	struct cqe old, late;

	control("late queue=1 when=commands:2", "armed=late");
	old = touch(l, 0x3020);
	touch(l, 0x3021);
	tap_ok(quiet(l), "commands:2: nothing after one");
	touch(l, 0x3022);
	late = link_cqe(l);
	tap_ok(same(&old, &late), "the old answer after two");
	check_line(l, "late");
	control("late queue=1 when=ms:300", "armed=late");
	old = touch(l, 0x3023);
	tap_ok(quiet(l), "ms:300: nothing for a while");
	late = link_cqe(l);
	tap_ok(same(&old, &late), "then the old answer");
	check_line(l, "late");
}

static void test_unknown(struct link *admin, struct link *l)
{
	uint8_t sqe[SQE_LEN];
	struct cqe cqe;
	struct cqe wanted = { 0x1122334455667788, 0, 0x99aa, 0xbbcc, 0xddee };

	control("unknown queue=1", "armed=unknown");
	touch(l, 0x3030);
	cqe = link_cqe(l);
	tap_is(cid_tag(cqe.cid), 0xfff, "unknown: a tag beyond the queue");
	check_line(l, "unknown");
	control("unknown queue=1 cid=0xbbcc result=0x1122334455667788 status=0xddee sq-id=0x99aa",
		"armed=unknown");
	wanted.sq_head = touch(l, 0x3031).sq_head;
	cqe = link_cqe(l);
	tap_ok(same(&cqe, &wanted), "unknown: every field as it was told");
	check_line(l, "unknown");
	control("unknown opcode=keep-alive queue=0", "armed=unknown");
	sqe_init(sqe, 0x18, 0x2005, 0);
	link_capsule(admin, sqe, NULL, 0);
	link_cqe(admin);
	cqe = link_cqe(admin);
	tap_is(cid_tag(cqe.cid), 30, "unknown: tag 30 on the admin queue (above are async events)");
	check_line(admin, "unknown");
}

static void test_match(struct link *l)
{
	uint8_t sqe[SQE_LEN], block[1024] = { 0 };
	struct cqe cqe;

	control("match opcode=write queue=1 when=ms:200", "armed=match");
	touch(l, 0xf040);
	tap_ok(quiet(l), "match: nothing at once");
	cqe = link_cqe(l);
	tap_is(cqe.cid, 0x0040, "match: the tag with its next generation, 15 is followed by 0");
	check_line(l, "match");

	control("match opcode=write queue=1 when=ms:100", "armed=match");
	touch(l, 0x3041);
	sqe_init(sqe, 0x01, 0x4041, 1);
	sqe_set_sgl(sqe, SGL_TRANSPORT, sizeof(block));
	sqe_set_blocks(sqe, 0, 2);
	link_capsule(l, sqe, NULL, 0);
	link_recv(l, 5000);
	tap_ok(l->rx[PDU_TYPE] == PDU_R2T && quiet(l), "match: nothing while the tag is in use");
	link_h2c_data(l, 0x4041, 0, block, sizeof(block), true);
	tap_is(link_cqe(l).cid, 0x4041, "its new command is answered");
	tap_is(link_cqe(l).cid, 0x5041, "match: then the generation after that one");
	check_line(l, "match");
}

static void test_control(struct link *l)
{
	control("double opcode=write", "armed=double");
	control("cancel", "cancelled=1");
	touch(l, 0x3050);
	tap_ok(quiet(l), "a rule can be cancelled");
	control("triple", "refused=1 why=\"bad word 'triple'\"");
	control("double opcode", "refused=1 why=\"bad word 'opcode'\"");
	control("double nth=0", "refused=1 why=\"bad word 'nth=0'\"");
	control("double cid=65536", "refused=1 why=\"bad word 'cid=65536'\"");
	control("double when=reuse", "refused=1 why=\"bad word 'when=reuse'\"");
	control("match when=ms:-1", "refused=1 why=\"bad word 'when=ms:-1'\"");
	touch(l, 0x3051);
	tap_ok(quiet(l), "bad rules are refused whole");
	control("late opcode=write", "armed=late");
	touch(l, 0x3052);
}

void test_inject(void)
{
	char line[512];
	uint16_t cntlid;
	struct link *admin = open_admin(&cntlid);
	struct link *l = open_io(cntlid, 1);

	test_double(l);
	test_selection(admin, l);
	test_late_reuse(l);
	test_late_other(l);
	test_unknown(admin, l);
	test_match(l);
	test_control(l);
	link_close(l);
	tap_ok(log_line("dropped=late ", line, sizeof(line)) && strstr(line, " cid=0x3052 "),
	       "what waits in a queue that ends is reported as dropped");
	link_close(admin);
}
