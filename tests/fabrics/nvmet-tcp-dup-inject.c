// SPDX-License-Identifier: GPL-2.0-or-later
/* when to send an answer that nobody asked for, and which */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nvmet-tcp-dup-target.h"

enum { NO_TIME = -1 };

static void print_cqe(const struct cqe *cqe)
{
	uint8_t raw[CQE_LEN];
	size_t i;

	cqe_pack(cqe, raw);
	printf(" raw=");
	for (i = 0; i < sizeof(raw); i++)
		printf("%02x", raw[i]);
	putchar('\n');
}

/* tag=, busy=, opcode=, nsid=: what the target knows of the tag that the host will look up */
static void report(const struct conn *c, const struct inj_rule *rule, const struct cqe *cqe)
{
	const struct inj_tag *tag = &c->inj.tags[cid_tag(cqe->cid)];

	printf("injected=%s id=%u qid=%u cid=0x%x result=0x%" PRIx64, inj_kind_name(rule->kind),
	       rule->id, c->qid, cqe->cid, cqe->result);
	printf(" sq_head=%u sq_id=%u status=0x%x tag=%u gen=%u busy=%d uses=%u", cqe->sq_head,
	       cqe->sq_id, cqe->status, cid_tag(cqe->cid), cid_gen(cqe->cid), tag->busy, tag->uses);
	if (tag->uses)
		printf(" opcode=0x%x nsid=%u", tag->opcode, tag->nsid);
	print_cqe(cqe);
}

static void send_extra(struct conn *c, const struct inj_rule *rule, const struct cqe *real)
{
	struct cqe cqe = *real;

	if (rule->set & SET_CID)
		cqe.cid = rule->cqe.cid;
	if (rule->set & SET_RESULT)
		cqe.result = rule->cqe.result;
	if (rule->set & SET_STATUS)
		cqe.status = rule->cqe.status;
	if (rule->set & SET_SQ_ID)
		cqe.sq_id = rule->cqe.sq_id;
	conn_send_cqe(c, &cqe);
	report(c, rule, &cqe);
}

/*
 * A tag that the host has no request for. Linux hands out fewer tags on an I/O queue than the
 * queue is deep, and ours are at most MAX_DEPTH deep. On its admin queue it takes every tag from
 * 31 up for an async event, and uses those below 30.
 */
static uint16_t unused_cid(const struct conn *c)
{
	unsigned int tag = c->qid ? INJ_TAGS - 1 : c->depth - 2;

	while (tag && c->inj.tags[tag].uses)
		tag--;
	return cid_make(5, tag);
}

static void wait_for(struct conn *c, const struct inj_rule *rule, const struct cqe *cqe,
		     int64_t now_ms)
{
	struct inj_pending *p = c->inj.pending;

	while (p < c->inj.pending + INJ_MAX_PENDING && p->used)
		p++;
	if (p == c->inj.pending + INJ_MAX_PENDING) {
		printf("dropped=%s id=%u qid=%u cid=0x%x why=too-many-waiting\n",
		       inj_kind_name(rule->kind), rule->id, c->qid, cqe->cid);
		return;
	}
	p->used = true;
	p->rule = *rule;
	p->cqe = *cqe;
	p->commands_left = rule->when == WHEN_COMMANDS ? rule->when_arg : 0;
	p->due_ms = rule->when == WHEN_MS ? now_ms + rule->when_arg : NO_TIME;
}

static void act(struct conn *c, const struct inj_rule *rule, const struct cqe *cqe, int64_t now_ms)
{
	struct cqe made_up = *cqe;

	switch (rule->kind) {
	case INJ_DOUBLE:
		send_extra(c, rule, cqe);
		break;
	case INJ_UNKNOWN:
		made_up.cid = unused_cid(c);
		send_extra(c, rule, &made_up);
		break;
	default:
		wait_for(c, rule, cqe, now_ms);
	}
}

static bool rule_fits(const struct inj_rule *rule, const struct conn *c, uint8_t opcode)
{
	enum inj_scope scope = c->qid ? SCOPE_IO : SCOPE_ADMIN;

	return (rule->qid < 0 || rule->qid == c->qid) &&
	       (rule->opcode < 0 || rule->opcode == opcode) &&
	       (rule->scope == SCOPE_ANY || rule->scope == scope);
}

