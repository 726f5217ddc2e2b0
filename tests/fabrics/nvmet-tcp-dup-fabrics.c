// SPDX-License-Identifier: GPL-2.0-or-later
/* fabrics commands: Connect, Property Get, Property Set; and the controllers that they make */
#include <stdio.h>
#include <string.h>

#include "nvmet-tcp-dup-target.h"

/* [BASE] 6: fabrics command types */
enum {
	FC_PROPERTY_SET	= 0x00,
	FC_CONNECT	= 0x01,
	FC_PROPERTY_GET	= 0x04,
};

/* [BASE] 6.3 Connect: the command, and its 1024 bytes of data */
enum {
	CONNECT_RECFMT	= 40,
	CONNECT_QID	= 42,
	CONNECT_SQSIZE	= 44,
	CONNECT_CATTR	= 46,
	CONNECT_KATO	= 48,
	CATTR_NO_FLOW	= 1 << 2,

	DATA_HOSTID	= 0,
	DATA_CNTLID	= 16,
	DATA_SUBNQN	= 256,
	DATA_HOSTNQN	= 512,
	CONNECT_DATA	= 1024,
	NQN_SIZE	= 256,
	CNTLID_DYNAMIC	= 0xffff,
	/* an invalid parameter is named by its offset, bit 16: it is in the data */
	IPO_DATA	= 1 << 16,
};

/* [BASE] 6.5 and 6.6 */
enum {
	PROP_ATTRIB	= 40,
	PROP_OFFSET	= 44,
	PROP_VALUE	= 48,
	PROP_SIZE_MASK	= 7,
	PROP_4_BYTES	= 0,
	PROP_8_BYTES	= 1,
};

/* [BASE] 3.1.3 controller properties */
enum {
	REG_CAP		= 0x00,
	REG_VS		= 0x08,
	REG_CC		= 0x14,
	REG_CSTS	= 0x1c,
	CC_EN		= 1 << 0,
	CC_SHN		= 3 << 14,
	CSTS_RDY	= 1 << 0,
	CSTS_SHST_DONE	= 2 << 2,
	VS_1_4		= 0x00010400,
};

static void connect_invalid(struct reply *r, uint32_t offset)
{
	r->status = ST_CONNECT_INVALID;
	r->result = offset;
}

static struct ctrl *new_ctrl(struct target *t, const uint8_t *data)
{
	struct ctrl *ctrl = t->ctrls;

	while (ctrl < t->ctrls + MAX_CTRLS && ctrl->used)
		ctrl++;
	if (ctrl == t->ctrls + MAX_CTRLS)
		return NULL;
	memset(ctrl, 0, sizeof(*ctrl));
	ctrl->used = true;
	ctrl->cntlid = t->last_cntlid = t->last_cntlid % 0xffef + 1;
	memcpy(ctrl->hostid, data + DATA_HOSTID, sizeof(ctrl->hostid));
	return ctrl;
}

static struct ctrl *find_ctrl(struct target *t, const uint8_t *data)
{
	struct ctrl *ctrl;

	for (ctrl = t->ctrls; ctrl < t->ctrls + MAX_CTRLS; ctrl++)
		if (ctrl->used && ctrl->cntlid == get_le16(data + DATA_CNTLID) &&
		    !memcmp(ctrl->hostid, data + DATA_HOSTID, sizeof(ctrl->hostid)))
			return ctrl;
	return NULL;
}

static bool queue_taken(const struct target *t, const struct ctrl *ctrl, uint16_t qid)
{
	size_t i;

	for (i = 0; i < MAX_CONNS; i++)
		if (t->conns[i] && t->conns[i]->connected && t->conns[i]->ctrl == ctrl &&
		    t->conns[i]->qid == qid)
			return true;
	return false;
}

/* a controller lives as long as its admin queue; the other queues end with it */
void ctrl_conn_gone(struct conn *c)
{
	struct target *t = c->target;
	size_t i;

	if (!c->connected || c->qid)
		return;
	for (i = 0; i < MAX_CONNS; i++)
		if (t->conns[i] && t->conns[i] != c && t->conns[i]->ctrl == c->ctrl)
			t->conns[i]->dead = true;
	c->ctrl->used = false;
}

static void admin_connect(struct conn *c, const struct cmd *cmd, struct reply *r)
{
	if (get_le16(cmd->data + DATA_CNTLID) != CNTLID_DYNAMIC) {
		connect_invalid(r, IPO_DATA | DATA_CNTLID);
		return;
	}
	c->ctrl = new_ctrl(c->target, cmd->data);
	if (!c->ctrl) {
		connect_invalid(r, IPO_DATA | DATA_HOSTID);
		return;
	}
	c->ctrl->kato = get_le32(cmd->sqe + CONNECT_KATO);
}

