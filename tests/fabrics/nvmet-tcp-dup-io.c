// SPDX-License-Identifier: GPL-2.0-or-later
/* I/O commands on the RAM disk: [NVM] 3.2.4 Read, 3.2.6 Write, [BASE] 7.1 Flush */
#include <string.h>

#include "nvmet-tcp-dup-target.h"

enum {
	IO_FLUSH	= 0x00,
	IO_WRITE	= 0x01,
	IO_READ		= 0x02,
	NSID		= 1,
	NSID_ALL	= 0xffffffff,
};

/* returns the place on the disk, or NULL with the status set */
static uint8_t *locate(const struct target *t, const struct cmd *cmd, struct reply *r)
{
	uint64_t lba = get_le64(cmd->sqe + SQE_CDW10);
	uint32_t blocks = get_le16(cmd->sqe + SQE_CDW12) + 1U;

	r->status = ST_SUCCESS;
	if (get_le32(cmd->sqe + SQE_NSID) != NSID)
		r->status = ST_INVALID_NS;
	else if (blocks * BLOCK_SIZE > MAX_TRANSFER)
		r->status = ST_INVALID_FIELD;
	else if (lba >= t->blocks || blocks > t->blocks - lba)
		r->status = ST_LBA_RANGE;
	else if (blocks * BLOCK_SIZE != get_le32(cmd->sqe + SQE_SGL_LEN))
		r->status = ST_SGL_LENGTH;
	return r->status ? NULL : t->disk + lba * BLOCK_SIZE;
}

void io_exec(struct conn *c, struct cmd *cmd, struct reply *r)
{
	uint32_t nsid = get_le32(cmd->sqe + SQE_NSID);
	uint8_t *place;

	switch (cmd->sqe[SQE_OPCODE]) {
	case IO_FLUSH:
		if (nsid != NSID && nsid != NSID_ALL)
			r->status = ST_INVALID_NS;
		break;
	case IO_WRITE:
		place = locate(c->target, cmd, r);
		if (place)
			memcpy(place, cmd->data, cmd->len);
		break;
	case IO_READ:
		r->data = locate(c->target, cmd, r);
		r->len = get_le32(cmd->sqe + SQE_SGL_LEN);
		break;
	default:
		r->status = ST_INVALID_OPCODE;
	}
}
