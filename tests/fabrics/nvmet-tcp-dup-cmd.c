// SPDX-License-Identifier: GPL-2.0-or-later
/* a queue's commands: from the capsule over the data to the answer */
#include <stdlib.h>
#include <string.h>

#include "nvmet-tcp-dup-target.h"

enum {
	OPC_FABRICS		= 0x7f,
	DIRECTION_MASK		= 3,	/* [BASE] 3.3.3.1: the low bits of an opcode */
	DIRECTION_TO_CTRL	= 1,
	DIRECTION_TO_HOST	= 2,
};

static unsigned int direction(const uint8_t *sqe)
{
	return (sqe[SQE_OPCODE] == OPC_FABRICS ? sqe[SQE_FCTYPE] : sqe[SQE_OPCODE]) & DIRECTION_MASK;
}

/* [BASE] 3.3.3.2: the head as of this answer, 0xffff if the host asked for no flow control */
static struct cqe make_cqe(const struct conn *c, const struct cmd *cmd, const struct reply *r)
{
	struct cqe cqe = {
		.result = r->result,
		.sq_head = c->no_flow_control ? 0xffff : c->sq_head,
		.sq_id = c->qid,	/* reserved over fabrics; like Linux's own target */
		.cid = get_le16(cmd->sqe + SQE_CID),
		.status = r->status,
	};

	return cqe;
}

static void free_cmd(struct cmd *cmd)
{
	free(cmd->data);
	memset(cmd, 0, sizeof(*cmd));
}

void cmd_free_all(struct conn *c)
{
	size_t i;

	for (i = 0; i < MAX_DEPTH; i++)
		free_cmd(&c->cmds[i]);
}

/* reads: all data in PDUs of MAX_TRANSFER at most, then the answer in a capsule of its own */
static void send_data(struct conn *c, const struct cmd *cmd, const uint8_t *data, uint32_t len)
{
	uint8_t pdu[DATA_HLEN];

	pdu_init(pdu, PDU_C2H_DATA, PDU_F_LAST, DATA_HLEN, len);
	put_le16(pdu + DATA_CID, get_le16(cmd->sqe + SQE_CID));
	put_le32(pdu + DATA_LENGTH, len);
	conn_send(c, pdu, sizeof(pdu));
	conn_send(c, data, len);
}

static void answer(struct conn *c, struct cmd *cmd, const struct reply *r)
{
	struct cqe cqe = make_cqe(c, cmd, r);

	if (!r->status && r->len)
		send_data(c, cmd, r->data, r->len);
	conn_send_cqe(c, &cqe);
	free_cmd(cmd);
	inj_answered(c, &cqe, clock_ms());
}

static void answer_error(struct conn *c, struct cmd *cmd, uint16_t status)
{
	struct reply r = { .status = status };

	answer(c, cmd, &r);
}

/* nothing may reach further into the data than the host's SGL says */
static bool reply_fits(const struct cmd *cmd, const struct reply *r)
{
	return !r->len || (direction(cmd->sqe) == DIRECTION_TO_HOST &&
			   r->len <= get_le32(cmd->sqe + SQE_SGL_LEN));
}

static void execute(struct conn *c, struct cmd *cmd)
{
	struct reply r = { .status = ST_SUCCESS };

	if (cmd->sqe[SQE_OPCODE] == OPC_FABRICS)
		fabrics_exec(c, cmd, &r);
	else if (!c->connected || !(c->ctrl->csts & 1))
		r.status = ST_SEQUENCE_ERROR;
	else if (c->qid)
		io_exec(c, cmd, &r);
	else
		admin_exec(c, cmd, &r);
	if (c->dead || c->state == CONN_CLOSING || r.pending)
		return;
	if (!r.status && !reply_fits(cmd, &r))
		r.status = ST_SGL_LENGTH;
	answer(c, cmd, &r);
}

static void send_r2t(struct conn *c, const struct cmd *cmd)
{
	uint8_t pdu[DATA_HLEN];

	pdu_init(pdu, PDU_R2T, 0, DATA_HLEN, 0);
	put_le16(pdu + DATA_CID, get_le16(cmd->sqe + SQE_CID));
	put_le16(pdu + DATA_TTAG, (uint16_t)(cmd - c->cmds));
	put_le32(pdu + DATA_LENGTH, cmd->len);
	conn_send(c, pdu, sizeof(pdu));
}