static void remove_used_up(struct injector *inj)
{
	unsigned int i, kept = 0;

	for (i = 0; i < inj->nr_rules; i++)
		if (inj->rules[i].count)
			inj->rules[kept++] = inj->rules[i];
	inj->nr_rules = kept;
}

static void apply_rules(struct conn *c, const struct cqe *cqe, int64_t now_ms)
{
	struct injector *inj = &c->target->inj;
	uint8_t opcode = c->inj.tags[cid_tag(cqe->cid)].opcode;
	struct inj_rule *rule;

	for (rule = inj->rules; rule < inj->rules + inj->nr_rules; rule++) {
		if (!rule_fits(rule, c, opcode))
			continue;
		if (rule->nth > 1) {
			rule->nth--;
			continue;
		}
		rule->count--;
		act(c, rule, cqe, now_ms);
	}
	remove_used_up(inj);
}

/* the tag's next generation has just become a different one */
static void restart_match(struct inj_pending *p, const struct cqe *cqe, int64_t now_ms)
{
	if (p->rule.kind != INJ_MATCH || cid_tag(p->cqe.cid) != cid_tag(cqe->cid))
		return;
	p->cqe = *cqe;
	p->due_ms = now_ms + p->rule.when_arg;
}

static void count_down(struct conn *c, struct inj_pending *p)
{
	if (p->rule.when != WHEN_COMMANDS || --p->commands_left)
		return;
	p->used = false;
	send_extra(c, &p->rule, &p->cqe);
}

void inj_command(struct conn *c, const uint8_t *sqe)
{
	uint16_t cid = get_le16(sqe + SQE_CID);
	struct inj_tag *tag = &c->inj.tags[cid_tag(cid)];
	struct inj_pending *p;

	tag->cid = cid;
	tag->opcode = sqe[SQE_OPCODE];
	tag->nsid = get_le32(sqe + SQE_NSID);
	tag->busy = true;
	tag->uses++;
	for (p = c->inj.pending; p < c->inj.pending + INJ_MAX_PENDING; p++) {
		if (!p->used || cid_tag(p->cqe.cid) != cid_tag(cid))
			continue;
		if (p->rule.kind == INJ_MATCH) {
			p->due_ms = NO_TIME;
		} else if (p->rule.when == WHEN_REUSE) {
			p->used = false;
			send_extra(c, &p->rule, &p->cqe);
		}
	}
}

void inj_answered(struct conn *c, const struct cqe *cqe, int64_t now_ms)
{
	struct inj_pending *p;

	c->inj.tags[cid_tag(cqe->cid)].busy = false;
	for (p = c->inj.pending; p < c->inj.pending + INJ_MAX_PENDING; p++) {
		if (!p->used)
			continue;
		restart_match(p, cqe, now_ms);
		count_down(c, p);
	}
	apply_rules(c, cqe, now_ms);
}

static bool is_due(const struct inj_pending *p, int64_t now_ms)
{
	return p->used && p->due_ms >= 0 && p->due_ms <= now_ms;
}

void inj_tick(struct conn *c, int64_t now_ms)
{
	struct inj_pending *p;

	for (p = c->inj.pending; p < c->inj.pending + INJ_MAX_PENDING; p++) {
		if (!is_due(p, now_ms))
			continue;
		p->used = false;
		if (p->rule.kind == INJ_MATCH)
			p->cqe.cid = cid_make(cid_gen(p->cqe.cid) + 1, cid_tag(p->cqe.cid));
		send_extra(c, &p->rule, &p->cqe);
	}
}

int inj_timeout(const struct conn *c, int64_t now_ms)
{
	const struct inj_pending *p;
	int64_t first = INT64_MAX;

	for (p = c->inj.pending; p < c->inj.pending + INJ_MAX_PENDING; p++)
		if (p->used && p->due_ms >= 0 && p->due_ms < first)
			first = p->due_ms;
	if (first == INT64_MAX)
		return -1;
	if (first <= now_ms)
		return 0;
	return first - now_ms > INT32_MAX ? INT32_MAX : (int)(first - now_ms);
}

void inj_closed(struct conn *c)
{
	struct inj_pending *p;

	for (p = c->inj.pending; p < c->inj.pending + INJ_MAX_PENDING; p++) {
		if (!p->used)
			continue;
		p->used = false;
		printf("dropped=%s id=%u qid=%u cid=0x%x why=closed\n", inj_kind_name(p->rule.kind),
		       p->rule.id, c->qid, p->cqe.cid);
	}
}
