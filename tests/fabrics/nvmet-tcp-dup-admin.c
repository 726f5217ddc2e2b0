// SPDX-License-Identifier: GPL-2.0-or-later
/* admin commands, [BASE] 5 */
#include <string.h>

#include "nvmet-tcp-dup-target.h"

enum {
	ADM_GET_LOG_PAGE	= 0x02,
	ADM_IDENTIFY		= 0x06,
	ADM_ABORT		= 0x08,
	ADM_SET_FEATURES	= 0x09,
	ADM_GET_FEATURES	= 0x0a,
	ADM_ASYNC_EVENT		= 0x0c,
	ADM_KEEP_ALIVE		= 0x18,
	MAX_AERS		= 4,	/* AERL + 1 */
};

/* [BASE] 5.27.1 */
enum {
	FEAT_WRITE_CACHE	= 0x06,
	FEAT_NR_QUEUES		= 0x07,
	FEAT_ASYNC_EVENTS	= 0x0b,
	FEAT_KEEP_ALIVE		= 0x0f,
};

/* [BASE] 5.16.1 */
enum {
	LOG_ERROR	= 1,
	LOG_HEALTH	= 2,
	LOG_FIRMWARE	= 3,
};

/* the pages are nearly empty: nothing ever happens to this disk */
static void get_log_page(const struct cmd *cmd, struct reply *r)
{
	static uint8_t page[MAX_TRANSFER];
	uint64_t len = get_le16(cmd->sqe + SQE_CDW10 + 2);
	uint8_t lid = cmd->sqe[SQE_CDW10];

	len = ((len | (uint64_t)get_le16(cmd->sqe + SQE_CDW11) << 16) + 1) * 4;
	if (lid != LOG_ERROR && lid != LOG_HEALTH && lid != LOG_FIRMWARE) {
		r->status = ST_INVALID_LOG_PAGE;
		return;
	}
	if (len > sizeof(page) || get_le64(cmd->sqe + SQE_CDW12)) {
		r->status = ST_INVALID_FIELD;
		return;
	}
	memset(page, 0, (size_t)len);
	if (lid == LOG_HEALTH)
		put_le16(page + 1, 300);	/* composite temperature in K */
	if (lid == LOG_FIRMWARE)
		page[0] = 1;
	r->data = page;
	r->len = (uint32_t)len;
}

/* both numbers are 0's based; the host gets what it asks for, up to what there is */
static void set_nr_queues(const struct target *t, uint32_t value, struct reply *r)
{
	uint32_t sq = value & 0xffff, cq = value >> 16;

	if (sq >= t->max_queues)
		sq = t->max_queues - 1;
	if (cq >= t->max_queues)
		cq = t->max_queues - 1;
	r->result = sq | cq << 16;
}

static void set_features(struct conn *c, const struct cmd *cmd, struct reply *r)
{
	uint32_t value = get_le32(cmd->sqe + SQE_CDW11);

	switch (cmd->sqe[SQE_CDW10]) {
	case FEAT_NR_QUEUES:
		set_nr_queues(c->target, value, r);
		break;
	case FEAT_ASYNC_EVENTS:
		c->ctrl->aec = value;
		break;
	case FEAT_KEEP_ALIVE:
		c->ctrl->kato = value;
		break;
	default:
		r->status = ST_INVALID_FIELD;
	}
}

static void get_features(const struct conn *c, const struct cmd *cmd, struct reply *r)
{
	uint32_t n = c->target->max_queues - 1;

	switch (cmd->sqe[SQE_CDW10]) {
	case FEAT_WRITE_CACHE:
		r->result = 1;
		break;
	case FEAT_NR_QUEUES:
		r->result = n | n << 16;
		break;
	case FEAT_ASYNC_EVENTS:
		r->result = c->ctrl->aec;
		break;
	case FEAT_KEEP_ALIVE:
		r->result = c->ctrl->kato;
		break;
	default:
		r->status = ST_INVALID_FIELD;
	}
}

/* kept for good: this target has no events */
static void async_event(struct conn *c, struct reply *r)
{
	if (c->ctrl->aers == MAX_AERS) {
		r->status = ST_AER_LIMIT;
		return;
	}
	c->ctrl->aers++;
	r->pending = true;
}

void admin_exec(struct conn *c, struct cmd *cmd, struct reply *r)
{
	switch (cmd->sqe[SQE_OPCODE]) {
	case ADM_IDENTIFY:
		identify_exec(c, cmd, r);
		break;
	case ADM_GET_LOG_PAGE:
		get_log_page(cmd, r);
		break;
	case ADM_SET_FEATURES:
		set_features(c, cmd, r);
		break;
	case ADM_GET_FEATURES:
		get_features(c, cmd, r);
		break;
	case ADM_ASYNC_EVENT:
		async_event(c, r);
		break;
	case ADM_ABORT:
		r->result = 1;		/* not aborted: it is answered already */
		break;
	case ADM_KEEP_ALIVE:
		break;			/* the host's silence is never held against it */
	default:
		r->status = ST_INVALID_OPCODE;
	}
}