/* returns 0 or the status to refuse the command with; [TCP] 3.3 */
static uint16_t take_data(struct conn *c, struct cmd *cmd, const uint8_t *data, uint32_t len)
{
	uint64_t start = get_le64(cmd->sqe + SQE_SGL_ADDR);
	uint32_t want = get_le32(cmd->sqe + SQE_SGL_LEN);
	uint8_t type = cmd->sqe[SQE_SGL_TYPE];

	if (!want)
		return ST_SUCCESS;
	if (type != SGL_IN_CAPSULE && type != SGL_TRANSPORT)
		return ST_SGL_TYPE;
	if (want > MAX_TRANSFER || (type == SGL_IN_CAPSULE && (start > len || want > len - start)))
		return ST_SGL_LENGTH;
	cmd->data = malloc(want);
	if (!cmd->data) {
		c->dead = true;
		return ST_SUCCESS;
	}
	cmd->len = want;
	if (type == SGL_IN_CAPSULE) {
		memcpy(cmd->data, data + start, want);
		cmd->got = want;
	}
	return ST_SUCCESS;
}

static struct cmd *free_slot(struct conn *c)
{
	unsigned int limit = c->connected ? c->depth : 1;
	unsigned int i;

	for (i = 0; i < limit; i++)
		if (!c->cmds[i].used)
			return &c->cmds[i];
	return NULL;
}

static bool cid_in_use(const struct conn *c, const struct cmd *self)
{
	size_t i;

	for (i = 0; i < MAX_DEPTH; i++)
		if (c->cmds[i].used && &c->cmds[i] != self &&
		    !memcmp(c->cmds[i].sqe + SQE_CID, self->sqe + SQE_CID, 2))
			return true;
	return false;
}

static void start(struct conn *c, struct cmd *cmd, const uint8_t *data, uint32_t len)
{
	uint16_t status = ST_SUCCESS;

	if (cid_in_use(c, cmd))
		status = ST_CID_CONFLICT;
	else if (direction(cmd->sqe) == DIRECTION_TO_CTRL)
		status = take_data(c, cmd, data, len);
	if (c->dead)
		return;
	if (status)
		answer_error(c, cmd, status);
	else if (cmd->got < cmd->len)
		send_r2t(c, cmd);
	else
		execute(c, cmd);
}

void cmd_capsule(struct conn *c, const uint8_t *pdu, const uint8_t *data, uint32_t len)
{
	struct cmd *cmd = free_slot(c);

	if (!cmd) {
		conn_reject(c, FES_SEQUENCE, CMD_SQE, pdu, "more commands than the queue is deep");
		return;
	}
	cmd->used = true;
	memcpy(cmd->sqe, pdu + CMD_SQE, SQE_LEN);
	if (c->depth)
		c->sq_head = (uint16_t)((c->sq_head + 1) % c->depth);
	inj_command(c, cmd->sqe);
	start(c, cmd, data, len);
}

/* returns NULL, or what is wrong with the PDU and at which offset */
static const char *h2c_wrong(const struct conn *c, const uint8_t *pdu, uint32_t len,
			     enum term_fes *ret_fes, uint32_t *ret_fei)
{
	uint16_t slot = get_le16(pdu + DATA_TTAG);
	const struct cmd *cmd = &c->cmds[slot % MAX_DEPTH];
	bool last = pdu[PDU_FLAGS] & PDU_F_LAST;

	*ret_fes = FES_HEADER;
	*ret_fei = DATA_TTAG;
	if (slot >= MAX_DEPTH || !cmd->used || cmd->got == cmd->len)
		return "data for no command";
	*ret_fei = DATA_CID;
	if (memcmp(pdu + DATA_CID, cmd->sqe + SQE_CID, 2))
		return "data with another command's id";
	*ret_fei = DATA_LENGTH;
	if (!len || get_le32(pdu + DATA_LENGTH) != len)
		return "data length and pdu length differ";
	*ret_fes = FES_RANGE;
	*ret_fei = DATA_OFFSET;
	if (get_le32(pdu + DATA_OFFSET) != cmd->got || len > cmd->len - cmd->got)
		return "data out of range or out of order";
	*ret_fei = PDU_FLAGS;
	return last != (cmd->got + len == cmd->len) ? "last flag in the wrong place" : NULL;
}

void cmd_h2c_data(struct conn *c, const uint8_t *pdu, const uint8_t *data, uint32_t len)
{
	enum term_fes fes;
	struct cmd *cmd;
	const char *why;
	uint32_t fei;

	why = h2c_wrong(c, pdu, len, &fes, &fei);
	if (why) {
		conn_reject(c, fes, fei, pdu, why);
		return;
	}
	cmd = &c->cmds[get_le16(pdu + DATA_TTAG)];
	memcpy(cmd->data + cmd->got, data, len);
	cmd->got += len;
	if (cmd->got == cmd->len)
		execute(c, cmd);
}