static void io_connect(struct conn *c, const struct cmd *cmd, uint16_t qid, struct reply *r)
{
	struct ctrl *ctrl = find_ctrl(c->target, cmd->data);

	if (!ctrl)
		connect_invalid(r, IPO_DATA | DATA_CNTLID);
	else if (qid > c->target->max_queues || queue_taken(c->target, ctrl, qid))
		connect_invalid(r, CONNECT_QID);
	else if (!(ctrl->csts & CSTS_RDY))
		r->status = ST_SEQUENCE_ERROR;
	else
		c->ctrl = ctrl;
}

static bool our_nqn(const struct target *t, const uint8_t *data)
{
	return strnlen(t->nqn, NQN_SIZE) < NQN_SIZE && memchr(data + DATA_SUBNQN, 0, NQN_SIZE) &&
	       !strcmp((const char *)data + DATA_SUBNQN, t->nqn);
}

/* the queue is as the command says; [BASE] 6.3: SQSIZE is 0's based */
static void connected(struct conn *c, const struct cmd *cmd, uint16_t qid, struct reply *r)
{
	c->connected = true;
	c->qid = qid;
	c->depth = get_le16(cmd->sqe + CONNECT_SQSIZE) + 1U;
	c->sq_head = 1;
	c->no_flow_control = cmd->sqe[CONNECT_CATTR] & CATTR_NO_FLOW;
	r->result = c->ctrl->cntlid;
	printf("connected=%u qid=%u cntlid=%u depth=%u\n", c->id, c->qid, c->ctrl->cntlid,
	       c->depth);
}

static void do_connect(struct conn *c, const struct cmd *cmd, struct reply *r)
{
	uint16_t qid = get_le16(cmd->sqe + CONNECT_QID);
	uint16_t sqsize = get_le16(cmd->sqe + CONNECT_SQSIZE);

	if (c->connected)
		r->status = ST_SEQUENCE_ERROR;
	else if (cmd->len != CONNECT_DATA)
		r->status = ST_SGL_LENGTH;
	else if (get_le16(cmd->sqe + CONNECT_RECFMT))
		connect_invalid(r, CONNECT_RECFMT);
	else if (sqsize < 2 || sqsize >= c->target->depth)
		connect_invalid(r, CONNECT_SQSIZE);
	else if (!our_nqn(c->target, cmd->data))
		connect_invalid(r, IPO_DATA | DATA_SUBNQN);
	else if (qid)
		io_connect(c, cmd, qid, r);
	else
		admin_connect(c, cmd, r);
	if (!r->status)
		connected(c, cmd, qid, r);
}

static uint64_t capabilities(const struct target *t)
{
	return (t->depth - 1) |		/* MQES */
	       1ULL << 16 |		/* CQR: rings are contiguous, fabrics knows no others */
	       20ULL << 24 |		/* TO: 10 s */
	       1ULL << 37;		/* CSS: the NVM command set */
}

static void property_get(const struct conn *c, const struct cmd *cmd, struct reply *r)
{
	unsigned int size = cmd->sqe[PROP_ATTRIB] & PROP_SIZE_MASK;
	uint32_t offset = get_le32(cmd->sqe + PROP_OFFSET);

	if (offset == REG_CAP && size == PROP_8_BYTES)
		r->result = capabilities(c->target);
	else if (offset == REG_VS && size == PROP_4_BYTES)
		r->result = VS_1_4;
	else if (offset == REG_CC && size == PROP_4_BYTES)
		r->result = c->ctrl->cc;
	else if (offset == REG_CSTS && size == PROP_4_BYTES)
		r->result = c->ctrl->csts;
	else
		r->status = ST_INVALID_FIELD;
}

static void property_set(struct conn *c, const struct cmd *cmd, struct reply *r)
{
	struct ctrl *ctrl = c->ctrl;

	if (get_le32(cmd->sqe + PROP_OFFSET) != REG_CC ||
	    (cmd->sqe[PROP_ATTRIB] & PROP_SIZE_MASK) != PROP_4_BYTES) {
		r->status = ST_INVALID_FIELD;
		return;
	}
	ctrl->cc = get_le32(cmd->sqe + PROP_VALUE);
	ctrl->csts = ctrl->cc & CC_EN ? CSTS_RDY : 0;
	if (ctrl->cc & CC_SHN)
		ctrl->csts |= CSTS_SHST_DONE;
}

void fabrics_exec(struct conn *c, struct cmd *cmd, struct reply *r)
{
	uint8_t type = cmd->sqe[SQE_FCTYPE];

	if (type == FC_CONNECT)
		do_connect(c, cmd, r);
	else if (!c->connected || c->qid)
		r->status = ST_SEQUENCE_ERROR;
	else if (type == FC_PROPERTY_GET)
		property_get(c, cmd, r);
	else if (type == FC_PROPERTY_SET)
		property_set(c, cmd, r);
	else
		r->status = ST_INVALID_OPCODE;
}
